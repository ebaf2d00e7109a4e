"""Lists of releases, packages and files for people.

A list may be a hundred thousand releases long, so each is read in two steps: an index gives the ids
of one page, and only then are the details of those looked up.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from packaging.version import Version
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, select

from wheelyard.database.paging import Keyset, Page, Window, fetch
from wheelyard.database.schema import files, packages, projects, releases, users
from wheelyard.packages.records import (
    FILE_COLUMNS,
    Creator,
    FileDetails,
    FoundPackage,
    ListedRelease,
    Publisher,
    PublisherKind,
    Release,
    Within,
    file_from_row,
    is_within,
    release_from_row,
    select_releases,
)
from wheelyard.pypi.names import NormalizedName

# Releases ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filter:
    """Which releases are wanted, and in which order."""

    name: str = ""
    """Part of a package's name as it was uploaded, in any case."""

    search: str = ""
    """Part of a package's name, however it is spelled; quicker than ``name``."""

    version: str = ""
    """The whole version as it was uploaded."""

    order_by: str = "created_at"
    """One of ``_ORDERS``; a version is sorted as text."""

    descending: bool = False

    def of_packages(self) -> list[ColumnElement[bool]]:
        """Return what is asked of the package."""
        conditions = []
        if self.name:
            conditions.append(packages.c.name.icontains(self.name, autoescape=True))
        if self.search:
            conditions.append(_contains(self.search))
        return conditions


# A name of its own, lest what selects projects to read from be taken for this.
_PATHS = projects.alias("paths")

_ORDERS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "created_at": (releases.c.created_at,),
    "name": (packages.c.normalized_name,),
    "version": (releases.c.version,),
    "downloads": (releases.c.downloads,),
    "type": (),  # there is only one
    # By age within a project, for which there is an index.
    "project_path": (_PATHS.c.full_path_key, releases.c.created_at),
}


_FEW = 1000


def list_releases(
    conn: Connection, within: Within, wanted: Filter, window: Window | Keyset
) -> Page[ListedRelease]:
    """Page through the releases of a project, or of several."""
    if isinstance(window, Keyset):
        return _walk_releases(conn, within, wanted, window)
    by_package, by_release = _by_package(within, wanted), _by_release(within, wanted)
    is_filtered = bool(wanted.of_packages())
    counted = by_package if is_filtered else by_release
    total = conn.execute(counted.with_only_columns(func.count())).scalar_one()
    # Few are sorted in no time; many are met soon on the way along an index in the order wanted.
    is_quick = wanted.order_by == "name" or (is_filtered and total <= _FEW)
    statement = by_package if is_quick else by_release
    order = (*_ORDERS[wanted.order_by], releases.c.id)
    ids = _ids_in(conn, statement, order, window, total=total, descending=wanted.descending)
    return Page(items=_in_order(conn, ids), total=total)


def _walk_releases(
    conn: Connection, within: Within, wanted: Filter, window: Keyset
) -> Page[ListedRelease]:
    """Do the same without counting; how many are found decides the way, as far as it matters."""
    by_package = _by_package(within, wanted)
    is_quick = wanted.order_by == "name"
    if wanted.of_packages() and not is_quick:
        found = by_package.limit(_FEW + 1).subquery()
        is_quick = conn.execute(select(func.count()).select_from(found)).scalar_one() <= _FEW
    page = fetch(
        conn,
        by_package if is_quick else _by_release(within, wanted),
        window,
        attrgetter("id"),
        order_by=(*_ORDERS[wanted.order_by], releases.c.id),
        descending=wanted.descending,
    )
    return Page(items=_in_order(conn, page.items), total=0, last=page.last)


def _by_package(within: Within, wanted: Filter) -> Select[Any]:
    """Select ids of releases, in a form in which an index leads from the packages to them."""
    statement = (
        select(releases.c.id)
        .join_from(packages, releases, releases.c.package_id == packages.c.id)
        .where(is_within(packages.c.project_id, within), *wanted.of_packages())
    )
    if wanted.order_by == "project_path":
        statement = statement.join(_PATHS, _PATHS.c.id == releases.c.project_id)
    return statement.where(releases.c.version == wanted.version) if wanted.version else statement


def _by_release(within: Within, wanted: Filter) -> Select[Any]:
    """Select the same, in a form in which an index of releases gives their order."""
    statement = select(releases.c.id).where(is_within(releases.c.project_id, within))
    if wanted.order_by == "project_path":
        # A sum has no index, so that of the paths leads, and nothing is sorted: at 200,000 releases
        # that takes 0.4 ms and not 100.
        statement = (
            select(releases.c.id)
            .join(_PATHS, _PATHS.c.id == releases.c.project_id)
            .where(is_within(_PATHS.c.id + 0, within))
        )
    if wanted.version:
        statement = statement.where(releases.c.version == wanted.version)
    if conditions := wanted.of_packages():
        statement = statement.where(
            exists().where(packages.c.id == releases.c.package_id, *conditions)
        )
    return statement


def _ids_in(
    conn: Connection,
    statement: Select[Any],
    order: Sequence[ColumnElement[Any]],
    window: Window,
    *,
    total: int,
    descending: bool,
) -> list[int]:
    """Return the ids in the window; what is past the middle is reached from the end."""
    limit = min(window.limit, total - window.offset)
    if limit <= 0:
        return []
    offset, from_end = window.offset, window.offset > total // 2
    if from_end:
        offset, descending = total - window.offset - limit, not descending
    ordered = [column.desc() if descending else column.asc() for column in order]
    ids = list(conn.scalars(statement.order_by(*ordered).offset(offset).limit(limit)))
    return ids[::-1] if from_end else ids


_OF_RELEASE = files.c.release_id == releases.c.id
_LISTED = (
    select_releases()
    .outerjoin(users, users.c.id == releases.c.creator_id)
    .add_columns(
        users.c.username,
        users.c.name.label("creator_name"),
        users.c.is_bot,
        select(func.count()).where(_OF_RELEASE).scalar_subquery().label("file_count"),
        select(func.coalesce(func.sum(files.c.size), 0))
        .where(_OF_RELEASE)
        .scalar_subquery()
        .label("size_bytes"),
    )
)


def _all_listed(conn: Connection, *where: ColumnElement[bool]) -> list[ListedRelease]:
    return [
        ListedRelease(
            release=release_from_row(row),
            file_count=row.file_count,
            size_bytes=row.size_bytes,
            creator=_creator(row),
            publisher=_publisher(row),
        )
        for row in conn.execute(_LISTED.where(*where))
    ]


def find_listed(conn: Connection, project_id: int, release_id: int) -> ListedRelease | None:
    """Return a release of a project by id, with what a list shows beside it."""
    found = _all_listed(conn, releases.c.project_id == project_id, releases.c.id == release_id)
    return found[0] if found else None


def count_versions(conn: Connection, package_id: int) -> int:
    """Return how many releases a package has."""
    counted = select(func.count()).where(releases.c.package_id == package_id)
    return conn.execute(counted).scalar_one()


def newest_ids(
    conn: Connection, project_id: int, names: Collection[NormalizedName]
) -> dict[NormalizedName, int]:
    """Return which of these packages a project has: by name, the id of the newest release."""
    rows = conn.execute(
        select(packages.c.normalized_name, func.max(releases.c.id))
        .join_from(packages, releases, releases.c.package_id == packages.c.id)
        .where(packages.c.project_id == project_id, packages.c.normalized_name.in_(names))
        .group_by(packages.c.normalized_name)
    )
    return {NormalizedName(name): newest for name, newest in rows}


def _creator(row: Row[Any]) -> Creator | None:
    if row.username is None:
        return None
    return Creator(
        id=row.creator_id, username=row.username, name=row.creator_name, is_bot=row.is_bot
    )


def _publisher(row: Row[Any]) -> Publisher | None:
    if row.publisher is None:
        return None
    return Publisher(name=row.publisher, kind=PublisherKind(row.publisher_kind))


def recent_releases(conn: Connection, within: Within, limit: int) -> list[ListedRelease]:
    """Return the newest releases of many projects, newest first.

    They can only be in as many projects as there are of them: those that published last.
    """
    candidates = conn.scalars(
        select(projects.c.id)
        .where(is_within(projects.c.id, within), projects.c.last_published_at.is_not(None))
        .order_by(projects.c.last_published_at.desc())
        .limit(limit)
    )
    newest = Filter(descending=True)
    statement = _by_release(candidates.all(), newest)
    order = (releases.c.created_at.desc(), releases.c.id.desc())
    ids = conn.scalars(statement.order_by(*order).limit(limit)).all()
    return _in_order(conn, ids)


def latest_packages(conn: Connection, project_id: int, limit: int) -> list[ListedRelease]:
    """Return the newest release of each package that a project published last, newest first."""
    newest: dict[int, int] = {}
    rows = conn.execute(
        select(releases.c.package_id, releases.c.id)
        .where(releases.c.project_id == project_id)
        .order_by(releases.c.created_at.desc(), releases.c.id.desc())
        .execution_options(yield_per=100)  # as few as it takes are read
    )
    with rows:
        for row in rows:
            newest.setdefault(row.package_id, row.id)
            if len(newest) == limit:
                break
    return _in_order(conn, list(newest.values()))


def _in_order(conn: Connection, ids: Sequence[int]) -> list[ListedRelease]:
    found = {listed.release.id: listed for listed in _all_listed(conn, releases.c.id.in_(ids))}
    return [found[number] for number in ids]


def list_versions(conn: Connection, package_id: int, window: Window) -> Page[ListedRelease]:
    """Page through the releases of a package, the newest version first (PEP 440's order)."""
    # No database knows that order, so all are sorted here; but only those shown are looked up.
    rows = conn.execute(
        select(releases.c.id, releases.c.version).where(releases.c.package_id == package_id)
    ).all()
    ids = [row.id for row in sorted(rows, key=lambda row: Version(row.version), reverse=True)]
    shown = ids[window.offset : window.offset + window.limit]
    return Page(items=_in_order(conn, shown), total=len(ids))


# Packages ----------------------------------------------------------------------------------------


def _spelled(text: str) -> str:
    """Bring part of a name to the form that names are compared in (PEP 503)."""
    return re.sub(r"[-_.]+", "-", text.strip()).lower()


def _contains(text: str) -> ColumnElement[bool]:
    return packages.c.normalized_name.contains(_spelled(text), autoescape=True)


def search_packages(conn: Connection, within: Within, text: str, limit: int) -> list[FoundPackage]:
    """Return packages of many projects whose names hold a text, those that begin with it first."""
    begin = _spelled(text)
    if not begin:
        return []
    name = packages.c.normalized_name
    begins = and_(name >= begin, name < begin + "~")  # which sorts after all that a name holds
    ids = _package_ids(conn, within, begins, limit)
    if len(ids) < limit:
        ids += _package_ids(conn, within, and_(_contains(text), ~begins), limit - len(ids))
    described: Select[Any] = (
        select(
            packages.c.id,
            packages.c.project_id,
            projects.c.full_path,
            packages.c.name,
            releases.c.id.label("release_id"),
            releases.c.version,
            releases.c.created_at,
        )
        .join_from(releases, packages, releases.c.package_id == packages.c.id)
        .join(projects, packages.c.project_id == projects.c.id)
        .where(releases.c.id.in_(_highest_versions(conn, ids)))
    )
    found = {row.id: _found_package(row) for row in conn.execute(described)}
    return [found[number] for number in ids if number in found]


_MOST_COMPARED = 500
"""Releases of a package; of one that has more the oldest are not looked at."""


def _highest_versions(conn: Connection, package_ids: Collection[int]) -> list[int]:
    """Return of each package the release that installers take: the highest that is not yanked.

    A final one if there is one.  No database knows PEP 440's order.
    """
    highest: dict[int, tuple[bool, bool, Version, int]] = {}
    age = func.row_number().over(partition_by=releases.c.package_id, order_by=releases.c.id.desc())
    of_all = (
        select(
            releases.c.package_id,
            releases.c.id,
            releases.c.version,
            releases.c.yanked,
            age.label("age"),
        )
        .where(releases.c.package_id.in_(package_ids))
        .subquery()
    )
    for row in conn.execute(select(of_all).where(of_all.c.age <= _MOST_COMPARED)):
        version = Version(row.version)
        rank = (row.yanked is None, not version.is_prerelease, version, row.id)
        highest[row.package_id] = max(rank, highest.get(row.package_id, rank))
    return [number for *_, number in highest.values()]


def _package_ids(
    conn: Connection, within: Within, condition: ColumnElement[bool], limit: int
) -> list[int]:
    return list(
        conn.scalars(
            select(packages.c.id)
            .where(condition, is_within(packages.c.project_id, within))
            .order_by(packages.c.normalized_name, packages.c.project_id)
            .limit(limit)
        )
    )


def _found_package(row: Row[Any]) -> FoundPackage:
    return FoundPackage(
        project_id=row.project_id,
        project_full_path=row.full_path,
        name=row.name,
        release_id=row.release_id,
        version=row.version,
        published_at=row.created_at,
    )


# Files -------------------------------------------------------------------------------------------

_DETAILS: Select[Any] = (
    select(
        *FILE_COLUMNS,
        files.c.yanked.is_not(None).label("is_yanked_alone"),
        users.c.username,
        users.c.name.label("creator_name"),
        users.c.is_bot,
    )
    .join_from(files, releases, files.c.release_id == releases.c.id)
    .outerjoin(users, users.c.id == files.c.creator_id)
    .order_by(files.c.id)
)


def all_files(conn: Connection, release: Release) -> list[FileDetails]:
    """Return the files of a release in the order of upload, older copies of a name included."""
    rows = conn.execute(_DETAILS.where(files.c.release_id == release.id)).all()
    newest = {row.filename_key: row.id for row in rows}
    return [_details(row, is_listed=newest[row.filename_key] == row.id) for row in rows]


def _details(row: Row[Any], *, is_listed: bool) -> FileDetails:
    return FileDetails(
        file=file_from_row(row),
        filetype=row.filetype,
        blake2_256=row.blake2_256,
        metadata_version=row.metadata_version,
        metadata_sha256=row.metadata_sha256,
        creator=_creator(row),
        publisher=_publisher(row),
        is_yanked_alone=row.is_yanked_alone,
        is_listed=is_listed,
    )
