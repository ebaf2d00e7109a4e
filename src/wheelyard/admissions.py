"""Whose job tokens a project admits: its own always, and those of the projects and groups it lists.

A job token acts with its user's rights only in projects that admit the project whose job it is;
elsewhere it is a stranger's (GitLab documentation, "CI/CD job token", "Control job token access to
your project").  A project that keeps no list admits all.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from wheelyard import journal
from wheelyard.access import Actor, Principal, Subject
from wheelyard.database.paging import Page, Window, fetch
from wheelyard.database.schema import job_token_admissions, namespaces, projects
from wheelyard.facts import Invalid, NotFound, Sentence
from wheelyard.journal import Entry
from wheelyard.namespaces import parse_lineage

_TABLE = job_token_admissions


@dataclass(frozen=True, slots=True)
class Guest:
    """A project, or a group with all that is in it, whose job tokens are admitted: one id."""

    project_id: int | None = None
    namespace_id: int | None = None


def is_stranger(conn: Connection, principal: Principal, subject: Subject) -> bool:
    """Whether a principal is a job token that the project which a subject is does not admit."""
    job_project_id = principal.job_project_id
    if job_project_id is None or subject.project_id is None:
        return False
    admitting = select(projects.c.id).where(
        projects.c.id == subject.project_id, admits(conn, job_project_id)
    )
    return conn.execute(admitting).first() is None


def admits(conn: Connection, job_project_id: int) -> ColumnElement[bool]:
    """Whether a row of ``projects`` admits the job tokens of a project."""
    lineage = conn.execute(
        select(namespaces.c.lineage)
        .join_from(projects, namespaces, projects.c.namespace_id == namespaces.c.id)
        .where(projects.c.id == job_project_id)
    ).scalar()
    listing = select(_TABLE.c.project_id).where(
        or_(
            _TABLE.c.admitted_project_id == job_project_id,
            _TABLE.c.admitted_namespace_id.in_(parse_lineage(lineage) if lineage else ()),
        )
    )
    return or_(
        projects.c.id == job_project_id,
        ~projects.c.job_token_scope_enabled,
        projects.c.id.in_(listing),
    )


def keeps_list(conn: Connection, project_id: int) -> bool:
    """Whether a project admits only those that it lists."""
    column = projects.c.job_token_scope_enabled
    return bool(conn.execute(select(column).where(projects.c.id == project_id)).scalar_one())


def keep_list(conn: Connection, project_id: int, *, enabled: bool, by: Actor, at: datetime) -> None:
    """Let a project admit only those that it lists, or everybody."""
    conn.execute(
        update(projects).where(projects.c.id == project_id).values(job_token_scope_enabled=enabled)
    )
    entry = Entry("project.edited", project_id=project_id)
    journal.record(conn, entry, by=by, at=at, job_token_scope_enabled=enabled)


def list_projects(conn: Connection, project_id: int, window: Window) -> Page[int]:
    """Page through the ids of the projects that a project admits beside itself."""
    return _list(conn, project_id, _TABLE.c.admitted_project_id, window)


def list_groups(conn: Connection, project_id: int, window: Window) -> Page[int]:
    """Page through the ids of the groups that a project admits."""
    return _list(conn, project_id, _TABLE.c.admitted_namespace_id, window)


def _list(
    conn: Connection, project_id: int, guest: ColumnElement[int], window: Window
) -> Page[int]:
    found = select(guest.label("guest")).where(
        _TABLE.c.project_id == project_id, guest.is_not(None)
    )
    return fetch(conn, found, window, lambda row: int(row.guest), order_by=[_TABLE.c.id])


def is_admitted(conn: Connection, project_id: int, guest: Guest) -> bool:
    """Whether a guest is on a project's list."""
    return conn.execute(select(_TABLE.c.id).where(_is(project_id, guest))).first() is not None


def admit(conn: Connection, project_id: int, guest: Guest, *, by: Actor, at: datetime) -> None:
    """Admit a project's or a group's job tokens; raises Invalid when they are admitted already."""
    if guest.project_id == project_id:
        raise Invalid(Sentence("A project always admits its own job tokens"))
    if is_admitted(conn, project_id, guest):
        raise Invalid(Sentence("This target is already in the job token allowlist"))
    conn.execute(
        insert(_TABLE).values(
            project_id=project_id,
            admitted_project_id=guest.project_id,
            admitted_namespace_id=guest.namespace_id,
            created_at=at,
        )
    )
    _record(conn, "admission.added", project_id, guest, by=by, at=at)


def dismiss(conn: Connection, project_id: int, guest: Guest, *, by: Actor, at: datetime) -> None:
    """Admit them no more; raises NotFound."""
    gone = conn.execute(delete(_TABLE).where(_is(project_id, guest)))
    if not gone.rowcount:
        raise NotFound("Target group" if guest.project_id is None else "Target project")
    _record(conn, "admission.removed", project_id, guest, by=by, at=at)


def _is(project_id: int, guest: Guest) -> ColumnElement[bool]:
    return and_(
        _TABLE.c.project_id == project_id,
        _TABLE.c.admitted_project_id.is_not_distinct_from(guest.project_id),
        _TABLE.c.admitted_namespace_id.is_not_distinct_from(guest.namespace_id),
    )


def _record(
    conn: Connection, action: str, project_id: int, guest: Guest, *, by: Actor, at: datetime
) -> None:
    table, number = (
        (projects, guest.project_id) if guest.project_id else (namespaces, guest.namespace_id)
    )
    full_path = conn.execute(select(table.c.full_path).where(table.c.id == number)).scalar_one()
    entry = Entry(action, project_id=project_id)
    journal.record(conn, entry, by=by, at=at, guest=full_path)
