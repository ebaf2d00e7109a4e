"""Groups as a caller sees them: which there are, and which of them are whose."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from wheelyard import memberships, namespaces, visibility
from wheelyard.access import Principal, Role
from wheelyard.database import schema
from wheelyard.database.paging import Page, Window, fetch
from wheelyard.namespaces import Kind, Namespace, is_under, lineage_text

_COLUMNS = schema.namespaces.c

_ORDERS = {"id": _COLUMNS.id, "name": func.lower(_COLUMNS.name), "path": func.lower(_COLUMNS.path)}
ORDERS = tuple(_ORDERS)
"""What a list can be sorted by."""


@dataclass(frozen=True, slots=True)
class Filter(visibility.Filter):
    """Which groups are wanted."""

    top_level_only: bool = False


def list_groups(
    conn: Connection,
    principal: Principal,
    wanted: Filter,
    window: Window,
    *,
    order_by: str = "name",
    descending: bool = False,
    at: datetime,
) -> Page[Namespace]:
    """Page through what the principal may see."""
    statement = select(schema.namespaces).where(
        _COLUMNS.kind == Kind.GROUP.value,
        *visibility.conditions(schema.namespaces, _joined_by, principal, wanted, at),
        *_placed(wanted),
    )
    columns = (_ORDERS[order_by], _COLUMNS.id)
    order = [column.desc() if descending else column.asc() for column in columns]
    return fetch(conn, statement.order_by(*order), window, namespaces.from_row)


def _joined_by(user_id: int, at: datetime, least: Role) -> ColumnElement[bool]:
    return _COLUMNS.id.in_(memberships.namespaces_of(user_id, at, least=least))


def _placed(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    if wanted.top_level_only:
        yield _COLUMNS.parent_id.is_(None)
    if wanted.under is not None and wanted.nested:
        yield is_under(_COLUMNS.lineage, lineage_text(wanted.under.lineage))
        yield _COLUMNS.id != wanted.under.id
    elif wanted.under is not None:
        yield _COLUMNS.parent_id == wanted.under.id
