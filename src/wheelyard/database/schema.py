"""Every table.  Times are UTC; enumerations are short lower-case text.

Names that people type are kept as typed, beside a ``…_key`` in which equal names are equal text,
so that ``Acme/Tools`` and ``acme/tools`` are one path.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment.  SQLite keeps no zone, so UTC goes in and UTC is put back on the way out."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Drop the zone, after making sure that it is UTC.

        Raises ValueError for a moment without a zone: it would be taken for the machine's.
        """
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment has a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401  the signature of SQLAlchemy
        """Put the zone back."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


def _owner(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    """Refer to a row that takes this one with it when it goes."""
    return Column(name, ForeignKey(target, ondelete="CASCADE"), nullable=nullable)


def _mention(name: str, target: str) -> Column[int]:
    """Refer to a row that may go while this one stays."""
    return Column(name, ForeignKey(target, ondelete="SET NULL"), nullable=True)


def _count(name: str, kind: BigInteger | Integer | None = None) -> Column[int]:
    """Count from nought, also in the rows that were there before the column."""
    return Column(name, kind or Integer(), nullable=False, server_default=text("0"))


def _switch(name: str, *, on: bool = False) -> Column[bool]:
    """Say yes or no, also in the rows that were there before the column."""
    return Column(name, Boolean, nullable=False, server_default=text("1" if on else "0"))


def _policy() -> tuple[Column[Any], ...]:
    """Settings of a registry that come down from above; null: as above."""
    return (
        Column("max_file_bytes", BigInteger),
        Column("duplicates", String(16)),  # allow, refuse, identical
        Column("forwarding", Boolean),
    )


def _publisher() -> tuple[Column[str], Column[str]]:
    """Name who published something, for when they are gone; null: not known."""
    return Column("publisher", String(255)), Column("publisher_kind", String(8))  # user, deploy


def _yanked() -> Column[str]:
    """Say why something is yanked (PEP 592), perhaps with nothing; null: it is not."""
    return Column("yanked", Text)


users = Table(
    "users",
    metadata,
    _id(),
    Column("username", String(255), nullable=False),
    Column("username_key", String(255), nullable=False, unique=True),
    Column("name", String(255), nullable=False),
    Column("email", String(255), nullable=False),
    Column("email_key", String(255), nullable=False, unique=True),
    Column("password_hash", String(255), nullable=False),  # argon2id, parameters included
    Column("is_admin", Boolean, nullable=False),
    Column("state", String(16), nullable=False),  # active, blocked
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_signed_in_at", UtcDateTime),
    _switch("is_bot"),  # whom a project's or a group's access token acts as
    sqlite_autoincrement=True,
)

# Groups and users' own namespaces: one table, because a path names one or the other.
namespaces = Table(
    "namespaces",
    metadata,
    _id(),
    Column("kind", String(8), nullable=False),  # user, group
    _owner("parent_id", "namespaces.id", nullable=True),
    _owner("user_id", "users.id", nullable=True),  # of a user's own namespace
    Column("name", String(255), nullable=False),
    Column("path", String(255), nullable=False),
    Column("full_path", Text, nullable=False),
    Column("full_path_key", Text, nullable=False, unique=True),
    # "/1/4/9/": the ids from the root to this one, so that "everything under 4" is one range scan.
    Column("lineage", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("visibility", String(8), nullable=False),  # private, internal, public
    Column("created_at", UtcDateTime, nullable=False),
    *_policy(),
    _switch("forwarding_locked"),  # whether what is below has to do as this does
    Column("reserved_prefixes", Text, nullable=False, server_default=text("''")),  # by spaces
    CheckConstraint("(kind = 'user') = (user_id IS NOT NULL)", name="owner"),
    Index(None, "parent_id"),
    Index(None, "user_id"),
    Index(None, "lineage"),
    sqlite_autoincrement=True,
)

projects = Table(
    "projects",
    metadata,
    _id(),
    _owner("namespace_id", "namespaces.id"),
    Column("name", String(255), nullable=False),
    Column("path", String(255), nullable=False),
    Column("full_path", Text, nullable=False),
    Column("full_path_key", Text, nullable=False, unique=True),
    Column("description", Text, nullable=False),
    Column("visibility", String(8), nullable=False),
    Column("registry_access_level", String(8), nullable=False),  # disabled, private, …, public
    Column("max_file_bytes", BigInteger),  # this and the next are of _policy
    Column("duplicates", String(16)),
    Column("archived", Boolean, nullable=False),
    _mention("creator_id", "users.id"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    # Of all its files; kept by whatever adds and deletes them.
    _count("package_bytes", BigInteger()),
    _count("file_count"),
    Column("last_published_at", UtcDateTime),  # when its newest release was made
    Column("registry_access_before", String(8)),  # the level it goes back to when it is disabled
    Column("forwarding", Boolean),  # of _policy
    _switch("job_token_scope_enabled", on=True),  # whether it lists whose job tokens it admits
    Column("moved_at", UtcDateTime),  # when it last came into another namespace
    Column("widened_at", UtcDateTime),  # when its packages were last opened to more readers
    _count("packages_serial"),  # of the newest entry of the journal that names a package of it
    Index(None, "namespace_id"),
    Index(None, "last_published_at"),
    sqlite_autoincrement=True,
)

memberships = Table(
    "memberships",
    metadata,
    _id(),
    _owner("user_id", "users.id"),
    _owner("namespace_id", "namespaces.id", nullable=True),
    _owner("project_id", "projects.id", nullable=True),
    Column("role", Integer, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("(namespace_id IS NULL) <> (project_id IS NULL)", name="one_place"),
    UniqueConstraint("user_id", "namespace_id"),
    UniqueConstraint("user_id", "project_id"),
    Index(None, "namespace_id"),
    Index(None, "project_id"),
    sqlite_autoincrement=True,
)

# Every kind of credential string.  The secret is nowhere: 120 random bits need no slow hash, so
# one SHA-256, found by its index, is enough.
tokens = Table(
    "tokens",
    metadata,
    _id(),
    Column("kind", String(16), nullable=False),  # personal, project, group, deploy, job
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("name", String(255), nullable=False),
    Column("description", Text, nullable=False),
    Column("scopes", Text, nullable=False),  # separated by spaces
    _owner("user_id", "users.id", nullable=True),  # whom it acts as; a deploy token as nobody
    _owner("project_id", "projects.id", nullable=True),  # of a project's, or where a job runs
    _owner("namespace_id", "namespaces.id", nullable=True),  # of a group's
    Column("username", String(255)),  # of a deploy token; not looked at, as on GitLab
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("last_used_at", UtcDateTime),
    # The id of the first of those that were rotated into each other; null: it stands alone.
    Column("family_id", Integer),
    Column("role", Integer),  # of a project's or a group's: that of its bot
    Index(None, "user_id"),
    Index(None, "project_id"),
    Index(None, "namespace_id"),
    Index(None, "family_id"),
    sqlite_autoincrement=True,
)

# Browsers that are signed in.  As with tokens, the secret is nowhere.
sessions = Table(
    "sessions",
    metadata,
    _id(),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    _owner("user_id", "users.id"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("address", String(64), nullable=False),  # of the client
    Column("user_agent", String(255), nullable=False),
    Index(None, "user_id"),
    sqlite_autoincrement=True,
)

packages = Table(
    "packages",
    metadata,
    _id(),
    _owner("project_id", "projects.id"),
    Column("normalized_name", String(255), nullable=False),
    Column("name", String(255), nullable=False),  # as first uploaded
    Column("created_at", UtcDateTime, nullable=False),
    Column("status", String(16), nullable=False, server_default=text("'active'")),  # PEP 792
    Column("status_reason", Text, nullable=False, server_default=text("''")),
    _count("serial"),  # of the newest entry of the journal that names it
    UniqueConstraint("project_id", "normalized_name"),
    Index(None, "normalized_name", "project_id"),  # for what is sought in many projects
    sqlite_autoincrement=True,
)

releases = Table(
    "releases",
    metadata,
    _id(),
    _owner("package_id", "packages.id"),
    _owner("project_id", "projects.id"),  # its package's, for lists
    Column("version", String(255), nullable=False),  # as first uploaded
    Column("normalized_version", String(255), nullable=False),
    Column("summary", Text, nullable=False),
    _mention("creator_id", "users.id"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_downloaded_at", UtcDateTime),
    _count("downloads"),
    *_publisher(),
    _yanked(),  # with all its files, later ones too
    UniqueConstraint("package_id", "normalized_version"),
    # Each order of a project's list, so that a page of it is read from one place.
    Index(None, "project_id", "created_at", "id"),
    Index(None, "project_id", "version", "id"),
    Index(None, "project_id", "downloads", "id"),
    sqlite_autoincrement=True,
)

files = Table(
    "files",
    metadata,
    _id(),
    _owner("release_id", "releases.id"),
    Column("filename", String(255), nullable=False),
    Column("filename_key", Text, nullable=False),
    Column("filetype", String(16), nullable=False),  # bdist_wheel, sdist
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("md5", String(32), nullable=False),
    Column("blake2_256", String(64), nullable=False),
    Column("requires_python", Text, nullable=False),
    Column("metadata_version", String(16), nullable=False),
    # The file's own METADATA or PKG-INFO, byte for byte, is a blob too.
    Column("metadata_sha256", String(64), nullable=False),
    _mention("creator_id", "users.id"),
    Column("created_at", UtcDateTime, nullable=False),
    *_publisher(),
    _yanked(),  # by itself; or it is with its release
    _switch("serves_metadata"),  # beside the file, and its page says so (PEP 658)
    Index(None, "release_id", "filename_key"),
    Index(None, "sha256"),
    Index(None, "metadata_sha256"),
    sqlite_autoincrement=True,
)

# How often files of a release were downloaded on a day (UTC), and by what.
downloads = Table(
    "downloads",
    metadata,
    _owner("release_id", "releases.id"),
    Column("day", Date, nullable=False),
    Column("installer", String(32), nullable=False),
    Column("python", String(16), nullable=False),  # "3.12", or empty
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("release_id", "day", "installer", "python"),
    sqlite_with_rowid=False,  # the key is the order in which it is read
)

# Append-only.  No foreign keys: an entry outlives what it tells of.
journal = Table(
    "journal",
    metadata,
    Column("serial", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("action", String(64), nullable=False),
    Column("actor_id", Integer),  # null: the command line, or a deploy token
    Column("actor_token_id", Integer),
    Column("project_id", Integer),
    Column("namespace_id", Integer),
    Column("user_id", Integer),
    Column("token_id", Integer),
    Column("package", String(255)),  # normalised
    Column("details", Text, nullable=False),  # a JSON object
    Index(None, "project_id", "serial"),
    Index(None, "namespace_id", "serial"),
    Index(None, "actor_id", "action", "serial"),
    Index(None, "action", "serial"),
    sqlite_autoincrement=True,
)

# What an administrator has decided at run time; null: the environment's.
instance_settings = Table(
    "instance_settings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("packages_enabled", Boolean),
    Column("max_file_bytes", BigInteger),
    Column("duplicates", String(16)),
    Column("forwarding", Boolean),
    Column("forwarding_locked", Boolean),
    Column("upstream_url", Text),
    Column("reserved_prefixes", Text),  # by spaces
    Column("anyone_can_pull", Boolean),
    CheckConstraint("id = 1", name="one_row"),
)

# Who may publish and delete packages whose names match; a level is one of access.Role's.
protection_rules = Table(
    "protection_rules",
    metadata,
    _id(),
    _owner("project_id", "projects.id"),
    Column("pattern", String(255), nullable=False),
    Column("pattern_key", String(255), nullable=False),  # normalised
    Column("push_level", Integer),  # null: whoever may publish
    Column("delete_level", Integer),  # null: whoever may delete
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("push_level IS NOT NULL OR delete_level IS NOT NULL", name="one_level"),
    UniqueConstraint("project_id", "pattern_key"),
    sqlite_autoincrement=True,
)

# Whose job tokens a project admits beside its own: those of another project, or of all in a group.
job_token_admissions = Table(
    "job_token_admissions",
    metadata,
    _id(),
    _owner("project_id", "projects.id"),
    _owner("admitted_project_id", "projects.id", nullable=True),
    _owner("admitted_namespace_id", "namespaces.id", nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint(
        "(admitted_project_id IS NULL) <> (admitted_namespace_id IS NULL)", name="one_guest"
    ),
    UniqueConstraint("project_id", "admitted_project_id"),
    UniqueConstraint("project_id", "admitted_namespace_id"),
    Index(None, "admitted_project_id"),
    Index(None, "admitted_namespace_id"),
    sqlite_autoincrement=True,
)

# Every package name that was ever here, for it is never asked for elsewhere: deleting a package
# must not let a stranger's of the same name in.
known_names = Table(
    "known_names",
    metadata,
    Column("normalized_name", String(255), primary_key=True),
    Column("first_seen_at", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,
)
