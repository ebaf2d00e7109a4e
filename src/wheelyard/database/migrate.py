"""Bringing a database to the schema of this release, with Alembic.

Alembic is loaded only where there is something to migrate: it takes a fifth of the time of a start,
and nearly every start finds the newest schema.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from wheelyard.database.engine import BUSY_TIMEOUT_MS
from wheelyard.facts import TooNew, Unavailable

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST = "0004"
"""The revision that this release wants; a test holds it to the last of the scripts."""

BlobPath = Callable[[str], Path]

_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(database: Path, blob_path: BlobPath | None = None) -> None:
    """Run what is missing, in one transaction; nothing is missing the second time.

    ``blob_path`` tells by its SHA-256 where a blob is, for what an upgrade reads of the files.
    Raises TooNew, and Unavailable when the file is no database of ours or has no room.
    """
    found = current(database)
    if found == NEWEST:
        return
    from alembic import command  # noqa: PLC0415  see above
    from alembic.script import ScriptDirectory  # noqa: PLC0415  as above

    config = alembic_config(database, blob_path)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise TooNew(
            "The database was made by a newer release of Wheelyard; start that one, or restore "
            "a backup from before the upgrade."
        )
    try:
        command.upgrade(config, "head")
    except DBAPIError as error:
        raise Unavailable(f"The database {database} cannot be migrated: {error.orig}") from error


def alembic_config(database: Path, blob_path: BlobPath | None = None) -> "Config":
    """Return what Alembic needs to know of a database, of the scripts and of the blobs."""
    from alembic.config import Config  # noqa: PLC0415  see above

    config = Config()
    # A percent sign would be taken for interpolation.
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["path"] = database
    config.attributes["blob_path"] = blob_path
    return config


def current(database: Path) -> str | None:
    """Return the revision a database is at; None for a new or absent one.  Raises Unavailable."""
    if not database.exists():
        return None
    try:
        tables, revision = _look_at(database)
    except sqlite3.Error as error:
        raise Unavailable(f"The database {database} cannot be opened: {error}") from error
    if tables and revision is None:
        raise Unavailable(
            f"The database {database} has tables and no revision: "
            "it is another program's or damaged"
        )
    return revision


def _look_at(database: Path) -> tuple[set[str], str | None]:
    with closing(sqlite3.connect(database, timeout=BUSY_TIMEOUT_MS / 1000)) as connection:
        connection.execute("BEGIN")  # another process may be migrating it
        tables = {name for (name,) in connection.execute(_TABLES)}
        if "alembic_version" not in tables:
            return tables, None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return tables, row[0] if row else None
