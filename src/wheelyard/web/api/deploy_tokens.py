"""Deploy tokens of projects and of groups (GitLab documentation, "Deploy tokens API")."""

from typing import Any

from wheelyard import tokens
from wheelyard.access import TokenKind
from wheelyard.tokens import Filter, Holder, Token
from wheelyard.web import newtokens
from wheelyard.web.api.endpoint import NO_CONTENT, Call, Reply, show_time


def list_all_deploy_tokens(call: Call) -> Reply:
    """``GET /deploy_tokens``."""
    return _list(call, None)


def list_deploy_tokens(call: Call) -> Reply:
    """``GET /projects/:id/deploy_tokens``, and of a group; used-up ones stay in the list."""
    return _list(call, Holder.of(call.subject))


def _list(call: Call, holder: Holder | None) -> Reply:
    active = call.params.flag("active")
    position = call.position()
    wanted = Filter(TokenKind.DEPLOY, holder=holder, active=active)
    page = tokens.list_tokens(call.conn, wanted, position.window, at=call.at)
    return call.paged(page, position, lambda token: show_deploy_token(call, token))


def get_deploy_token(call: Call) -> Reply:
    """``GET /projects/:id/deploy_tokens/:token_id``, and of a group."""
    return Reply(show_deploy_token(call, _named(call)))


def create_deploy_token(call: Call) -> Reply:
    """``POST /projects/:id/deploy_tokens``, and of a group; the one answer with the secret."""
    new = newtokens.read_deploy(call.params, Holder.of(call.subject), at=call.at)
    minted = tokens.mint(call.conn, new, by=call.actor, at=call.at)
    shown = show_deploy_token(call, minted.token)
    return Reply({**shown, "token": minted.secret}, 201)


def revoke_deploy_token(call: Call) -> Reply:
    """``DELETE /projects/:id/deploy_tokens/:token_id``, and of a group."""
    tokens.revoke(call.conn, _named(call), by=call.actor, at=call.at)
    return NO_CONTENT


def _named(call: Call) -> Token:
    holder = Holder.of(call.subject)
    return tokens.get(call.conn, call.number("token"), TokenKind.DEPLOY, holder)


def show_deploy_token(call: Call, token: Token) -> dict[str, Any]:
    """Show a deploy token without its secret."""
    return {
        "id": token.id,
        "name": token.name,
        "username": token.username,
        "expires_at": show_time(token.expires_at),
        "scopes": list(token.scopes),
        "revoked": token.revoked_at is not None,
        "expired": token.is_expired(call.at),
    }
