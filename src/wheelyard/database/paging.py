"""A window on a list, and what is seen through it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is wanted, in rows."""

    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list, and how long the whole is."""

    items: list[T]
    total: int


def fetch(
    conn: Connection,
    statement: Select[Any],
    window: Window,
    record: Callable[[Row[Any]], T],
    *,
    order_by: Sequence[ColumnElement[Any]],
    descending: bool = False,
) -> Page[T]:
    """Run the statement through the window and make a record of each row.

    The last column of ``order_by`` is unique: without that a row may stand on two pages or on none.
    """
    total = conn.execute(select(func.count()).select_from(statement.subquery()))
    order = [column.desc() if descending else column.asc() for column in order_by]
    rows = conn.execute(statement.order_by(*order).offset(window.offset).limit(window.limit))
    return Page(items=[record(row) for row in rows], total=total.scalar_one())
