"""What the web interface shows: sessions, sizes, download counts, settings of the instance."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add tables, columns and indexes, and fill in what follows from the rows that are there."""
    op.add_column("users", sa.Column("last_signed_in_at", sa.DateTime(), nullable=True))
    _add_sessions()
    op.create_index(
        op.f("ix_packages_normalized_name_project_id"),
        "packages",
        ["normalized_name", "project_id"],
    )
    _replace_releases()
    _name_publishers()
    _add_project_columns()
    _add_downloads()
    op.create_table(
        "instance_settings",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("packages_enabled", sa.Boolean(), nullable=True),
        sa.Column("max_file_bytes", sa.BigInteger(), nullable=True),
        sa.Column("duplicates", sa.String(length=16), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_instance_settings_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance_settings")),
    )
    for columns in (["namespace_id"], ["actor_id", "action"], ["action"]):
        name = f"ix_journal_{'_'.join(columns)}_serial"
        op.create_index(op.f(name), "journal", [*columns, "serial"])


def _add_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("user_agent", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("digest", name=op.f("uq_sessions_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"])


def _publisher() -> tuple[sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("publisher", sa.String(length=255), nullable=True),
        sa.Column("publisher_kind", sa.String(length=8), nullable=True),
    )


def _name_publishers() -> None:
    """Name those who are still there; of a row without them nobody knows any more."""
    for column in _publisher():
        op.add_column("files", column)
    for table in ("releases", "files"):
        op.execute(
            f"UPDATE {table} SET publisher_kind = 'user', publisher ="  # noqa: S608  two constants
            " (SELECT username FROM users WHERE users.id = creator_id)"
            " WHERE creator_id IS NOT NULL"
        )


def _replace_releases() -> None:
    """Give releases a project.

    SQLite adds no column that refers to another table and is never null, so the rows move to a new
    table, which takes the old one's name.
    """
    op.create_table(
        "new_releases",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=255), nullable=False),
        sa.Column("normalized_version", sa.String(length=255), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("creator_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_downloaded_at", sa.DateTime(), nullable=True),
        sa.Column("downloads", sa.Integer(), server_default=sa.text("0"), nullable=False),
        *_publisher(),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["users.id"], name=op.f("fk_releases_creator_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["package_id"], ["packages.id"], name=op.f("fk_releases_package_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_releases_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
        sa.UniqueConstraint(
            "package_id",
            "normalized_version",
            name=op.f("uq_releases_package_id_normalized_version"),
        ),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO new_releases (id, package_id, project_id, version, normalized_version,"
        " summary, creator_id, created_at, last_downloaded_at)"
        " SELECT releases.id, package_id, project_id, version, normalized_version,"
        " summary, creator_id, releases.created_at, last_downloaded_at"
        " FROM releases JOIN packages ON packages.id = package_id"
    )
    # An id that was given is never given again, the last ones of deleted releases included.
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'new_releases'")
    op.execute("UPDATE sqlite_sequence SET name = 'new_releases' WHERE name = 'releases'")
    op.drop_table("releases")
    op.rename_table("new_releases", "releases")
    for column in ("created_at", "version", "downloads"):
        op.create_index(
            op.f(f"ix_releases_project_id_{column}_id"), "releases", ["project_id", column, "id"]
        )


def _add_project_columns() -> None:
    for name, kind in (("package_bytes", sa.BigInteger()), ("file_count", sa.Integer())):
        column = sa.Column(name, kind, server_default=sa.text("0"), nullable=False)
        op.add_column("projects", column)
    op.add_column("projects", sa.Column("last_published_at", sa.DateTime(), nullable=True))
    before = sa.Column("registry_access_before", sa.String(length=8), nullable=True)
    op.add_column("projects", before)
    op.create_index(op.f("ix_projects_last_published_at"), "projects", ["last_published_at"])
    op.execute(
        "UPDATE projects SET (package_bytes, file_count) ="
        " (SELECT coalesce(sum(size), 0), count(*) FROM releases"
        " JOIN files ON release_id = releases.id WHERE project_id = projects.id),"
        " last_published_at ="
        " (SELECT max(created_at) FROM releases WHERE project_id = projects.id)"
    )


def _add_downloads() -> None:
    op.create_table(
        "downloads",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("installer", sa.String(length=32), nullable=False),
        sa.Column("python", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["releases.id"],
            name=op.f("fk_downloads_release_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "release_id", "day", "installer", "python", name=op.f("pk_downloads")
        ),
        sqlite_with_rowid=False,
    )
