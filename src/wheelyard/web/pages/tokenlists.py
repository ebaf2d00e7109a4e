"""Lists of tokens: those that work, page by page, and the newest of those that do no more."""

from dataclasses import dataclass
from datetime import datetime

from wheelyard import tokens
from wheelyard.access import TokenKind
from wheelyard.database.paging import Page, Window
from wheelyard.tokens import Filter, Holder, Token
from wheelyard.web.pages import paging
from wheelyard.web.pages.paging import Pager
from wheelyard.web.pages.view import View

_PER_PAGE = 50
_SHOWN_INACTIVE = 50


@dataclass(frozen=True, slots=True)
class TokenLists:
    """What a page of tokens lists."""

    active: Page[Token]
    inactive: Page[Token]
    pager: Pager


def read(view: View, kind: TokenKind, holder: Holder, *, path: str) -> TokenLists:
    """Read both lists of a holder's tokens, newest first; ``path`` is the page's own."""
    window = paging.read_window(view, per_page=_PER_PAGE)
    active = _list(view, kind, holder, window, active=True)
    return TokenLists(
        active=active,
        inactive=_list(view, kind, holder, Window(limit=_SHOWN_INACTIVE), active=False),
        pager=paging.make_pager(view, window, active.total, {}, path=path),
    )


def _list(
    view: View, kind: TokenKind, holder: Holder, window: Window, *, active: bool
) -> Page[Token]:
    wanted = Filter((kind,), holder=holder, active=active)
    return tokens.list_tokens(view.conn, wanted, window, descending=True, at=view.at)


def next_end(token: Token, at: datetime) -> datetime | None:
    """Return when a successor would end that lives as long as the token was made to."""
    return at + (token.expires_at - token.created_at) if token.expires_at else None
