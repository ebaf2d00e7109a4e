"""Bringing a database to the schema of this release, with Alembic.

Alembic is loaded only where there is something to migrate: it takes a fifth of the time of a start,
and nearly every start finds the newest schema.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from wheelyard.database.engine import BUSY_TIMEOUT_MS
from wheelyard.facts import TooNew, Unavailable

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST = "0001"
"""The revision that this release wants; a test holds it to the last of the scripts."""

_HAS_REVISION = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(database: Path) -> None:
    """Run what is missing, in one transaction; nothing is missing the second time.

    Raises TooNew, and Unavailable when the file is no database.
    """
    found = current(database)
    if found == NEWEST:
        return
    from alembic import command  # noqa: PLC0415  see above
    from alembic.script import ScriptDirectory  # noqa: PLC0415  as above

    config = alembic_config(database)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise TooNew(
            "The database was made by a newer release of Wheelyard; start that one, or restore "
            "a backup from before the upgrade."
        )
    command.upgrade(config, "head")


def alembic_config(database: Path) -> "Config":
    """Return what Alembic needs to know of a database and of the scripts."""
    from alembic.config import Config  # noqa: PLC0415  see above

    config = Config()
    # A percent sign would be taken for interpolation.
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["path"] = database
    return config


def current(database: Path) -> str | None:
    """Return the revision a database is at; None for a new or absent one.  Raises Unavailable."""
    if not database.exists():
        return None
    try:
        with closing(sqlite3.connect(database, timeout=BUSY_TIMEOUT_MS / 1000)) as connection:
            if not connection.execute(_HAS_REVISION).fetchone():
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise Unavailable(f"The database {database} cannot be opened: {error}") from error
    return row[0] if row else None
