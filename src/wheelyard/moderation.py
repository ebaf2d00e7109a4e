"""What administrators do to other people's accounts, and never to their own by accident."""

from datetime import datetime

from sqlalchemy import Connection

from wheelyard import memberships, users
from wheelyard.access import Actor
from wheelyard.facts import Conflict, Forbidden, Sentence
from wheelyard.users import State, User


def block(conn: Connection, user: User, *, by: Actor, at: datetime) -> None:
    """Refuse everything that a user presents from the next request on; raises Forbidden."""
    if user.id == by.user_id:
        raise Forbidden(Sentence("You cannot block yourself"))
    _set_state(conn, user, State.BLOCKED, by=by, at=at)


def unblock(conn: Connection, user: User, *, by: Actor, at: datetime) -> None:
    """Let a user in again."""
    _set_state(conn, user, State.ACTIVE, by=by, at=at)


def _set_state(conn: Connection, user: User, state: State, *, by: Actor, at: datetime) -> None:
    if user.state is not state:
        users.set_state(conn, user, state, by=by, at=at)


def require_may_demote(user: User, *, by: Actor) -> None:
    """Raise Forbidden when administrators would take away their own rights."""
    if user.id == by.user_id and user.is_admin:
        raise Forbidden(Sentence("You cannot take away your own administrator rights"))


def remove(conn: Connection, user: User, *, by: Actor, at: datetime) -> None:
    """Delete an account with its own namespace; raises Forbidden and Conflict."""
    if user.id == by.user_id:
        raise Forbidden(Sentence("You cannot delete yourself"))
    if memberships.owns_alone(conn, user, at=at):
        raise Conflict(Sentence("User cannot be removed, please transfer group ownership"))
    users.remove(conn, user, by=by, at=at)
