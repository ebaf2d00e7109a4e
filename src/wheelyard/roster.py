"""Everybody with a role in a group or a project, whether it was given there or above.

There may be thousands, so the database sorts them, and only those of one page are looked up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    and_,
    distinct,
    func,
    literal,
    null,
    select,
    union_all,
)

from wheelyard.access import Role, Subject
from wheelyard.database.paging import Page, Window, fetch
from wheelyard.database.schema import memberships, namespaces, users
from wheelyard.memberships import (
    Member,
    Place,
    from_row,
    is_in,
    is_live,
    named_like,
    on_the_way,
    select_members,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody with a role in a place, for a list that tells where they have it from."""

    member: Member
    """With the highest role, given there or above."""

    direct: Member | None
    """With the role that was given in that very place."""


def list_everybody(
    conn: Connection,
    subject: Subject,
    window: Window,
    *,
    search: str = "",
    oldest_first: bool = False,
    at: datetime,
) -> Page[Listed]:
    """Page through everybody with a role in a subject, each once with the highest.

    The highest role comes first, then the username; or else who was given a role first.  The owner
    of a user's own namespace is among them, though nobody made them a member.
    """
    given = _given(subject, at).subquery()
    people = (
        select(users.c.id)
        .join_from(given, users, given.c.user_id == users.c.id)
        .where(named_like(search))
        .group_by(users.c.id)
    )
    by_role = (-func.max(given.c.role), users.c.username_key)
    order = (func.min(given.c.number),) if oldest_first else by_role
    found = fetch(conn, people, window, lambda row: int(row.id), order_by=order)
    return Page(items=_listed(conn, subject, found.items, at), total=found.total)


def count_everybody(conn: Connection, subject: Subject, *, at: datetime) -> int:
    """Count everybody with a role in a subject, given there or above."""
    given = _given(subject, at).subquery()
    return conn.execute(select(func.count(distinct(given.c.user_id)))).scalar_one()


def find_anybody(
    conn: Connection, subject: Subject, user_id: int, *, at: datetime
) -> Member | None:
    """Return a user with a role in a subject, given there or above."""
    return _highest(conn, subject, [user_id], at).get(user_id)


def _given(subject: Subject, at: datetime) -> CompoundSelect[Any]:
    """Select every role that counts in a subject, with a number that tells which is older."""
    joined = select(
        memberships.c.id.label("number"), memberships.c.user_id, memberships.c.role
    ).where(on_the_way(subject), is_live(at))
    owner = select(literal(0), namespaces.c.user_id, literal(Role.OWNER.value)).where(
        namespaces.c.id.in_(subject.lineage), namespaces.c.user_id.is_not(None)
    )
    return union_all(joined, owner)


def _listed(conn: Connection, subject: Subject, ids: list[int], at: datetime) -> list[Listed]:
    highest = _highest(conn, subject, ids, at)
    those = and_(is_in(Place.of(subject)), memberships.c.user_id.in_(ids))
    found = map(from_row, conn.execute(select_members(those, at)))
    direct = {member.user.id: member for member in found}
    return [Listed(highest[number], direct.get(number)) for number in ids]


def _highest(
    conn: Connection, subject: Subject, ids: Iterable[int], at: datetime
) -> dict[int, Member]:
    """Return these users with the highest of their roles, by id; of two equal ones the older."""
    wanted = users.c.id.in_(list(ids))
    members = select_members(and_(on_the_way(subject), wanted), at)
    rows = conn.execute(members.order_by(memberships.c.id))
    highest: dict[int, Member] = {}
    for member in map(from_row, (*conn.execute(_root_owner(subject, wanted)), *rows)):
        known = highest.get(member.user.id)
        if known is None or member.role > known.role:
            highest[member.user.id] = member
    return highest


def _root_owner(subject: Subject, wanted: ColumnElement[bool]) -> Select[Any]:
    """Select whose own namespace a subject is in, in the shape of ``select_members``."""
    return (
        select(
            users,
            literal(Role.OWNER.value).label("role"),
            null().label("expires_at"),
            namespaces.c.created_at.label("joined_at"),
        )
        .join_from(namespaces, users, namespaces.c.user_id == users.c.id)
        .where(namespaces.c.id.in_(subject.lineage), wanted)
    )
