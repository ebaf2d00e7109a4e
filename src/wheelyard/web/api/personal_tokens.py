"""Personal access tokens (GitLab documentation, "Personal access tokens API").

A token of somebody else is answered with 401, whether or not there is one: only administrators
learn which ids exist.  A bot's own tokens are those of its project or its group.  Unlike on GitLab
from 16.0 on, a token without ``expires_at`` never expires.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct, structs

from wheelyard import tokens, users
from wheelyard.access import BOT_KINDS, TokenKind
from wheelyard.facts import Invalid, NotFound, Sentence, Unauthenticated
from wheelyard.tokens import Filter, Holder, Minted, Token
from wheelyard.web.api.endpoint import (
    NO_CONTENT,
    Call,
    Created,
    Date,
    NoContent,
    Reply,
    Time,
    show_date,
    show_time,
)
from wheelyard.web.api.paging import Paged
from wheelyard.web.api.users import get_named_user
from wheelyard.web.asked import FutureDay, Moment, Number, Text
from wheelyard.web.newtokens import NewPersonalToken


class _State(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"


class ListPersonalTokens(Paged, kw_only=True, frozen=True):
    """Which personal access tokens are wanted."""

    user_id: Annotated[
        Number | None, Meta(description="Whose; others' are for administrators.")
    ] = None
    state: Annotated[
        _State | None, Meta(description="Those that can be used, or those that cannot.")
    ] = None
    revoked: bool | None = None
    search: Annotated[Text, Meta(description="Part of a name.")] = ""
    created_after: Moment | None = None
    created_before: Moment | None = None
    last_used_after: Moment | None = None
    last_used_before: Moment | None = None


class RotateToken(Struct, kw_only=True, frozen=True):
    """How long the successor lives."""

    expires_at: Annotated[
        FutureDay | None, Meta(description="The day on which it ends; in a week without one.")
    ] = None


class PersonalToken(Struct, kw_only=True, frozen=True):
    """A personal access token without its secret."""

    id: int
    name: str
    revoked: bool
    created_at: Time
    description: str | None
    scopes: tuple[str, ...]
    user_id: int | None
    last_used_at: Time | None
    active: bool
    expires_at: Date | None


class MintedPersonalToken(PersonalToken, kw_only=True, frozen=True):
    """A personal access token with its secret, which is told this once."""

    token: str


def list_personal_tokens(call: Call, asked: ListPersonalTokens) -> Reply[list[PersonalToken]]:
    """List one's own personal access tokens; administrators list everybody's."""
    user_id = asked.user_id
    if not call.principal.is_admin:
        if user_id not in (None, call.user_id):
            raise Unauthenticated
        user_id = call.user_id
    wanted = Filter(
        _kind(call),
        holder=None if user_id is None else Holder(user_id=user_id),
        active=None if asked.state is None else asked.state is _State.ACTIVE,
        revoked=asked.revoked,
        search=asked.search,
        created_after=asked.created_after,
        created_before=asked.created_before,
        last_used_after=asked.last_used_after,
        last_used_before=asked.last_used_before,
    )
    page = tokens.list_tokens(call.conn, wanted, asked.position.window, at=call.at)
    return call.paged(page, asked.position, lambda token: show_personal_token(call, token))


def get_own_token(call: Call) -> Reply[PersonalToken]:
    """Get the token that the call is made with."""
    return Reply(show_personal_token(call, _own(call)))


def revoke_own_token(call: Call) -> NoContent:
    """Revoke the token that the call is made with."""
    tokens.revoke(call.conn, _own(call), by=call.actor, at=call.at)
    return NO_CONTENT


def rotate_own_token(call: Call, asked: RotateToken) -> Reply[MintedPersonalToken]:
    """Replace the token that the call is made with by a successor; it ends at once."""
    return _rotate(call, asked, _own(call))


def get_personal_token(call: Call) -> Reply[PersonalToken]:
    """Get a personal access token."""
    return Reply(show_personal_token(call, _named(call)))


def revoke_personal_token(call: Call) -> NoContent:
    """Revoke a personal access token."""
    tokens.revoke(call.conn, _named(call), by=call.actor, at=call.at)
    return NO_CONTENT


def rotate_personal_token(call: Call, asked: RotateToken) -> Reply[MintedPersonalToken]:
    """Replace a personal access token by a successor; it ends at once."""
    return _rotate(call, asked, _named(call))


def create_personal_token(call: Call, asked: NewPersonalToken) -> Created[MintedPersonalToken]:
    """Create a personal access token for a user; this answer alone tells its secret."""
    user = get_named_user(call)
    users.require_person(user)
    new = asked.of(user.id)
    minted = tokens.mint(call.conn, new, by=call.actor, at=call.at)
    return Reply(_show_minted(call, minted))


def _rotate(call: Call, asked: RotateToken, token: Token) -> Reply[MintedPersonalToken]:
    """Answer with a successor; 200, as GitLab does, although something was made."""
    minted = tokens.rotate(call.conn, token, expires_at=asked.expires_at, by=call.actor, at=call.at)
    return Reply(_show_minted(call, minted))


def _own(call: Call) -> Token:
    token_id = call.principal.token_id
    token = None if token_id is None else tokens.find(call.conn, token_id, _kind(call))
    if token is None:  # of whoever has signed in otherwise
        raise Invalid(Sentence("This endpoint requires token type to be a personal access token"))
    return token


def _kind(call: Call) -> TokenKind:
    """Return the kind of one's own tokens: a bot's are its project's or its group's."""
    kind = call.principal.token_kind
    return kind if kind in BOT_KINDS else TokenKind.PERSONAL


def _named(call: Call) -> Token:
    token = tokens.find(call.conn, call.number("token"), _kind(call))
    if call.principal.is_admin:
        if token is None:
            raise NotFound
        return token
    if token is None or token.holder.user_id != call.user_id:
        raise Unauthenticated
    return token


def show_personal_token(call: Call, token: Token) -> PersonalToken:
    """Show a personal access token without its secret."""
    return PersonalToken(
        id=token.id,
        name=token.name,
        revoked=token.revoked_at is not None,
        created_at=show_time(token.created_at),
        description=token.description or None,
        scopes=token.scopes,
        user_id=token.holder.user_id,
        last_used_at=show_time(token.last_used_at),
        active=token.is_active(call.at),
        expires_at=show_date(token.expires_at),
    )


def _show_minted(call: Call, minted: Minted) -> MintedPersonalToken:
    shown = show_personal_token(call, minted.token)
    return MintedPersonalToken(**structs.asdict(shown), token=minted.secret)
