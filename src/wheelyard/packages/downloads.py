"""How often, when and by what releases are downloaded: counters, which are no changes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Select,
    bindparam,
    func,
    or_,
    select,
    text,
    update,
)

from wheelyard.database.schema import UtcDateTime, downloads, packages, releases
from wheelyard.pypi.installers import Installer
from wheelyard.pypi.names import NormalizedName

Download: TypeAlias = tuple[int, date, Installer]
"""What is counted together: one release, on one day (UTC), by one kind of client."""

# Writing -----------------------------------------------------------------------------------------

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


# In words that SQLite and PostgreSQL share, which SQLAlchemy has for each of them apart.
_ADD_DOWNLOADS = text(
    "INSERT INTO downloads (release_id, day, installer, python, count)"
    " SELECT id, :day, :installer, :python, :count FROM releases WHERE id = :release"
    " ON CONFLICT (release_id, day, installer, python)"
    " DO UPDATE SET count = downloads.count + excluded.count"
).bindparams(bindparam("day", type_=Date))

_ADD_TOTAL = (
    update(releases)
    .where(releases.c.id == bindparam("release"))
    .values(downloads=releases.c.downloads + bindparam("count"))
)


def add_downloads(conn: Connection, counts: Mapping[Download, int]) -> None:
    """Add to what was counted before; what is of a deleted release is passed over."""
    if not counts:
        return
    rows: list[dict[str, Any]] = []
    totals: Counter[int] = Counter()
    for (release, day, installer), count in counts.items():
        totals[release] += count
        row = {"release": release, "day": day, "count": count}
        rows.append({**row, "installer": installer.name, "python": installer.python})
    conn.execute(_ADD_DOWNLOADS, rows)
    conn.execute(
        _ADD_TOTAL, [{"release": release, "count": count} for release, count in totals.items()]
    )


# Reading -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DownloadCounts:
    """Downloads since a day, in all and in four ways of telling them apart."""

    total: int
    by_day: Mapping[date, int]
    """In order of time, without the days on which there were none."""

    by_version: Mapping[str, int]
    """The most downloaded first, as are the next two."""

    by_python: Mapping[str, int]
    """By such as ``3.12``; the empty text is for those that do not tell."""

    by_installer: Mapping[str, int]


def download_counts(
    conn: Connection, project_id: int, name: NormalizedName, since: date
) -> DownloadCounts:
    """Count the downloads of a package from a day (UTC) on."""
    of_package = select(packages.c.id).where(
        packages.c.project_id == project_id, packages.c.normalized_name == name
    )
    wanted = releases.c.package_id == of_package.scalar_subquery()
    # Grouped where the rows are, for there may be a hundred thousand of them.
    days = {row.day: row.sum for row in conn.execute(_summed(wanted, since, downloads.c.day))}
    versions = Counter[str]()
    by_release = _summed(wanted, since, releases.c.id, releases.c.version)
    for row in conn.execute(by_release):
        versions[row.version] += row.sum
    pythons, names = Counter[str](), Counter[str]()
    by_client = _summed(wanted, since, downloads.c.python, downloads.c.installer)
    for row in conn.execute(by_client):
        pythons[row.python] += row.sum
        names[row.installer] += row.sum
    return DownloadCounts(
        total=names.total(),
        by_day=dict(sorted(days.items())),
        by_version=dict(versions.most_common()),
        by_python=dict(pythons.most_common()),
        by_installer=dict(names.most_common()),
    )


def _summed(wanted: ColumnElement[bool], since: date, *columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns, func.sum(downloads.c.count).label("sum"))
        .join_from(releases, downloads, downloads.c.release_id == releases.c.id)
        .where(wanted, downloads.c.day >= since)
        .group_by(*columns)
    )
