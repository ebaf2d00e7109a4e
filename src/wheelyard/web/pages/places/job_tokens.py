"""Whose job tokens a project admits: a switch and a list."""

from wheelyard import admissions, memberships, namespaces, projects
from wheelyard.access import Permission, Subject
from wheelyard.admissions import Guest
from wheelyard.database.paging import Window
from wheelyard.facts import InvalidRecord, NotFound, Sentence
from wheelyard.namespaces import Kind
from wheelyard.web.pages.view import Answer, Page, Redirect, View

_SHOWN = 200


def show(view: View) -> Answer:
    """``GET /{project}/-/settings/ci_cd``."""
    window, project_id = Window(limit=_SHOWN), view.project.id
    guests = admissions.list_projects(view.conn, project_id, window)
    guest_groups = admissions.list_groups(view.conn, project_id, window)
    found = {one.id: one for one in projects.find_each(view.conn, guests.items)}
    groups = namespaces.find_each(view.conn, guest_groups.items)
    return Page(
        "job_tokens.html",
        {
            "project": view.project,
            "here": _here(view),
            "keeps_list": admissions.keeps_list(view.conn, project_id),
            "projects": [found[number] for number in guests.items],
            "groups": [groups[number] for number in guest_groups.items],
            "left_out": guests.total + guest_groups.total - len(found) - len(groups),
        },
    )


def switch(view: View) -> Answer:
    """``POST …/ci_cd``: admit those on the list alone, or all."""
    enabled = view.params.flag("keeps_list", required=True)
    view.params.check()
    project_id = view.project.id
    if admissions.keeps_list(view.conn, project_id) is not enabled:
        admissions.keep_list(
            view.conn, project_id, enabled=bool(enabled), by=view.actor, at=view.at
        )
    return Redirect(_here(view), notice=Sentence("The changes were saved."))


def admit(view: View) -> Answer:
    """``POST …/ci_cd/admit``: put a project or a group on the list, by its path."""
    path = view.params.line("path", required=True) or ""
    view.params.check()
    guest, name = _find(view, path.strip("/"))
    if guest.project_id == view.project.id:
        raise InvalidRecord(path=Sentence("is this project, which always admits its own"))
    if admissions.is_admitted(view.conn, view.project.id, guest):
        raise InvalidRecord(path=Sentence("is on the list already"))
    admissions.admit(view.conn, view.project.id, guest, by=view.actor, at=view.at)
    return Redirect(_here(view), notice=Sentence("%(name)s is on the list now.", name=name))


def _find(view: View, path: str) -> tuple[Guest, str]:
    """Return whom a path names; what who looks cannot see is not there."""
    project = projects.find_by_path(view.conn, path)
    if project is not None and _is_seen(view, project.subject, Permission.READ_PROJECT):
        return Guest(project_id=project.id), project.full_path
    group = namespaces.find_by_path(view.conn, path)
    if group is not None and group.kind is not Kind.GROUP:
        group = None  # a user's own namespace
    if group is not None and _is_seen(view, group.subject, Permission.READ_GROUP):
        return Guest(namespace_id=group.id), group.full_path
    raise InvalidRecord(path=Sentence("names no project and no group that you can see"))


def _is_seen(view: View, subject: Subject, permission: Permission) -> bool:
    try:
        memberships.require(view.conn, view.principal, permission, subject, at=view.at)
    except NotFound:
        return False
    return True


def dismiss_project(view: View) -> Answer:
    """``POST …/ci_cd/projects/{guest}/dismiss``."""
    return _dismiss(view, Guest(project_id=view.number("guest")))


def dismiss_group(view: View) -> Answer:
    """``POST …/ci_cd/groups/{guest}/dismiss``."""
    return _dismiss(view, Guest(namespace_id=view.number("guest")))


def _dismiss(view: View, guest: Guest) -> Answer:
    admissions.dismiss(view.conn, view.project.id, guest, by=view.actor, at=view.at)
    return Redirect(_here(view), notice=Sentence("It was taken off the list."))


def _here(view: View) -> str:
    return f"/{view.project.full_path}/-/settings/ci_cd"
