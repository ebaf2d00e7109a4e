"""Personal access tokens (GitLab documentation, "Personal access tokens API", "User tokens API").

A token of somebody else is answered with 401, whether or not there is one: only administrators
learn which ids exist.  As on GitLab, access tokens of projects and groups are personal ones of
their bots.  Unlike there from 16.0 on, a token without ``expires_at`` never expires.
"""

from typing import Annotated

from msgspec import Meta

from wheelyard import tokens, users
from wheelyard.access import Scope
from wheelyard.facts import Invalid, NotFound, Sentence, Unauthenticated
from wheelyard.tokens import ACCESS_KINDS, Holder, Token
from wheelyard.web.api.endpoint import NO_CONTENT, Call, Created, NoContent, Reply
from wheelyard.web.api.shown_tokens import (
    ListTokens,
    MintedPersonalToken,
    PersonalToken,
    RotateToken,
    show_minted,
    show_personal_token,
)
from wheelyard.web.api.users import get_named_user
from wheelyard.web.asked import Number, only
from wheelyard.web.newtokens import NewPersonalToken
from wheelyard.web.operations import rotates


class ListPersonalTokens(ListTokens, kw_only=True, frozen=True):
    """Which personal access tokens are wanted."""

    user_id: Annotated[
        Number | None, Meta(description="Whose; others' are for administrators.")
    ] = None


class NewOwnToken(NewPersonalToken, kw_only=True, frozen=True):
    """A new personal access token, which a call makes for the caller.

    GitLab allows two scopes here; the other one, `k8s_proxy`, opens nothing in a registry.
    """

    scopes: Annotated[
        tuple[Scope, ...], only([Scope.SELF_ROTATE]), Meta(description="What it may do.")
    ]


def list_personal_tokens(call: Call, asked: ListPersonalTokens) -> Reply[list[PersonalToken]]:
    """List one's own personal access tokens; administrators list everybody's."""
    user_id = asked.user_id
    if not call.principal.is_admin:
        if user_id not in (None, call.user_id):
            raise Unauthenticated
        user_id = call.user_id
    holder = None if user_id is None else Holder(user_id=user_id)
    page = asked.find(call, ACCESS_KINDS, holder)
    return call.paged(page, asked.position, lambda token: show_personal_token(call, token))


def get_own_token(call: Call) -> Reply[PersonalToken]:
    """Get the token that the call is made with."""
    return Reply(show_personal_token(call, _own(call)))


def revoke_own_token(call: Call) -> NoContent:
    """Revoke the token that the call is made with."""
    tokens.revoke(call.conn, _own(call), by=call.actor, at=call.at)
    return NO_CONTENT


@rotates
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


@rotates
def rotate_personal_token(call: Call, asked: RotateToken) -> Reply[MintedPersonalToken]:
    """Replace a personal access token by a successor; it ends at once."""
    return _rotate(call, asked, _named(call))


def create_personal_token(call: Call, asked: NewPersonalToken) -> Created[MintedPersonalToken]:
    """Create a personal access token for a user; this answer alone tells its secret."""
    user = get_named_user(call)
    users.require_person(user)
    new = asked.of(user.id)
    minted = tokens.mint(call.conn, new, by=call.actor, at=call.at)
    return Reply(show_minted(call, minted))


def create_own_token(call: Call, asked: NewOwnToken) -> Created[MintedPersonalToken]:
    """Create a personal access token for oneself, which can be rotated and nothing else.

    This answer alone tells its secret.
    """
    new = asked.of(call.user_id)
    return Reply(show_minted(call, tokens.mint(call.conn, new, by=call.actor, at=call.at)))


def _rotate(call: Call, asked: RotateToken, token: Token) -> Reply[MintedPersonalToken]:
    """Answer with a successor; 200, as GitLab does, although something was made."""
    minted = tokens.rotate(call.conn, token, expires_at=asked.expires_at, by=call.actor, at=call.at)
    return Reply(show_minted(call, minted))


def _own(call: Call) -> Token:
    token_id = call.principal.token_id
    token = None if token_id is None else tokens.find(call.conn, token_id, *ACCESS_KINDS)
    if token is None:  # of whoever has signed in otherwise
        raise Invalid(Sentence("This endpoint requires token type to be a personal access token"))
    return token


def _named(call: Call) -> Token:
    token = tokens.find(call.conn, call.number("token"), *ACCESS_KINDS)
    if call.principal.is_admin:
        if token is None:
            raise NotFound
        return token
    if token is None or token.holder.user_id != call.user_id:
        raise Unauthenticated
    return token
