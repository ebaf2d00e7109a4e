"""Looking an installation over: its settings, its folders, its database, its files."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import IntEnum
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DatabaseError

from wheelyard import firststart, forwarding, instance
from wheelyard.blobs import open_store
from wheelyard.blobs.disk import OWN_FOLDER
from wheelyard.blobs.store import BlobStore
from wheelyard.database import migrate
from wheelyard.database.engine import Database
from wheelyard.database.schema import projects
from wheelyard.facts import Sentence, Unavailable
from wheelyard.settings import PREFIX, Settings
from wheelyard.storedfiles import FILES, Inspector, Mender

MIN_FREE_BYTES = 1024**3
"""Under this there is soon no room for an upload."""


class Depth(IntEnum):
    """How much is looked at."""

    QUICK = 0
    """What takes moments, however much there is: names, folders, room, the schema."""

    SIZES = 1
    """Also the database file, and whether every file is in the store and as long as it was."""

    DIGESTS = 2
    """Also the digest of every file, for which all are read."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    ok: bool
    sentence: str
    remedy: str = ""
    """What to do about a problem."""

    is_mended: bool = False
    """Whether it was a problem until now."""


_FREE_ROOM = Sentence("Delete what nobody needs, or give the folder a larger disk.")
_UPSTREAM = Sentence("Set WHEELYARD_UPSTREAM_URL, or the address on the Packages page, to another.")
_RESTORE_DATABASE = Sentence("Stop the registry and restore the database from a backup.")


def examine(
    settings: Settings,
    environment: Mapping[str, str],
    *,
    depth: Depth,
    seconds: float | None = None,
    repaired_at: datetime | None = None,
    step: Callable[[int], None] = lambda _: None,
) -> Iterator[Finding]:
    """Look at one thing after another; a later one is left out where it needs an earlier one.

    Looking for files ends after some seconds, when they are given, and says how far it came;
    ``step`` is called for each.  What can be mended of them is, with the moment of repair.
    """
    yield from _examine_names(environment)
    yield from _examine_folder(settings.data)
    if not settings.database_path.exists():
        yield Finding(
            ok=False, sentence=Sentence("There is no database yet; start the registry once.")
        )
        return
    yield Finding(
        ok=True,
        sentence=Sentence("SQLite %(version)s is in use.", version=sqlite3.sqlite_version),
    )
    schema = _examine_schema(settings.database_path)
    yield schema
    if schema.ok:
        yield from _examine_contents(settings, depth, seconds, repaired_at, step)


def _examine_forwarding(conn: Connection, settings: Settings) -> Iterator[Finding]:
    settings = instance.in_force(conn, settings)
    url = settings.upstream_url
    if url and not forwarding.has_upstream(settings):
        yield Finding(
            ok=False,
            sentence=Sentence("The upstream index is this registry itself: nothing is forwarded."),
            remedy=_UPSTREAM,
        )
    elif settings.forwarding and not url:
        yield Finding(
            ok=False,
            sentence=Sentence(
                "Forwarding is on, and there is no upstream index: nothing is forwarded."
            ),
            remedy=_UPSTREAM,
        )


def _examine_names(environment: Mapping[str, str]) -> Iterator[Finding]:
    known = {PREFIX + field.name.upper() for field in fields(Settings)}
    known |= {firststart.ROOT_PASSWORD, firststart.ROOT_TOKEN, "WHEELYARD_TOKEN"}  # of "lint"
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            yield Finding(
                ok=False,
                sentence=Sentence("%(name)s is set, and is no setting of this release.", name=name),
                remedy=Sentence("Correct its name, or take it out of the environment."),
            )


def _examine_folder(folder: Path) -> Iterator[Finding]:
    if not folder.is_dir():
        yield Finding(
            ok=False,
            sentence=Sentence("There is no folder %(folder)s.", folder=folder),
            remedy=Sentence("Start the registry once, or correct the setting that names it."),
        )
        return
    if os.access(folder, os.W_OK):
        yield Finding(
            ok=True, sentence=Sentence("The folder %(folder)s is writable.", folder=folder)
        )
    else:
        said = Sentence("The folder %(folder)s is not writable.", folder=folder)
        yield Finding(ok=False, sentence=said, remedy=OWN_FOLDER)
    free = shutil.disk_usage(folder).free
    yield Finding(
        ok=free >= MIN_FREE_BYTES,
        sentence=Sentence("%(number)s MB are free in it.", number=free // 1024**2),
        remedy="" if free >= MIN_FREE_BYTES else _FREE_ROOM,
    )


def _examine_schema(path: Path) -> Finding:
    try:
        found = migrate.current(path)
    except Unavailable as fact:
        return Finding(ok=False, sentence=f"{fact}.", remedy=_RESTORE_DATABASE)
    is_newest = found == migrate.NEWEST
    return Finding(
        ok=is_newest,
        sentence=Sentence(
            "The schema is %(found)s; this release's is %(newest)s.",
            found=found,
            newest=migrate.NEWEST,
        ),
        remedy="" if is_newest else Sentence("Restart the registry with its newest release."),
    )


def count_files(settings: Settings) -> int:
    """Return how many files there are to look for; none where there is no sound database yet."""
    if not settings.database_path.exists() or not _examine_schema(settings.database_path).ok:
        return 0
    database = Database(settings.database_path)
    try:
        with database.read() as conn:
            return _count(conn)
    finally:
        database.close()


def _examine_contents(
    settings: Settings,
    depth: Depth,
    seconds: float | None,
    repaired_at: datetime | None,
    step: Callable[[int], None],
) -> Iterator[Finding]:
    blobs = open_store(settings)
    yield from _examine_store(blobs, settings.blobs_path)
    database = Database(settings.database_path)
    try:
        with database.read() as conn:
            yield from _examine_forwarding(conn, settings)
        if depth is Depth.QUICK:
            return
        yield _examine_database(database)
        mender = None if repaired_at is None else Mender(database, repaired_at)
        inspector = Inspector(blobs, reads_all=depth is Depth.DIGESTS, mender=mender)
        with database.read() as conn:
            yield from _examine_files(conn, inspector, seconds=seconds, step=step)
    finally:
        database.close()


def _examine_store(blobs: BlobStore, folder: Path) -> Iterator[Finding]:
    yield from _examine_folder(folder)
    if not folder.is_dir():
        return
    for lacking in blobs.shortcomings():
        yield Finding(ok=False, sentence=lacking.sentence, remedy=lacking.remedy)


def _examine_database(database: Database) -> Finding:
    try:
        verdict = database.check()
    except DatabaseError as error:
        verdict = str(error.orig)
    return Finding(
        ok=verdict == "ok",
        sentence=Sentence("The database file says of itself: %(verdict)s.", verdict=verdict),
        remedy="" if verdict == "ok" else _RESTORE_DATABASE,
    )


def _examine_files(
    conn: Connection, inspector: Inspector, *, seconds: float | None, step: Callable[[int], None]
) -> Iterator[Finding]:
    """Look for the blobs of every file: its bytes, and its metadata beside them."""
    count, end = 0, None if seconds is None else time.monotonic() + seconds
    for file in conn.execute(FILES.execution_options(yield_per=1000)):
        if end is not None and time.monotonic() > end:
            yield Finding(ok=True, sentence=_stopped(conn, count))
            return
        count += 1
        for fault in inspector.faults(file):
            is_mended = fault.remedy is None
            yield Finding(is_mended, fault.sentence, fault.remedy or "", is_mended=is_mended)
        step(1)
    looked = (
        Sentence("Files looked for by size and digest in the store: %(number)s.", number=count)
        if inspector.reads_all
        else Sentence("Files looked for by size in the store: %(number)s.", number=count)
    )
    yield Finding(ok=True, sentence=looked)


def _stopped(conn: Connection, count: int) -> Sentence:
    return Sentence(
        "Only the first %(number)s of %(total)s files were looked for in the time that there is "
        "for a page; the command doctor looks for all.",
        number=count,
        total=_count(conn),
    )


def _count(conn: Connection) -> int:
    return conn.execute(select(func.sum(projects.c.file_count))).scalar_one() or 0
