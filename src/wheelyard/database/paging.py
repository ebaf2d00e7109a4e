"""A window on a list, and what is seen through it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Row, Select, func, select

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
    conn: Connection, statement: Select[Any], window: Window, record: Callable[[Row[Any]], T]
) -> Page[T]:
    """Run the statement through the window and make a record of each row."""
    total = conn.execute(select(func.count()).select_from(statement.order_by(None).subquery()))
    rows = conn.execute(statement.offset(window.offset).limit(window.limit))
    return Page(items=[record(row) for row in rows], total=total.scalar_one())
