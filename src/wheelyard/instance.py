"""What an administrator decides for the whole instance while it runs.

Each of them wins over the setting of the same name that the environment gave at the start.
They are in the database, and a change is in the journal, so that every process sees it at its next
request.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from wheelyard import addresses, journal
from wheelyard.access import Actor
from wheelyard.database.schema import instance_settings
from wheelyard.facts import InvalidRecord, Sentence
from wheelyard.journal import Entry
from wheelyard.pypi import names
from wheelyard.pypi.names import InvalidPrefix, NormalizedName
from wheelyard.settings import MAX_FILE_BYTES_LIMIT, Duplicates, Settings

MAX_PREFIXES = 200
"""The most prefixes that one place may reserve."""


@dataclass(frozen=True, slots=True)
class Instance:
    """What was decided; None is the environment's."""

    packages_enabled: bool | None = None
    max_file_bytes: int | None = None
    """0 is no limit."""

    duplicates: Duplicates | None = None
    forwarding: bool | None = None
    forwarding_locked: bool | None = None
    upstream_url: str | None = None
    """Empty is none, whatever the environment says."""

    reserved_prefixes: tuple[NormalizedName, ...] | None = None
    anyone_can_pull: bool | None = None


_COLUMNS = tuple(instance_settings.c[field.name] for field in fields(Instance))


def get(conn: Connection) -> Instance:
    """Return what was decided at run time."""
    row = conn.execute(select(*_COLUMNS)).first()
    if row is None:
        return Instance()
    prefixes = row.reserved_prefixes
    return Instance(
        packages_enabled=row.packages_enabled,
        max_file_bytes=row.max_file_bytes,
        duplicates=Duplicates(row.duplicates) if row.duplicates else None,
        forwarding=row.forwarding,
        forwarding_locked=row.forwarding_locked,
        upstream_url=row.upstream_url,
        reserved_prefixes=(
            None if prefixes is None else tuple(map(NormalizedName, prefixes.split()))
        ),
        anyone_can_pull=row.anyone_can_pull,
    )


def in_force(conn: Connection, settings: Settings) -> Settings:
    """Return the environment's settings with what was decided at run time in their place."""
    decided = {name: value for name, value in asdict(get(conn)).items() if value is not None}
    return replace(settings, **decided) if decided else settings


def edit(
    conn: Connection, changes: Mapping[str, Any], *, own_url: str = "", by: Actor, at: datetime
) -> Instance:
    """Change fields of Instance, None giving one back to the environment.

    ``own_url`` is under what address people reach this registry: an upstream there would send
    them round in a circle.  Raises InvalidRecord.
    """
    before = get(conn)
    after = replace(before, **changes)
    _require_valid(after)
    _require_upstream(after.upstream_url, own_url)
    if after == before:
        return before
    stored = asdict(after)
    if after.reserved_prefixes is not None:
        stored["reserved_prefixes"] = " ".join(after.reserved_prefixes)
    if conn.execute(update(instance_settings).values(stored)).rowcount == 0:
        conn.execute(insert(instance_settings).values(id=1, **stored))
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


def _require_upstream(url: str | None, own_url: str) -> None:
    if url and not addresses.is_index(url):
        raise InvalidRecord(
            pypi_upstream_url=Sentence(
                "must be http:// or https://, a host and perhaps a path, without user, password "
                "or query"
            )
        )
    if url and addresses.is_same_server(url, own_url):
        raise InvalidRecord(pypi_upstream_url=Sentence("is this registry itself"))


def read_prefixes(texts: Iterable[str]) -> tuple[NormalizedName, ...]:
    """Read prefixes as people write them.  Raises InvalidRecord."""
    try:
        prefixes = names.normalize_prefixes(texts)
    except InvalidPrefix as error:
        raise InvalidRecord(
            pypi_reserved_prefixes=Sentence(
                "must be beginnings of names, without an asterisk: %(text)s is none",
                text=error.args[0],
            )
        ) from error
    if len(prefixes) > MAX_PREFIXES:
        raise InvalidRecord(
            pypi_reserved_prefixes=Sentence("can be %(number)s at most", number=MAX_PREFIXES)
        )
    return prefixes
