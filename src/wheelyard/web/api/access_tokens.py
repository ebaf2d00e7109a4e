"""Access tokens of projects and of groups.

Source: GitLab documentation, "Project access tokens API" and "Group access tokens API".  Each acts
as a bot that was made for it; see ``tokens.mint_for_bot``.
"""

from typing import Annotated, Literal

from msgspec import Meta, structs

from wheelyard import tokens
from wheelyard.access import TokenKind
from wheelyard.facts import NotFound, Unauthenticated
from wheelyard.tokens import Holder, Minted, Token
from wheelyard.web.api.endpoint import NO_CONTENT, Call, Created, NoContent, Reply
from wheelyard.web.api.shown_tokens import (
    ListTokens,
    PersonalToken,
    RotateToken,
    show_personal_token,
)
from wheelyard.web.asked import LEVELS
from wheelyard.web.newtokens import NewAccessToken
from wheelyard.web.operations import rotates


class AccessToken(PersonalToken, kw_only=True, frozen=True):
    """An access token of a project or a group without its secret."""

    access_level: Annotated[int | None, Meta(description=LEVELS)]
    resource_type: Literal["project", "group"]
    resource_id: int


class MintedAccessToken(AccessToken, kw_only=True, frozen=True):
    """An access token with its secret, which is told this once."""

    token: str


def list_access_tokens(call: Call, asked: ListTokens) -> Reply[list[AccessToken]]:
    """List access tokens; those that cannot be used any more stay in the list."""
    page = asked.find(call, (_kind(call),), Holder.of(call.subject))
    return call.paged(page, asked.position, lambda token: show_access_token(call, token))


def get_access_token(call: Call) -> Reply[AccessToken]:
    """Get an access token."""
    return Reply(show_access_token(call, _named(call)))


def create_access_token(call: Call, asked: NewAccessToken) -> Created[MintedAccessToken]:
    """Create an access token and the bot that it acts as; this answer alone tells its secret.

    Its role is the caller's own at most.
    """
    new = asked.of(Holder.of(call.subject))
    tokens.require_role_within(call.principal, call.role, new.role)
    return Reply(_show_minted(call, tokens.mint_for_bot(call.conn, new, by=call.actor, at=call.at)))


def revoke_access_token(call: Call) -> NoContent:
    """Revoke an access token; its bot is no member any more."""
    tokens.revoke(call.conn, _named(call), by=call.actor, at=call.at)
    return NO_CONTENT


@rotates
def rotate_access_token(call: Call, asked: RotateToken) -> Reply[MintedAccessToken]:
    """Replace an access token by a successor for the same bot; it ends at once."""
    token = _find(call)
    if token is None:  # as of personal access tokens, only administrators learn that there is none
        raise NotFound if call.principal.is_admin else Unauthenticated
    tokens.require_role_within(call.principal, call.role, token.role)
    return _rotate(call, asked, token)


@rotates
def rotate_own_access_token(call: Call, asked: RotateToken) -> Reply[MintedAccessToken]:
    """Replace the access token that the call is made with."""
    token_id, kind = call.principal.token_id, _kind(call)
    if token_id is None or call.principal.token_kind is not kind:
        raise Unauthenticated
    token = tokens.find(call.conn, token_id, kind)
    if token is None or not token.holder.is_at(Holder.of(call.subject)):
        raise Unauthenticated
    return _rotate(call, asked, token)


def _rotate(call: Call, asked: RotateToken, token: Token) -> Reply[MintedAccessToken]:
    """Answer with a successor; 200, as GitLab does, although something was made."""
    minted = tokens.rotate(call.conn, token, expires_at=asked.expires_at, by=call.actor, at=call.at)
    return Reply(_show_minted(call, minted))


def _named(call: Call) -> Token:
    token = _find(call)
    if token is None:
        raise NotFound(f"{_kind(call)} Access Token")
    return token


def _find(call: Call) -> Token | None:
    token = tokens.find(call.conn, call.number("token"), _kind(call))
    return token if token and token.holder.is_at(Holder.of(call.subject)) else None


def _kind(call: Call) -> TokenKind:
    return TokenKind.PROJECT if call.project_or_none else TokenKind.GROUP


def show_access_token(call: Call, token: Token) -> AccessToken:
    """Show an access token of a project or a group without its secret."""
    of_project = token.kind is TokenKind.PROJECT
    return AccessToken(
        **structs.asdict(show_personal_token(call, token)),
        access_level=token.role,
        resource_type="project" if of_project else "group",
        resource_id=call.project.id if of_project else call.group.id,
    )


def _show_minted(call: Call, minted: Minted) -> MintedAccessToken:
    shown = show_access_token(call, minted.token)
    return MintedAccessToken(**structs.asdict(shown), token=minted.secret)
