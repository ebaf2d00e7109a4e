"""Projects: GitLab-style tenants, each with one registry of its own."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    delete,
    false,
    func,
    or_,
    select,
    update,
)

from wheelyard import access, journal, memberships, users, visibility
from wheelyard import namespaces as namespaces_
from wheelyard.access import (
    Actor,
    Permission,
    Principal,
    RegistryAccess,
    Role,
    Subject,
    TokenKind,
    Visibility,
)
from wheelyard.database.paging import Keyset, Page, Window, fetch
from wheelyard.database.rows import add_row
from wheelyard.database.schema import namespaces, projects
from wheelyard.facts import InvalidRecord, NotFound, Sentence
from wheelyard.journal import Entry
from wheelyard.namespaces import (
    Namespace,
    is_id,
    is_under,
    lineage_text,
    parse_lineage,
    path_key,
)
from wheelyard.settings import Duplicates, Settings


@dataclass(frozen=True, slots=True)
class Project:
    """A tenant, with the settings of its registry; None there: see ``policies``."""

    id: int
    namespace_id: int
    name: str
    path: str
    full_path: str
    description: str
    visibility: Visibility
    registry_access_level: RegistryAccess
    registry_access_before: RegistryAccess
    """The level that it had when it was disabled; without meaning otherwise."""

    max_file_bytes: int | None
    duplicates: Duplicates | None
    forwarding: bool | None
    archived: bool
    creator_id: int | None
    created_at: datetime
    updated_at: datetime
    package_bytes: int
    """Of all its files together, when this was read; a Grant may hold an older number."""

    file_count: int
    last_published_at: datetime | None
    """When its newest release was made."""

    lineage: tuple[int, ...]

    @property
    def reading_rule(self) -> RegistryAccess:
        """Who may read its packages: now, or once they are switched on again."""
        if self.registry_access_level is RegistryAccess.DISABLED:
            return self.registry_access_before
        return self.registry_access_level

    @property
    def subject(self) -> Subject:
        """As much of it as decides who may do what, and of reading packages less.

        That everyone may pull what they cannot see is the instance's to allow: ``subject_under``.
        """
        level = self.registry_access_level
        return Subject(
            visibility=self.visibility,
            lineage=self.lineage,
            project_id=self.id,
            registry=RegistryAccess.ENABLED if level is RegistryAccess.PUBLIC else level,
            archived=self.archived,
        )

    def subject_under(self, settings: Settings) -> Subject:
        """All of it that decides, under the settings in force."""
        if not settings.anyone_can_pull:
            return self.subject
        return replace(self.subject, registry=self.registry_access_level)


@dataclass(frozen=True, slots=True)
class NewProject:
    """What must be known of a project that is to be made."""

    name: str
    path: str
    description: str = ""
    visibility: Visibility = Visibility.PRIVATE
    registry_access_level: RegistryAccess = RegistryAccess.ENABLED
    max_file_bytes: int | None = None
    duplicates: Duplicates | None = None
    forwarding: bool | None = None


def from_row(row: Row[Any]) -> Project:
    """Make a record of a row of ``_projects``."""
    return Project(
        id=row.id,
        namespace_id=row.namespace_id,
        name=row.name,
        path=row.path,
        full_path=row.full_path,
        description=row.description,
        visibility=Visibility(row.visibility),
        registry_access_level=RegistryAccess(row.registry_access_level),
        registry_access_before=RegistryAccess(row.registry_access_before or RegistryAccess.ENABLED),
        max_file_bytes=row.max_file_bytes,
        duplicates=Duplicates(row.duplicates) if row.duplicates else None,
        forwarding=row.forwarding,
        archived=row.archived,
        creator_id=row.creator_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
        package_bytes=row.package_bytes,
        file_count=row.file_count,
        last_published_at=row.last_published_at,
        lineage=parse_lineage(row.lineage),
    )


def _projects() -> Select[Any]:
    return select(projects, namespaces.c.lineage).join_from(
        projects, namespaces, projects.c.namespace_id == namespaces.c.id
    )


def find(conn: Connection, ref: str) -> Project | None:
    """Return a project by decimal id or full path, in whatever case."""
    matches = projects.c.id == int(ref) if is_id(ref) else projects.c.full_path_key == path_key(ref)
    row = conn.execute(_projects().where(matches)).first()
    return from_row(row) if row else None


def find_by_path(conn: Connection, full_path: str) -> Project | None:
    """Return a project by full path, in whatever case."""
    row = conn.execute(_projects().where(projects.c.full_path_key == path_key(full_path))).first()
    return from_row(row) if row else None


def find_by_id(conn: Connection, project_id: int) -> Project | None:
    """Return a project by id."""
    row = conn.execute(_projects().where(projects.c.id == project_id)).first()
    return from_row(row) if row else None


def get(conn: Connection, project_id: int) -> Project:
    """Return a project by id; raises NotFound."""
    project = find_by_id(conn, project_id)
    if project is None:
        raise NotFound("Project")
    return project


@dataclass(frozen=True, slots=True)
class Filter(visibility.Filter):
    """Which projects are wanted."""

    archived: bool | None = None
    id_after: int | None = None
    id_before: int | None = None


_ORDERS: Mapping[str, ColumnElement[Any]] = {
    "id": projects.c.id,
    "name": func.lower(projects.c.name),
    "path": func.lower(projects.c.path),
    "created_at": projects.c.created_at,
    "updated_at": projects.c.updated_at,
    "package_bytes": projects.c.package_bytes,
    "last_published_at": projects.c.last_published_at,
}
ORDERS = tuple(_ORDERS)
"""What a list can be sorted by."""


def list_projects(
    conn: Connection,
    principal: Principal,
    wanted: Filter,
    window: Window | Keyset,
    *,
    order_by: str = "created_at",
    descending: bool = True,
    at: datetime,
) -> Page[Project]:
    """Page through what the principal may see."""
    statement = _projects().where(
        *visibility.conditions(projects, _joined_by, principal, wanted, at), *_placed(wanted)
    )
    order = (_ORDERS[order_by], projects.c.id)
    return fetch(conn, statement, window, from_row, order_by=order, descending=descending)


def _joined_by(user_id: int, at: datetime, least: Role) -> ColumnElement[bool]:
    return or_(
        projects.c.namespace_id.in_(memberships.namespaces_of(user_id, at, least=least)),
        projects.c.id.in_(memberships.projects_of(user_id, at, least=least)),
    )


def _placed(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    if wanted.archived is not None:
        yield projects.c.archived.is_(wanted.archived)
    if wanted.id_after is not None:
        yield projects.c.id > wanted.id_after
    if wanted.id_before is not None:
        yield projects.c.id < wanted.id_before
    if wanted.under is not None and wanted.nested:
        yield is_under(namespaces.c.lineage, lineage_text(wanted.under.lineage))
    elif wanted.under is not None:
        yield projects.c.namespace_id == wanted.under.id


def readable_ids(
    principal: Principal,
    *,
    at: datetime,
    under: Namespace | None = None,
    nested: bool = True,
    least_role: Role = Role.NONE,
    admitted: ColumnElement[bool] | None = None,
) -> Select[tuple[int]]:
    """Select the ids of the projects that the principal sees and whose packages they may read.

    ``access.decide`` for READ_PROJECT and READ_PACKAGES, as a condition; a test holds the two
    together.  A deploy token sees what it reaches, and what is public; a project's does not reach a
    group, so that ``under`` one it is a stranger.  ``under`` is a group: what is in it, and where
    it is ``nested`` everything below; ``admitted`` says which projects admit a job token, None
    being none.
    """
    wanted = Filter(least_role=least_role, under=under, nested=nested)
    level = projects.c.registry_access_level
    statement = (
        select(projects.c.id)
        .join_from(projects, namespaces, projects.c.namespace_id == namespaces.c.id)
        .where(level != RegistryAccess.DISABLED.value, *_placed(wanted))
    )
    if principal.token_kind is TokenKind.DEPLOY:
        return statement.where(_is_readable_by_deploy_token(principal, under))
    readable = and_(*_is_readable(principal, wanted, at))
    if principal.job_project_id is not None:
        private = Visibility.PRIVATE.value
        strange = and_(level != RegistryAccess.PRIVATE.value, projects.c.visibility != private)
        readable = strange if admitted is None else or_(strange, and_(admitted, readable))
    return statement.where(readable)


def _is_readable(
    principal: Principal, wanted: Filter, at: datetime
) -> Iterator[ColumnElement[bool]]:
    yield from visibility.conditions(projects, _joined_by, principal, wanted, at)
    is_open = projects.c.registry_access_level != RegistryAccess.PRIVATE.value
    if principal.is_admin:
        return
    if principal.user_id is None:
        yield is_open
    else:
        yield or_(is_open, _joined_by(principal.user_id, at, Role.GUEST))


def _is_readable_by_deploy_token(
    principal: Principal, under: Namespace | None
) -> ColumnElement[bool]:
    public = and_(
        projects.c.visibility == Visibility.PUBLIC.value,
        projects.c.registry_access_level != RegistryAccess.PRIVATE.value,
    )
    if under is not None and principal.reach_project_id is not None:
        return public
    reached = (
        projects.c.id == principal.reach_project_id
        if principal.reach_project_id is not None
        else namespaces.c.lineage.contains(lineage_text([principal.reach_namespace_id or 0]))
    )
    # Where it reaches, what it says counts, and nothing else.
    return or_(public, reached) if access.may_read_reached(principal) else and_(public, ~reached)


def find_each(conn: Connection, ids: Collection[int]) -> list[Project]:
    """Return those of some projects that are there."""
    return [from_row(row) for row in conn.execute(_projects().where(projects.c.id.in_(ids)))]


def full_paths(conn: Connection, ids: Collection[int]) -> dict[int, str]:
    """Return the full paths of projects, by id, for a list that names them."""
    rows = conn.execute(select(projects.c.id, projects.c.full_path).where(projects.c.id.in_(ids)))
    return {row.id: row.full_path for row in rows}


def require_destination(
    conn: Connection, principal: Principal, namespace: Namespace | None, *, at: datetime
) -> Namespace:
    """Return the namespace where the principal may put a project there: their own, or a group.

    Raises as ``access.require``; NotFound for None, which is a namespace that nobody has.
    """
    if namespace is None:
        raise NotFound("Namespace")
    if principal.user_id is None or namespace.user_id != principal.user_id:
        into, subject = Permission.CREATE_PROJECT_IN_GROUP, namespace.subject
        memberships.require(conn, principal, into, subject, at=at, noun="Namespace")
    return namespace


def create(
    conn: Connection, new: NewProject, namespace: Namespace, *, by: Actor, at: datetime
) -> Project:
    """Make a project; raises InvalidRecord."""
    full_path = namespaces_.require_free_path(conn, new.path, parent=namespace)
    namespaces_.require_visibility_within(new.visibility, namespace)
    project_id = add_row(
        conn,
        projects,
        namespace_id=namespace.id,
        name=new.name,
        path=new.path,
        full_path=full_path,
        full_path_key=path_key(full_path),
        description=new.description,
        visibility=new.visibility.value,
        registry_access_level=new.registry_access_level.value,
        max_file_bytes=new.max_file_bytes,
        duplicates=new.duplicates.value if new.duplicates else None,
        forwarding=new.forwarding,
        archived=False,
        creator_id=by.user_id,
        created_at=at,
        updated_at=at,
    )
    entry = Entry("project.created", project_id=project_id)
    journal.record(conn, entry, by=by, at=at, full_path=full_path, visibility=new.visibility)
    return get(conn, project_id)


def edit(
    conn: Connection,
    project: Project,
    changes: Mapping[str, str | int | bool | None],
    *,
    by: Actor,
    at: datetime,
) -> Project:
    """Change columns of a project; raises InvalidRecord.

    A registry that is switched off keeps in mind for whom it was open; one that is opened to more,
    when that was, for its place among others in the instance's index.
    """
    values: dict[str, object] = {**changes, "updated_at": at}
    if changes.get("registry_access_level") == RegistryAccess.DISABLED:
        values.setdefault("registry_access_before", project.reading_rule.value)
    if _opens(project, changes):
        values["widened_at"] = at
    namespace = namespaces_.find(conn, project.namespace_id)
    if "visibility" in changes:
        namespaces_.require_visibility_within(Visibility(str(changes["visibility"])), namespace)
    path = str(changes.get("path", project.path))
    if path != project.path and namespace is not None:
        if path_key(path) != path_key(project.path):
            namespaces_.require_free_path(conn, path, parent=namespace)
        values["full_path"] = f"{namespace.full_path}/{path}"
        values["full_path_key"] = path_key(f"{namespace.full_path}/{path}")
    conn.execute(update(projects).where(projects.c.id == project.id).values(values))
    journal.record(conn, Entry("project.edited", project_id=project.id), by=by, at=at, **changes)
    return get(conn, project.id)


_NARROW_TO_WIDE = {
    "visibility": tuple(Visibility),
    "registry_access_level": tuple(RegistryAccess),
}


def _opens(project: Project, changes: Mapping[str, object]) -> bool:
    """Whether changes let more people read the packages than before."""
    return any(
        order.index(changes[column]) > order.index(getattr(project, column))
        for column, order in _NARROW_TO_WIDE.items()
        if column in changes
    )


def transfer(
    conn: Connection, project: Project, namespace: Namespace, *, by: Actor, at: datetime
) -> Project:
    """Move a project to another namespace; raises InvalidRecord."""
    if namespace.id == project.namespace_id:
        raise InvalidRecord(namespace_id=Sentence("is where the project is"))
    full_path = namespaces_.require_free_path(conn, project.path, parent=namespace)
    namespaces_.require_visibility_within(project.visibility, namespace)
    conn.execute(
        update(projects)
        .where(projects.c.id == project.id)
        .values(
            namespace_id=namespace.id,
            full_path=full_path,
            full_path_key=path_key(full_path),
            updated_at=at,
            moved_at=at,
        )
    )
    entry = Entry("project.transferred", project_id=project.id, namespace_id=namespace.id)
    old = project.full_path
    journal.record(conn, entry, by=by, at=at, full_path=full_path, old_full_path=old)
    return get(conn, project.id)


def remove(conn: Connection, project: Project, *, by: Actor, at: datetime) -> None:
    """Delete a project with its packages, members and tokens."""
    own = select(projects.c.id).where(projects.c.id == project.id)
    users.remove_bots(conn, own.where(false()), own, by=by, at=at)
    conn.execute(delete(projects).where(projects.c.id == project.id))
    entry = Entry("project.deleted", project_id=project.id)
    journal.record(conn, entry, by=by, at=at, full_path=project.full_path)
