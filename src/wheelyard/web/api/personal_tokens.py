"""Personal access tokens (GitLab documentation, "Personal access tokens API").

A token of somebody else is answered with 401, whether or not there is one: only administrators
learn which ids exist.  Unlike on GitLab from 16.0 on, a token without ``expires_at`` never expires.
"""

from enum import StrEnum
from typing import Any

from wheelyard import tokens
from wheelyard.access import TokenKind
from wheelyard.facts import NotFound, Unauthenticated
from wheelyard.tokens import Filter, Holder, Minted, Token
from wheelyard.web import newtokens
from wheelyard.web.api.endpoint import NO_CONTENT, Call, Reply, show_date, show_time
from wheelyard.web.api.users import get_named_user


class _State(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"


def list_personal_tokens(call: Call) -> Reply:
    """``GET /personal_access_tokens``: one's own; for administrators everybody's."""
    params = call.params
    user_id = params.number("user_id")
    state = params.choice("state", _State)
    revoked, search = params.flag("revoked"), params.text("search") or ""
    created_after, created_before = params.moment("created_after"), params.moment("created_before")
    used_after, used_before = params.moment("last_used_after"), params.moment("last_used_before")
    position = call.position()
    if not call.principal.is_admin:
        if user_id not in (None, call.user_id):
            raise Unauthenticated
        user_id = call.user_id
    wanted = Filter(
        TokenKind.PERSONAL,
        holder=None if user_id is None else Holder(user_id=user_id),
        active=None if state is None else state is _State.ACTIVE,
        revoked=revoked,
        search=search,
        created_after=created_after,
        created_before=created_before,
        last_used_after=used_after,
        last_used_before=used_before,
    )
    page = tokens.list_tokens(call.conn, wanted, position.window, at=call.at)
    return call.paged(page, position, lambda token: show_personal_token(call, token))


def get_own_token(call: Call) -> Reply:
    """``GET /personal_access_tokens/self``: the one that the call was made with."""
    return Reply(show_personal_token(call, _own(call)))


def revoke_own_token(call: Call) -> Reply:
    """``DELETE /personal_access_tokens/self``."""
    tokens.revoke(call.conn, _own(call), by=call.actor, at=call.at)
    return NO_CONTENT


def rotate_own_token(call: Call) -> Reply:
    """``POST /personal_access_tokens/self/rotate``."""
    return _rotate(call, _own(call))


def get_personal_token(call: Call) -> Reply:
    """``GET /personal_access_tokens/:id``."""
    return Reply(show_personal_token(call, _named(call)))


def revoke_personal_token(call: Call) -> Reply:
    """``DELETE /personal_access_tokens/:id``."""
    tokens.revoke(call.conn, _named(call), by=call.actor, at=call.at)
    return NO_CONTENT


def rotate_personal_token(call: Call) -> Reply:
    """``POST /personal_access_tokens/:id/rotate``."""
    return _rotate(call, _named(call))


def create_personal_token(call: Call) -> Reply:
    """``POST /users/:user_id/personal_access_tokens``; the one answer with the secret."""
    new = newtokens.read_personal(call.params, call.number("user"), at=call.at)
    get_named_user(call)  # raises NotFound
    minted = tokens.mint(call.conn, new, by=call.actor, at=call.at)
    return Reply(_show_minted(call, minted), 201)


def _rotate(call: Call, token: Token) -> Reply:
    """Answer with a successor; 200, as GitLab does, although something was made."""
    expires_at = call.params.future_day("expires_at", after=call.at)
    call.params.check()
    minted = tokens.rotate(call.conn, token, expires_at=expires_at, by=call.actor, at=call.at)
    return Reply(_show_minted(call, minted))


def _own(call: Call) -> Token:
    token_id = call.principal.token_id
    token = None if token_id is None else tokens.find(call.conn, token_id, TokenKind.PERSONAL)
    if token is None:
        raise Unauthenticated
    return token


def _named(call: Call) -> Token:
    token = tokens.find(call.conn, call.number("token"), TokenKind.PERSONAL)
    if call.principal.is_admin:
        if token is None:
            raise NotFound
        return token
    if token is None or token.holder.user_id != call.user_id:
        raise Unauthenticated
    return token


def show_personal_token(call: Call, token: Token) -> dict[str, Any]:
    """Show a personal access token without its secret."""
    return {
        "id": token.id,
        "name": token.name,
        "revoked": token.revoked_at is not None,
        "created_at": show_time(token.created_at),
        "description": token.description or None,
        "scopes": list(token.scopes),
        "user_id": token.holder.user_id,
        "last_used_at": show_time(token.last_used_at),
        "active": token.is_active(call.at),
        "expires_at": show_date(token.expires_at),
    }


def _show_minted(call: Call, minted: Minted) -> dict[str, Any]:
    return {**show_personal_token(call, minted.token), "token": minted.secret}
