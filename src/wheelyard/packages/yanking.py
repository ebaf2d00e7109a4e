"""Yanking releases and files, and taking that back (PEP 592).

What is yanked stays where it is; installers pass it over unless they are asked for exactly its
version.  A release is yanked with all of its files, those too that come later.  A file may also be
yanked by itself, and what was said of it by itself counts before what was said of its release; it
outlasts the release's own yank.
"""

from datetime import datetime

from sqlalchemy import Connection, Table, update

from wheelyard import journal
from wheelyard.access import Actor
from wheelyard.database.schema import files, releases
from wheelyard.facts import Conflict, Sentence
from wheelyard.journal import Entry
from wheelyard.packages.records import File, Release
from wheelyard.packages.statuses import read_reason


def yank_release(
    conn: Connection, release: Release, reason: str, *, by: Actor, at: datetime
) -> None:
    """Yank a release, perhaps for a reason; once more, for another.  Raises InvalidRecord."""
    reason = read_reason(reason)
    if _set(conn, releases, release.id, reason):
        _record(conn, "release.yanked", release, by=by, at=at, reason=reason)


def unyank_release(conn: Connection, release: Release, *, by: Actor, at: datetime) -> None:
    """Take back that a release was yanked; files that were by themselves stay so."""
    if _set(conn, releases, release.id, None):
        _record(conn, "release.unyanked", release, by=by, at=at)


def yank_file(
    conn: Connection, release: Release, file: File, reason: str, *, by: Actor, at: datetime
) -> None:
    """Yank one file of a release, perhaps for a reason.  Raises InvalidRecord."""
    reason = read_reason(reason)
    if _set(conn, files, file.id, reason):
        named = {"filename": file.filename, "sha256": file.sha256}
        _record(conn, "file.yanked", release, by=by, at=at, **named, reason=reason)


def unyank_file(conn: Connection, release: Release, file: File, *, by: Actor, at: datetime) -> None:
    """Take back that a file was yanked.  Raises Conflict when it is yanked with its release."""
    if _set(conn, files, file.id, None):
        named = {"filename": file.filename, "sha256": file.sha256}
        _record(conn, "file.unyanked", release, by=by, at=at, **named)
    elif release.yanked is not None:
        raise Conflict(
            Sentence(
                "%(file)s is yanked with its release, of which that has to be taken back",
                file=file.filename,
            )
        )


def _set(conn: Connection, table: Table, row_id: int, yanked: str | None) -> bool:
    """Write what is said of a release or of a file, and return whether it is another thing."""
    differs = table.c.yanked.is_distinct_from(yanked)
    changed = update(table).where(table.c.id == row_id, differs).values(yanked=yanked)
    return conn.execute(changed).rowcount == 1


def _record(
    conn: Connection, action: str, release: Release, *, by: Actor, at: datetime, **details: str
) -> None:
    entry = Entry(action, project_id=release.project_id, package=release.normalized_name)
    journal.record(conn, entry, by=by, at=at, version=release.version, **details)
