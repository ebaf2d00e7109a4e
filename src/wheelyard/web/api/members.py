"""Members of projects and of groups (GitLab documentation, "Group and project members API").

Nobody gives a role above their own, and nobody changes or removes somebody above themselves.
"""

from typing import Annotated, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from wheelyard import memberships, roster, users
from wheelyard.access import Role
from wheelyard.facts import NotFound
from wheelyard.memberships import Place
from wheelyard.users import User
from wheelyard.web.api.endpoint import (
    NO_CONTENT,
    Call,
    Created,
    Date,
    NoContent,
    Reply,
    Time,
    show_date,
    show_time,
)
from wheelyard.web.api.paging import Paged
from wheelyard.web.api.users import BasicUser, show_basic_user
from wheelyard.web.asked import LEVELS, AccessLevel, FutureDay, Number, Text
from wheelyard.web.operations import also


class ListMembers(Paged, kw_only=True, frozen=True):
    """Which members are wanted."""

    query: Annotated[Text, Meta(description="Part of a name or username.")] = ""


class AddMember(Struct, kw_only=True, frozen=True):
    """Who is to be a member, with which role, for how long."""

    needs_one_of: ClassVar = ("user_id", "username")

    user_id: Annotated[Number | None, Meta(description="The user.")] = None
    username: Annotated[Text, Meta(description="The same, by name.")] = ""
    access_level: Annotated[AccessLevel, Meta(description=LEVELS)]
    expires_at: Annotated[FutureDay | None, Meta(description="The day on which it ends.")] = None


class EditMember(Struct, kw_only=True, frozen=True):
    """Which role, for how long."""

    access_level: Annotated[AccessLevel, Meta(description=LEVELS)]
    expires_at: Annotated[
        FutureDay | UnsetType | None,
        Meta(description="The day on which it ends; empty: never. One not mentioned stays."),
    ] = UNSET


class Member(BasicUser, kw_only=True, frozen=True):
    """A user with a role in a project or a group."""

    access_level: Annotated[int, Meta(ge=10, le=50, description=LEVELS)]
    created_at: Time
    expires_at: Date | None
    membership_state: Literal["active"] = "active"


def list_members(call: Call, asked: ListMembers) -> Reply[list[Member]]:
    """List those who were given a role in this very place."""
    page = memberships.list_members(
        call.conn, Place.of(call.subject), asked.position.window, search=asked.query, at=call.at
    )
    return call.paged(page, asked.position, lambda member: show_member(call, member))


def list_all_members(call: Call, asked: ListMembers) -> Reply[list[Member]]:
    """List everybody with a role, from the groups above too."""
    page = roster.list_everybody(
        call.conn,
        call.subject,
        asked.position.window,
        search=asked.query,
        oldest_first=True,
        at=call.at,
    )
    return call.paged(page, asked.position, lambda listed: show_member(call, listed.member))


def get_member(call: Call) -> Reply[Member]:
    """Get a member who was given a role in this very place."""
    return Reply(show_member(call, _named(call)))


def get_any_member(call: Call) -> Reply[Member]:
    """Get a member, from the groups above too."""
    user_id = call.number("user")
    member = roster.find_anybody(call.conn, call.subject, user_id, at=call.at)
    if member is None:
        raise NotFound("Member")
    return Reply(show_member(call, member))


@also(409, "The user is a member already.")
def add_member(call: Call, asked: AddMember) -> Created[Member]:
    """Give a user a role, by `user_id` or `username`."""
    role = Role(asked.access_level)
    memberships.require_not_above(call.principal, call.role, role)
    user = _chosen_user(call, asked.user_id, asked.username)
    member = memberships.Member(user, role, asked.expires_at, call.at)
    memberships.add(call.conn, Place.of(call.subject), member, by=call.actor)
    return Reply(show_member(call, member))


def _chosen_user(call: Call, user_id: int | None, username: str) -> User:
    if user_id is not None:
        return users.get(call.conn, user_id)
    user = users.find_by_username(call.conn, username)
    if user is None:
        raise NotFound("User")
    return user


def edit_member(call: Call, asked: EditMember) -> Reply[Member]:
    """Change the role of a member, or its end."""
    role = Role(asked.access_level)
    current = _named(call)
    memberships.require_not_above(call.principal, call.role, current.role, role)
    ends = current.expires_at if asked.expires_at is UNSET else asked.expires_at
    member = memberships.Member(current.user, role, ends, current.created_at)
    memberships.edit(call.conn, Place.of(call.subject), member, by=call.actor, at=call.at)
    return Reply(show_member(call, member))


def remove_member(call: Call) -> NoContent:
    """Take a role away; one's own anybody may give up."""
    user_id = call.number("user")
    memberships.dismiss(call.conn, call.principal, call.subject, user_id, at=call.at)
    return NO_CONTENT


def _named(call: Call) -> memberships.Member:
    """Return the member whose id the URL holds.  Raises NotFound."""
    place = Place.of(call.subject)
    return memberships.get_member(call.conn, place, call.number("user"), at=call.at)


def show_member(call: Call, member: memberships.Member) -> Member:
    """Show a member."""
    return Member(
        **structs.asdict(show_basic_user(call, member.user)),
        access_level=member.role.value,
        created_at=show_time(member.created_at),
        expires_at=show_date(member.expires_at),
    )
