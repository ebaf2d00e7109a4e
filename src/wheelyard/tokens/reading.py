"""Finding tokens and listing them."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from wheelyard.access import BOT_KINDS, TokenKind
from wheelyard.database.paging import Page, Window, fetch
from wheelyard.database.schema import tokens
from wheelyard.facts import NotFound
from wheelyard.tokens.records import Holder, Token, from_row

ACCESS_KINDS = (TokenKind.PERSONAL, TokenKind.PROJECT, TokenKind.GROUP)
"""Those that GitLab calls personal access tokens, of people and of bots."""

_OF_PLACES = BOT_KINDS | {TokenKind.JOB}


def find(conn: Connection, token_id: int, *kinds: TokenKind) -> Token | None:
    """Return a token of one of some kinds by id."""
    token = find_any(conn, token_id)
    return token if token and token.kind in kinds else None


def find_any(conn: Connection, token_id: int) -> Token | None:
    """Return a token of whatever kind by id."""
    row = conn.execute(select(tokens).where(tokens.c.id == token_id)).first()
    return from_row(row) if row else None


def get(conn: Connection, token_id: int, kind: TokenKind, holder: Holder) -> Token:
    """Return a holder's token by id; raises NotFound, for a token of others too.

    Of access tokens of a project or a group the place alone is compared, not the bot; of job tokens
    the project.
    """
    token = find(conn, token_id, kind)
    if token is None or not token.holder.is_at(holder):
        raise NotFound
    if kind not in _OF_PLACES and token.holder != holder:
        raise NotFound
    return token


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tokens are wanted; None is either."""

    kinds: tuple[TokenKind, ...]
    holder: Holder | None = None
    """Of its ids those that are there count: of a bot's tokens its own or its place's."""

    active: bool | None = None
    revoked: bool | None = None
    search: str = ""
    created_after: datetime | None = None
    created_before: datetime | None = None
    last_used_after: datetime | None = None
    last_used_before: datetime | None = None
    expires_after: datetime | None = None
    expires_before: datetime | None = None


_ORDERS: Mapping[str, ColumnElement[Any]] = {
    "created": tokens.c.created_at,
    "expires": tokens.c.expires_at,
    "last_used": tokens.c.last_used_at,
    "name": func.lower(tokens.c.name),
}


def list_tokens(
    conn: Connection,
    wanted: Filter,
    window: Window,
    *,
    order_by: str = "created",
    descending: bool = False,
    at: datetime,
) -> Page[Token]:
    """Page through tokens."""
    statement = select(tokens).where(*_wanted(wanted, at))
    order = (_ORDERS[order_by], tokens.c.id)
    return fetch(conn, statement, window, from_row, order_by=order, descending=descending)


def list_all_of(conn: Connection, user_id: int, window: Window, *, at: datetime) -> Page[Token]:
    """Page through a user's access tokens that can be used; of a bot those of its place."""
    statement = select(tokens).where(
        tokens.c.user_id == user_id,
        tokens.c.kind.in_([kind.value for kind in ACCESS_KINDS]),
        tokens.c.revoked_at.is_(None),
        ~_is_expired(at),
    )
    return fetch(conn, statement, window, from_row, order_by=[tokens.c.id])


def _wanted(wanted: Filter, at: datetime) -> Iterator[ColumnElement[bool]]:
    yield tokens.c.kind.in_([kind.value for kind in wanted.kinds])
    for name, number in asdict(wanted.holder).items() if wanted.holder else ():
        if number is not None:
            yield tokens.c[name] == number
    if wanted.active is not None:
        live = tokens.c.revoked_at.is_(None) & ~_is_expired(at)
        yield live if wanted.active else ~live
    if wanted.revoked is not None:
        is_revoked = tokens.c.revoked_at.is_not(None)
        yield is_revoked if wanted.revoked else ~is_revoked
    if wanted.search:
        yield tokens.c.name.icontains(wanted.search, autoescape=True)
    yield from _between(tokens.c.created_at, wanted.created_after, wanted.created_before)
    yield from _between(tokens.c.last_used_at, wanted.last_used_after, wanted.last_used_before)
    yield from _between(tokens.c.expires_at, wanted.expires_after, wanted.expires_before)


def _between(
    column: ColumnElement[datetime], after: datetime | None, before: datetime | None
) -> Iterator[ColumnElement[bool]]:
    if after is not None:
        yield column > after
    if before is not None:
        yield column < before


def _is_expired(at: datetime) -> ColumnElement[bool]:
    return tokens.c.expires_at.is_not(None) & (tokens.c.expires_at <= at)
