"""What there is on the whole instance, counted and listed for administrators.

Nothing here asks who may see what: it is for those who may see everything.  Sums are those that
projects keep of their own files, so no list reads the files themselves.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, func, or_, select

from wheelyard import namespaces as namespaces_
from wheelyard import users as users_
from wheelyard.access import RegistryAccess, Role, TokenKind, Visibility
from wheelyard.database.paging import Page, Window
from wheelyard.database.schema import (
    memberships,
    namespaces,
    packages,
    projects,
    releases,
    sessions,
    tokens,
    users,
)
from wheelyard.namespaces import Kind, Namespace, parse_lineage
from wheelyard.users import State, User

RECENT = timedelta(days=30)
"""Who has used the registry within this time is active."""


# Counts ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is of everything."""

    users: int
    active_users: int
    groups: int
    projects: int
    packages: int
    releases: int
    files: int
    bytes: int
    """Of all files; equal ones, which the store keeps once, count each time."""


@dataclass(frozen=True, slots=True)
class Sums:
    """How much all projects hold together."""

    projects: int
    files: int
    bytes: int


def sum_files(conn: Connection) -> Sums:
    """Add up what projects say of their own files."""
    row = conn.execute(
        select(
            func.count(),
            func.coalesce(func.sum(projects.c.file_count), 0),
            func.coalesce(func.sum(projects.c.package_bytes), 0),
        ).select_from(projects)
    ).one()
    return Sums(projects=row[0], files=row[1], bytes=row[2])


def count(conn: Connection, *, at: datetime) -> Counts:
    """Count everything."""
    sums = sum_files(conn)
    return Counts(
        users=_count(conn, users, ~users.c.is_bot),
        active_users=_count_active(conn, since=at - RECENT),
        groups=_count(conn, namespaces, namespaces.c.kind == Kind.GROUP.value),
        projects=sums.projects,
        packages=_count(conn, packages),
        releases=_count(conn, releases),
        files=sums.files,
        bytes=sums.bytes,
    )


def _count(conn: Connection, table: Table, *conditions: ColumnElement[bool]) -> int:
    counting = select(func.count()).select_from(table).where(*conditions)
    return conn.execute(counting).scalar_one()


_OF_PEOPLE = (TokenKind.PERSONAL.value, TokenKind.JOB.value)


def _count_active(conn: Connection, *, since: datetime) -> int:
    """Count who has signed in, looked at a page or used a token of theirs."""
    used = tokens.c.last_used_at >= since
    seen = (
        select(users.c.id)
        .where(users.c.last_signed_in_at >= since)
        .union(
            select(sessions.c.user_id).where(sessions.c.last_used_at >= since),
            select(tokens.c.user_id).where(used, tokens.c.kind.in_(_OF_PEOPLE)),
        )
    )
    return conn.execute(select(func.count()).select_from(seen.subquery())).scalar_one()


# Users -------------------------------------------------------------------------------------------


class UserFilter(StrEnum):
    """Which users a list shows."""

    ALL = "all"
    ADMINISTRATORS = "administrators"
    BLOCKED = "blocked"
    NEVER_SIGNED_IN = "never_signed_in"
    BOTS = "bots"
    """Those that access tokens of projects and groups act as, which no other list shows."""


@dataclass(frozen=True, slots=True)
class ListedUser:
    """A user, and when they last signed in on a page."""

    user: User
    last_signed_in_at: datetime | None


def list_users(
    conn: Connection, kind: UserFilter, window: Window, *, search: str = ""
) -> Page[ListedUser]:
    """Page through users, newest first; a search looks at names and e-mail addresses."""
    conditions = _of_kind(kind)
    if search:
        conditions.append(
            or_(
                users.c.username_key.contains(search.lower(), autoescape=True),
                users.c.name.icontains(search, autoescape=True),
                users.c.email_key.contains(search.lower(), autoescape=True),
            )
        )
    rows = conn.execute(
        select(users)
        .where(*conditions)
        .order_by(users.c.id.desc())
        .offset(window.offset)
        .limit(window.limit)
    )
    items = [ListedUser(users_.from_row(row), row.last_signed_in_at) for row in rows]
    return Page(items=items, total=_count(conn, users, *conditions))


def _of_kind(kind: UserFilter) -> list[ColumnElement[bool]]:
    match kind:
        case UserFilter.ADMINISTRATORS:
            return [users.c.is_admin]
        case UserFilter.BLOCKED:
            return [users.c.state == State.BLOCKED.value, ~users.c.is_bot]
        case UserFilter.NEVER_SIGNED_IN:
            return [users.c.last_signed_in_at.is_(None), ~users.c.is_bot]
        case UserFilter.BOTS:
            return [users.c.is_bot]
    return [~users.c.is_bot]


def get_user(conn: Connection, user_id: int) -> ListedUser:
    """Return a user by id; raises NotFound."""
    user = users_.get(conn, user_id)
    signed_in = select(users.c.last_signed_in_at).where(users.c.id == user_id)
    return ListedUser(user, conn.execute(signed_in).scalar_one())


@dataclass(frozen=True, slots=True)
class Joined:
    """A place in which a user has a role of their own."""

    full_path: str
    is_group: bool
    role: Role
    expires_at: datetime | None


def list_joined(conn: Connection, user: User, window: Window) -> Page[Joined]:
    """Page through where a user is a member, by path."""
    of_user = memberships.c.user_id == user.id
    rows = conn.execute(
        select(
            memberships.c.role,
            memberships.c.expires_at,
            namespaces.c.full_path.label("group_path"),
            projects.c.full_path.label("project_path"),
        )
        .join_from(
            memberships, namespaces, memberships.c.namespace_id == namespaces.c.id, isouter=True
        )
        .join(projects, memberships.c.project_id == projects.c.id, isouter=True)
        .where(of_user)
        .order_by(func.coalesce(namespaces.c.full_path_key, projects.c.full_path_key))
        .offset(window.offset)
        .limit(window.limit)
    )
    items = [
        Joined(
            full_path=row.group_path or row.project_path,
            is_group=row.group_path is not None,
            role=Role(row.role),
            expires_at=row.expires_at,
        )
        for row in rows
    ]
    return Page(items=items, total=_count(conn, memberships, of_user))


# Projects and groups -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListedProject:
    """A project, and how much it holds."""

    id: int
    full_path: str
    visibility: Visibility
    registry_access_level: RegistryAccess
    archived: bool
    package_bytes: int
    file_count: int
    created_at: datetime
    last_published_at: datetime | None


_PROJECT_ORDERS: Mapping[str, Sequence[ColumnElement[Any]]] = {
    "path": (projects.c.full_path_key,),
    "size": (projects.c.package_bytes,),
    "files": (projects.c.file_count,),
    "published": (projects.c.last_published_at,),
    "created": (projects.c.created_at,),
}
PROJECT_ORDERS = tuple(_PROJECT_ORDERS)
"""What the list of projects can be sorted by."""


def list_projects(
    conn: Connection, window: Window, *, search: str = "", order_by: str, descending: bool
) -> Page[ListedProject]:
    """Page through all projects; a search looks at their paths and names."""
    matches = _named_like(projects, search)
    order = (*_PROJECT_ORDERS[order_by], projects.c.id)
    # Only ids are sorted, and only the details of one page are read.
    ids = _in_window(select(projects.c.id).where(*matches), window, order, descending=descending)
    chosen = conn.scalars(ids).all()
    rows = {row.id: row for row in conn.execute(select(projects).where(projects.c.id.in_(chosen)))}
    items = [_project_from_row(rows[project_id]) for project_id in chosen]
    return Page(items=items, total=_count(conn, projects, *matches))


def _named_like(table: Table, search: str) -> list[ColumnElement[bool]]:
    if not search:
        return []
    return [
        or_(
            table.c.full_path_key.contains(namespaces_.path_key(search), autoescape=True),
            table.c.name.icontains(search, autoescape=True),
        )
    ]


def _in_window(
    statement: Select[tuple[int]],
    window: Window,
    order: Sequence[ColumnElement[Any]],
    *,
    descending: bool,
) -> Select[tuple[int]]:
    sorting = [column.desc() if descending else column.asc() for column in order]
    return statement.order_by(*sorting).offset(window.offset).limit(window.limit)


def _project_from_row(row: Row[Any]) -> ListedProject:
    return ListedProject(
        id=row.id,
        full_path=row.full_path,
        visibility=Visibility(row.visibility),
        registry_access_level=RegistryAccess(row.registry_access_level),
        archived=row.archived,
        package_bytes=row.package_bytes,
        file_count=row.file_count,
        created_at=row.created_at,
        last_published_at=row.last_published_at,
    )


@dataclass(frozen=True, slots=True)
class ListedGroup:
    """A group, and how much is in it and in everything below it."""

    group: Namespace
    project_count: int
    package_bytes: int


GROUP_ORDERS = ("path", "size", "projects", "created")
"""What the list of groups can be sorted by."""


def list_groups(
    conn: Connection, window: Window, *, search: str = "", order_by: str, descending: bool
) -> Page[ListedGroup]:
    """Page through all groups; a search looks at their paths and names."""
    matches = [namespaces.c.kind == Kind.GROUP.value, *_named_like(namespaces, search)]
    held = _sum_up(conn)
    statement = select(namespaces.c.id).where(*matches)
    if order_by in {"size", "projects"}:
        chosen = _by_sum(conn.scalars(statement), held, order_by, descending=descending)
        total, chosen = len(chosen), chosen[window.offset : window.offset + window.limit]
    else:
        column = namespaces.c.created_at if order_by == "created" else namespaces.c.full_path_key
        order = (column, namespaces.c.id)
        ids = _in_window(statement, window, order, descending=descending)
        total, chosen = _count(conn, namespaces, *matches), list(conn.scalars(ids))
    found = namespaces_.find_each(conn, chosen)
    return Page(items=[ListedGroup(found[i], *held[i]) for i in chosen], total=total)


def _sum_up(conn: Connection) -> Mapping[int, tuple[int, int]]:
    """Return the number of projects and their bytes, for each namespace with all below it."""
    rows = conn.execute(
        select(
            namespaces.c.lineage,
            func.count().label("number"),
            func.sum(projects.c.package_bytes).label("bytes"),
        )
        .join_from(projects, namespaces, projects.c.namespace_id == namespaces.c.id)
        .group_by(namespaces.c.id)
    )
    held: defaultdict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in rows:
        for above in parse_lineage(row.lineage):
            held[above] = (held[above][0] + row.number, held[above][1] + row.bytes)
    return held


def _by_sum(
    ids: Iterable[int],
    held: Mapping[int, tuple[int, int]],
    order_by: str,
    *,
    descending: bool,
) -> list[int]:
    which = 1 if order_by == "size" else 0
    return sorted(ids, key=lambda group: (held[group][which], group), reverse=descending)
