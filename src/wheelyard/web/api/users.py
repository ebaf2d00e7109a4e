"""Users (GitLab documentation, "Users API" and "User moderation API")."""

from typing import Any

from wheelyard import moderation, namespaces, users
from wheelyard.facts import InvalidRecord
from wheelyard.users import Filter, NewUser, PasswordHash, State, User
from wheelyard.web.api.endpoint import NO_CONTENT, Call, Reply, show_time


def get_current_user(call: Call) -> Reply:
    """``GET /user``."""
    return Reply(show_user(call, users.get(call.conn, call.user_id)))


def list_users(call: Call) -> Reply:
    """``GET /users``."""
    states = frozenset(State)
    if call.params.flag("active"):
        states &= {State.ACTIVE}
    if call.params.flag("blocked"):
        states &= {State.BLOCKED}
    wanted = Filter(
        username=call.params.text("username") or "",
        search=call.params.text("search") or "",
        by_email=call.principal.is_admin,
        states=states,
    )
    position = call.position()
    page = users.list_users(call.conn, wanted, position.window)
    return call.paged(page, position, lambda user: show_user(call, user))


def get_user(call: Call) -> Reply:
    """``GET /users/:id``."""
    return Reply(show_user(call, get_named_user(call)))


def create_user(call: Call) -> Reply:
    """``POST /users``.

    No mail is sent, so ``reset_password`` and ``force_random_password`` come to the same: nobody
    knows a password, and the account acts through tokens until it is given one.
    """
    params = call.params
    email, name = params.line("email", required=True), params.line("name", required=True)
    username = params.line("username", required=True)
    without = bool(params.flag("force_random_password")) | bool(params.flag("reset_password"))
    if not without:
        params.needs_one_of("password", "reset_password", "force_random_password")
    is_admin = bool(params.flag("admin"))
    hashed = _read_password(call)
    if hashed is None and not without:
        raise InvalidRecord(password="can't be blank")  # noqa: S106  that is what is said of it
    new = NewUser(
        username=username or "",
        name=name or "",
        email=email or "",
        password=None if without else hashed,
        is_admin=is_admin,
    )
    return Reply(show_user(call, users.create(call.conn, new, by=call.actor, at=call.at)), 201)


def edit_user(call: Call) -> Reply:
    """``PUT /users/:id``; who is given another password is signed out everywhere."""
    user = get_named_user(call)
    params = call.params
    sent: dict[str, str | bool | None] = {
        "username": params.line("username"),
        "name": params.line("name"),
        "email": params.line("email"),
        "is_admin": params.flag("admin"),
    }
    hashed = _read_password(call)
    changes = {column: value for column, value in sent.items() if value is not None}
    if changes or hashed is not None:
        user = moderation.edit(call.conn, user, changes, password=hashed, by=call.actor, at=call.at)
    return Reply(show_user(call, user))


def _read_password(call: Call) -> PasswordHash | None:
    """Return the hash of the password that was sent, after everything is found valid."""
    password = call.params.text("password")
    call.params.check()
    if not password:
        return None
    users.require_password(password)
    assert call.password_hash is not None  # noqa: S101  the route hashes what is valid
    return call.password_hash


def delete_user(call: Call) -> Reply:
    """``DELETE /users/:id``."""
    moderation.remove(call.conn, get_named_user(call), by=call.actor, at=call.at)
    return NO_CONTENT


def block_user(call: Call) -> Reply:
    """``POST /users/:id/block``."""
    moderation.block(call.conn, get_named_user(call), by=call.actor, at=call.at)
    return Reply(body=True, status=201)


def unblock_user(call: Call) -> Reply:
    """``POST /users/:id/unblock``."""
    moderation.unblock(call.conn, get_named_user(call), by=call.actor, at=call.at)
    return Reply(body=True, status=201)


def get_named_user(call: Call) -> User:
    """Return the user whose id the URL holds.  Raises NotFound."""
    return users.get(call.conn, call.number("user"))


def show_user(call: Call, user: User) -> dict[str, Any]:
    """Show a user: to everybody what stands on a page, to administrators and oneself the rest."""
    shown = {**show_basic_user(call, user), "created_at": show_time(user.created_at)}
    if call.principal.is_admin or call.principal.user_id == user.id:
        own = namespaces.find_own(call.conn, user.id)
        shown["email"] = user.email
        shown["is_admin"] = user.is_admin
        shown["namespace_id"] = own.id if own else None
    return shown


def show_basic_user(call: Call, user: User) -> dict[str, Any]:
    """Show what stands wherever a user is mentioned."""
    return {
        "id": user.id,
        "username": user.username,
        "name": user.name,
        "state": user.state.value,
        "locked": False,
        "avatar_url": None,
        "web_url": f"{call.base_url}/{user.username}",
    }
