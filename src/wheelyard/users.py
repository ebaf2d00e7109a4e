"""Users: accounts and passwords.  Each has a namespace of its own, under its username.

But for bots, which access tokens of projects and groups act as; see ``tokens.mint_for_bot``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    delete,
    func,
    or_,
    select,
    update,
)

from wheelyard import journal, namespaces
from wheelyard.access import Actor
from wheelyard.database.paging import Keyset, Page, Window, fetch
from wheelyard.database.rows import add_row
from wheelyard.database.schema import tokens, users
from wheelyard.facts import Conflict, Invalid, InvalidRecord, NotFound, Sentence
from wheelyard.journal import Entry

MIN_PASSWORD_LENGTH = 8
"""Characters, as on GitLab."""

PasswordHash = NewType("PasswordHash", str)
"""What is stored of a password."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\Z")
_NO_PASSWORD = PasswordHash("")  # no hash looks like this, so no password matches
_NOWHERE = "noreply.invalid"  # no mail can go there (RFC 2606, 2)
_hasher = PasswordHasher()  # argon2id with the parameters of RFC 9106, section 4


class State(StrEnum):
    """Whether a user may do anything at all."""

    ACTIVE = "active"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class User:
    """An account."""

    id: int
    username: str
    name: str
    email: str
    is_admin: bool
    state: State
    created_at: datetime
    is_bot: bool = False
    """Whether it is nobody, but what an access token of a project or a group acts as."""


@dataclass(frozen=True, slots=True)
class NewUser:
    """What must be known of a user who is to be made."""

    username: str
    name: str
    email: str
    password: PasswordHash | None = field(repr=False)
    """None makes an account that acts through tokens alone."""

    is_admin: bool = False


def from_row(row: Row[Any]) -> User:
    """Make a record of a row of the table."""
    return User(
        id=row.id,
        username=row.username,
        name=row.name,
        email=row.email,
        is_admin=row.is_admin,
        state=State(row.state),
        created_at=row.created_at,
        is_bot=row.is_bot,
    )


def find(conn: Connection, user_id: int) -> User | None:
    """Return a user by id."""
    row = conn.execute(select(users).where(users.c.id == user_id)).first()
    return from_row(row) if row else None


def get(conn: Connection, user_id: int) -> User:
    """Return a user by id; raises NotFound."""
    user = find(conn, user_id)
    if user is None:
        raise NotFound("User")
    return user


def find_by_username(conn: Connection, username: str) -> User | None:
    """Return a user by name, in whatever case."""
    row = conn.execute(select(users).where(users.c.username_key == username.lower())).first()
    return from_row(row) if row else None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which users are wanted."""

    username: str = ""
    search: str = ""
    by_email: bool = False
    """Whether the search may look at e-mail addresses, which are not for everybody."""

    states: frozenset[State] = frozenset(State)
    bots: bool | None = None
    """None is both: people, and what access tokens of projects and groups act as."""


_ORDERS: Mapping[str, tuple[ColumnElement[Any], ...]] = {
    "id": (),
    "name": (func.lower(users.c.name),),
    "username": (users.c.username_key,),
    "created_at": (users.c.created_at,),
}


def list_users(
    conn: Connection,
    wanted: Filter,
    window: Window | Keyset,
    *,
    order_by: str = "id",
    descending: bool = True,
) -> Page[User]:
    """Page through users, newest first as on GitLab."""
    states = [state.value for state in wanted.states]
    statement = select(users).where(users.c.state.in_(states))
    if wanted.bots is not None:
        statement = statement.where(users.c.is_bot.is_(wanted.bots))
    if wanted.username:
        statement = statement.where(users.c.username_key == wanted.username.lower())
    if wanted.search:
        text = wanted.search.lower()
        matches = [
            users.c.username_key.contains(text, autoescape=True),
            users.c.name.icontains(text, autoescape=True),
        ]
        if wanted.by_email:
            matches.append(users.c.email_key == text)
        statement = statement.where(or_(*matches))
    order = (*_ORDERS[order_by], users.c.id)
    return fetch(conn, statement, window, from_row, order_by=order, descending=descending)


def any_exist(conn: Connection) -> bool:
    """Whether there is a user: there is none before the first start."""
    return conn.execute(select(users.c.id).limit(1)).first() is not None


def is_password(text: str) -> bool:
    """Whether the text can be a password."""
    return len(text) >= MIN_PASSWORD_LENGTH


def require_password(text: str) -> None:
    """Raise InvalidRecord when the text cannot be a password."""
    if not is_password(text):
        raise InvalidRecord(
            password=Sentence(
                "is too short (minimum is %(number)s characters)", number=MIN_PASSWORD_LENGTH
            )
        )


def hash_password(password: str) -> PasswordHash:
    """Hash a password, which takes some tens of milliseconds on purpose; raises InvalidRecord.

    It is done before a transaction, so that nobody who writes has to wait for it.
    """
    require_password(password)
    return PasswordHash(_hasher.hash(password))


def create(conn: Connection, new: NewUser, *, by: Actor, at: datetime) -> User:
    """Make an account and its namespace; raises InvalidRecord or Conflict."""
    _require_valid_email(new.email)
    _require_free_email(conn, new.email)
    _require_free_username(conn, new.username)
    user_id = add_row(
        conn,
        users,
        username=new.username,
        username_key=new.username.lower(),
        name=new.name,
        email=new.email,
        email_key=new.email.lower(),
        password_hash=_NO_PASSWORD if new.password is None else new.password,
        is_admin=new.is_admin,
        state=State.ACTIVE.value,
        created_at=at,
    )
    namespaces.create_own(conn, user_id=user_id, username=new.username, name=new.name, at=at)
    entry = Entry("user.created", user_id=user_id)
    journal.record(conn, entry, by=by, at=at, username=new.username, is_admin=new.is_admin)
    return get(conn, user_id)


def create_bot(conn: Connection, username: str, name: str, *, by: Actor, at: datetime) -> User:
    """Make a user for a token to act as: without a namespace, and with no way to sign in."""
    user_id = add_row(
        conn,
        users,
        username=username,
        username_key=username.lower(),
        name=name,
        email=f"{username}@{_NOWHERE}",
        email_key=f"{username}@{_NOWHERE}".lower(),
        password_hash=_NO_PASSWORD,
        is_admin=False,
        is_bot=True,
        state=State.ACTIVE.value,
        created_at=at,
    )
    entry = Entry("user.created", user_id=user_id)
    journal.record(conn, entry, by=by, at=at, username=username, is_bot=True)
    return get(conn, user_id)


def require_person(user: User) -> None:
    """Raise Invalid for a bot, which is what its token makes it and nothing else."""
    if user.is_bot:
        raise Invalid(
            Sentence("%(username)s is the bot of an access token", username=user.username)
        )


def edit(
    conn: Connection,
    user: User,
    changes: Mapping[str, str | bool],
    *,
    password: PasswordHash | None = None,
    by: Actor,
    at: datetime,
) -> User:
    """Change columns of an account, or its password; raises Invalid, InvalidRecord, Conflict."""
    require_person(user)
    values: dict[str, object] = {**changes}
    email = str(changes.get("email", user.email))
    _require_valid_email(email)
    if email.lower() != user.email.lower():
        _require_free_email(conn, email)
    values["email_key"] = email.lower()
    username = str(changes.get("username", user.username))
    if username.lower() != user.username.lower():
        _require_free_username(conn, username)
    values["username_key"] = username.lower()
    name = str(changes.get("name", user.name))
    namespaces.rename_own(conn, user_id=user.id, username=username, name=name)
    if password is not None:
        values["password_hash"] = password
    conn.execute(update(users).where(users.c.id == user.id).values(values))
    # Which fields changed is for the audit; what they hold is not.
    entry = Entry("user.edited", user_id=user.id)
    fields = sorted([*changes, *(["password"] if password is not None else [])])
    journal.record(conn, entry, by=by, at=at, fields=fields)
    return get(conn, user.id)


def set_state(conn: Connection, user: User, state: State, *, by: Actor, at: datetime) -> None:
    """Block or unblock: a blocked user's tokens are refused from the next request on."""
    conn.execute(update(users).where(users.c.id == user.id).values(state=state.value))
    action = "user.blocked" if state is State.BLOCKED else "user.unblocked"
    journal.record(conn, Entry(action, user_id=user.id), by=by, at=at, username=user.username)


def note_sign_in(conn: Connection, user: User, *, at: datetime) -> None:
    """Write when a user last signed in on a page; the session's own row tells the journal."""
    conn.execute(update(users).where(users.c.id == user.id).values(last_signed_in_at=at))


def has_administrator_signed_in(conn: Connection) -> bool:
    """Whether an administrator was ever on the pages; before that, the first start is new."""
    signed_in = users.c.last_signed_in_at.is_not(None) & users.c.is_admin
    return conn.execute(select(users.c.id).where(signed_in).limit(1)).first() is not None


def find_by_login(conn: Connection, login: str) -> User | None:
    """Return a user by name or e-mail address, in whatever case."""
    if "@" not in login:
        return find_by_username(conn, login)
    row = conn.execute(select(users).where(users.c.email_key == login.lower())).first()
    return from_row(row) if row else None


def remove(conn: Connection, user: User, *, by: Actor, at: datetime) -> None:
    """Delete an account with its own namespace; what it published elsewhere stays."""
    own = namespaces.find_own(conn, user.id)
    if own is not None:  # a bot has none
        namespaces.record_losses(conn, own, by=by, at=at)
        remove_bots(conn, namespaces.ids_under(own), namespaces.projects_under(own), by=by, at=at)
    conn.execute(delete(users).where(users.c.id == user.id))
    entry = Entry("user.deleted", user_id=user.id)
    journal.record(conn, entry, by=by, at=at, username=user.username)


def remove_bots(
    conn: Connection,
    namespace_ids: Select[tuple[int]],
    project_ids: Select[tuple[int]],
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Delete the bots of groups and projects that are about to go, with their tokens."""
    theirs = select(tokens.c.user_id).where(
        or_(tokens.c.namespace_id.in_(namespace_ids), tokens.c.project_id.in_(project_ids))
    )
    bots = select(users).where(users.c.is_bot, users.c.id.in_(theirs))
    for row in conn.execute(bots).all():
        remove(conn, from_row(row), by=by, at=at)


def has_password(conn: Connection, user: User | None, password: str) -> bool:
    """Whether this is the user's password; takes some tens of milliseconds on purpose.

    As many of them when there is no such user or no password, so that nobody learns by the clock
    which names exist.
    """
    stored = _NO_PASSWORD
    if user is not None:
        stored = conn.execute(
            select(users.c.password_hash).where(users.c.id == user.id)
        ).scalar_one()
    if not stored:
        _hasher.hash(password)
        return False
    try:
        return _hasher.verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False


def _require_valid_email(email: str) -> None:
    if not _EMAIL.match(email):
        raise InvalidRecord(email=Sentence("is invalid"))


def _require_free_username(conn: Connection, username: str) -> None:
    if find_by_username(conn, username):
        raise Conflict(Sentence("Username has already been taken"))


def _require_free_email(conn: Connection, email: str) -> None:
    if conn.execute(select(users.c.id).where(users.c.email_key == email.lower())).first():
        raise Conflict(Sentence("Email has already been taken"))
