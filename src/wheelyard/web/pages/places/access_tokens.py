"""Access tokens of a project or of a group: for machines that need a role."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from wheelyard import tokens
from wheelyard.access import Permission, Role, Scope, TokenKind
from wheelyard.facts import NotFound, Sentence
from wheelyard.tokens import BOT_SCOPES, Holder, Minted, Token
from wheelyard.web import asked
from wheelyard.web.headers import Headers
from wheelyard.web.newtokens import NewAccessToken
from wheelyard.web.pages import handover, tokenlists
from wheelyard.web.pages.handover import Handed
from wheelyard.web.pages.places import readymade, rolenames
from wheelyard.web.pages.places.readymade import Ready
from wheelyard.web.pages.tokenlists import next_end
from wheelyard.web.pages.view import Answer, Page, Redirect, View

_HANDED = "access_token"
_USERNAME = "__token__"


@dataclass(frozen=True, slots=True)
class _Row:
    """A token, and what who looks may do about it."""

    token: Token
    next_end: datetime | None
    may_rotate: bool


def show(view: View) -> Answer:
    """``GET /{project}/-/settings/access_tokens``, and of a group."""
    minted, taken = _taken(view)
    return replace(_page(view, minted), headers=taken)


def _taken(view: View) -> tuple[Minted | None, Headers]:
    handed, taken = handover.take(view, _HANDED)
    token = _find(view, handed.id) if handed else None
    if handed is None or token is None:
        return None, taken
    return Minted(token, handed.secret), taken


def create(view: View) -> Answer:
    """``POST …/access_tokens``; the list that follows shows the secret, once."""
    new = asked.read(NewAccessToken, view.params, at=view.at).of(Holder.of(view.subject))
    tokens.require_role_within(view.principal, view.role, new.role)
    return _hand_over(view, tokens.mint_for_bot(view.conn, new, by=view.actor, at=view.at))


def rotate(view: View) -> Answer:
    """``POST …/access_tokens/{token}/rotate``: its successor, shown once."""
    expires_at = view.params.future_day("rotated_expires_at", after=view.at)
    view.params.check()
    token = _named(view)
    tokens.require_role_within(view.principal, view.role, token.role)
    minted = tokens.rotate(view.conn, token, expires_at=expires_at, by=view.actor, at=view.at)
    return _hand_over(view, minted)


def _hand_over(view: View, minted: Minted) -> Redirect:
    return handover.give(view, _HANDED, Handed(minted.token.id, minted.secret), to=_here(view))


def revoke(view: View) -> Answer:
    """``POST …/access_tokens/{token}/revoke``."""
    token = _named(view)
    tokens.revoke(view.conn, token, by=view.actor, at=view.at)
    return Redirect(_here(view), Sentence("The token %(name)s was revoked.", name=token.name))


def _named(view: View) -> Token:
    """Return the token whose id the URL holds.  Raises NotFound, for one of another place too."""
    token = _find(view, view.number("token"))
    if token is None:
        raise NotFound
    return token


def _find(view: View, number: int) -> Token | None:
    """Return the token of this place that has an id."""
    token = tokens.find(view.conn, number, _kind(view))
    return token if token and token.holder.is_at(Holder.of(view.subject)) else None


def _page(view: View, minted: Minted | None) -> Page:
    listed = tokenlists.read(view, _kind(view), Holder.of(view.subject), path=_here(view))
    return Page(
        "access_tokens.html",
        {
            "here": _here(view),
            "place": view.project_or_none or view.group,
            "of_project": view.project_or_none is not None,
            "minted": minted,
            "ready": _ready(view, minted) if minted else None,
            "active": [_row(view, token) for token in listed.active.items],
            "inactive": listed.inactive,
            "pager": listed.pager,
            "may_manage": view.may(_managing(view)),
            "roles": rolenames.all_of(view),
            "choices": list(rolenames.choices(view)),
            "scopes": _scopes(view),
            "chosen": view.params.texts("scopes") if view.problems else [],
            "tomorrow": view.at + timedelta(days=1),
        },
    )


def _row(view: View, token: Token) -> _Row:
    may_rotate = rolenames.may_give(view, token.role or Role.NONE)
    return _Row(token, next_end(token, view.at), may_rotate)


def _kind(view: View) -> TokenKind:
    return TokenKind.PROJECT if view.project_or_none else TokenKind.GROUP


def _managing(view: View) -> Permission:
    if view.project_or_none is not None:
        return Permission.MANAGE_PROJECT_ACCESS_TOKENS
    return Permission.MANAGE_GROUP_ACCESS_TOKENS


def _here(view: View) -> str:
    if view.project_or_none is not None:
        return f"/{view.project.full_path}/-/settings/access_tokens"
    return f"/groups/{view.group.full_path}/-/settings/access_tokens"


def _ready(view: View, minted: Minted) -> Ready:
    token = minted.token
    is_whole = Scope.API in token.scopes
    return readymade.make(
        view,
        _USERNAME,
        minted.secret,
        publishes=is_whole and (token.role or Role.NONE) >= Role.DEVELOPER,
        installs=is_whole or Scope.READ_API in token.scopes,
    )


def _scopes(view: View) -> list[tuple[str, str, str]]:
    """Return each scope with what it opens."""
    _ = view.language.gettext
    opens = {
        Scope.API: _(
            "Everything that its role may do: publish, install and delete packages, "
            "and change settings through the REST API."
        ),
        Scope.READ_API: _("Install packages, and read what its role may see; change nothing."),
        Scope.SELF_ROTATE: _("Let the token replace itself by a new one before it expires."),
    }
    return [(scope.value, scope.value, opens[scope]) for scope in BOT_SCOPES]
