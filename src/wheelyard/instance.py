"""What an administrator decides for the whole instance while it runs.

Each of the switches wins over the setting of the same name that the environment gave at the start.
They are in the database, and a change is in the journal, so that every process sees it at its next
request.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from wheelyard import journal
from wheelyard.access import Actor
from wheelyard.database.schema import instance_settings
from wheelyard.facts import InvalidRecord, Sentence
from wheelyard.journal import Entry
from wheelyard.settings import MAX_FILE_BYTES_LIMIT, Duplicates, Settings


@dataclass(frozen=True, slots=True)
class Instance:
    """What was decided; None is the environment's."""

    packages_enabled: bool | None = None
    max_file_bytes: int | None = None
    """0 is no limit."""

    duplicates: Duplicates | None = None


_COLUMNS = (
    instance_settings.c.packages_enabled,
    instance_settings.c.max_file_bytes,
    instance_settings.c.duplicates,
)


def get(conn: Connection) -> Instance:
    """Return what was decided at run time."""
    row = conn.execute(select(*_COLUMNS)).first()
    if row is None:
        return Instance()
    return Instance(
        packages_enabled=row.packages_enabled,
        max_file_bytes=row.max_file_bytes,
        duplicates=Duplicates(row.duplicates) if row.duplicates else None,
    )


def in_force(conn: Connection, settings: Settings) -> Settings:
    """Return the environment's settings with what was decided at run time in their place."""
    decided = {name: value for name, value in asdict(get(conn)).items() if value is not None}
    return replace(settings, **decided) if decided else settings


def edit(conn: Connection, changes: Mapping[str, Any], *, by: Actor, at: datetime) -> Instance:
    """Change fields of Instance, None giving one back to the environment.  Raises InvalidRecord."""
    before = get(conn)
    after = replace(before, **changes)
    _require_valid(after)
    if after == before:
        return before
    if conn.execute(update(instance_settings).values(asdict(after))).rowcount == 0:
        conn.execute(insert(instance_settings).values(id=1, **asdict(after)))
    journal.record(conn, Entry("instance.edited"), by=by, at=at, **changes)
    return get(conn)


def _require_valid(wanted: Instance) -> None:
    limit, duplicates = wanted.max_file_bytes, wanted.duplicates
    if limit is not None and not 0 <= limit <= MAX_FILE_BYTES_LIMIT:
        raise InvalidRecord(
            max_file_bytes=Sentence("must be from 0 to %(number)s", number=MAX_FILE_BYTES_LIMIT)
        )
    if duplicates is not None and duplicates not in set(Duplicates):
        raise InvalidRecord(duplicates=Sentence("must be allow, refuse or identical"))
