"""One's own personal access tokens: the list, the form, and each secret shown once."""

from dataclasses import dataclass, replace
from datetime import timedelta

from wheelyard import tokens
from wheelyard.access import TokenKind
from wheelyard.facts import Sentence
from wheelyard.tokens import PERSONAL_SCOPES, Holder, Minted, Token
from wheelyard.web import asked
from wheelyard.web.headers import Headers
from wheelyard.web.newtokens import NewPersonalToken
from wheelyard.web.pages import handover, tokenlists
from wheelyard.web.pages.handover import Handed
from wheelyard.web.pages.tokenlists import next_end
from wheelyard.web.pages.view import Answer, Page, Redirect, View

_HERE = "/-/user_settings/personal_access_tokens"
_KIND = "personal_token"


@dataclass(frozen=True, slots=True)
class _Form:
    """What the form holds before anybody has typed."""

    name: str = ""
    description: str = ""
    expires_at: str = ""
    scopes: tuple[str, ...] = ()


def show(view: View) -> Answer:
    """``GET /-/user_settings/personal_access_tokens``; its parameters fill the form, as GitLab's.

    ``?name=laptop&scopes=api,read_user``
    """
    params = view.params
    form = _Form(
        name=params.peek_text("name", max_length=2000),
        description=params.peek_text("description", max_length=2000),
        expires_at=params.peek_text("expires_at"),
        scopes=tuple(word for text in params.texts("scopes") for word in text.split(",")),
    )
    minted, taken = _taken(view)
    return replace(_page(view, form, minted), headers=taken)


def _taken(view: View) -> tuple[Minted | None, Headers]:
    handed, taken = handover.take(view, _KIND)
    token = tokens.find(view.conn, handed.id, TokenKind.PERSONAL) if handed else None
    if handed is None or token is None or token.holder != Holder(user_id=view.user.id):
        return None, taken
    return Minted(token, handed.secret), taken


def create(view: View) -> Answer:
    """``POST …/personal_access_tokens``; the list that follows shows the secret, once."""
    new = asked.read(NewPersonalToken, view.params, at=view.at)
    minted = tokens.mint(view.conn, new.of(view.user.id), by=view.actor, at=view.at)
    return _hand_over(view, minted)


def rotate(view: View) -> Answer:
    """``POST …/personal_access_tokens/{token}/rotate``: its successor, shown once."""
    expires_at = view.params.future_day("rotated_expires_at", after=view.at)
    view.params.check()
    minted = tokens.rotate(
        view.conn, _named(view), expires_at=expires_at, by=view.actor, at=view.at
    )
    return _hand_over(view, minted)


def _hand_over(view: View, minted: Minted) -> Redirect:
    return handover.give(view, _KIND, Handed(minted.token.id, minted.secret), to=_HERE)


def revoke(view: View) -> Answer:
    """``POST …/personal_access_tokens/{token}/revoke``."""
    token = _named(view)
    tokens.revoke(view.conn, token, by=view.actor, at=view.at)
    gone = Sentence("The token %(name)s was revoked.", name=token.name)
    return Redirect(_HERE, notice=gone)


def _named(view: View) -> Token:
    """Return the token whose id the URL holds.  Raises NotFound, for one of others too."""
    holder = Holder(user_id=view.user.id)
    return tokens.get(view.conn, view.number("token"), TokenKind.PERSONAL, holder)


def _page(view: View, form: _Form, minted: Minted | None) -> Page:
    holder = Holder(user_id=view.user.id)
    listed = tokenlists.read(view, TokenKind.PERSONAL, holder, path=_HERE)
    return Page(
        "user_tokens.html",
        {
            "here": _HERE,
            "form": form,
            "minted": minted,
            "active": [(token, next_end(token, view.at)) for token in listed.active.items],
            "inactive": listed.inactive,
            "pager": listed.pager,
            "scopes": _scopes(view),
            "tomorrow": view.at + timedelta(days=1),
        },
    )


def _scopes(view: View) -> list[tuple[str, str, str]]:
    """Return each scope with what it opens."""
    _ = view.language.gettext
    opens = {
        "api": _(
            "Everything that you may do: publish, install and delete packages, "
            "and change settings through the REST API."
        ),
        "read_api": _("Install packages, and read everything that you may see; change nothing."),
        "read_user": _("Read your profile and the names of other users, and nothing else."),
        "self_rotate": _("Let the token replace itself by a new one before it expires."),
    }
    return [(scope.value, scope.value, opens[scope.value]) for scope in PERSONAL_SCOPES]
