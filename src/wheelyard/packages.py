"""Packages, releases and files: find, list, delete.

A package is a normalised name inside a project and owns one simple page; a release is one version
of it; a file is one wheel or sdist.  A release may hold several files of one name: the newest is
the one listed, each stays reachable by its own digest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    bindparam,
    delete,
    exists,
    or_,
    select,
    update,
)

from wheelyard import journal
from wheelyard.access import Actor
from wheelyard.blobs.store import Digests, Sha256
from wheelyard.database.paging import Page, Window, fetch
from wheelyard.database.rows import add_row
from wheelyard.database.schema import UtcDateTime, files, packages, releases
from wheelyard.journal import Entry
from wheelyard.projects import Project
from wheelyard.pypi.archives import Distribution
from wheelyard.pypi.names import (
    Filename,
    NormalizedName,
    normalize_name,
    normalize_version,
)


@dataclass(frozen=True, slots=True)
class Release:
    """One version of a package."""

    id: int
    package_id: int
    project_id: int
    name: str
    """The package's, as first uploaded."""

    normalized_name: NormalizedName
    version: str
    creator_id: int | None
    created_at: datetime
    last_downloaded_at: datetime | None


@dataclass(frozen=True, slots=True)
class File:
    """One wheel or sdist of a release; its bytes are the blob of its SHA-256."""

    id: int
    release_id: int
    filename: str
    size: int
    sha256: Sha256
    md5: str
    requires_python: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What is known of a file's bytes once they are in the store."""

    digests: Digests
    metadata_sha256: Sha256
    """Of the blob that holds the file's own METADATA or PKG-INFO."""

    requires_python: str


@dataclass(frozen=True, slots=True)
class PackagePage:
    """What a simple page lists: the newest file of each name, in the order of first upload.

    Spellings of one name count as one: of two links to the same wheel an installer takes either.
    """

    name: str
    files: Sequence[File]


def _release(row: Row[Any]) -> Release:
    return Release(
        id=row.id,
        package_id=row.package_id,
        project_id=row.project_id,
        name=row.name,
        normalized_name=row.normalized_name,
        version=row.version,
        creator_id=row.creator_id,
        created_at=row.created_at,
        last_downloaded_at=row.last_downloaded_at,
    )


def _releases() -> Select[Any]:
    return select(
        releases, packages.c.project_id, packages.c.name, packages.c.normalized_name
    ).join_from(releases, packages, releases.c.package_id == packages.c.id)


def _file(row: Row[Any]) -> File:
    return File(
        id=row.id,
        release_id=row.release_id,
        filename=row.filename,
        size=row.size,
        sha256=row.sha256,
        md5=row.md5,
        requires_python=row.requires_python,
        created_at=row.created_at,
    )


# Reading -----------------------------------------------------------------------------------------


def all_names(conn: Connection, project_id: int) -> list[tuple[NormalizedName, str]]:
    """Return the normalised and the shown name of every package, sorted."""
    rows = conn.execute(
        select(packages.c.normalized_name, packages.c.name)
        .where(packages.c.project_id == project_id)
        .order_by(packages.c.normalized_name)
    )
    return [(row.normalized_name, row.name) for row in rows]


_PAGE = (
    select(files, packages.c.name)
    .join_from(packages, releases, releases.c.package_id == packages.c.id)
    .join(files, files.c.release_id == releases.c.id)
    .order_by(files.c.id)
)


def find_page(conn: Connection, project_id: int, name: NormalizedName) -> PackagePage | None:
    """Return what a package's simple page lists, or None when there is no such package."""
    rows = conn.execute(
        _PAGE.where(packages.c.project_id == project_id, packages.c.normalized_name == name)
    ).all()
    if not rows:
        return None
    # A later one takes the earlier's place.
    newest = {row.filename_key: _file(row) for row in rows}
    return PackagePage(name=rows[0].name, files=list(newest.values()))


def find_file(conn: Connection, project_id: int, sha256: str, filename: str) -> File | None:
    """Return the file with this digest and name; of several, which have equal bytes, the newest."""
    row = conn.execute(
        select(files)
        .join_from(files, releases, files.c.release_id == releases.c.id)
        .join(packages, releases.c.package_id == packages.c.id)
        .where(
            packages.c.project_id == project_id,
            files.c.sha256 == sha256,
            files.c.filename == filename,
        )
        .order_by(files.c.id.desc())
        .limit(1)
    ).first()
    return _file(row) if row else None


def find_release(conn: Connection, project_id: int, release_id: int) -> Release | None:
    """Return a release of a project by id."""
    row = conn.execute(
        _releases().where(packages.c.project_id == project_id, releases.c.id == release_id)
    ).first()
    return _release(row) if row else None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which releases are wanted."""

    name: str = ""
    version: str = ""
    order_by: str = "created_at"
    descending: bool = False


_ORDERS = {
    "created_at": (releases.c.created_at,),
    "name": (packages.c.normalized_name,),
    "version": (releases.c.version,),
    "type": (),  # there is only one
}


def list_releases(
    conn: Connection, project_id: int, wanted: Filter, window: Window
) -> Page[Release]:
    """Page through the releases of a project."""
    statement = _releases().where(packages.c.project_id == project_id)
    if wanted.name:
        statement = statement.where(packages.c.name.icontains(wanted.name, autoescape=True))
    if wanted.version:
        statement = statement.where(releases.c.version == wanted.version)
    order = (*_ORDERS[wanted.order_by], releases.c.id)
    return fetch(conn, statement, window, _release, order_by=order, descending=wanted.descending)


def other_releases(conn: Connection, release: Release) -> list[Release]:
    """Return the package's releases but this one, newest first."""
    rows = conn.execute(
        _releases()
        .where(packages.c.id == release.package_id, releases.c.id != release.id)
        .order_by(releases.c.id.desc())
    )
    return [_release(row) for row in rows]


_FILE_ORDERS = {
    "id": (),
    "created_at": (files.c.created_at,),
    "file_name": (files.c.filename,),
}


def list_files(
    conn: Connection,
    release: Release,
    window: Window,
    *,
    order_by: str = "id",
    descending: bool = False,
) -> Page[File]:
    """Page through the files of a release, older copies of one name included."""
    order = (*_FILE_ORDERS[order_by], files.c.id)
    statement = select(files).where(files.c.release_id == release.id)
    return fetch(conn, statement, window, _file, order_by=order, descending=descending)


def find_file_of(conn: Connection, release: Release, file_id: int) -> File | None:
    """Return a file of a release by id."""
    row = conn.execute(
        select(files).where(files.c.release_id == release.id, files.c.id == file_id)
    ).first()
    return _file(row) if row else None


def find_newest_copy(conn: Connection, release: Release, filename: Filename) -> File | None:
    """Return the newest file of a name, however it is spelled, in a release."""
    row = conn.execute(
        select(files)
        .where(files.c.release_id == release.id, files.c.filename_key == filename.key)
        .order_by(files.c.id.desc())
        .limit(1)
    ).first()
    return _file(row) if row else None


# Writing -----------------------------------------------------------------------------------------


def ensure_release(
    conn: Connection,
    project: Project,
    *,
    name: str,
    version: str,
    summary: str,
    by: Actor,
    at: datetime,
) -> Release:
    """Find or make the package and the release that a file belongs to; both keep their spelling."""
    package_id = _ensure_package(conn, project, name, at=at)
    normalized = normalize_version(version)
    row = conn.execute(
        _releases().where(
            releases.c.package_id == package_id, releases.c.normalized_version == normalized
        )
    ).first()
    if row is None:
        release_id = add_row(
            conn,
            releases,
            package_id=package_id,
            version=version,
            normalized_version=normalized,
            summary=summary,
            creator_id=by.user_id,
            created_at=at,
        )
        row = conn.execute(_releases().where(releases.c.id == release_id)).one()
    return _release(row)


def _ensure_package(conn: Connection, project: Project, name: str, *, at: datetime) -> int:
    normalized = normalize_name(name)
    package_id: int | None = conn.execute(
        select(packages.c.id).where(
            packages.c.project_id == project.id, packages.c.normalized_name == normalized
        )
    ).scalar()
    if package_id is not None:
        return package_id
    return add_row(
        conn, packages, project_id=project.id, normalized_name=normalized, name=name, created_at=at
    )


def add_file(
    conn: Connection,
    release: Release,
    distribution: Distribution,
    stored: StoredFile,
    *,
    by: Actor,
    at: datetime,
) -> File:
    """Add a file to a release, and say so in the journal."""
    filename, digests = distribution.filename, stored.digests
    file_id = add_row(
        conn,
        files,
        release_id=release.id,
        filename=filename.text,
        filename_key=filename.key,
        filetype=filename.filetype.value,
        size=digests.size,
        sha256=digests.sha256,
        md5=digests.md5,
        blake2_256=digests.blake2_256,
        requires_python=stored.requires_python,
        # Any is taken, and only shown; one too long for the column is whole in the blob.
        metadata_version=distribution.metadata.metadata_version[:16],
        metadata_sha256=stored.metadata_sha256,
        creator_id=by.user_id,
        created_at=at,
    )
    journal.record(
        conn,
        _entry("file.published", release),
        by=by,
        at=at,
        version=release.version,
        filename=filename.text,
        sha256=digests.sha256,
        size=digests.size,
    )
    return _file(conn.execute(select(files).where(files.c.id == file_id)).one())


def delete_release(conn: Connection, release: Release, *, by: Actor, at: datetime) -> None:
    """Remove a release with its files, and the package with its last release."""
    conn.execute(delete(releases).where(releases.c.id == release.id))
    _drop_empty_package(conn, release)
    entry = _entry("release.deleted", release)
    journal.record(conn, entry, by=by, at=at, version=release.version)


def delete_file(conn: Connection, release: Release, file: File, *, by: Actor, at: datetime) -> None:
    """Remove a file, and the release with its last file."""
    conn.execute(delete(files).where(files.c.id == file.id))
    if conn.execute(select(files.c.id).where(files.c.release_id == release.id)).first() is None:
        conn.execute(delete(releases).where(releases.c.id == release.id))
        _drop_empty_package(conn, release)
    journal.record(
        conn,
        _entry("file.deleted", release),
        by=by,
        at=at,
        version=release.version,
        filename=file.filename,
        sha256=file.sha256,
    )


def _drop_empty_package(conn: Connection, release: Release) -> None:
    has_release = exists().where(releases.c.package_id == packages.c.id)
    conn.execute(delete(packages).where(packages.c.id == release.package_id, ~has_release))


def _entry(action: str, release: Release) -> Entry:
    return Entry(action, project_id=release.project_id, package=release.normalized_name)


_DOWNLOADED_AT = bindparam("downloaded_at", type_=UtcDateTime)
_NOTE_DOWNLOAD = (
    update(releases)
    .where(
        releases.c.id == bindparam("release"),
        or_(
            releases.c.last_downloaded_at.is_(None), releases.c.last_downloaded_at < _DOWNLOADED_AT
        ),
    )
    .values(last_downloaded_at=_DOWNLOADED_AT)
)


def note_downloads(conn: Connection, downloaded_at: Mapping[int, datetime]) -> None:
    """Write when releases were last downloaded; no change, so the journal hears nothing."""
    rows = [{"release": release, "downloaded_at": at} for release, at in downloaded_at.items()]
    if rows:
        conn.execute(_NOTE_DOWNLOAD, rows)
