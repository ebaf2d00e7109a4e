"""Finding and listing packages, releases and files."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from sqlalchemy import Connection, select, union_all

from wheelyard.blobs.store import Blob
from wheelyard.database.paging import Page, Window, fetch
from wheelyard.database.schema import files, packages, releases
from wheelyard.packages.records import (
    File,
    PackagePage,
    Release,
    file_from_row,
    release_from_row,
    select_releases,
)
from wheelyard.pypi.names import Filename, NormalizedName


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
    newest = {row.filename_key: file_from_row(row) for row in rows}
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
    return file_from_row(row) if row else None


def find_release(conn: Connection, project_id: int, release_id: int) -> Release | None:
    """Return a release of a project by id."""
    row = conn.execute(
        select_releases().where(packages.c.project_id == project_id, releases.c.id == release_id)
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
    return fetch(conn, statement, window, file_from_row, order_by=order, descending=descending)


def find_file_of(conn: Connection, release: Release, file_id: int) -> File | None:
    """Return a file of a release by id."""
    row = conn.execute(
        select(files).where(files.c.release_id == release.id, files.c.id == file_id)
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
        select(files)
        .where(files.c.release_id == release.id, files.c.filename_key == filename.key)
        .order_by(files.c.id.desc())
        .limit(1)
    ).first()
    return file_from_row(row) if row else None
