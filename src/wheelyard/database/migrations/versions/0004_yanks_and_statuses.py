"""Whether releases and files are yanked, and which status a package has."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add columns; what was there is not yanked, and active."""
    op.add_column("releases", sa.Column("yanked", sa.Text(), nullable=True))
    op.add_column("files", sa.Column("yanked", sa.Text(), nullable=True))
    active = sa.text("'active'")
    status = sa.Column("status", sa.String(length=16), server_default=active, nullable=False)
    op.add_column("packages", status)
    empty = sa.text("''")
    reason = sa.Column("status_reason", sa.Text(), server_default=empty, nullable=False)
    op.add_column("packages", reason)
