"""Users (GitLab documentation, "Users API" and "User moderation API")."""

from typing import Annotated, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from wheelyard import moderation, namespaces, users
from wheelyard.facts import InvalidRecord
from wheelyard.users import Filter, NewUser, PasswordHash, State
from wheelyard.web.api.endpoint import (
    NO_CONTENT,
    Call,
    Created,
    NoContent,
    Reply,
    Time,
    show_time,
)
from wheelyard.web.api.keyset import BOTH, KeysetPaged
from wheelyard.web.asked import Direction, Line, Text
from wheelyard.web.operations import also

_TAKEN = "Somebody else has the username or the e-mail address."

# What is asked for -------------------------------------------------------------------------------


class ListUsers(KeysetPaged, kw_only=True, frozen=True):
    """Which users are wanted."""

    orders: ClassVar = dict.fromkeys(("id", "name", "username"), BOTH)

    username: Annotated[Text, Meta(description="A whole username.")] = ""
    search: Annotated[
        Text, Meta(description="Part of a name or username; for administrators, an e-mail too.")
    ] = ""
    active: Annotated[bool, Meta(description="Only those who are not blocked.")] = False
    blocked: Annotated[bool, Meta(description="Only those who are blocked.")] = False
    humans: Annotated[bool, Meta(description="No bots.")] = False
    without_project_bots: Annotated[
        bool, Meta(description="No bots of access tokens; there are no others.")
    ] = False
    order_by: Annotated[
        Literal["id", "name", "username", "created_at"],
        Meta(description="What they are sorted by."),
    ] = "id"
    sort: Annotated[Direction, Meta(description="In which direction.")] = "desc"


class CreateUser(Struct, kw_only=True, frozen=True):
    """A new user."""

    needs_one_of: ClassVar = ("password", "reset_password", "force_random_password")

    email: Annotated[Line, Meta(description="An e-mail address.")]
    name: Annotated[Line, Meta(description="For people.")]
    username: Annotated[Line, Meta(description="For signing in, and in addresses.")]
    password: Annotated[Text | None, Meta(description="At least 8 characters.")] = None
    force_random_password: Annotated[bool, Meta(description="Nobody knows a password.")] = False
    reset_password: Annotated[bool, Meta(description="The same: no mail is sent.")] = False
    admin: Annotated[bool, Meta(description="Whether the user is an administrator.")] = False


class EditUser(Struct, kw_only=True, frozen=True):
    """What is to be changed."""

    username: Annotated[Line | None, Meta(description="For signing in, and in addresses.")] = None
    name: Annotated[Line | None, Meta(description="For people.")] = None
    email: Annotated[Line | None, Meta(description="An e-mail address.")] = None
    admin: Annotated[bool | None, Meta(description="Whether the user is an administrator.")] = None
    password: Annotated[Text | None, Meta(description="At least 8 characters.")] = None


# What is answered --------------------------------------------------------------------------------


class BasicUser(Struct, kw_only=True, frozen=True):
    """What stands wherever a user is mentioned."""

    id: int
    username: str
    name: str
    state: State
    locked: bool = False
    avatar_url: str | None = None
    web_url: str


class User(BasicUser, kw_only=True, frozen=True):
    """A user.  The last three are for administrators and the user alone."""

    created_at: Time
    bot: bool
    """Whether an access token of a project or a group acts as it."""

    email: str | UnsetType = UNSET
    is_admin: bool | UnsetType = UNSET
    namespace_id: int | UnsetType | None = UNSET


# Calls -------------------------------------------------------------------------------------------


def get_current_user(call: Call) -> Reply[User]:
    """Get the user whom the token belongs to."""
    return Reply(show_user(call, users.get(call.conn, call.user_id)))


def list_users(call: Call, asked: ListUsers) -> Reply[list[User]]:
    """List users."""
    states = frozenset(State)
    if asked.active:
        states &= {State.ACTIVE}
    if asked.blocked:
        states &= {State.BLOCKED}
    wanted = Filter(
        username=asked.username,
        search=asked.search,
        by_email=call.principal.is_admin,
        states=states,
        bots=False if asked.humans or asked.without_project_bots else None,
    )
    position = asked.position_in(asked.order_by, asked.sort)
    page = users.list_users(
        call.conn,
        wanted,
        position.window,
        order_by=asked.order_by,
        descending=asked.sort == "desc",
    )
    return call.paged(page, position, lambda user: show_user(call, user))


def get_user(call: Call) -> Reply[User]:
    """Get a user."""
    return Reply(show_user(call, get_named_user(call)))


@also(409, _TAKEN)
def create_user(call: Call, asked: CreateUser) -> Created[User]:
    """Create a user.

    No mail is sent, so `reset_password` and `force_random_password` come to the same: nobody knows
    a password, and the account acts through tokens until it is given one.
    """
    without = asked.force_random_password or asked.reset_password
    hashed = _require_password(call, asked.password)
    if hashed is None and not without:
        raise InvalidRecord(password="can't be blank")  # noqa: S106  that is what is said of it
    new = NewUser(
        username=asked.username,
        name=asked.name,
        email=asked.email,
        password=None if without else hashed,
        is_admin=asked.admin,
    )
    return Reply(show_user(call, users.create(call.conn, new, by=call.actor, at=call.at)))


@also(409, _TAKEN)
def edit_user(call: Call, asked: EditUser) -> Reply[User]:
    """Change a user.

    Who is given another password is signed out everywhere.
    """
    user = get_named_user(call)
    sent: dict[str, str | bool | None] = {
        "username": asked.username,
        "name": asked.name,
        "email": asked.email,
        "is_admin": asked.admin,
    }
    hashed = _require_password(call, asked.password)
    changes = {column: value for column, value in sent.items() if value is not None}
    if changes or hashed is not None:
        user = moderation.edit(call.conn, user, changes, password=hashed, by=call.actor, at=call.at)
    return Reply(show_user(call, user))


def _require_password(call: Call, password: str | None) -> PasswordHash | None:
    """Return the hash of the password that was sent.  Raises InvalidRecord for a bad one."""
    if not password:
        return None
    users.require_password(password)
    assert call.password_hash is not None  # noqa: S101  the route hashes what is valid
    return call.password_hash


@also(409, "A group has no other owner.")
def delete_user(call: Call) -> NoContent:
    """Delete a user; what they published in others' projects stays."""
    moderation.remove(call.conn, get_named_user(call), by=call.actor, at=call.at)
    return NO_CONTENT


def block_user(call: Call) -> Created[bool]:
    """Block a user; their tokens are refused from the next request on."""
    moderation.block(call.conn, get_named_user(call), by=call.actor, at=call.at)
    return Reply(body=True)


def unblock_user(call: Call) -> Created[bool]:
    """Unblock a user."""
    moderation.unblock(call.conn, get_named_user(call), by=call.actor, at=call.at)
    return Reply(body=True)


def get_named_user(call: Call) -> users.User:
    """Return the user whose id the URL holds.  Raises NotFound."""
    return users.get(call.conn, call.number("user"))


def show_user(call: Call, user: users.User) -> User:
    """Show a user: to everybody what stands on a page, to administrators and oneself the rest."""
    basic = structs.asdict(show_basic_user(call, user))
    shown = User(**basic, created_at=show_time(user.created_at), bot=user.is_bot)
    if not call.principal.is_admin and call.principal.user_id != user.id:
        return shown
    own = namespaces.find_own(call.conn, user.id)
    namespace_id = own.id if own else None
    return structs.replace(
        shown, email=user.email, is_admin=user.is_admin, namespace_id=namespace_id
    )


def show_basic_user(call: Call, user: users.User) -> BasicUser:
    """Show what stands wherever a user is mentioned."""
    return BasicUser(
        id=user.id,
        username=user.username,
        name=user.name,
        state=user.state,
        web_url=f"{call.base_url}/{user.username}",
    )
