"""Sessions: browsers in which a user has signed in.

A session is found by the digest of a secret that only the browser's cookie holds.  It ends by
itself a week after its last use, and a month after it began; it acts with all the rights of its
user, and only on pages: with the REST API and the package routes it reads, and changes nothing.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, delete, select, update

from wheelyard import journal, tokens, users
from wheelyard.access import Actor, Principal
from wheelyard.database.rows import add_row
from wheelyard.database.schema import UtcDateTime, sessions
from wheelyard.database.schema import users as users_table
from wheelyard.facts import Forbidden, Sentence
from wheelyard.journal import Entry
from wheelyard.users import PasswordHash, State, User

IDLE = timedelta(days=7)
"""Without use for so long, a session ends."""

LONGEST = timedelta(days=30)
"""However much it is used, a session ends so long after it began."""

_SECRET_BYTES = 32
_MAX_USER_AGENT = 255


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser."""

    id: int
    user: User
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    """When it ends at the latest."""

    address: str
    user_agent: str

    @property
    def ends_at(self) -> datetime:
        """When it ends if it is not used."""
        return min(self.expires_at, self.last_used_at + IDLE)

    @property
    def principal(self) -> Principal:
        """Who its requests act as: its user, without any token's limits."""
        return Principal(user_id=self.user.id, is_admin=self.user.is_admin)


@dataclass(frozen=True, slots=True)
class Begun:
    """A new session and its secret, which only the browser keeps."""

    session: Session
    secret: str = field(repr=False)


def draw_secret() -> str:
    """Draw 256 random bits, as text that a cookie can hold."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def begin(conn: Connection, user: User, *, address: str, user_agent: str, at: datetime) -> Begun:
    """Sign a user in; whoever calls this has checked the password.

    Raises Forbidden for a user who is blocked.
    """
    if user.state is not State.ACTIVE:
        raise Forbidden(Sentence("Your account has been blocked; ask an administrator"))
    _forget_dead(conn, user, at)
    secret = draw_secret()
    session_id = add_row(
        conn,
        sessions,
        digest=tokens.digest(secret),
        user_id=user.id,
        created_at=at,
        last_used_at=at,
        expires_at=at + LONGEST,
        address=address[:64],
        user_agent=user_agent[:_MAX_USER_AGENT],
    )
    users.note_sign_in(conn, user, at=at)
    entry = Entry("session.created", user_id=user.id)
    journal.record(conn, entry, by=Actor(user_id=user.id), at=at, address=address)
    row = conn.execute(_sessions().where(sessions.c.id == session_id)).one()
    return Begun(session=_from_row(row), secret=secret)


def find(conn: Connection, secret: str, *, at: datetime) -> Session | None:
    """Return the session of a secret, unless it has ended or its user is blocked."""
    row = conn.execute(
        _sessions().where(
            sessions.c.digest == tokens.digest(secret),
            users_table.c.state == State.ACTIVE.value,
            _is_live(at),
        )
    ).first()
    return _from_row(row) if row else None


def all_sessions(conn: Connection, user: User, *, at: datetime) -> Sequence[Session]:
    """Return a user's sessions, the last used first."""
    rows = conn.execute(
        _sessions()
        .where(sessions.c.user_id == user.id, _is_live(at))
        .order_by(sessions.c.last_used_at.desc(), sessions.c.id.desc())
    )
    return [_from_row(row) for row in rows]


def end(conn: Connection, session: Session, *, by: Actor, at: datetime) -> None:
    """Sign a browser out."""
    conn.execute(delete(sessions).where(sessions.c.id == session.id))
    journal.record(conn, Entry("session.ended", user_id=session.user.id), by=by, at=at)


def end_others(
    conn: Connection, user: User, kept_id: int | None, *, by: Actor, at: datetime
) -> None:
    """Sign every browser of a user out but one, as after a change of the password."""
    for session in all_sessions(conn, user, at=at):
        if session.id != kept_id:
            end(conn, session, by=by, at=at)
    _forget_dead(conn, user, at)


def _forget_dead(conn: Connection, user: User, at: datetime) -> None:
    """Delete what has ended by itself, of which the journal hears nothing."""
    conn.execute(delete(sessions).where(sessions.c.user_id == user.id, ~_is_live(at)))


def set_password(
    conn: Connection,
    user: User,
    password: PasswordHash,
    *,
    changes: Mapping[str, str | bool] | None = None,
    kept_id: int | None = None,
    by: Actor,
    at: datetime,
) -> User:
    """Give a user another password, and sign every browser out but perhaps one.

    Other changes go with it, as one edit.  Raises as ``users.edit``.
    """
    edited = users.edit(conn, user, changes or {}, password=password, by=by, at=at)
    end_others(conn, edited, kept_id, by=by, at=at)
    return edited


def _is_live(at: datetime) -> ColumnElement[bool]:
    return (sessions.c.expires_at > at) & (sessions.c.last_used_at > at - IDLE)


def _sessions() -> Select[Any]:
    return select(
        sessions.c.id.label("session_id"),
        sessions.c.created_at.label("began_at"),
        sessions.c.last_used_at,
        sessions.c.expires_at,
        sessions.c.address,
        sessions.c.user_agent,
        users_table,
    ).join_from(sessions, users_table, sessions.c.user_id == users_table.c.id)


def _from_row(row: Row[Any]) -> Session:
    return Session(
        id=row.session_id,
        user=users.from_row(row),
        created_at=row.began_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
        address=row.address,
        user_agent=row.user_agent,
    )


_USED_AT = bindparam("used_at", type_=UtcDateTime)
_NOTE_USE = (
    update(sessions)
    .where(sessions.c.id == bindparam("session"), sessions.c.last_used_at < _USED_AT)
    .values(last_used_at=_USED_AT)
)


def note_use(conn: Connection, used_at: Mapping[int, datetime]) -> None:
    """Write when sessions were last used; this is no change, so the journal hears nothing."""
    if used_at:
        conn.execute(
            _NOTE_USE, [{"session": number, "used_at": at} for number, at in used_at.items()]
        )
