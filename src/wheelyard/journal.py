"""What changed, by whom, in order: one row for each change, in the change's own transaction.

Caches, the audit log and mirrors read it; nothing else tells anyone that something changed.  The
serial only rises, and a serial that was seen is never given again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from wheelyard.access import Actor
from wheelyard.database import schema
from wheelyard.database.engine import Watch

OPERATOR = Actor()
"""Somebody at the machine itself: the command line and the first start."""


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
    """Append an entry.  Details are for people who read it later, and hold no secret."""
    conn.execute(
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
            details=json.dumps(details, ensure_ascii=False, separators=(",", ":")),
        )
    )


def last_serial(conn: Connection) -> int:
    """Return the newest serial; 0 when nothing ever happened."""
    return conn.execute(select(func.max(schema.journal.c.serial))).scalar_one() or 0


def last_serial_seen(watch: Watch) -> int:
    """Return what ``last_serial`` does, in the event loop's thread and without a transaction."""
    return watch.rows("SELECT max(serial) FROM journal")[0][0] or 0


def news(watch: Watch, after: int, *, limit: int) -> Sequence[tuple[int, Entry]]:
    """Return what happened after a serial, oldest first; no more entries than the limit."""
    rows = watch.rows(
        "SELECT serial, action, project_id, namespace_id, user_id, token_id, package"
        " FROM journal WHERE serial > ? ORDER BY serial LIMIT ?",
        after,
        limit,
    )
    return [(row[0], Entry(*row[1:])) for row in rows]
