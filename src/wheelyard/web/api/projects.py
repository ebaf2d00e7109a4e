"""Projects (GitLab documentation, "Projects API").

What they say of their packages, ``pypi_…``, is ours to be set here; see ``policies``.
"""

from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from wheelyard import namespaces, projects, users
from wheelyard import policies as policies_
from wheelyard.access import RegistryAccess, Role, Visibility
from wheelyard.database.paging import Page
from wheelyard.facts import NotFound
from wheelyard.namespaces import Namespace
from wheelyard.projects import Filter, NewProject
from wheelyard.web.api import policies
from wheelyard.web.api.endpoint import ACCEPTED, Accepted, Call, Created, Message, Reply
from wheelyard.web.api.keyset import BOTH, After
from wheelyard.web.api.namespaces import ListByRole
from wheelyard.web.api.paging import Positioned
from wheelyard.web.api.policies import Changes, Said
from wheelyard.web.api.shown_projects import (
    Project,
    has_packages,
    look_around,
    show_listed,
    show_project,
)
from wheelyard.web.asked import Direction, FilledText, Line, Number
from wheelyard.web.operations import also

_MAX_DESCRIPTION = 2000

ProjectOrder = Literal["id", "name", "path", "created_at", "updated_at", "last_activity_at"]


# What is asked for -------------------------------------------------------------------------------


class ListUserProjects(ListByRole, kw_only=True, frozen=True):
    """Which projects are wanted."""

    orders: ClassVar = {"id": BOTH}

    archived: Annotated[
        bool | None, Meta(description="Only those that are archived, or only those that are not.")
    ] = None
    order_by: Annotated[ProjectOrder, Meta(description="What they are sorted by.")] = "created_at"
    sort: Annotated[Direction, Meta(description="In which direction.")] = "desc"
    simple: Annotated[bool, Meta(description="Show fewer fields.")] = False
    id_after: Annotated[Number | None, Meta(description="Only those with a higher id.")] = None
    id_before: Annotated[Number | None, Meta(description="Only those with a lower id.")] = None

    def position_in(self, order_by: str, sort: str) -> Positioned:
        """Return where in the list; as on GitLab the id itself leads on, and no cursor."""
        position = super().position_in(order_by, sort)
        if isinstance(position, After):
            name = "id_after" if sort == "asc" else "id_before"
            return replace(position, follow=lambda key: {name: str(key[0])})
        return position


class ListProjects(ListUserProjects, kw_only=True, frozen=True):
    """Which projects are wanted."""

    membership: Annotated[bool, Meta(description="Only those the caller has a role in.")] = False


class ListGroupProjects(ListUserProjects, kw_only=True, frozen=True):
    """Which projects are wanted."""

    include_subgroups: Annotated[bool, Meta(description="Those in groups below too.")] = False


class _Settings(Said, kw_only=True, frozen=True):
    """What new and changed projects can be given alike."""

    description: (
        Annotated[str, Meta(max_length=_MAX_DESCRIPTION, description="What it is about.")] | None
    ) = None
    visibility: Annotated[Visibility | None, Meta(description="Who can see it.")] = None
    package_registry_access_level: Annotated[
        RegistryAccess | None, Meta(description="Who may read the packages.")
    ] = None
    packages_enabled: Annotated[
        bool | None, Meta(description="The older way to switch packages off and on.")
    ] = None


class CreateProject(_Settings, kw_only=True, frozen=True):
    """A new project."""

    needs_one_of: ClassVar = ("name", "path")

    name: Annotated[Line | None, Meta(description="Its path without one.")] = None
    path: Annotated[Line | None, Meta(description="Made of its name without one.")] = None
    namespace_id: Annotated[
        Number | None, Meta(description="Where it goes; into one's own namespace without one.")
    ] = None


class EditProject(_Settings, kw_only=True, frozen=True):
    """What is to be changed."""

    name: Annotated[Line | None, Meta(description="For people.")] = None
    path: Annotated[Line | None, Meta(description="Its part of addresses.")] = None


class TransferProject(Struct, kw_only=True, frozen=True):
    """Where a project is to go."""

    namespace: Annotated[FilledText, Meta(description="A namespace, by id or full path.")]


# Lists -------------------------------------------------------------------------------------------


def list_projects(call: Call, asked: ListProjects) -> Reply[list[Project]]:
    """List the projects that one may see."""
    least = asked.least_role(Role.GUEST if asked.membership else Role.NONE)
    return _list(call, asked, Filter(least_role=least))


def list_group_projects(call: Call, asked: ListGroupProjects) -> Reply[list[Project]]:
    """List the projects of a group."""
    wanted = Filter(least_role=asked.least_role(), under=call.group, nested=asked.include_subgroups)
    return _list(call, asked, wanted)


def list_user_projects(call: Call, asked: ListUserProjects) -> Reply[list[Project]]:
    """List the projects in a user's own namespace; the user is named by id or username."""
    ref = call.path["user"]
    user = (
        users.find(call.conn, int(ref))
        if namespaces.is_id(ref)
        else users.find_by_username(call.conn, ref)
    )
    if user is None:
        raise NotFound("User")
    under = namespaces.find_own(call.conn, user.id)
    if under is None:  # a bot has no namespace
        return call.paged(Page(items=[], total=0), asked.position, lambda project: project)
    return _list(call, asked, Filter(least_role=asked.least_role(), under=under))


def _list(call: Call, asked: ListUserProjects, wanted: Filter) -> Reply[list[Project]]:
    # Ours has no other sign of life than a change of its settings.
    order_by = "updated_at" if asked.order_by == "last_activity_at" else asked.order_by
    position = asked.position_in(asked.order_by, asked.sort)
    wanted = replace(
        wanted,
        search=asked.search,
        visibility=asked.visibility,
        archived=asked.archived,
        id_after=asked.id_after,
        id_before=asked.id_before,
    )
    page = projects.list_projects(
        call.conn,
        call.principal,
        wanted,
        position.window,
        order_by=order_by,
        descending=asked.sort == "desc",
        at=call.at,
    )
    around = look_around(call, page.items)

    def show(project: projects.Project) -> Project:
        return show_listed(call, project, around, simple=asked.simple)

    return call.paged(page, position, show)


# One project -------------------------------------------------------------------------------------


def get_project(call: Call) -> Reply[Project]:
    """Get a project."""
    return Reply(show_project(call, call.project))


@also(404, "There is no such namespace.")
def create_project(call: Call, asked: CreateProject) -> Created[Project]:
    """Create a project, in one's own namespace unless `namespace_id` says where."""
    namespace = _destination(call, asked.namespace_id)
    wanted = policies.read(asked)
    above = policies_.of_group(call.conn, namespace, call.settings)
    policies_.require_allowed(call.principal, wanted, above)
    new = NewProject(
        name=asked.name or asked.path or "",
        path=asked.path or namespaces.path_of(asked.name or ""),
        description=asked.description or "",
        visibility=asked.visibility or Visibility.PRIVATE,
        registry_access_level=_registry_access(asked, None) or RegistryAccess.ENABLED,
        **wanted,
    )
    project = projects.create(call.conn, new, namespace, by=call.actor, at=call.at)
    return Reply(show_project(call, project))


def _destination(call: Call, namespace_id: int | None) -> Namespace:
    """Return where a new project goes.  Raises NotFound and Forbidden."""
    if namespace_id is None:
        namespace = namespaces.find_own(call.conn, call.user_id)
    else:
        namespace = namespaces.find(call.conn, namespace_id)
    return projects.require_destination(call.conn, call.principal, namespace, at=call.at)


def edit_project(call: Call, asked: EditProject) -> Reply[Project]:
    """Change a project."""
    project = call.project
    sent: Changes = {
        "name": asked.name,
        "path": asked.path,
        "description": asked.description,
        "visibility": asked.visibility,
        "registry_access_level": _registry_access(asked, project),
    }
    changes: Changes = {column: value for column, value in sent.items() if value is not None}
    changes |= policies.read(asked)
    policies.require_allowed(call, project, changes)
    if changes:
        project = projects.edit(call.conn, project, changes, by=call.actor, at=call.at)
    return Reply(show_project(call, project))


def archive_project(call: Call) -> Created[Project]:
    """Archive a project; its packages stay readable and no longer change."""
    return _set_archived(call, archived=True)


def unarchive_project(call: Call) -> Created[Project]:
    """Unarchive a project."""
    return _set_archived(call, archived=False)


def _set_archived(call: Call, *, archived: bool) -> Reply[Project]:
    project = call.project
    if project.archived is not archived:
        changes = {"archived": archived}
        project = projects.edit(call.conn, project, changes, by=call.actor, at=call.at)
    return Reply(show_project(call, project))


def transfer_project(call: Call, asked: TransferProject) -> Reply[Project]:
    """Move a project into another namespace."""
    found = namespaces.find_by_ref(call.conn, asked.namespace)
    namespace = projects.require_destination(call.conn, call.principal, found, at=call.at)
    policies_.require_transferable(
        call.conn, call.principal, call.project, namespace, call.settings
    )
    project = projects.transfer(call.conn, call.project, namespace, by=call.actor, at=call.at)
    return Reply(show_project(call, project))


def delete_project(call: Call) -> Accepted[Message]:
    """Delete a project and everything in it."""
    projects.remove(call.conn, call.project, by=call.actor, at=call.at)
    return ACCEPTED


def _registry_access(asked: _Settings, project: projects.Project | None) -> RegistryAccess | None:
    """Return the level that is asked for.

    ``packages_enabled`` is the older way to say it; it counts where it differs from what is, since
    clients send back what they read.
    """
    level, enabled = asked.package_registry_access_level, asked.packages_enabled
    if enabled is None or enabled is (project is None or has_packages(project)):
        return level
    if not enabled or project is None:
        return RegistryAccess.DISABLED
    return project.reading_rule if level in (None, RegistryAccess.DISABLED) else level
