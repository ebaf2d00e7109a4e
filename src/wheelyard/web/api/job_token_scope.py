"""Whose job tokens a project admits (GitLab documentation, "Job token scope API")."""

from typing import Annotated

from msgspec import Meta, Struct

from wheelyard import admissions, memberships, namespaces, projects
from wheelyard.access import Permission, Subject
from wheelyard.admissions import Guest
from wheelyard.database.paging import Page
from wheelyard.web.api.endpoint import NO_CONTENT, Call, Created, NoContent, Reply
from wheelyard.web.api.namespaces import web_url
from wheelyard.web.api.paging import Paged
from wheelyard.web.api.shown_projects import Project, look_around, show_listed
from wheelyard.web.asked import Number


class EditScope(Struct, kw_only=True, frozen=True):
    """Whether the project admits only those that it lists."""

    enabled: Annotated[bool, Meta(description="Whether it admits only those that it lists.")]


class AdmitProject(Struct, kw_only=True, frozen=True):
    """A project whose job tokens are to be admitted."""

    target_project_id: Annotated[Number, Meta(description="The project whose jobs are admitted.")]


class AdmitGroup(Struct, kw_only=True, frozen=True):
    """A group whose projects' job tokens are to be admitted."""

    target_group_id: Annotated[
        Number, Meta(description="The group whose projects' jobs are admitted.")
    ]


class JobTokenScope(Struct, kw_only=True, frozen=True):
    """Whether a project admits only those job tokens that it lists, beside its own."""

    inbound_enabled: bool
    outbound_enabled: bool = False
    """What GitLab once had, and what is off there."""


class AdmittedProject(Struct, kw_only=True, frozen=True):
    """A project that was added to the list of another."""

    source_project_id: int
    target_project_id: int


class AdmittedGroup(Struct, kw_only=True, frozen=True):
    """A group that was added to the list of a project."""

    source_project_id: int
    target_group_id: int


class ListedGroup(Struct, kw_only=True, frozen=True):
    """A group on the list of a project."""

    id: int
    web_url: str
    name: str


def get_scope(call: Call) -> Reply[JobTokenScope]:
    """Get whether a project admits only those job tokens that it lists."""
    return Reply(JobTokenScope(inbound_enabled=admissions.keeps_list(call.conn, call.project.id)))


def edit_scope(call: Call, asked: EditScope) -> NoContent:
    """Let a project admit only those job tokens that it lists, or all."""
    project_id = call.project.id
    if admissions.keeps_list(call.conn, project_id) is not asked.enabled:
        admissions.keep_list(
            call.conn, project_id, enabled=asked.enabled, by=call.actor, at=call.at
        )
    return NO_CONTENT


# Projects ----------------------------------------------------------------------------------------


def list_admitted_projects(call: Call, asked: Paged) -> Reply[list[Project]]:
    """List the projects whose job tokens a project admits, beside its own."""
    page = admissions.list_projects(call.conn, call.project.id, asked.position.window)
    found = {project.id: project for project in projects.find_each(call.conn, page.items)}
    listed = [found[project_id] for project_id in page.items]
    around = look_around(call, listed)
    return call.paged(
        Page(items=listed, total=page.total),
        asked.position,
        lambda project: show_listed(call, project, around, simple=True),
    )


def admit_project(call: Call, asked: AdmitProject) -> Created[AdmittedProject]:
    """Admit the job tokens of a project, which the caller must be able to see."""
    target = projects.find_by_id(call.conn, asked.target_project_id)
    _require_seen(call, target.subject if target else None, Permission.READ_PROJECT)
    guest = Guest(project_id=asked.target_project_id)
    admissions.admit(call.conn, call.project.id, guest, by=call.actor, at=call.at)
    return Reply(
        AdmittedProject(
            source_project_id=call.project.id, target_project_id=asked.target_project_id
        )
    )


def dismiss_project(call: Call) -> NoContent:
    """Admit the job tokens of a project no more."""
    guest = Guest(project_id=call.number("target"))
    admissions.dismiss(call.conn, call.project.id, guest, by=call.actor, at=call.at)
    return NO_CONTENT


# Groups ------------------------------------------------------------------------------------------


def list_admitted_groups(call: Call, asked: Paged) -> Reply[list[ListedGroup]]:
    """List the groups whose projects' job tokens a project admits."""
    page = admissions.list_groups(call.conn, call.project.id, asked.position.window)
    found = namespaces.find_each(call.conn, page.items)

    def show(group_id: int) -> ListedGroup:
        group = found[group_id]
        return ListedGroup(id=group.id, web_url=web_url(call, group), name=group.name)

    return call.paged(page, asked.position, show)


def admit_group(call: Call, asked: AdmitGroup) -> Created[AdmittedGroup]:
    """Admit the job tokens of all projects in a group, which the caller must be able to see."""
    target = namespaces.find_group(call.conn, str(asked.target_group_id))
    _require_seen(call, target.subject if target else None, Permission.READ_GROUP)
    guest = Guest(namespace_id=asked.target_group_id)
    admissions.admit(call.conn, call.project.id, guest, by=call.actor, at=call.at)
    return Reply(
        AdmittedGroup(source_project_id=call.project.id, target_group_id=asked.target_group_id)
    )


def dismiss_group(call: Call) -> NoContent:
    """Admit the job tokens of a group no more."""
    guest = Guest(namespace_id=call.number("target"))
    admissions.dismiss(call.conn, call.project.id, guest, by=call.actor, at=call.at)
    return NO_CONTENT


def _require_seen(call: Call, target: Subject | None, permission: Permission) -> None:
    noun = "Project" if permission is Permission.READ_PROJECT else "Group"
    memberships.require(call.conn, call.principal, permission, target, at=call.at, noun=noun)
