"""What a list shows of groups and projects: those that a caller sees, and of them the wanted ones.

``access.decide`` for READ_GROUP and READ_PROJECT, as a condition; a test holds the two together.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, false, or_, true

from wheelyard.access import Principal, Role, Visibility
from wheelyard.namespaces import Namespace

JoinedBy = Callable[[int, datetime, Role], ColumnElement[bool]]
"""Whether a user has at least a role in what a row is of, directly or from above."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which groups or projects are wanted."""

    search: str = ""
    visibility: Visibility | None = None
    least_role: Role = Role.NONE
    """The least role that the caller must have; NONE lists everything visible."""

    under: Namespace | None = None
    nested: bool = False
    """Whether that is everything below it, or what is directly in it."""


def conditions(
    table: Table, joined_by: JoinedBy, principal: Principal, wanted: Filter, at: datetime
) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that groups and projects share; ``under`` is each module's own."""
    yield _is_visible(table, joined_by, principal, at)
    if wanted.search:
        yield or_(
            table.c.name.icontains(wanted.search, autoescape=True),
            table.c.path.icontains(wanted.search, autoescape=True),
        )
    if wanted.visibility is not None:
        yield table.c.visibility == wanted.visibility.value
    if wanted.least_role:
        user_id = principal.user_id
        yield joined_by(user_id, at, wanted.least_role) if user_id else false()


def _is_visible(
    table: Table, joined_by: JoinedBy, principal: Principal, at: datetime
) -> ColumnElement[bool]:
    if principal.is_admin:
        return true()
    public = table.c.visibility == Visibility.PUBLIC.value
    if principal.user_id is None:
        return public
    internal = table.c.visibility == Visibility.INTERNAL.value
    return or_(public, internal, joined_by(principal.user_id, at, Role.GUEST))
