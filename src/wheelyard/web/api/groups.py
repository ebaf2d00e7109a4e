"""Groups (GitLab documentation, "Groups API")."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from wheelyard import groups, users
from wheelyard import policies as policies_
from wheelyard.access import Role, Visibility
from wheelyard.groups import Filter, NewGroup
from wheelyard.namespaces import Namespace
from wheelyard.settings import Duplicates
from wheelyard.web.api import policies
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
from wheelyard.web.api.policies import Changes, FileSize, InForce, Prefixes, SaidForAll
from wheelyard.web.asked import Direction, Line, Number
from wheelyard.web.operations import also

GroupOrder = Literal["id", "name", "path"]
Description = Annotated[
    str, Meta(max_length=groups.MAX_DESCRIPTION, description="What it is about.")
]


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


class CreateGroup(SaidForAll, kw_only=True, frozen=True):
    """A new group."""

    name: Annotated[Line, Meta(description="For people.")]
    path: Annotated[Line, Meta(description="Its part of addresses.")]
    description: Description = ""
    visibility: Annotated[Visibility, Meta(description="Who can see it.")] = Visibility.PRIVATE
    parent_id: Annotated[Number | None, Meta(description="The group that it goes into.")] = None


class EditGroup(SaidForAll, kw_only=True, frozen=True):
    """What is to be changed."""

    name: Annotated[Line | None, Meta(description="For people.")] = None
    path: Annotated[Line | None, Meta(description="Its part of addresses.")] = None
    description: Description | None = None
    visibility: Annotated[Visibility | None, Meta(description="Who can see it.")] = None


# What is answered --------------------------------------------------------------------------------


class Group(Struct, kw_only=True, frozen=True):
    """A group.  What it says of packages is shown of one group, to those who have a role there."""

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
    pypi_max_file_size: FileSize | UnsetType | None = UNSET
    pypi_duplicates: Duplicates | UnsetType | None = UNSET
    pypi_package_requests_forwarding: bool | UnsetType | None = UNSET
    lock_pypi_package_requests_forwarding: bool | UnsetType = UNSET
    pypi_reserved_prefixes: Annotated[
        Prefixes | UnsetType, Meta(description="Its own; those from above count as well.")
    ] = UNSET
    in_force: InForce | UnsetType = UNSET


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
    if call.role is Role.NONE and not call.principal.is_admin:
        return Reply(_show(call, call.group))
    return Reply(_show_own(call, call.group))


@also(404, "There is no such group above.")
def create_group(call: Call, asked: CreateGroup) -> Created[Group]:
    """Create a group; who does so owns it."""
    parent = None
    if asked.parent_id is not None:
        parent = groups.require_parent(call.conn, call.principal, asked.parent_id, at=call.at)
    new = NewGroup(asked.name, asked.path, asked.description, asked.visibility)
    owner = users.get(call.conn, call.user_id)
    group = groups.create(call.conn, new, parent, owner=owner, by=call.actor, at=call.at)
    return Reply(_show_own(call, _change(call, group, _read_policy(asked))))


def edit_group(call: Call, asked: EditGroup) -> Reply[Group]:
    """Change a group."""
    sent = {
        "name": asked.name,
        "path": asked.path,
        "description": asked.description,
        "visibility": asked.visibility.value if asked.visibility else None,
    }
    changes = {column: value for column, value in sent.items() if value is not None}
    return Reply(_show_own(call, _change(call, call.group, {**changes, **_read_policy(asked)})))


def _read_policy(asked: SaidForAll) -> Changes:
    nothing = {"forwarding_locked": False, "reserved_prefixes": ()}
    sent = policies.read(asked)
    return {name: nothing.get(name) if value is None else value for name, value in sent.items()}


def _change(call: Call, group: Namespace, changes: Changes) -> Namespace:
    policies.require_allowed(call, group, changes)
    if not changes:
        return group
    return groups.edit(call.conn, group, changes, by=call.actor, at=call.at)


def delete_group(call: Call) -> Accepted[Message]:
    """Delete a group and everything in it."""
    groups.remove(call.conn, call.group, by=call.actor, at=call.at)
    return ACCEPTED


def _show(call: Call, group: Namespace) -> Group:
    return show_group(call, group, namespaces_above(call, [group.lineage]))


def _show_own(call: Call, group: Namespace) -> Group:
    """Show a group to those who have a role in it."""
    policy = policies_.of_group(call.conn, group, call.settings)
    return structs.replace(
        _show(call, group),
        pypi_max_file_size=group.max_file_bytes,
        pypi_duplicates=group.duplicates,
        pypi_package_requests_forwarding=group.forwarding,
        lock_pypi_package_requests_forwarding=group.forwarding_locked,
        pypi_reserved_prefixes=group.reserved_prefixes,
        in_force=policies.show(policy),
    )


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
