"""Members of projects and of groups (GitLab documentation, "Group and project members API").

Nobody gives a role above their own, and nobody changes or removes somebody above themselves.
"""

from typing import Any

from wheelyard import memberships, roster, users
from wheelyard.access import GIVEN_ROLES, Role
from wheelyard.facts import NotFound
from wheelyard.memberships import Member, Place
from wheelyard.users import User
from wheelyard.web.api.endpoint import NO_CONTENT, Call, Reply, show_date, show_time
from wheelyard.web.api.users import show_basic_user


def list_members(call: Call) -> Reply:
    """``GET …/members``: those who were given a role in this very place."""
    search = call.params.text("query") or ""
    position = call.position()
    page = memberships.list_members(
        call.conn, Place.of(call.subject), position.window, search=search, at=call.at
    )
    return call.paged(page, position, lambda member: show_member(call, member))


def list_all_members(call: Call) -> Reply:
    """``GET …/members/all``: everybody with a role, from above too."""
    search = call.params.text("query") or ""
    position = call.position()
    page = roster.list_everybody(
        call.conn, call.subject, position.window, search=search, oldest_first=True, at=call.at
    )
    return call.paged(page, position, lambda listed: show_member(call, listed.member))


def get_member(call: Call) -> Reply:
    """``GET …/members/:user_id``."""
    return Reply(show_member(call, _named(call)))


def get_any_member(call: Call) -> Reply:
    """``GET …/members/all/:user_id``."""
    user_id = call.number("user")
    member = roster.find_anybody(call.conn, call.subject, user_id, at=call.at)
    if member is None:
        raise NotFound("Member")
    return Reply(show_member(call, member))


def add_member(call: Call) -> Reply:
    """``POST …/members``."""
    params = call.params
    params.needs_one_of("user_id", "username")
    user_id, username = params.number("user_id"), params.text("username")
    level = params.number_of("access_level", GIVEN_ROLES, required=True)
    expires_at = params.future_day("expires_at", after=call.at)
    params.check()
    role = Role(level or 0)
    memberships.require_not_above(call.principal, call.role, role)
    member = Member(_chosen_user(call, user_id, username or ""), role, expires_at, call.at)
    memberships.add(call.conn, Place.of(call.subject), member, by=call.actor)
    return Reply(show_member(call, member), 201)


def _chosen_user(call: Call, user_id: int | None, username: str) -> User:
    if user_id is not None:
        return users.get(call.conn, user_id)
    user = users.find_by_username(call.conn, username)
    if user is None:
        raise NotFound("User")
    return user


def edit_member(call: Call) -> Reply:
    """``PUT …/members/:user_id``; an end that is not mentioned stays."""
    params = call.params
    level = params.number_of("access_level", GIVEN_ROLES, required=True)
    expires_at = params.future_day("expires_at", after=call.at)
    params.check()
    role = Role(level or 0)
    current = _named(call)
    memberships.require_not_above(call.principal, call.role, current.role, role)
    ends = expires_at if params.has("expires_at") else current.expires_at
    member = Member(current.user, role, ends, current.created_at)
    memberships.edit(call.conn, Place.of(call.subject), member, by=call.actor, at=call.at)
    return Reply(show_member(call, member))


def remove_member(call: Call) -> Reply:
    """``DELETE …/members/:user_id``; oneself anybody may remove."""
    user_id = call.number("user")
    memberships.dismiss(call.conn, call.principal, call.subject, user_id, at=call.at)
    return NO_CONTENT


def _named(call: Call) -> Member:
    """Return the member whose id the URL holds.  Raises NotFound."""
    place = Place.of(call.subject)
    return memberships.get_member(call.conn, place, call.number("user"), at=call.at)


def show_member(call: Call, member: Member) -> dict[str, Any]:
    """Show a member."""
    return {
        **show_basic_user(call, member.user),
        "access_level": member.role.value,
        "created_at": show_time(member.created_at),
        "expires_at": show_date(member.expires_at),
        "membership_state": "active",
    }
