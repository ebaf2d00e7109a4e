"""Which files are yanked, which status a package has, and whose metadata is served."""

from pathlib import Path

import sqlalchemy as sa
from alembic import context, op

from wheelyard.pypi import metadata

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
    _add_served_metadata()
    _add_serials()


def _add_serials() -> None:
    """Each is of the newest change that the journal tells of."""
    for table, name in (("packages", "serial"), ("projects", "packages_serial")):
        none = sa.text("0")
        op.add_column(table, sa.Column(name, sa.Integer(), server_default=none, nullable=False))
    op.execute(
        "UPDATE packages SET serial = newest.serial FROM"
        " (SELECT project_id, package, max(serial) AS serial FROM journal"
        " WHERE package IS NOT NULL GROUP BY project_id, package) AS newest"
        " WHERE packages.project_id = newest.project_id"
        " AND packages.normalized_name = newest.package"
    )
    op.execute(
        "UPDATE projects SET packages_serial = newest.serial FROM"
        " (SELECT project_id, max(serial) AS serial FROM journal"
        " WHERE package IS NOT NULL GROUP BY project_id) AS newest"
        " WHERE projects.id = newest.project_id"
    )


def _add_served_metadata() -> None:
    """Every wheel's is served; an sdist's when it tells, for which it is read (PEP 643)."""
    no = sa.text("0")
    served: sa.Column[bool] = sa.Column(
        "serves_metadata", sa.Boolean(), server_default=no, nullable=False
    )
    op.add_column("files", served)
    op.execute("UPDATE files SET serves_metadata = 1 WHERE filetype = 'bdist_wheel'")
    blob_path = context.config.attributes["blob_path"]
    if blob_path is None:
        return
    conn = op.get_bind()
    rows = conn.exec_driver_sql("SELECT id, metadata_sha256 FROM files WHERE filetype = 'sdist'")
    for number, sha256 in rows.fetchall():
        if _is_static(blob_path(sha256)):
            conn.exec_driver_sql("UPDATE files SET serves_metadata = 1 WHERE id = ?", (number,))


def _is_static(path: Path) -> bool:
    try:
        return metadata.parse(path.read_bytes()).is_static
    except (OSError, metadata.InvalidMetadata):
        return False  # doctor tells of a blob that is lost
