"""What administrators do to other people's accounts, and never to their own by accident."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from wheelyard import memberships, sessions, users
from wheelyard.access import Actor
from wheelyard.facts import Conflict, Forbidden, Sentence
from wheelyard.users import PasswordHash, State, User


def block(conn: Connection, user: User, *, by: Actor, at: datetime) -> None:
    """Refuse everything that a user presents from the next request on; raises Forbidden.

    The user's sessions end, so that letting the user in again opens none of them.
    """
    if user.id == by.user_id:
        raise Forbidden(Sentence("You cannot block yourself"))
    _set_state(conn, user, State.BLOCKED, by=by, at=at)
    sessions.end_others(conn, user, None, by=by, at=at)


def unblock(conn: Connection, user: User, *, by: Actor, at: datetime) -> None:
    """Let a user in again."""
    _set_state(conn, user, State.ACTIVE, by=by, at=at)


def _set_state(conn: Connection, user: User, state: State, *, by: Actor, at: datetime) -> None:
    if user.state is not state:
        users.set_state(conn, user, state, by=by, at=at)


def edit(
    conn: Connection,
    user: User,
    changes: Mapping[str, str | bool],
    *,
    password: PasswordHash | None = None,
    kept_session_id: int | None = None,
    by: Actor,
    at: datetime,
) -> User:
    """Change an account; raises Forbidden, InvalidRecord and Conflict.

    With a new password every session of the user ends, but for the one that is kept.
    """
    if changes.get("is_admin") is False:
        _require_may_demote(user, by=by)
    if password is None:
        return users.edit(conn, user, changes, by=by, at=at)
    return sessions.set_password(
        conn, user, password, changes=changes, kept_id=kept_session_id, by=by, at=at
    )


def _require_may_demote(user: User, *, by: Actor) -> None:
    if user.id == by.user_id and user.is_admin:
        raise Forbidden(Sentence("You cannot take away your own administrator rights"))


def remove(conn: Connection, user: User, *, by: Actor, at: datetime) -> None:
    """Delete an account with its own namespace; raises Forbidden and Conflict."""
    if user.id == by.user_id:
        raise Forbidden(Sentence("You cannot delete yourself"))
    if memberships.owns_alone(conn, user, at=at):
        raise Conflict(Sentence("User cannot be removed, please transfer group ownership"))
    users.remove(conn, user, by=by, at=at)
