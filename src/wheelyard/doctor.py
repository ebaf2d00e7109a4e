"""Looking an installation over: its settings, its folders, its database, its files."""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.exc import DatabaseError

from wheelyard import firststart
from wheelyard.blobs.disk import DiskStore
from wheelyard.database import migrate
from wheelyard.database.engine import Database
from wheelyard.database.schema import files, packages, projects, releases
from wheelyard.facts import Unavailable
from wheelyard.settings import PREFIX, Settings

MIN_FREE_BYTES = 1024**3
"""Under this there is soon no room for an upload."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    ok: bool
    sentence: str


def describe(settings: Settings, environment: Mapping[str, str]) -> Iterator[str]:
    """Say what every setting is, and whether somebody has set it."""
    for field in fields(settings):
        name = PREFIX + field.name.upper()
        value = getattr(settings, field.name)
        origin = "set" if environment.get(name) else "default"
        shown = ",".join(value) if isinstance(value, tuple) else str(value)
        yield f"{name} = {shown or '(empty)'}  [{origin}]"


def examine(settings: Settings, environment: Mapping[str, str], *, full: bool) -> Iterator[Finding]:
    """Look at one thing after another; a later one is left out where it needs an earlier one."""
    yield from _examine_names(environment)
    yield from _examine_folder(settings.data)
    if not settings.database_path.exists():
        yield Finding(ok=False, sentence="There is no database yet; start the registry once.")
        return
    yield Finding(ok=True, sentence=f"SQLite {sqlite3.sqlite_version} is in use.")
    schema = _examine_schema(settings.database_path)
    yield schema
    if schema.ok:
        yield from _examine_contents(settings, full=full)


def _examine_names(environment: Mapping[str, str]) -> Iterator[Finding]:
    known = {PREFIX + field.name.upper() for field in fields(Settings)}
    known |= {firststart.ROOT_PASSWORD, firststart.ROOT_TOKEN}
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            yield Finding(ok=False, sentence=f"{name} is set, and is no setting of this release.")


def _examine_folder(folder: Path) -> Iterator[Finding]:
    if not folder.is_dir():
        yield Finding(ok=False, sentence=f"There is no folder {folder}.")
        return
    writable = os.access(folder, os.W_OK)
    yield Finding(
        ok=writable, sentence=f"The folder {folder} {'is' if writable else 'is not'} writable."
    )
    free = shutil.disk_usage(folder).free
    yield Finding(ok=free >= MIN_FREE_BYTES, sentence=f"{free // 1024**2} MiB are free in it.")


def _examine_schema(path: Path) -> Finding:
    try:
        found = migrate.current(path)
    except Unavailable as fact:
        return Finding(ok=False, sentence=f"{fact}.")
    return Finding(
        ok=found == migrate.NEWEST,
        sentence=f"The schema is {found}; this release's is {migrate.NEWEST}.",
    )


def _examine_contents(settings: Settings, *, full: bool) -> Iterator[Finding]:
    database = Database(settings.database_path)
    try:
        yield _examine_database(database)
        blobs = DiskStore(settings.blobs_path)
        yield from _examine_store(blobs, settings.blobs_path)
        with database.read() as conn:
            yield from _examine_files(conn, blobs, full=full)
    finally:
        database.close()


def _examine_store(blobs: DiskStore, folder: Path) -> Iterator[Finding]:
    yield from _examine_folder(folder)
    if not folder.is_dir():
        return
    for unwritable in blobs.unwritable_folders():
        yield Finding(ok=False, sentence=f"No file can be made in the folder {unwritable}.")


def _examine_database(database: Database) -> Finding:
    try:
        verdict = database.check()
    except DatabaseError as error:
        verdict = str(error.orig)
    return Finding(ok=verdict == "ok", sentence=f"The database file says of itself: {verdict}.")


_FILES = (
    select(
        files.c.filename,
        files.c.size,
        files.c.sha256,
        files.c.metadata_sha256,
        projects.c.full_path,
    )
    .join_from(files, releases, files.c.release_id == releases.c.id)
    .join(packages, releases.c.package_id == packages.c.id)
    .join(projects, packages.c.project_id == projects.c.id)
    .order_by(files.c.id)
)


def _examine_files(conn: Connection, blobs: DiskStore, *, full: bool) -> Iterator[Finding]:
    """Look for the blobs of every file: its bytes, and its metadata beside them."""
    count = 0
    for file in conn.execute(_FILES):
        count += 1
        what = f"{file.filename} of {file.full_path}"
        for sha256, size in ((file.sha256, file.size), (file.metadata_sha256, None)):
            if problem := _find_problem(blobs.path(sha256), sha256, size, full=full):
                yield Finding(ok=False, sentence=f"{what}: the blob {sha256} {problem}.")
    how = "and digest " if full else ""
    yield Finding(ok=True, sentence=f"{count} files were looked for by size {how}in the store.")


def _find_problem(path: Path, sha256: str, size: int | None, *, full: bool) -> str | None:
    try:
        found = path.stat().st_size
        if size is not None and found != size:
            return f"has {found} bytes instead of {size}"
        if full:
            with path.open("rb") as blob:
                if hashlib.file_digest(blob, "sha256").hexdigest() != sha256:
                    return "has other bytes than its digest says"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return None
