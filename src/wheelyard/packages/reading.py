"""Finding and listing packages, releases and files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from packaging.version import InvalidVersion
from sqlalchemy import ColumnElement, Connection, Row, Select, func, select, union_all

from wheelyard.blobs.store import Blob
from wheelyard.database.paging import Page, Window, fetch
from wheelyard.database.schema import files, packages, projects, releases
from wheelyard.packages.records import (
    FILE_COLUMNS,
    File,
    Holder,
    PackagePage,
    Release,
    Within,
    file_from_row,
    is_within,
    release_from_row,
    select_files,
    select_releases,
)
from wheelyard.packages.statuses import require_offered
from wheelyard.pypi.names import Filename, NormalizedName, normalize_name, normalize_version
from wheelyard.pypi.simple import Listed
from wheelyard.pypi.status import PackageStatus


def all_names(conn: Connection, within: Within) -> list[Listed]:
    """Return the name of every package, sorted.

    Where several projects have one, it is shown as the oldest of these packages is, and the newest
    change of any of them counts.
    """
    rows = conn.execute(
        select(packages.c.normalized_name, packages.c.name, packages.c.serial)
        .where(is_within(packages.c.project_id, within))
        .order_by(packages.c.normalized_name, packages.c.id)
    )
    listed: dict[NormalizedName, Listed] = {}
    for normalized_name, name, serial in rows:
        earlier = listed.get(normalized_name)
        if earlier is not None:
            name, serial = earlier.shown_name, max(serial, earlier.serial)  # noqa: PLW2901  see above
        listed[normalized_name] = Listed(normalized_name, name, serial)
    return list(listed.values())


def last_serial(conn: Connection, within: Within) -> int:
    """Return the serial of the newest change of any package, be it gone now; 0 for none."""
    newest = func.max(projects.c.packages_serial)
    return conn.scalar(select(newest).where(is_within(projects.c.id, within))) or 0


_PAGE: Select[Any] = (
    select(
        *FILE_COLUMNS,
        packages.c.id.label("package_id"),
        packages.c.name,
        packages.c.project_id,
        packages.c.status,
        packages.c.status_reason,
        packages.c.serial,
        releases.c.version,
        releases.c.normalized_version,
        releases.c.created_at.label("released_at"),
    )
    .join_from(packages, releases, releases.c.package_id == packages.c.id)
    .join(files, files.c.release_id == releases.c.id)
    .order_by(packages.c.id, files.c.id)
)


def find_page(
    conn: Connection, within: Within, name: NormalizedName, since: Mapping[int, datetime]
) -> PackagePage | None:
    """Return what a package's simple page lists, or None when there is no such package.

    Where several projects have it, all files of one version are of one project: of the one that has
    had the version here for longest.  ``since`` says from when on a project's releases count as
    being here; those of one that it does not name do so from when they were made.  The files of a
    quarantined package are left out, and nobody else's take their place.
    """
    rows = conn.execute(
        _PAGE.where(is_within(packages.c.project_id, within), packages.c.normalized_name == name)
    ).all()
    if not rows:
        return None
    giving = _giving_releases(rows, since)
    given = [row for row in rows if row.release_id in giving]
    # A later one takes the earlier's place.
    newest = {
        row.filename_key: file_from_row(row)
        for row in given
        if PackageStatus(row.status).offers_files
    }
    versions = {row.release_id: row.version for row in given}
    speaking = next((row for row in rows if PackageStatus(row.status).offers_files), rows[0])
    return PackagePage(
        name=rows[0].name,
        serial=max(row.serial for row in rows),
        versions=list(versions.values()),
        files=list(newest.values()),
        status=PackageStatus(speaking.status),
        status_reason=speaking.status_reason,
    )


def _giving_releases(rows: Iterable[Row[Any]], since: Mapping[int, datetime]) -> set[int]:
    """Return those that give the page their files: of each version the one longest here."""
    first: dict[str, tuple[datetime, int]] = {}
    for row in rows:
        here = max(row.released_at, since.get(row.project_id, row.released_at)), row.release_id
        first[row.normalized_version] = min(here, first.get(row.normalized_version, here))
    return {release_id for _, release_id in first.values()}


def holders(conn: Connection, readable: Select[tuple[int]], name: NormalizedName) -> list[Holder]:
    """Return those of the projects that have a package, the oldest package first."""
    holding = select(packages.c.project_id).where(packages.c.normalized_name == name)
    return _readable(conn, readable, holding)


def file_holders(
    conn: Connection, readable: Select[tuple[int]], sha256: str, filename: str
) -> list[int]:
    """Return the ids of those of the projects that have a file; those that offer it first.

    Otherwise as ``holders`` does.
    """
    is_quarantined = packages.c.status == PackageStatus.QUARANTINED.value
    holding = _files_like([packages.c.project_id], sha256, filename).order_by(is_quarantined)
    return [holder.project_id for holder in _readable(conn, readable, holding)]


def _readable(
    conn: Connection, readable: Select[tuple[int]], holding: Select[tuple[int]]
) -> list[Holder]:
    # What may be read is asked of the few that hold it, for a group may have ten thousand projects.
    dated = readable.add_columns(projects.c.moved_at, projects.c.widened_at)
    found = {row.id: Holder(*row) for row in conn.execute(dated.where(projects.c.id.in_(holding)))}
    if not found:
        return []
    by_age: list[int] = list(conn.scalars(holding.order_by(packages.c.id)))
    return [found[number] for number in by_age if number in found]


def _files_like(columns: Sequence[ColumnElement[Any]], sha256: str, filename: str) -> Select[Any]:
    return (
        select(*columns)
        .select_from(files)
        .join(releases, files.c.release_id == releases.c.id)
        .join(packages, releases.c.package_id == packages.c.id)
        .where(files.c.sha256 == sha256, files.c.filename == filename)
    )


def find_file(conn: Connection, project_id: int, sha256: str, filename: str) -> File | None:
    """Return the file with this digest and name; of several, which have equal bytes, the newest.

    Raises Forbidden when its package is quarantined.
    """
    package = (packages.c.name, packages.c.status, packages.c.status_reason)
    row = conn.execute(
        _files_like([*FILE_COLUMNS, *package], sha256, filename)
        .where(packages.c.project_id == project_id)
        .order_by(files.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    require_offered(row.name, PackageStatus(row.status), row.status_reason)
    return file_from_row(row)


def find_release(conn: Connection, project_id: int, release_id: int) -> Release | None:
    """Return a release of a project by id."""
    row = conn.execute(
        select_releases().where(packages.c.project_id == project_id, releases.c.id == release_id)
    ).first()
    return release_from_row(row) if row else None


def find_version(conn: Connection, project_id: int, name: str, version: str) -> Release | None:
    """Return a release of a project by its package and version, in any spelling of either."""
    try:
        normalized = normalize_version(version)
    except InvalidVersion:
        return None
    row = conn.execute(
        select_releases().where(
            packages.c.project_id == project_id,
            packages.c.normalized_name == normalize_name(name),
            releases.c.normalized_version == normalized,
        )
    ).first()
    return release_from_row(row) if row else None


def find_releases(conn: Connection, project_id: int, ids: Sequence[int]) -> list[Release]:
    """Return those of the releases that a project has, in the order of the ids."""
    rows = conn.execute(
        select_releases().where(packages.c.project_id == project_id, releases.c.id.in_(ids))
    )
    found = {row.id: release_from_row(row) for row in rows}
    return [found[number] for number in ids if number in found]


def other_releases(conn: Connection, release: Release) -> list[Release]:
    """Return the package's releases but this one, newest first."""
    rows = conn.execute(
        select_releases()
        .where(packages.c.id == release.package_id, releases.c.id != release.id)
        .order_by(releases.c.id.desc())
    )
    return [release_from_row(row) for row in rows]


def last_change(conn: Connection, release: Release) -> datetime:
    """Return when a release last got a file; that some were deleted nobody remembers."""
    newest = select(func.max(files.c.created_at)).where(files.c.release_id == release.id)
    return max(release.created_at, conn.scalar(newest) or release.created_at)


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
    statement = select_files().where(files.c.release_id == release.id)
    return fetch(conn, statement, window, file_from_row, order_by=order, descending=descending)


def find_file_of(conn: Connection, release: Release, file_id: int) -> File | None:
    """Return a file of a release by id."""
    row = conn.execute(
        select_files().where(files.c.release_id == release.id, files.c.id == file_id)
    ).first()
    return file_from_row(row) if row else None


_BATCH = 500


def unnamed_blobs(conn: Connection, blobs: Iterable[Blob]) -> Iterator[Blob]:
    """Yield those of the blobs that no file names, neither as its bytes nor as its metadata.

    One that has only just come may be an upload's, whose row is written next.
    """
    every = iter(blobs)
    while batch := list(islice(every, _BATCH)):
        digests = [blob.sha256 for blob in batch]
        named = select(files.c.sha256).where(files.c.sha256.in_(digests))
        described = select(files.c.metadata_sha256).where(files.c.metadata_sha256.in_(digests))
        known = set(conn.scalars(union_all(named, described)))
        yield from (blob for blob in batch if blob.sha256 not in known)


def find_newest_copy(conn: Connection, release: Release, filename: Filename) -> File | None:
    """Return the newest file of a name, however it is spelled, in a release."""
    row = conn.execute(
        select_files()
        .where(files.c.release_id == release.id, files.c.filename_key == filename.key)
        .order_by(files.c.id.desc())
        .limit(1)
    ).first()
    return file_from_row(row) if row else None
