"""Projects (GitLab documentation, "Projects API").

Two fields are ours, for maintainers to set: ``pypi_max_file_size``, the largest file in bytes (0:
no limit; null: the instance's), and ``pypi_duplicates``, what becomes of a file name that its
release already has (``allow``, ``refuse``, ``identical``; null: as the instance does).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wheelyard import memberships, namespaces, policies, projects, users
from wheelyard.access import RegistryAccess, Role, Visibility
from wheelyard.facts import NotFound
from wheelyard.memberships import Roles
from wheelyard.namespaces import Kind, Namespace
from wheelyard.projects import Filter, NewProject, Project
from wheelyard.settings import Duplicates
from wheelyard.web.api.endpoint import ACCEPTED, Call, Reply, show_time
from wheelyard.web.api.namespaces import (
    full_name,
    namespaces_above,
    read_least_role,
    show_namespace,
)

_MAX_DESCRIPTION = 2000
_GLOBAL_NOTIFICATIONS = 3  # GitLab's number for "as the user's profile says"

# Ours has no other sign of life than a change of its settings.
_ORDERS = {
    **{order: order for order in ("id", "name", "path", "created_at", "updated_at")},
    "last_activity_at": "updated_at",
}

Changes = dict[str, str | int | bool | None]
"""Columns of a project and their new values."""


# Lists -------------------------------------------------------------------------------------------


def list_projects(call: Call) -> Reply:
    """``GET /projects``."""
    member = Role.GUEST if call.params.flag("membership") else Role.NONE
    return _list(call, least=member)


def list_group_projects(call: Call) -> Reply:
    """``GET /groups/:id/projects``."""
    nested = bool(call.params.flag("include_subgroups"))
    return _list(call, under=call.group, nested=nested)


def list_user_projects(call: Call) -> Reply:
    """``GET /users/:id/projects``, by id or username: what is in the user's own namespace."""
    ref = call.path["user"]
    user = (
        users.find(call.conn, int(ref))
        if namespaces.is_id(ref)
        else users.find_by_username(call.conn, ref)
    )
    if user is None:
        raise NotFound("User")
    return _list(call, under=namespaces.find_own(call.conn, user.id))


def _list(
    call: Call, *, least: Role = Role.NONE, under: Namespace | None = None, nested: bool = False
) -> Reply:
    params = call.params
    visibility = params.choice("visibility", Visibility)
    wanted = Filter(
        search=params.text("search") or "",
        visibility=visibility,
        archived=params.flag("archived"),
        least_role=read_least_role(call, least),
        under=under,
        nested=nested,
    )
    order_by = _ORDERS[params.one_of("order_by", _ORDERS, "created_at")]
    descending = params.descending(default=True)
    simple = bool(params.flag("simple"))
    position = call.position()
    page = projects.list_projects(
        call.conn,
        call.principal,
        wanted,
        position.window,
        order_by=order_by,
        descending=descending,
        at=call.at,
    )
    around = _look_around(call, page.items)
    return call.paged(page, position, lambda project: _show(call, project, around, simple=simple))


# One project -------------------------------------------------------------------------------------


def get_project(call: Call) -> Reply:
    """``GET /projects/:id``."""
    return Reply(show_project(call, call.project))


def create_project(call: Call) -> Reply:
    """``POST /projects``, in one's own namespace unless ``namespace_id`` says where."""
    params = call.params
    params.needs_one_of("name", "path")
    name, path = params.line("name"), params.line("path")
    namespace_id = params.number("namespace_id")
    asked = _read_asked(call, None)
    params.check()
    new = NewProject(
        name=name or path or "",
        path=path or namespaces.path_of(name or ""),
        description=asked.description or "",
        visibility=asked.visibility or Visibility.PRIVATE,
        registry_access_level=asked.registry_access_level or RegistryAccess.ENABLED,
        max_file_bytes=asked.max_file_bytes,
        duplicates=asked.duplicates,
    )
    namespace = _destination(call, namespace_id)
    wanted = {"max_file_bytes": asked.max_file_bytes}
    above = policies.of_group(call.conn, namespace, call.settings)
    policies.require_allowed(call.principal, wanted, above)
    project = projects.create(call.conn, new, namespace, by=call.actor, at=call.at)
    return Reply(show_project(call, project), 201)


def _destination(call: Call, namespace_id: int | None) -> Namespace:
    """Return where a new project goes.  Raises NotFound and Forbidden."""
    if namespace_id is None:
        namespace = namespaces.find_own(call.conn, call.user_id)
    else:
        namespace = namespaces.find(call.conn, namespace_id)
    return projects.require_destination(call.conn, call.principal, namespace, at=call.at)


def edit_project(call: Call) -> Reply:
    """``PUT /projects/:id``."""
    project = call.project
    name, path = call.params.line("name"), call.params.line("path")
    asked = _read_asked(call, project)
    call.params.check()
    sent: Changes = {
        "name": name,
        "path": path,
        "description": asked.description,
        "visibility": asked.visibility,
        "registry_access_level": asked.registry_access_level,
    }
    changes: Changes = {column: value for column, value in sent.items() if value is not None}
    if call.params.has("pypi_max_file_size"):
        changes["max_file_bytes"] = asked.max_file_bytes
    if call.params.has("pypi_duplicates"):
        changes["duplicates"] = asked.duplicates
    _require_allowed(call, project, changes)
    if changes:
        project = projects.edit(call.conn, project, changes, by=call.actor, at=call.at)
    return Reply(show_project(call, project))


def _require_allowed(call: Call, project: Project, changes: Changes) -> None:
    """Refuse what does not go with the policies above.  Clients send back what they read."""
    new = {name: value for name, value in changes.items() if value != getattr(project, name)}
    above = policies.above(call.conn, project, call.settings)
    policies.require_allowed(call.principal, new, above)


def archive_project(call: Call) -> Reply:
    """``POST /projects/:id/archive``: its packages stay readable and no longer change."""
    return _set_archived(call, archived=True)


def unarchive_project(call: Call) -> Reply:
    """``POST /projects/:id/unarchive``."""
    return _set_archived(call, archived=False)


def _set_archived(call: Call, *, archived: bool) -> Reply:
    project = call.project
    if project.archived is not archived:
        changes = {"archived": archived}
        project = projects.edit(call.conn, project, changes, by=call.actor, at=call.at)
    return Reply(show_project(call, project), 201)


def transfer_project(call: Call) -> Reply:
    """``PUT /projects/:id/transfer``, to the namespace that ``namespace`` names by id or path."""
    ref = call.params.text("namespace", required=True)
    call.params.check()
    found = namespaces.find_by_ref(call.conn, ref or "")
    namespace = projects.require_destination(call.conn, call.principal, found, at=call.at)
    project = projects.transfer(call.conn, call.project, namespace, by=call.actor, at=call.at)
    return Reply(show_project(call, project))


def delete_project(call: Call) -> Reply:
    """``DELETE /projects/:id``."""
    projects.remove(call.conn, call.project, by=call.actor, at=call.at)
    return ACCEPTED


# Parameters --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a call says of a project; None is nothing, or for the last two the instance's."""

    description: str | None
    visibility: Visibility | None
    registry_access_level: RegistryAccess | None
    max_file_bytes: int | None
    duplicates: Duplicates | None


def _read_asked(call: Call, project: Project | None) -> _Asked:
    params = call.params
    return _Asked(
        description=params.text("description", max_length=_MAX_DESCRIPTION),
        visibility=params.choice("visibility", Visibility),
        registry_access_level=_read_registry_access(call, project),
        max_file_bytes=params.number("pypi_max_file_size"),
        duplicates=params.choice("pypi_duplicates", Duplicates),
    )


def _read_registry_access(call: Call, project: Project | None) -> RegistryAccess | None:
    """Return the level that is asked for.

    ``packages_enabled`` is the older way to say it; it counts where it differs from what is, since
    clients send back what they read.
    """
    level = call.params.choice("package_registry_access_level", RegistryAccess)
    enabled = call.params.flag("packages_enabled")
    if enabled is None or enabled is (project is None or _has_packages(project)):
        return level
    if not enabled or project is None:
        return RegistryAccess.DISABLED
    return project.reading_rule if level in (None, RegistryAccess.DISABLED) else level


def _has_packages(project: Project) -> bool:
    return project.registry_access_level is not RegistryAccess.DISABLED


# Shapes ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Around:
    """What projects are shown with, read once for a whole list."""

    above: Mapping[int, Namespace]
    roles: Roles


def _look_around(call: Call, shown: list[Project]) -> _Around:
    above = namespaces_above(call, [project.lineage for project in shown])
    user_id = call.principal.user_id
    if user_id is None:
        return _Around(above=above, roles=Roles({}, {}))
    roles = memberships.own_roles(
        call.conn,
        user_id,
        call.at,
        namespace_ids=above,
        project_ids=[project.id for project in shown],
    )
    return _Around(above=above, roles=roles)


def show_project(call: Call, project: Project) -> dict[str, Any]:
    """Show one project."""
    return _show(call, project, _look_around(call, [project]), simple=False)


def _show(call: Call, project: Project, around: _Around, *, simple: bool) -> dict[str, Any]:
    basic = _show_basic(call, project, around)
    if simple or call.principal.user_id is None:
        return basic
    url = f"{call.base_url}/api/v4/projects/{project.id}"
    return {
        **basic,
        "_links": {"self": url, "members": f"{url}/members"},
        "updated_at": show_time(project.updated_at),
        "archived": project.archived,
        "creator_id": project.creator_id,
        "packages_enabled": _has_packages(project),
        "package_registry_access_level": project.registry_access_level.value,
        "pypi_max_file_size": project.max_file_bytes,
        "pypi_duplicates": project.duplicates.value if project.duplicates else None,
        "permissions": _show_permissions(call, project, around),
    }


def _show_basic(call: Call, project: Project, around: _Around) -> dict[str, Any]:
    """Show what GitLab shows to anonymous callers, and with ``simple``."""
    return {
        "id": project.id,
        "description": project.description,
        "name": project.name,
        "name_with_namespace": f"{full_name(project.lineage, around.above)} / {project.name}",
        "path": project.path,
        "path_with_namespace": project.full_path,
        "created_at": show_time(project.created_at),
        "last_activity_at": show_time(project.updated_at),
        "web_url": f"{call.base_url}/{project.full_path}",
        "avatar_url": None,
        "visibility": project.visibility.value,
        "namespace": show_namespace(call, around.above[project.namespace_id]),
    }


def _show_permissions(call: Call, project: Project, around: _Around) -> dict[str, Any]:
    """Show the caller's roles: in the project, and the highest from the groups above it."""
    namespace = around.above[project.namespace_id]
    direct = around.roles.by_project.get(project.id, Role.NONE)
    if namespace.kind is Kind.USER and namespace.user_id == call.principal.user_id:
        direct = Role.OWNER
    above = (around.roles.by_namespace.get(number, Role.NONE) for number in project.lineage)
    return {
        "project_access": _show_access(direct),
        "group_access": _show_access(max(above, default=Role.NONE)),
    }


def _show_access(role: Role) -> dict[str, int] | None:
    if role is Role.NONE:
        return None
    return {"access_level": role.value, "notification_level": _GLOBAL_NOTIFICATIONS}
