"""How projects are shown (GitLab documentation, "Projects API")."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, field, structs

from wheelyard import memberships, projects
from wheelyard import policies as policies_
from wheelyard.access import RegistryAccess, Role, Visibility
from wheelyard.memberships import Roles
from wheelyard.namespaces import Kind, Namespace
from wheelyard.settings import Duplicates
from wheelyard.web.api import policies
from wheelyard.web.api.endpoint import Call, Time, show_time
from wheelyard.web.api.namespaces import (
    ShownNamespace,
    full_name,
    namespaces_above,
    show_namespace,
)
from wheelyard.web.api.policies import InForce
from wheelyard.web.asked import LEVELS


class ProjectLinks(Struct, kw_only=True, frozen=True):
    """Where more is told."""

    this: str = field(name="self")
    members: str


class Standing(Struct, kw_only=True, frozen=True):
    """A role, and GitLab's number for "notified as the user's profile says"."""

    access_level: Annotated[int, Meta(description=LEVELS)]
    notification_level: int = 3


class Permissions(Struct, kw_only=True, frozen=True):
    """The caller's roles: in the project, and the highest from the groups above it."""

    project_access: Standing | None
    group_access: Standing | None


class Project(Struct, kw_only=True, frozen=True):
    """A project.  Anonymous callers, and those who ask for it, are shown less."""

    id: int
    description: str
    name: str
    name_with_namespace: str
    path: str
    path_with_namespace: str
    created_at: Time
    last_activity_at: Time
    web_url: str
    avatar_url: str | None = None
    visibility: Visibility
    namespace: ShownNamespace
    links: ProjectLinks | UnsetType = field(name="_links", default=UNSET)
    updated_at: Time | UnsetType = UNSET
    archived: bool | UnsetType = UNSET
    creator_id: int | UnsetType | None = UNSET
    packages_enabled: bool | UnsetType = UNSET
    package_registry_access_level: RegistryAccess | UnsetType = UNSET
    pypi_max_file_size: int | UnsetType | None = UNSET
    pypi_duplicates: Duplicates | UnsetType | None = UNSET
    pypi_package_requests_forwarding: bool | UnsetType | None = UNSET
    in_force: Annotated[
        InForce | UnsetType, Meta(description="Of one project; lists leave it out.")
    ] = UNSET
    permissions: Permissions | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class Around:
    """What projects are shown with, read once for a whole list."""

    above: Mapping[int, Namespace]
    roles: Roles


def look_around(call: Call, shown: list[projects.Project]) -> Around:
    """Read what some projects are shown with."""
    above = namespaces_above(call, [project.lineage for project in shown])
    user_id = call.principal.user_id
    if user_id is None:
        return Around(above=above, roles=Roles({}, {}))
    roles = memberships.own_roles(
        call.conn,
        user_id,
        call.at,
        namespace_ids=above,
        project_ids=[project.id for project in shown],
    )
    return Around(above=above, roles=roles)


def show_project(call: Call, project: projects.Project) -> Project:
    """Show one project."""
    shown = show_listed(call, project, look_around(call, [project]), simple=False)
    if call.principal.user_id is None:
        return shown
    policy = policies_.of_project(call.conn, project, call.settings)
    return structs.replace(shown, in_force=policies.show(policy))


def show_listed(call: Call, project: projects.Project, around: Around, *, simple: bool) -> Project:
    """Show one project of a list."""
    basic = _show_basic(call, project, around)
    if simple or call.principal.user_id is None:
        return basic
    url = f"{call.base_url}/api/v4/projects/{project.id}"
    return structs.replace(
        basic,
        links=ProjectLinks(this=url, members=f"{url}/members"),
        updated_at=show_time(project.updated_at),
        archived=project.archived,
        creator_id=project.creator_id,
        packages_enabled=has_packages(project),
        package_registry_access_level=project.registry_access_level,
        pypi_max_file_size=project.max_file_bytes,
        pypi_duplicates=project.duplicates,
        pypi_package_requests_forwarding=project.forwarding,
        permissions=_show_permissions(call, project, around),
    )


def _show_basic(call: Call, project: projects.Project, around: Around) -> Project:
    """Show what GitLab shows to anonymous callers, and with ``simple``."""
    return Project(
        id=project.id,
        description=project.description,
        name=project.name,
        name_with_namespace=f"{full_name(project.lineage, around.above)} / {project.name}",
        path=project.path,
        path_with_namespace=project.full_path,
        created_at=show_time(project.created_at),
        last_activity_at=show_time(project.updated_at),
        web_url=f"{call.base_url}/{project.full_path}",
        visibility=project.visibility,
        namespace=show_namespace(call, around.above[project.namespace_id]),
    )


def _show_permissions(call: Call, project: projects.Project, around: Around) -> Permissions:
    namespace = around.above[project.namespace_id]
    direct = around.roles.by_project.get(project.id, Role.NONE)
    if namespace.kind is Kind.USER and namespace.user_id == call.principal.user_id:
        direct = Role.OWNER
    above = (around.roles.by_namespace.get(number, Role.NONE) for number in project.lineage)
    return Permissions(
        project_access=_show_standing(direct),
        group_access=_show_standing(max(above, default=Role.NONE)),
    )


def _show_standing(role: Role) -> Standing | None:
    return None if role is Role.NONE else Standing(access_level=role.value)


def has_packages(project: projects.Project) -> bool:
    """Whether a project has a registry."""
    return project.registry_access_level is not RegistryAccess.DISABLED
