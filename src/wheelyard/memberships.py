"""Memberships: a user's role in a group or a project, inherited downward.

The role that counts is the highest of all on the way from the root to the place; a user owns what
is in the namespace of their own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    delete,
    insert,
    or_,
    select,
    true,
    update,
)

from wheelyard import access, admissions, journal, users
from wheelyard.access import Actor, Permission, Principal, Role, Subject
from wheelyard.database.paging import Page, Window, fetch
from wheelyard.database.schema import memberships, namespaces
from wheelyard.database.schema import users as users_table
from wheelyard.facts import Conflict, Forbidden, NotFound, Sentence
from wheelyard.journal import Entry
from wheelyard.namespaces import is_under, parse_lineage
from wheelyard.users import State, User


@dataclass(frozen=True, slots=True)
class Place:
    """A group or a project, as a membership sees it: one of the two ids."""

    namespace_id: int | None = None
    project_id: int | None = None

    @classmethod
    def of(cls, subject: Subject) -> "Place":
        """Return the project or group that a subject is."""
        if subject.project_id is not None:
            return cls(project_id=subject.project_id)
        return cls(namespace_id=subject.lineage[-1])


@dataclass(frozen=True, slots=True)
class Member:
    """A user with a role in a place."""

    user: User
    role: Role
    expires_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """The role that counts, and the moment from which it may be another one."""

    role: Role = Role.NONE
    until: datetime | None = None


STRANGER = Standing()


def find_standing(
    conn: Connection, user_id: int | None, subject: Subject, at: datetime
) -> Standing:
    """Return the highest role of a user on the way from the root to a subject."""
    if user_id is None:
        return STRANGER
    rows = conn.execute(
        select(memberships.c.role, memberships.c.expires_at).where(
            memberships.c.user_id == user_id, on_the_way(subject), is_live(at)
        )
    ).all()
    roles = [Role(row.role) for row in rows]
    if _owns_root(conn, user_id, subject):
        roles.append(Role.OWNER)
    until = min((row.expires_at for row in rows if row.expires_at), default=None)
    return Standing(role=max(roles, default=Role.NONE), until=until)


def require(
    conn: Connection,
    principal: Principal,
    permission: Permission,
    subject: Subject | None,
    *,
    at: datetime,
    noun: str = "",
    challenge: bool = False,
) -> Standing:
    """Return the principal's standing where it allows this; raises as ``access.require``.

    To a project that does not admit it a job token is that of a stranger.
    """
    if subject is None:
        standing = STRANGER
    elif admissions.is_stranger(conn, principal, subject):
        principal, standing = replace(principal, is_admin=False), STRANGER
    else:
        standing = find_standing(conn, principal.user_id, subject, at)
    access.require(principal, permission, subject, standing.role, noun=noun, challenge=challenge)
    return standing


def _owns_root(conn: Connection, user_id: int, subject: Subject) -> bool:
    own = select(namespaces.c.id).where(
        namespaces.c.user_id == user_id, namespaces.c.id.in_(subject.lineage)
    )
    return conn.execute(own).first() is not None


def on_the_way(subject: Subject) -> ColumnElement[bool]:
    """Whether a membership is in a subject or above it."""
    above = memberships.c.namespace_id.in_(subject.lineage)
    if subject.project_id is None:
        return above
    return or_(above, memberships.c.project_id == subject.project_id)


def is_live(at: datetime) -> ColumnElement[bool]:
    """Whether a membership has not run out."""
    return or_(memberships.c.expires_at.is_(None), memberships.c.expires_at > at)


def namespaces_of(user_id: int, at: datetime, *, least: Role) -> Select[tuple[int]]:
    """Select the ids of the namespaces in which a user has a role, given there or above."""
    # A name of its own: a list of groups would take the table for its own, and ask for every row.
    below = namespaces.alias("below")
    top = _joined(user_id, at, least).subquery()
    return select(below.c.id).where(is_under(below.c.lineage, top.c.lineage))


def _joined(user_id: int, at: datetime, least: Role) -> Select[tuple[str]]:
    """Select the lineages of the namespaces in which a user was given a role, or which they own."""
    joined = select(memberships.c.namespace_id).where(
        memberships.c.user_id == user_id,
        memberships.c.namespace_id.is_not(None),
        memberships.c.role >= least.value,
        is_live(at),
    )
    return select(namespaces.c.lineage).where(
        or_(namespaces.c.id.in_(joined), namespaces.c.user_id == user_id)
    )


def projects_of(user_id: int, at: datetime, *, least: Role) -> Select[tuple[int]]:
    """Select the ids of the projects in which a user is a direct member."""
    return select(memberships.c.project_id).where(
        memberships.c.user_id == user_id,
        memberships.c.project_id.is_not(None),
        memberships.c.role >= least.value,
        is_live(at),
    )


def next_end(conn: Connection, user_id: int, at: datetime) -> datetime | None:
    """Return the moment at which the first of a user's memberships ends, wherever it is."""
    ends = (memberships.c.user_id == user_id, memberships.c.expires_at > at)
    statement = select(memberships.c.expires_at).where(*ends)
    return conn.scalars(statement.order_by(memberships.c.expires_at).limit(1)).first()


@dataclass(frozen=True, slots=True)
class Roles:
    """A user's own memberships in some places, for a list that shows them."""

    by_namespace: Mapping[int, Role]
    by_project: Mapping[int, Role]


def own_roles(
    conn: Connection,
    user_id: int,
    at: datetime,
    *,
    namespace_ids: Iterable[int],
    project_ids: Iterable[int],
) -> Roles:
    """Return the roles that a user was given in these very places."""
    rows = conn.execute(
        select(memberships.c.namespace_id, memberships.c.project_id, memberships.c.role).where(
            memberships.c.user_id == user_id,
            or_(
                memberships.c.namespace_id.in_(list(namespace_ids)),
                memberships.c.project_id.in_(list(project_ids)),
            ),
            is_live(at),
        )
    ).all()
    return Roles(
        by_namespace={row.namespace_id: Role(row.role) for row in rows if row.namespace_id},
        by_project={row.project_id: Role(row.role) for row in rows if row.project_id},
    )


def list_members(
    conn: Connection, place: Place, window: Window, *, search: str = "", at: datetime
) -> Page[Member]:
    """Page through the direct members of a place."""
    statement = select_members(and_(is_in(place), named_like(search)), at)
    return fetch(conn, statement, window, from_row, order_by=[memberships.c.id])


def named_like(search: str) -> ColumnElement[bool]:
    """Whether a user has a text in one of their names, in any case; everybody has the empty one."""
    if not search:
        return true()
    return or_(
        users_table.c.username_key.contains(search.lower(), autoescape=True),
        users_table.c.name.icontains(search, autoescape=True),
    )


def find_member(conn: Connection, place: Place, user_id: int, *, at: datetime) -> Member | None:
    """Return a direct member."""
    row = conn.execute(
        select_members(and_(is_in(place), memberships.c.user_id == user_id), at)
    ).first()
    return from_row(row) if row else None


def get_member(conn: Connection, place: Place, user_id: int, *, at: datetime) -> Member:
    """Return a direct member; raises NotFound."""
    member = find_member(conn, place, user_id, at=at)
    if member is None:
        raise NotFound("Member")
    return member


def add(conn: Connection, place: Place, member: Member, *, by: Actor) -> None:
    """Give a user a role; raises Invalid for a bot, and Conflict when there is one already."""
    users.require_person(member.user)
    _add(conn, place, member, by=by)


def add_bot(conn: Connection, place: Place, member: Member, *, by: Actor) -> None:
    """Give the bot of an access token its role."""
    _add(conn, place, member, by=by)


def prolong(conn: Connection, place: Place, user_id: int | None, ends: datetime | None) -> None:
    """Let a bot's membership end when its token does; the token's own row tells the journal."""
    conn.execute(
        update(memberships)
        .where(is_in(place), memberships.c.user_id == user_id)
        .values(expires_at=ends)
    )


def remove_bot(conn: Connection, place: Place, user_id: int, *, by: Actor, at: datetime) -> None:
    """Take a bot's role away, once its token is revoked."""
    row = conn.execute(
        select_members(and_(is_in(place), memberships.c.user_id == user_id), None)
    ).first()
    if row is not None:
        _remove(conn, place, from_row(row), by=by, at=at)


def _add(conn: Connection, place: Place, member: Member, *, by: Actor) -> None:
    if find_member(conn, place, member.user.id, at=member.created_at):
        raise Conflict(Sentence("Member already exists"))
    # What is left of a membership that has run out makes room for the new one.
    conn.execute(delete(memberships).where(is_in(place), memberships.c.user_id == member.user.id))
    conn.execute(
        insert(memberships).values(
            user_id=member.user.id,
            namespace_id=place.namespace_id,
            project_id=place.project_id,
            role=member.role.value,
            expires_at=member.expires_at,
            created_at=member.created_at,
        )
    )
    _record(conn, "member.added", place, member, by=by, at=member.created_at)


def edit(conn: Connection, place: Place, member: Member, *, by: Actor, at: datetime) -> None:
    """Give a member another role or another end.

    Raises Forbidden for a group's last owner and Invalid for a bot.
    """
    users.require_person(member.user)
    if member.role < Role.OWNER or member.expires_at is not None:
        _require_other_owner(conn, place, member.user, at)
    conn.execute(
        update(memberships)
        .where(is_in(place), memberships.c.user_id == member.user.id)
        .values(role=member.role.value, expires_at=member.expires_at)
    )
    _record(conn, "member.edited", place, member, by=by, at=at)


def remove(conn: Connection, place: Place, member: Member, *, by: Actor, at: datetime) -> None:
    """Take a member's role away; raises Forbidden for a group's last owner, Invalid for a bot."""
    users.require_person(member.user)
    _require_other_owner(conn, place, member.user, at)
    _remove(conn, place, member, by=by, at=at)


def _remove(conn: Connection, place: Place, member: Member, *, by: Actor, at: datetime) -> None:
    conn.execute(delete(memberships).where(is_in(place), memberships.c.user_id == member.user.id))
    _record(conn, "member.removed", place, member, by=by, at=at)


def dismiss(
    conn: Connection, principal: Principal, subject: Subject, user_id: int, *, at: datetime
) -> Member:
    """Remove a direct member on somebody's behalf: oneself anybody, others who manages members.

    Raises as ``access.require``, and Forbidden for somebody above oneself and for a group's last
    owner.
    """
    permission = Permission.LEAVE if user_id == principal.user_id else managing(subject)
    own = require(conn, principal, permission, subject, at=at, noun="Member").role
    member = get_member(conn, Place.of(subject), user_id, at=at)
    require_not_above(principal, own, member.role)
    remove(conn, Place.of(subject), member, by=principal.actor, at=at)
    return member


def managing(subject: Subject) -> Permission:
    """Return the permission that it takes to manage a subject's members."""
    if subject.project_id is not None:
        return Permission.MANAGE_PROJECT_MEMBERS
    return Permission.MANAGE_GROUP_MEMBERS


def _require_other_owner(conn: Connection, place: Place, user: User, at: datetime) -> None:
    """Raise Forbidden when a user is the only owner that a group has, itself or from above."""
    if place.namespace_id is not None and _is_sole_owner(conn, place.namespace_id, user.id, at):
        raise Forbidden(Sentence("A group keeps at least one owner"))


def require_not_above(principal: Principal, own: Role, *roles: Role) -> None:
    """Raise Forbidden for a role above one's own, which nobody gives, changes or takes away."""
    if max(roles) > own and not principal.is_admin:
        raise Forbidden(Sentence("The role is above your own"))


def owns_alone(conn: Connection, user: User, *, at: datetime) -> bool:
    """Whether a group would be left without an owner if this user went."""
    owned = select(memberships.c.namespace_id).where(
        memberships.c.user_id == user.id,
        memberships.c.namespace_id.is_not(None),
        memberships.c.role == Role.OWNER.value,
    )
    return any(_is_sole_owner(conn, group_id, user.id, at) for group_id in conn.scalars(owned))


def _is_sole_owner(conn: Connection, group_id: int, user_id: int, at: datetime) -> bool:
    lineage = conn.execute(
        select(namespaces.c.lineage).where(namespaces.c.id == group_id)
    ).scalar_one()
    rows = conn.execute(
        select(memberships.c.user_id, memberships.c.namespace_id)
        .join_from(memberships, users_table, memberships.c.user_id == users_table.c.id)
        .where(
            memberships.c.namespace_id.in_(parse_lineage(lineage)),
            memberships.c.role == Role.OWNER.value,
            users_table.c.state == State.ACTIVE.value,
            ~users_table.c.is_bot,
            is_live(at),
        )
    )
    owners = {(row.user_id, row.namespace_id) for row in rows}
    return owners == {(user_id, group_id)}


def _record(
    conn: Connection, action: str, place: Place, member: Member, *, by: Actor, at: datetime
) -> None:
    entry = Entry(
        action,
        project_id=place.project_id,
        namespace_id=place.namespace_id,
        user_id=member.user.id,
    )
    expires = member.expires_at.isoformat() if member.expires_at else None
    journal.record(conn, entry, by=by, at=at, role=member.role.name.lower(), expires_at=expires)


def is_in(place: Place) -> ColumnElement[bool]:
    """Whether a membership is in this very place."""
    if place.project_id is not None:
        return memberships.c.project_id == place.project_id
    return memberships.c.namespace_id == place.namespace_id


def select_members(where: ColumnElement[bool], at: datetime | None) -> Select[Any]:
    """Select memberships that have not run out, with their users; at None those that have too."""
    return (
        select(
            users_table,
            memberships.c.role,
            memberships.c.expires_at,
            memberships.c.created_at.label("joined_at"),
        )
        .join_from(memberships, users_table, memberships.c.user_id == users_table.c.id)
        .where(where, true() if at is None else is_live(at))
    )


def from_row(row: Row[Any]) -> Member:
    """Make a record of a row of ``select_members``."""
    return Member(
        user=users.from_row(row),
        role=Role(row.role),
        expires_at=row.expires_at,
        created_at=row.joined_at,
    )
