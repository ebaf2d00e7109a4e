"""Groups: the namespaces that are made, and that hold projects and other groups."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, delete, func, select, update

from wheelyard import journal, memberships, namespaces, users, visibility
from wheelyard.access import Actor, Permission, Principal, Role, Visibility
from wheelyard.database import schema
from wheelyard.database.paging import Keyset, Page, Window, fetch
from wheelyard.facts import InvalidRecord, Sentence
from wheelyard.journal import Entry
from wheelyard.memberships import Member, Place
from wheelyard.namespaces import Kind, Namespace, is_under, lineage_text
from wheelyard.users import User

MAX_DEPTH = 20
"""Levels of groups, as on GitLab."""

MAX_DESCRIPTION = 500
"""Characters."""

_TABLE = schema.namespaces
_COLUMNS = _TABLE.c

_ORDERS = {"id": _COLUMNS.id, "name": func.lower(_COLUMNS.name), "path": func.lower(_COLUMNS.path)}
ORDERS = tuple(_ORDERS)
"""What a list can be sorted by."""


@dataclass(frozen=True, slots=True)
class Filter(visibility.Filter):
    """Which groups are wanted."""

    top_level_only: bool = False


def list_groups(
    conn: Connection,
    principal: Principal,
    wanted: Filter,
    window: Window | Keyset,
    *,
    order_by: str = "name",
    descending: bool = False,
    at: datetime,
) -> Page[Namespace]:
    """Page through what the principal may see."""
    statement = select(_TABLE).where(
        _COLUMNS.kind == Kind.GROUP.value,
        *visibility.conditions(_TABLE, _joined_by, principal, wanted, at),
        *_placed(wanted),
    )
    order = (_ORDERS[order_by], _COLUMNS.id)
    return fetch(
        conn, statement, window, namespaces.from_row, order_by=order, descending=descending
    )


def _joined_by(user_id: int, at: datetime, least: Role) -> ColumnElement[bool]:
    return _COLUMNS.id.in_(memberships.namespaces_of(user_id, at, least=least))


def _placed(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    if wanted.top_level_only:
        yield _COLUMNS.parent_id.is_(None)
    if wanted.under is not None and wanted.nested:
        yield is_under(_COLUMNS.lineage, lineage_text(wanted.under.lineage))
        yield _COLUMNS.id != wanted.under.id
    elif wanted.under is not None:
        yield _COLUMNS.parent_id == wanted.under.id


@dataclass(frozen=True, slots=True)
class NewGroup:
    """What must be known of a group that is to be made."""

    name: str
    path: str
    description: str = ""
    visibility: Visibility = Visibility.PRIVATE


def require_parent(
    conn: Connection, principal: Principal, group_id: int, *, at: datetime
) -> Namespace:
    """Return a group by id where the principal may make groups in it.

    Raises as ``access.require``.
    """
    group = namespaces.find_group(conn, str(group_id))
    subject = group.subject if group else None
    memberships.require(conn, principal, Permission.CREATE_SUBGROUP, subject, at=at, noun="Group")
    assert group is not None  # noqa: S101  otherwise there was nothing to allow it on
    return group


def create(
    conn: Connection,
    new: NewGroup,
    parent: Namespace | None,
    *,
    owner: User | None = None,
    by: Actor,
    at: datetime,
) -> Namespace:
    """Make a group, at the top or in another, and its owner; raises InvalidRecord."""
    if parent is not None and len(parent.lineage) >= MAX_DEPTH:
        raise InvalidRecord(
            parent_id=Sentence("has %(number)s levels of groups already", number=MAX_DEPTH)
        )
    full_path = namespaces.require_free_path(conn, new.path, parent=parent)
    namespaces.require_visibility_within(new.visibility, parent)
    group = namespaces.add(
        conn,
        kind=Kind.GROUP,
        parent=parent,
        user_id=None,
        name=new.name,
        path=new.path,
        full_path=full_path,
        description=new.description,
        visibility=new.visibility,
        at=at,
    )
    entry = Entry("group.created", namespace_id=group.id)
    journal.record(conn, entry, by=by, at=at, full_path=full_path)
    if owner is not None:
        member = Member(owner, Role.OWNER, None, at)
        memberships.add(conn, Place(namespace_id=group.id), member, by=by)
    return group


def edit(
    conn: Connection, group: Namespace, changes: Mapping[str, object], *, by: Actor, at: datetime
) -> Namespace:
    """Change columns of a group; raises InvalidRecord.

    What its policy may be, ``policies.require_allowed`` says.
    """
    parent = namespaces.get(conn, group.parent_id) if group.parent_id else None
    if "visibility" in changes:
        level = Visibility(str(changes["visibility"]))
        _require_room_for(conn, group, level)
        namespaces.require_visibility_within(level, parent)
    path = str(changes.get("path", group.path))
    if namespaces.path_key(path) != namespaces.path_key(group.path):
        namespaces.require_free_path(conn, path, parent=parent)
    if changes:
        conn.execute(update(_TABLE).where(_COLUMNS.id == group.id).values(_stored(changes)))
    if path != group.path:
        namespaces.move(conn, group.full_path, f"{parent.full_path}/{path}" if parent else path)
    entry = Entry("group.edited", namespace_id=group.id)
    journal.record(conn, entry, by=by, at=at, **changes)
    return namespaces.get(conn, group.id)


def _stored(changes: Mapping[str, object]) -> dict[str, object]:
    """Write several words as one text."""
    return {
        name: " ".join(value) if isinstance(value, tuple) else value
        for name, value in changes.items()
    }


def _require_room_for(conn: Connection, group: Namespace, visibility: Visibility) -> None:
    """Raise InvalidRecord when the group would be less visible than what it holds."""
    order = list(Visibility)
    wider = [level.value for level in order[order.index(visibility) + 1 :]]
    for table, held in (
        (_TABLE, _COLUMNS.parent_id == group.id),
        (schema.projects, schema.projects.c.namespace_id == group.id),
    ):
        found = conn.execute(
            select(table.c.full_path).where(held, table.c.visibility.in_(wider)).limit(1)
        ).scalar()
        if found:
            raise InvalidRecord(
                visibility_level=Sentence(
                    "%(level)s is not allowed since %(path)s is more visible",
                    level=visibility,
                    path=found,
                )
            )


@dataclass(frozen=True, slots=True)
class Extent:
    """How much there is under a group."""

    groups: int
    projects: int
    packages: int


def measure(conn: Connection, group: Namespace) -> Extent:
    """Count what would go with a group."""
    projects, packages = schema.projects.c, schema.packages.c
    under = select(_COLUMNS.id).where(is_under(_COLUMNS.lineage, lineage_text(group.lineage)))
    held = select(projects.id).where(projects.namespace_id.in_(under))

    def count(statement: Select[tuple[int]]) -> int:
        return conn.execute(statement.with_only_columns(func.count())).scalar_one()

    return Extent(
        groups=count(under) - 1,
        projects=count(held),
        packages=count(select(packages.id).where(packages.project_id.in_(held))),
    )


def remove(conn: Connection, group: Namespace, *, by: Actor, at: datetime) -> None:
    """Delete a group with everything in it."""
    namespaces.record_losses(conn, group, by=by, at=at)
    held = namespaces.ids_under(group), namespaces.projects_under(group)
    users.remove_bots(conn, *held, by=by, at=at)
    conn.execute(delete(_TABLE).where(_COLUMNS.id == group.id))
    entry = Entry("group.deleted", namespace_id=group.id)
    journal.record(conn, entry, by=by, at=at, full_path=group.full_path)
