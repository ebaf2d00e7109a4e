"""What changed, by whom, in order: one row for each change, in the change's own transaction.

Caches, the audit log and mirrors read it; nothing else tells anyone that something changed.  The
serial only rises, and a serial that was seen is never given again.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, union_all, update

from wheelyard.access import Actor
from wheelyard.database import schema
from wheelyard.database.engine import Watch

OPERATOR = Actor()
"""Somebody at the machine itself: the command line and the first start."""


ACTIONS = (
    "admission.added",
    "admission.removed",
    "file.deleted",
    "file.published",
    "file.repaired",
    "file.unyanked",
    "file.yanked",
    "group.created",
    "group.deleted",
    "group.edited",
    "instance.edited",
    "member.added",
    "member.edited",
    "member.removed",
    "name.forgotten",
    "package.status_changed",
    "project.created",
    "project.deleted",
    "project.edited",
    "project.transferred",
    "protection_rule.created",
    "protection_rule.deleted",
    "protection_rule.edited",
    "release.deleted",
    "release.unyanked",
    "release.yanked",
    "session.created",
    "session.ended",
    "token.created",
    "token.revoked",
    "user.blocked",
    "user.created",
    "user.deleted",
    "user.edited",
    "user.unblocked",
)
"""Everything that is ever recorded; a test holds it to the code."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One change.  ``action`` is a noun and a past participle, such as ``file.published``."""

    action: str
    project_id: int | None = None
    namespace_id: int | None = None
    user_id: int | None = None
    token_id: int | None = None
    package: str | None = None


def record(conn: Connection, entry: Entry, *, by: Actor, at: datetime, **details: object) -> None:
    """Append an entry.  Details are for people who read it later, and hold no secret.

    What names a package is at once its newest change, and the newest of its project's packages.
    """
    appended = conn.execute(
        insert(schema.journal).values(
            at=at,
            action=entry.action,
            actor_id=by.user_id,
            actor_token_id=by.token_id,
            project_id=entry.project_id,
            namespace_id=entry.namespace_id,
            user_id=entry.user_id,
            token_id=entry.token_id,
            package=entry.package,
            details=_dump(details),
        )
    )
    if entry.project_id is not None and entry.package is not None:
        key = appended.inserted_primary_key
        assert key is not None  # noqa: S101  of one row that was inserted there always is one
        _note_serial(conn, entry.project_id, entry.package, key.serial)


def _note_serial(conn: Connection, project_id: int, package: str, serial: int) -> None:
    packages, projects = schema.packages, schema.projects
    conn.execute(
        update(packages)
        .where(packages.c.project_id == project_id, packages.c.normalized_name == package)
        .values(serial=serial)
    )
    conn.execute(update(projects).where(projects.c.id == project_id).values(packages_serial=serial))


def _dump(details: Mapping[str, object]) -> str:
    return json.dumps(details, ensure_ascii=False, separators=(",", ":"))


def last_serial(conn: Connection) -> int:
    """Return the newest serial; 0 when nothing ever happened."""
    return conn.execute(select(func.max(schema.journal.c.serial))).scalar_one() or 0


def last_serial_seen(watch: Watch) -> int:
    """Return what ``last_serial`` does, in the event loop's thread and without a transaction."""
    return watch.rows("SELECT max(serial) FROM journal")[0][0] or 0


def find_moment(watch: Watch, serial: int) -> str | None:
    """Return when the entry of a serial was written, as the database has it; None for no entry."""
    rows = watch.rows("SELECT at FROM journal WHERE serial = ?", serial)
    return str(rows[0][0]) if rows else None


def news(watch: Watch, after: int, *, limit: int) -> Sequence[tuple[int, Entry]]:
    """Return what happened after a serial, oldest first; no more entries than the limit."""
    rows = watch.rows(
        "SELECT serial, action, project_id, namespace_id, user_id, token_id, package"
        " FROM journal WHERE serial > ? ORDER BY serial LIMIT ?",
        after,
        limit,
    )
    return [(row[0], Entry(*row[1:])) for row in rows]


# For people --------------------------------------------------------------------------------------

_DISORDER = timedelta(hours=1)
"""How far the times of entries may go against their order: clocks are set, and writers wait."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry as it stands in the journal."""

    serial: int
    at: datetime
    actor: Actor
    entry: Entry
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are wanted."""

    actor_id: int | None = None
    action: str = ""
    """The whole action or how it begins, such as ``project.``."""

    project_id: int | None = None
    namespace_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    """The first moment that is not wanted any more."""


def list_entries(
    conn: Connection,
    wanted: Filter,
    *,
    before_serial: int | None = None,
    after_serial: int | None = None,
    limit: int = 50,
) -> list[Recorded]:
    """Return entries, newest first; the last one's serial leads to the next ones.

    ``after_serial`` asks for those that come next after it, the way back.
    """
    table = schema.journal
    conditions = list(_conditions(conn, wanted))
    order = table.c.serial.desc()
    if before_serial is not None:
        conditions.append(table.c.serial < before_serial)
    if after_serial is not None:
        conditions.append(table.c.serial > after_serial)
        order = table.c.serial.asc()
    nearest = select(table.c.serial).where(*conditions).order_by(order).limit(limit)
    actions = [action for action in ACTIONS if action.startswith(wanted.action)]
    if not actions:
        return []
    # The nearest of each action, which an index has in order, and of these the nearest.
    each = (nearest.where(table.c.action == action).subquery() for action in actions)
    is_by_action = bool(wanted.action) or wanted.actor_id is not None
    serials = union_all(*(select(found) for found in each)) if is_by_action else nearest
    statement = select(table).where(table.c.serial.in_(serials))
    found = [_recorded(row) for row in conn.execute(statement.order_by(order).limit(limit))]
    return found if after_serial is None else found[::-1]


def _conditions(conn: Connection, wanted: Filter) -> Iterator[ColumnElement[bool]]:
    columns = schema.journal.c
    for name in ("actor_id", "project_id", "namespace_id"):
        value = getattr(wanted, name)
        if value is not None:
            yield columns[name] == value
    # Times have no index; serials rise with them, so a search for serials finds the days.
    if wanted.since is not None:
        yield columns.serial >= _find_serial(conn, wanted.since - _DISORDER)
        yield columns.at >= wanted.since
    if wanted.until is not None:
        yield columns.serial < _find_serial(conn, wanted.until + _DISORDER)
        yield columns.at < wanted.until


def _find_serial(conn: Connection, at: datetime) -> int:
    """Return the first serial from a moment on, by halving: 20 look-ups among a million."""
    columns = schema.journal.c
    low, high = 0, last_serial(conn) + 1
    while low < high:
        middle = (low + high) // 2
        found = conn.execute(
            select(columns.serial, columns.at)
            .where(columns.serial >= middle)
            .order_by(columns.serial)
            .limit(1)
        ).first()
        if found is None or found.at >= at:
            high = middle
        else:
            low = int(found.serial) + 1
    return low


def _recorded(row: Row[Any]) -> Recorded:
    return Recorded(
        serial=row.serial,
        at=row.at,
        actor=Actor(user_id=row.actor_id, token_id=row.actor_token_id),
        entry=Entry(
            row.action,
            project_id=row.project_id,
            namespace_id=row.namespace_id,
            user_id=row.user_id,
            token_id=row.token_id,
            package=row.package,
        ),
        details=json.loads(row.details),
    )


_DELETIONS: Mapping[str, tuple[str, str]] = {
    "project.deleted": ("project_id", "full_path"),
    "group.deleted": ("namespace_id", "full_path"),
    "user.deleted": ("user_id", "username"),
}
"""Where the id stands, and under which detail the name, in the entry of a deletion."""


def names_of_deleted(conn: Connection, action: str, ids: Collection[int]) -> dict[int, str]:
    """Return the names of those that are gone, by id; ``action`` is that of their deletion."""
    if not ids:
        return {}
    column, name = _DELETIONS[action]
    table = schema.journal
    rows = conn.execute(
        select(table.c[column], table.c.details).where(
            table.c.action == action, table.c[column].in_(ids)
        )
    )
    return {row[0]: str(json.loads(row.details).get(name, "")) for row in rows}


def find_deleted(conn: Connection, action: str, name: str) -> int | None:
    """Return the id of what was deleted last under a name, in whatever case."""
    column, key = _DELETIONS[action]
    table = schema.journal
    # As ``record`` writes it.  Quotes in a value are escaped, so this stands nowhere but there.
    told = _dump({key: name})[1:-1]
    return conn.execute(
        select(table.c[column])
        .where(table.c.action == action, table.c.details.icontains(told, autoescape=True))
        .order_by(table.c.serial.desc())
        .limit(1)
    ).scalar()
