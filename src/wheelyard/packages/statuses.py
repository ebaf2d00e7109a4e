"""What packages are said to be as a whole (PEP 792), and what that forbids.

An archived package and a quarantined one take no uploads, and of a quarantined one nothing is
downloaded.  The status goes with the package, when its last release is deleted.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from sqlalchemy import Connection, select, update

from wheelyard import journal
from wheelyard.access import Actor
from wheelyard.database.schema import packages
from wheelyard.facts import Forbidden, InvalidRecord, NotFound, Sentence
from wheelyard.journal import Entry
from wheelyard.lines import is_line
from wheelyard.packages.records import Release
from wheelyard.pypi.names import NormalizedName, normalize_name
from wheelyard.pypi.status import PackageStatus

MAX_REASON = 255
"""Characters of a reason, which installers show in a line or two."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a package is said to be."""

    name: str
    """As it was first uploaded."""

    normalized_name: NormalizedName
    project_id: int
    status: PackageStatus
    reason: str
    """Perhaps empty."""


def read_reason(text: str) -> str:
    """Return a reason without the spaces around it; installers show it in terminals.

    Raises InvalidRecord for more than a line of text.
    """
    reason = text.strip()
    if len(reason) > MAX_REASON or not is_line(reason):
        raise InvalidRecord(reason=Sentence("is invalid"))
    return reason


def find_standing(conn: Connection, project_id: int, name: str) -> Standing | None:
    """Return what a project's package, in any spelling of its name, is said to be."""
    row = conn.execute(
        select(packages).where(
            packages.c.project_id == project_id, packages.c.normalized_name == normalize_name(name)
        )
    ).first()
    if row is None:
        return None
    return Standing(
        name=row.name,
        normalized_name=row.normalized_name,
        project_id=row.project_id,
        status=PackageStatus(row.status),
        reason=row.status_reason,
    )


def get_standing(conn: Connection, project_id: int, name: str) -> Standing:
    """Return the same; raises NotFound."""
    standing = find_standing(conn, project_id, name)
    if standing is None:
        raise NotFound("Package")
    return standing


def change_status(
    conn: Connection,
    standing: Standing,
    status: PackageStatus,
    reason: str,
    *,
    by: Actor,
    at: datetime,
) -> Standing:
    """Say what a package is; an active one needs no reason, and keeps none.

    Raises InvalidRecord.
    """
    reason = read_reason(reason) if status is not PackageStatus.ACTIVE else ""
    if (status, reason) == (standing.status, standing.reason):
        return standing
    conn.execute(
        update(packages)
        .where(
            packages.c.project_id == standing.project_id,
            packages.c.normalized_name == standing.normalized_name,
        )
        .values(status=status.value, status_reason=reason)
    )
    entry = Entry(
        "package.status_changed", project_id=standing.project_id, package=standing.normalized_name
    )
    details = {"status": status.value, "reason": reason}
    journal.record(conn, entry, by=by, at=at, **details)
    return get_standing(conn, standing.project_id, standing.normalized_name)


# What is forbidden --------------------------------------------------------------------------------


def require_uploads(conn: Connection, project_id: int, name: str) -> None:
    """Raise Forbidden when the status of a package keeps files from coming to it."""
    standing = find_standing(conn, project_id, name)
    if standing is None or standing.status.takes_uploads:
        return
    if standing.status is PackageStatus.ARCHIVED:
        refusal = Sentence(
            "The package %(name)s is archived and takes no uploads", name=standing.name
        )
    else:
        refusal = Sentence(
            "The package %(name)s is quarantined and takes no uploads", name=standing.name
        )
    _refuse(refusal, standing.reason)


def require_downloads(release: Release) -> None:
    """Raise Forbidden when the package of a release is quarantined."""
    require_offered(release.name, release.status, release.status_reason)


def require_offered(name: str, status: PackageStatus, reason: str) -> None:
    """Raise Forbidden when the files of a package with this status are not downloaded."""
    if not status.offers_files:
        refusal = Sentence(
            "The package %(name)s is quarantined and cannot be downloaded", name=name
        )
        _refuse(refusal, reason)


def _refuse(refusal: Sentence, reason: str) -> NoReturn:
    """Refuse, with the reason behind it if there is one."""
    if reason:
        refusal = Sentence("%(refusal)s: %(reason)s", refusal=refusal, reason=reason)
    raise Forbidden(refusal)
