"""Deploy tokens of projects and of groups (GitLab documentation, "Deploy tokens API")."""

from typing import Annotated

from msgspec import Meta, Struct, structs

from wheelyard import tokens
from wheelyard.access import TokenKind
from wheelyard.tokens import Filter, Holder, Token
from wheelyard.web.api.endpoint import (
    NO_CONTENT,
    Call,
    Created,
    NoContent,
    Reply,
    Time,
    show_time,
)
from wheelyard.web.api.paging import Paged
from wheelyard.web.newtokens import NewDeployToken


class ListDeployTokens(Paged, kw_only=True, frozen=True):
    """Which deploy tokens are wanted."""

    active: Annotated[
        bool | None, Meta(description="Only those that can be used, or only those that cannot.")
    ] = None


class DeployToken(Struct, kw_only=True, frozen=True):
    """A deploy token without its secret."""

    id: int
    name: str
    username: str | None
    expires_at: Time | None
    scopes: tuple[str, ...]
    revoked: bool
    expired: bool


class MintedDeployToken(DeployToken, kw_only=True, frozen=True):
    """A deploy token with its secret, which is told this once."""

    token: str


def list_all_deploy_tokens(call: Call, asked: ListDeployTokens) -> Reply[list[DeployToken]]:
    """List the deploy tokens of the whole instance."""
    return _list(call, asked, None)


def list_deploy_tokens(call: Call, asked: ListDeployTokens) -> Reply[list[DeployToken]]:
    """List deploy tokens; those that cannot be used any more stay in the list."""
    return _list(call, asked, Holder.of(call.subject))


def _list(call: Call, asked: ListDeployTokens, holder: Holder | None) -> Reply[list[DeployToken]]:
    wanted = Filter((TokenKind.DEPLOY,), holder=holder, active=asked.active)
    page = tokens.list_tokens(call.conn, wanted, asked.position.window, at=call.at)
    return call.paged(page, asked.position, lambda token: show_deploy_token(call, token))


def get_deploy_token(call: Call) -> Reply[DeployToken]:
    """Get a deploy token."""
    return Reply(show_deploy_token(call, _named(call)))


def create_deploy_token(call: Call, asked: NewDeployToken) -> Created[MintedDeployToken]:
    """Create a deploy token; this answer alone tells its secret."""
    new = asked.of(Holder.of(call.subject))
    minted = tokens.mint(call.conn, new, by=call.actor, at=call.at)
    shown = show_deploy_token(call, minted.token)
    return Reply(MintedDeployToken(**structs.asdict(shown), token=minted.secret))


def revoke_deploy_token(call: Call) -> NoContent:
    """Revoke a deploy token."""
    tokens.revoke(call.conn, _named(call), by=call.actor, at=call.at)
    return NO_CONTENT


def _named(call: Call) -> Token:
    holder = Holder.of(call.subject)
    return tokens.get(call.conn, call.number("token"), TokenKind.DEPLOY, holder)


def show_deploy_token(call: Call, token: Token) -> DeployToken:
    """Show a deploy token without its secret."""
    return DeployToken(
        id=token.id,
        name=token.name,
        username=token.username,
        expires_at=show_time(token.expires_at),
        scopes=token.scopes,
        revoked=token.revoked_at is not None,
        expired=token.is_expired(call.at),
    )
