"""Groups (GitLab documentation, "Groups API")."""

from collections.abc import Mapping
from typing import Any

from wheelyard import groups, users
from wheelyard.access import Role, Visibility
from wheelyard.database.paging import Page
from wheelyard.groups import Filter, NewGroup
from wheelyard.namespaces import Namespace
from wheelyard.web.api.endpoint import ACCEPTED, Call, Reply, show_time
from wheelyard.web.api.namespaces import full_name, namespaces_above, read_least_role, web_url
from wheelyard.web.api.paging import Position


def list_groups(call: Call) -> Reply:
    """``GET /groups``: those one is a member of, unless all available ones are asked for."""
    everything = call.params.flag("all_available")
    if everything is None:
        everything = call.principal.is_admin or call.principal.user_id is None
    top_level_only = bool(call.params.flag("top_level_only"))
    least = Role.NONE if everything else Role.GUEST
    return _list(call, least=least, top_level_only=top_level_only)


def list_subgroups(call: Call) -> Reply:
    """``GET /groups/:id/subgroups``."""
    return _list(call, under=call.group)


def list_descendant_groups(call: Call) -> Reply:
    """``GET /groups/:id/descendant_groups``."""
    return _list(call, under=call.group, nested=True)


def _list(
    call: Call,
    *,
    least: Role = Role.NONE,
    top_level_only: bool = False,
    under: Namespace | None = None,
    nested: bool = False,
) -> Reply:
    params = call.params
    visibility = params.choice("visibility", Visibility)
    wanted = Filter(
        search=params.text("search") or "",
        visibility=visibility,
        least_role=read_least_role(call, least),
        top_level_only=top_level_only,
        under=under,
        nested=nested,
    )
    order_by = params.one_of("order_by", groups.ORDERS, "name")
    descending = params.descending()
    position = call.position()
    page = groups.list_groups(
        call.conn,
        call.principal,
        wanted,
        position.window,
        order_by=order_by,
        descending=descending,
        at=call.at,
    )
    return _paged(call, page, position)


def _paged(call: Call, page: Page[Namespace], position: Position) -> Reply:
    above = namespaces_above(call, [group.lineage for group in page.items])
    return call.paged(page, position, lambda group: show_group(call, group, above))


def get_group(call: Call) -> Reply:
    """``GET /groups/:id``."""
    return Reply(_show(call, call.group))


def create_group(call: Call) -> Reply:
    """``POST /groups``; who makes a group owns it."""
    params = call.params
    name, path = params.line("name", required=True), params.line("path", required=True)
    description = params.text("description", max_length=groups.MAX_DESCRIPTION)
    visibility = params.choice("visibility", Visibility)
    parent_id = params.number("parent_id")
    params.check()
    parent = None
    if parent_id is not None:
        parent = groups.require_parent(call.conn, call.principal, parent_id, at=call.at)
    new = NewGroup(name or "", path or "", description or "", visibility or Visibility.PRIVATE)
    owner = users.get(call.conn, call.user_id)
    group = groups.create(call.conn, new, parent, owner=owner, by=call.actor, at=call.at)
    return Reply(_show(call, group), 201)


def edit_group(call: Call) -> Reply:
    """``PUT /groups/:id``."""
    params = call.params
    visibility = params.choice("visibility", Visibility)
    sent = {
        "name": params.line("name"),
        "path": params.line("path"),
        "description": params.text("description", max_length=groups.MAX_DESCRIPTION),
        "visibility": visibility.value if visibility else None,
    }
    params.check()
    changes = {column: value for column, value in sent.items() if value is not None}
    group = call.group
    if changes:
        group = groups.edit(call.conn, group, changes, by=call.actor, at=call.at)
    return Reply(_show(call, group))


def delete_group(call: Call) -> Reply:
    """``DELETE /groups/:id``."""
    groups.remove(call.conn, call.group, by=call.actor, at=call.at)
    return ACCEPTED


def _show(call: Call, group: Namespace) -> dict[str, Any]:
    return show_group(call, group, namespaces_above(call, [group.lineage]))


def show_group(call: Call, group: Namespace, above: Mapping[int, Namespace]) -> dict[str, Any]:
    """Show a group."""
    return {
        "id": group.id,
        "web_url": web_url(call, group),
        "name": group.name,
        "path": group.path,
        "description": group.description,
        "visibility": group.visibility.value,
        "avatar_url": None,
        "full_name": full_name(group.lineage, above),
        "full_path": group.full_path,
        "created_at": show_time(group.created_at),
        "parent_id": group.parent_id,
    }
