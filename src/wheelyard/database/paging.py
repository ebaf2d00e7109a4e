"""A window on a list, and what is seen through it.

There are two kinds: one that counts rows from the start, and one that begins after a row whose key
is known, which costs the same at the end of a long list as at its start.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal, select, tuple_

T = TypeVar("T")

Key = tuple[str | int | datetime, ...]
"""What a list is sorted by, of one row: of each column its value, the last of which is unique."""


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is wanted, in rows."""

    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Keyset:
    """Which part of a list is wanted, by the row that it comes after; nothing is counted."""

    limit: int = 20
    after: Key | None = None
    """None: from the start."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list, and how long the whole is."""

    items: list[T]
    total: int
    """0 through a Keyset."""

    last: Key | None = None
    """Through a Keyset, where more follows: the key of the last item."""


def fetch(
    conn: Connection,
    statement: Select[Any],
    window: Window | Keyset,
    record: Callable[[Row[Any]], T],
    *,
    order_by: Sequence[ColumnElement[Any]],
    descending: bool = False,
) -> Page[T]:
    """Run the statement through the window and make a record of each row.

    The last column of ``order_by`` is unique: without that a row may stand on two pages or on none.
    """
    order = [column.desc() if descending else column.asc() for column in order_by]
    if isinstance(window, Keyset):
        beyond = _beyond(statement, window, order_by, descending=descending)
        return _fetch_after(conn, beyond.order_by(*order), window, record, width=len(order))
    total = conn.execute(select(func.count()).select_from(statement.subquery()))
    rows = conn.execute(statement.order_by(*order).offset(window.offset).limit(window.limit))
    return Page(items=[record(row) for row in rows], total=total.scalar_one())


def _beyond(
    statement: Select[Any],
    window: Keyset,
    columns: Sequence[ColumnElement[Any]],
    *,
    descending: bool,
) -> Select[Any]:
    """Leave out what does not come after the key, and select the keys of the rest."""
    keyed = statement.add_columns(
        *(column.label(f"key_{number}") for number, column in enumerate(columns))
    )
    if window.after is None:
        return keyed
    here = tuple_(*columns)
    there = tuple_(
        *(literal(value, column.type) for value, column in zip(window.after, columns, strict=True))
    )
    # The first column by itself as well, for no index leads through those of several tables.
    first, least = columns[0], literal(window.after[0], columns[0].type)
    if descending:
        return keyed.where(here < there, first <= least)
    return keyed.where(here > there, first >= least)


def _fetch_after(
    conn: Connection,
    statement: Select[Any],
    window: Keyset,
    record: Callable[[Row[Any]], T],
    *,
    width: int,
) -> Page[T]:
    rows = conn.execute(statement.limit(window.limit + 1)).all()
    shown = rows[: window.limit]
    last = tuple(shown[-1])[-width:] if len(rows) > window.limit else None
    return Page(items=[record(row) for row in shown], total=0, last=last)
