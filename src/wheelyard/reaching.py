"""Which projects somebody reads through a group's index, or through that of the instance.

Those under the group, or all there are, of which they see the project and may read the packages:
what is not theirs is left out, as if it were not there.  Of these only the ones count that hold
what is asked for.
"""

import hashlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Select

from wheelyard import admissions, memberships, packages, projects
from wheelyard.access import Principal
from wheelyard.index import EVERYTHING, INSTANCE, Grant, Reach
from wheelyard.namespaces import Namespace
from wheelyard.packages import File, Holder, Within
from wheelyard.pypi.names import NormalizedName

_WHOEVER_READS_EVERYTHING = Principal(is_admin=True)

_ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sources:
    """What an answer is made of, and what is to be remembered of that."""

    within: Within
    since: Mapping[int, datetime]
    """From when on what a project holds counts as being in this place, by the project's id."""

    reach: Reach | None
    """None in a project, which is its own only source."""


def find_sources(
    conn: Connection, grant: Grant, name: NormalizedName | None, *, at: datetime
) -> Sources:
    """Return the projects of which a package's page is made, or the index for None."""
    if grant.reader is None:
        return Sources(grant.project.id, {}, None)
    readable = _readable(conn, grant, at)
    if name is not None:
        holders = packages.holders(conn, readable, name)
        since = {holder.project_id: _since(grant, holder) for holder in holders}
        return Sources(list(since), since, _reach(conn, grant, list(since), at, since.values()))
    # Named by a SELECT where they are used: there may be more than a statement has parameters.
    return Sources(readable, {}, _reach(conn, grant, list(conn.scalars(readable)), at))


def _since(grant: Grant, holder: Holder) -> datetime:
    """Return when a project was last brought before the readers of a place.

    In the instance's index whoever makes a project can do that by opening it; in a group's, moving
    it there is what does.
    """
    moved_at = holder.moved_at or _ALWAYS
    if grant.key[0] != INSTANCE:
        return moved_at
    return max(moved_at, holder.widened_at or _ALWAYS)


def find_file(
    conn: Connection, grant: Grant, sha256: str, filename: str, *, at: datetime
) -> tuple[File, Reach | None] | None:
    """Return a file that the reader may read in the project that holds it."""
    if grant.reader is None:
        file = packages.find_file(conn, grant.project.id, sha256, filename)
        return (file, None) if file else None
    readable = _readable(conn, grant, at)
    for project_id in packages.file_holders(conn, readable, sha256, filename):
        file = packages.find_file(conn, project_id, sha256, filename)
        if file is not None:
            return file, _reach(conn, grant, [project_id], at)
    return None


def _readable(conn: Connection, grant: Grant, at: datetime) -> Select[tuple[int]]:
    # All that the answer depends on is in grant.reader, or is read here: the grant may be older.
    principal = _WHOEVER_READS_EVERYTHING if grant.reader == EVERYTHING else grant.principal
    under = grant.place if isinstance(grant.place, Namespace) else None
    return readable_projects(conn, principal, under=under, at=at)


def readable_projects(
    conn: Connection,
    principal: Principal,
    *,
    under: Namespace | None,
    nested: bool = True,
    at: datetime,
) -> Select[tuple[int]]:
    """Select the projects whose packages a principal may read, everywhere or under a group.

    Where it is not ``nested``, only those in the group itself.
    """
    job = principal.job_project_id
    admitted = None if job is None else admissions.admits(conn, job)
    return projects.readable_ids(principal, at=at, under=under, nested=nested, admitted=admitted)


def _reach(
    conn: Connection,
    grant: Grant,
    project_ids: Sequence[int],
    at: datetime,
    since: Iterable[datetime] = (),
) -> Reach:
    # When they came decides whose files a page lists: the same projects can make another one.
    moments = "".join(moment.isoformat() for moment in since).encode()
    named = array("q", project_ids).tobytes() + moments
    digest = hashlib.blake2b(named, digest_size=16).digest()
    user_id = grant.principal.user_id
    if grant.reader == EVERYTHING or user_id is None:
        return Reach(digest, until=None)
    return Reach(digest, until=memberships.next_end(conn, user_id, at))
