"""Groups (GitLab documentation, "Groups API")."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from wheelyard import groups, users
from wheelyard.access import Role, Visibility
from wheelyard.groups import Filter, NewGroup
from wheelyard.namespaces import Namespace
from wheelyard.web.api.endpoint import (
    ACCEPTED,
    Accepted,
    Call,
    Created,
    Message,
    Reply,
    Time,
    show_time,
)
from wheelyard.web.api.keyset import BOTH
from wheelyard.web.api.namespaces import ListByRole, full_name, namespaces_above, web_url
from wheelyard.web.asked import Direction, Line, Number
from wheelyard.web.operations import also

GroupOrder = Literal["id", "name", "path"]
Description = Annotated[str, Meta(max_length=groups.MAX_DESCRIPTION)]


# What is asked for -------------------------------------------------------------------------------


class ListSubgroups(ListByRole, kw_only=True, frozen=True):
    """Which groups are wanted."""

    orders: ClassVar = dict.fromkeys(groups.ORDERS, BOTH)

    order_by: Annotated[GroupOrder, Meta(description="What they are sorted by.")] = "name"
    sort: Annotated[Direction, Meta(description="In which direction.")] = "asc"


class ListGroups(ListSubgroups, kw_only=True, frozen=True):
    """Which groups are wanted."""

    all_available: Annotated[
        bool | None,
        Meta(
            description="Also those the caller is no member of, which administrators and anonymous "
            "callers are shown without asking."
        ),
    ] = None
    top_level_only: Annotated[bool, Meta(description="Only those in no other group.")] = False


class CreateGroup(Struct, kw_only=True, frozen=True):
    """A new group."""

    name: Line
    path: Line
    description: Description = ""
    visibility: Visibility = Visibility.PRIVATE
    parent_id: Annotated[Number | None, Meta(description="The group that it goes into.")] = None


class EditGroup(Struct, kw_only=True, frozen=True):
    """What is to be changed."""

    name: Line | None = None
    path: Line | None = None
    description: Description | None = None
    visibility: Visibility | None = None


# What is answered --------------------------------------------------------------------------------


class Group(Struct, kw_only=True, frozen=True):
    """A group."""

    id: int
    web_url: str
    name: str
    path: str
    description: str
    visibility: Visibility
    avatar_url: str | None = None
    full_name: str
    full_path: str
    created_at: Time
    parent_id: int | None


# Calls -------------------------------------------------------------------------------------------


def list_groups(call: Call, asked: ListGroups) -> Reply[list[Group]]:
    """List the groups one is a member of, or all that one may see."""
    everything = asked.all_available
    if everything is None:
        everything = call.principal.is_admin or call.principal.user_id is None
    least = Role.NONE if everything else Role.GUEST
    wanted = Filter(least_role=asked.least_role(least), top_level_only=asked.top_level_only)
    return _list(call, asked, wanted)


def list_subgroups(call: Call, asked: ListSubgroups) -> Reply[list[Group]]:
    """List the groups that are in a group."""
    return _list(call, asked, Filter(least_role=asked.least_role(), under=call.group))


def list_descendant_groups(call: Call, asked: ListSubgroups) -> Reply[list[Group]]:
    """List the groups that are in a group, and those in them."""
    wanted = Filter(least_role=asked.least_role(), under=call.group, nested=True)
    return _list(call, asked, wanted)


def _list(call: Call, asked: ListSubgroups, wanted: Filter) -> Reply[list[Group]]:
    position = asked.position_in(asked.order_by, asked.sort)
    page = groups.list_groups(
        call.conn,
        call.principal,
        replace(wanted, search=asked.search, visibility=asked.visibility),
        position.window,
        order_by=asked.order_by,
        descending=asked.sort == "desc",
        at=call.at,
    )
    above = namespaces_above(call, [group.lineage for group in page.items])
    return call.paged(page, position, lambda group: show_group(call, group, above))


def get_group(call: Call) -> Reply[Group]:
    """Get a group."""
    return Reply(_show(call, call.group))


@also(404, "There is no such group above.")
def create_group(call: Call, asked: CreateGroup) -> Created[Group]:
    """Create a group; who does so owns it."""
    parent = None
    if asked.parent_id is not None:
        parent = groups.require_parent(call.conn, call.principal, asked.parent_id, at=call.at)
    new = NewGroup(asked.name, asked.path, asked.description, asked.visibility)
    owner = users.get(call.conn, call.user_id)
    group = groups.create(call.conn, new, parent, owner=owner, by=call.actor, at=call.at)
    return Reply(_show(call, group))


def edit_group(call: Call, asked: EditGroup) -> Reply[Group]:
    """Change a group."""
    sent = {
        "name": asked.name,
        "path": asked.path,
        "description": asked.description,
        "visibility": asked.visibility.value if asked.visibility else None,
    }
    changes = {column: value for column, value in sent.items() if value is not None}
    group = call.group
    if changes:
        group = groups.edit(call.conn, group, changes, by=call.actor, at=call.at)
    return Reply(_show(call, group))


def delete_group(call: Call) -> Accepted[Message]:
    """Delete a group and everything in it."""
    groups.remove(call.conn, call.group, by=call.actor, at=call.at)
    return ACCEPTED


def _show(call: Call, group: Namespace) -> Group:
    return show_group(call, group, namespaces_above(call, [group.lineage]))


def show_group(call: Call, group: Namespace, above: Mapping[int, Namespace]) -> Group:
    """Show a group."""
    return Group(
        id=group.id,
        web_url=web_url(call, group),
        name=group.name,
        path=group.path,
        description=group.description,
        visibility=group.visibility,
        full_name=full_name(group.lineage, above),
        full_path=group.full_path,
        created_at=show_time(group.created_at),
        parent_id=group.parent_id,
    )
