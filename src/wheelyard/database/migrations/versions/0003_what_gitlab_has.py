"""What groups, tokens and forwarding need: bots, families, protection, policies, known names."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add tables, columns and an index, and gather the names that were ever here."""
    _add_switch("users", "is_bot")
    _add_policies()
    op.add_column("tokens", sa.Column("family_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_tokens_family_id"), "tokens", ["family_id"])
    op.add_column("tokens", sa.Column("role", sa.Integer(), nullable=True))
    for name, kind in (
        ("forwarding", sa.Boolean()),
        ("forwarding_locked", sa.Boolean()),
        ("upstream_url", sa.Text()),
        ("reserved_prefixes", sa.Text()),
        ("anyone_can_pull", sa.Boolean()),
    ):
        op.add_column("instance_settings", sa.Column(name, kind, nullable=True))
    _add_protection_rules()
    _add_job_token_admissions()
    _gather_known_names()


def _add_switch(table: str, name: str, *, on: bool = False) -> None:
    default = sa.text("1" if on else "0")
    column: sa.Column[bool] = sa.Column(name, sa.Boolean(), server_default=default, nullable=False)
    op.add_column(table, column)


def _add_policies() -> None:
    for name, kind in (
        ("max_file_bytes", sa.BigInteger()),
        ("duplicates", sa.String(length=16)),
        ("forwarding", sa.Boolean()),
    ):
        op.add_column("namespaces", sa.Column(name, kind, nullable=True))
    _add_switch("namespaces", "forwarding_locked")
    prefixes = sa.Column(
        "reserved_prefixes", sa.Text(), server_default=sa.text("''"), nullable=False
    )
    op.add_column("namespaces", prefixes)
    op.add_column("projects", sa.Column("forwarding", sa.Boolean(), nullable=True))
    _add_switch("projects", "job_token_scope_enabled", on=True)
    for name in ("moved_at", "widened_at"):
        op.add_column("projects", sa.Column(name, sa.DateTime(), nullable=True))


def _add_protection_rules() -> None:
    op.create_table(
        "protection_rules",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("pattern", sa.String(length=255), nullable=False),
        sa.Column("pattern_key", sa.String(length=255), nullable=False),
        sa.Column("push_level", sa.Integer(), nullable=True),
        sa.Column("delete_level", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "push_level IS NOT NULL OR delete_level IS NOT NULL",
            name=op.f("ck_protection_rules_one_level"),
        ),
        _reference("protection_rules", "project_id", "projects"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protection_rules")),
        sa.UniqueConstraint(
            "project_id", "pattern_key", name=op.f("uq_protection_rules_project_id_pattern_key")
        ),
        sqlite_autoincrement=True,
    )


def _add_job_token_admissions() -> None:
    table = "job_token_admissions"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("admitted_project_id", sa.Integer(), nullable=True),
        sa.Column("admitted_namespace_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "(admitted_project_id IS NULL) <> (admitted_namespace_id IS NULL)",
            name=op.f(f"ck_{table}_one_guest"),
        ),
        _reference(table, "project_id", "projects"),
        _reference(table, "admitted_project_id", "projects"),
        _reference(table, "admitted_namespace_id", "namespaces"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *(
            sa.UniqueConstraint("project_id", guest, name=op.f(f"uq_{table}_project_id_{guest}"))
            for guest in ("admitted_project_id", "admitted_namespace_id")
        ),
        sqlite_autoincrement=True,
    )
    for guest in ("admitted_project_id", "admitted_namespace_id"):
        op.create_index(op.f(f"ix_{table}_{guest}"), table, [guest])


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE")


def _gather_known_names() -> None:
    """The journal tells of those that are gone."""
    op.create_table(
        "known_names",
        sa.Column("normalized_name", sa.String(length=255), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("normalized_name", name=op.f("pk_known_names")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO known_names SELECT name, min(at) FROM"
        " (SELECT normalized_name AS name, created_at AS at FROM packages"
        " UNION ALL SELECT package, at FROM journal WHERE package IS NOT NULL)"
        " GROUP BY name"
    )
