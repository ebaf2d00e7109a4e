"""Making a project, and Settings > General."""

from contextlib import suppress

from wheelyard import groups, namespaces, policies, projects
from wheelyard.access import RULES, Permission, RegistryAccess, Visibility
from wheelyard.database.paging import Window
from wheelyard.facts import InvalidRecord, NotFound, Refused, Sentence
from wheelyard.namespaces import Namespace
from wheelyard.projects import NewProject, Project
from wheelyard.web.pages import inherited
from wheelyard.web.pages.confirmation import require_typed
from wheelyard.web.pages.view import Answer, Page, Redirect, View

_MAX_DESCRIPTION = 2000
_MAX_CHOICES = 200

Changes = dict[str, str | int | bool | None]
"""Columns of a project and their new values."""


# Making one --------------------------------------------------------------------------------------


def show_new(view: View) -> Answer:
    """``GET /projects/new``."""
    return Page("project_new.html", {"namespaces": _choices(view), "max_choices": _MAX_CHOICES})


def create(view: View) -> Answer:
    """``POST /projects/new``."""
    params = view.params
    name = params.line("name", required=True) or ""
    path = params.filled_line("path") or namespaces.path_of(name)
    description = params.text("description", max_length=_MAX_DESCRIPTION) or ""
    visibility = params.choice("visibility", Visibility) or Visibility.PRIVATE
    namespace_id = params.number("namespace_id", required=True)
    params.check()
    if not path:
        raise InvalidRecord(path=Sentence("is missing"))
    namespace = _destination(view, namespace_id or 0)
    new = NewProject(name=name, path=path, description=description, visibility=visibility)
    project = projects.create(view.conn, new, namespace, by=view.actor, at=view.at)
    made = view.language.gettext("The project %(name)s was created.") % {"name": project.name}
    return Redirect(f"/{project.full_path}", notice=made)


def _choices(view: View) -> list[tuple[int, str]]:
    """Return where who looks may make projects, by id and path: their own namespace first."""
    own = namespaces.find_own(view.conn, view.user.id)
    joined = groups.list_groups(
        view.conn,
        view.principal,
        groups.Filter(least_role=RULES[Permission.CREATE_PROJECT_IN_GROUP].role),
        Window(limit=_MAX_CHOICES),
        at=view.at,
    )
    choices = [own, *joined.items] if own else joined.items
    wanted = view.params.peek_text("namespace_id")
    if namespaces.is_id(wanted) and int(wanted) not in {choice.id for choice in choices}:
        # An administrator's, or past the end of the list: a group's own page leads here with it.
        found = namespaces.find(view.conn, int(wanted))
        with suppress(Refused):
            choices.append(
                projects.require_destination(view.conn, view.principal, found, at=view.at)
            )
    return [(choice.id, choice.full_path) for choice in choices]


def _destination(view: View, namespace_id: int) -> Namespace:
    """Return where a project goes.  Raises InvalidRecord and Forbidden."""
    found = namespaces.find(view.conn, namespace_id)
    try:
        return projects.require_destination(view.conn, view.principal, found, at=view.at)
    except NotFound as fact:
        raise InvalidRecord(namespace_id=Sentence("is not there any more")) from fact


# Settings > General ------------------------------------------------------------------------------


def show_general(view: View) -> Answer:
    """``GET /{project}/-/settings/general``."""
    project = view.project
    may_own = view.may(Permission.DELETE_PROJECT)
    return Page(
        "project_settings.html",
        {
            "project": project,
            "may_own": may_own,
            "namespaces": _choices(view) if may_own else [],
            **inherited.show(view, project),
        },
    )


def save_naming(view: View) -> Answer:
    """``POST …/general``: name and description."""
    name = view.params.line("name", required=True)
    description = view.params.text("description", max_length=_MAX_DESCRIPTION)
    view.params.check()
    return _edit(view, {"name": name, "description": description or ""})


def save_permissions(view: View) -> Answer:
    """``POST …/permissions``: visibility, the Packages feature, and who may pull."""
    params = view.params
    visibility = params.choice("visibility", Visibility)
    is_on, for_anyone = params.flag("packages"), params.flag("anyone_may_pull")
    members_only = params.flag("members_only")
    params.check()
    changes: Changes = {}
    if visibility is not None:
        changes["visibility"] = visibility.value
    if is_on is None:
        is_on = view.project.registry_access_level is not RegistryAccess.DISABLED
    rule = _reading_rule(view.project, for_anyone=for_anyone, members_only=members_only)
    if is_on:
        changes["registry_access_level"] = rule.value
    else:
        changes["registry_access_level"] = RegistryAccess.DISABLED.value
        changes["registry_access_before"] = rule.value
    return _edit(view, changes)


def _reading_rule(
    project: Project, *, for_anyone: bool | None, members_only: bool | None
) -> RegistryAccess:
    """Return what two switches come to, while packages are off too; what was not sent stays."""
    current = project.reading_rule
    if for_anyone is None:
        for_anyone = current is RegistryAccess.PUBLIC
    if members_only is None:
        members_only = current is RegistryAccess.PRIVATE
    if for_anyone:
        return RegistryAccess.PUBLIC
    return RegistryAccess.PRIVATE if members_only else RegistryAccess.ENABLED


def save_packages(view: View) -> Answer:
    """``POST …/packages``: duplicates, the largest file, and whether to forward."""
    changes = {**inherited.read_packages(view), **inherited.read_forwarding(view)}
    view.params.check()
    return _edit(view, inherited.require_allowed(view, view.project, changes))


def _edit(view: View, changes: Changes) -> Answer:
    project = view.project
    changes = {name: new for name, new in changes.items() if new != getattr(project, name)}
    if changes:
        project = projects.edit(view.conn, project, changes, by=view.actor, at=view.at)
    return _saved(view, project)


def _saved(view: View, project: Project) -> Answer:
    return Redirect(
        f"/{project.full_path}/-/settings/general",
        notice=view.language.gettext("The changes were saved."),
    )


def rename_path(view: View) -> Answer:
    """``POST …/path``: another address; the old one leads nowhere from then on."""
    path = view.params.line("path", required=True)
    view.params.check()
    return _edit(view, {"path": path})


def transfer(view: View) -> Answer:
    """``POST …/transfer``: to another group or user."""
    namespace_id = view.params.number("namespace_id", required=True)
    view.params.check()
    require_typed(view, view.project.full_path)
    namespace = _destination(view, namespace_id or 0)
    policies.require_transferable(view.conn, view.principal, view.project, namespace, view.settings)
    project = projects.transfer(view.conn, view.project, namespace, by=view.actor, at=view.at)
    return _saved(view, project)


def archive(view: View) -> Answer:
    """``POST …/archive``, and back again with ``archived=false``."""
    archived = view.params.flag("archived") is not False
    view.params.check()
    return _edit(view, {"archived": archived})


def delete(view: View) -> Answer:
    """``POST …/delete``: with every package, member and deploy token."""
    require_typed(view, view.project.full_path)
    projects.remove(view.conn, view.project, by=view.actor, at=view.at)
    gone = view.language.gettext("The project %(path)s was deleted.")
    return Redirect("/", notice=gone % {"path": view.project.full_path})
