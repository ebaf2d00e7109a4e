"""Deploy tokens of a project or of a group: for machines, whoever comes and goes."""

from dataclasses import replace
from datetime import timedelta

from wheelyard import tokens
from wheelyard.access import Permission, Scope, TokenKind
from wheelyard.tokens import DEPLOY_SCOPES, Holder, Minted
from wheelyard.web import asked
from wheelyard.web.headers import Headers
from wheelyard.web.newtokens import NewDeployToken
from wheelyard.web.pages import handover, tokenlists
from wheelyard.web.pages.handover import Handed
from wheelyard.web.pages.places import readymade
from wheelyard.web.pages.places.readymade import Ready
from wheelyard.web.pages.view import Answer, Page, Redirect, View

_KIND = "deploy_token"
_USEFUL = (Scope.READ_PACKAGE_REGISTRY, Scope.WRITE_PACKAGE_REGISTRY)


def show(view: View) -> Answer:
    """``GET /{project}/-/settings/deploy_tokens``, and of a group."""
    minted, taken = _taken(view)
    return replace(_page(view, minted), headers=taken)


def _taken(view: View) -> tuple[Minted | None, Headers]:
    handed, taken = handover.take(view, _KIND)
    token = tokens.find(view.conn, handed.id, TokenKind.DEPLOY) if handed else None
    if handed is None or token is None or token.holder != Holder.of(view.subject):
        return None, taken
    return Minted(token, handed.secret), taken


def create(view: View) -> Answer:
    """``POST …/deploy_tokens``; the list that follows shows the secret, once, in files to copy."""
    new = asked.read(NewDeployToken, view.params, at=view.at)
    minted = tokens.mint(view.conn, new.of(Holder.of(view.subject)), by=view.actor, at=view.at)
    return handover.give(view, _KIND, Handed(minted.token.id, minted.secret), to=_here(view))


def revoke(view: View) -> Answer:
    """``POST …/deploy_tokens/{token}/revoke``."""
    holder = Holder.of(view.subject)
    token = tokens.get(view.conn, view.number("token"), TokenKind.DEPLOY, holder)
    tokens.revoke(view.conn, token, by=view.actor, at=view.at)
    gone = view.language.gettext("The token %(name)s was revoked.") % {"name": token.name}
    return Redirect(_here(view), notice=gone)


def _page(view: View, minted: Minted | None) -> Page:
    holder = Holder.of(view.subject)
    listed = tokenlists.read(view, TokenKind.DEPLOY, holder, path=_here(view))
    of_project = view.project_or_none is not None
    managing = (
        Permission.MANAGE_PROJECT_DEPLOY_TOKENS
        if of_project
        else Permission.MANAGE_GROUP_DEPLOY_TOKENS
    )
    return Page(
        "deploy_tokens.html",
        {
            "here": _here(view),
            "place": view.project if of_project else view.group,
            "of_project": of_project,
            "minted": minted,
            "ready": _ready(view, minted) if minted else None,
            "active": listed.active,
            "inactive": listed.inactive,
            "pager": listed.pager,
            "may_manage": view.may(managing),
            "useful": _useful(view),
            "others": [scope.value for scope in DEPLOY_SCOPES if scope not in _USEFUL],
            "chosen": view.params.texts("scopes") if view.problems else [],
            "tomorrow": view.at + timedelta(days=1),
        },
    )


def _here(view: View) -> str:
    if view.project_or_none is not None:
        return f"/{view.project.full_path}/-/settings/deploy_tokens"
    return f"/groups/{view.group.full_path}/-/settings/deploy_tokens"


def _useful(view: View) -> list[tuple[str, str, str]]:
    """Return the scopes that open something here, with what it is."""
    _ = view.language.gettext
    opens = {
        Scope.READ_PACKAGE_REGISTRY: _("Install packages."),
        Scope.WRITE_PACKAGE_REGISTRY: _("Publish packages, and install them."),
    }
    return [(scope.value, scope.value, text) for scope, text in opens.items()]


def _ready(view: View, minted: Minted) -> Ready:
    token = minted.token
    return readymade.make(
        view,
        token.username or "",
        minted.secret,
        publishes=Scope.WRITE_PACKAGE_REGISTRY in token.scopes,
        installs=not set(_USEFUL).isdisjoint(token.scopes),
    )
