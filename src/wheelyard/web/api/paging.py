"""Offset paging, in GitLab's parameters and headers.

Source: GitLab documentation, "REST API", section "Pagination".

``Link`` holds first, prev, next and last; a client such as python-gitlab follows ``next``.
"""

from dataclasses import dataclass
from typing import Annotated, TypeVar
from urllib.parse import parse_qsl, urlencode

from msgspec import Meta, Struct

from wheelyard.database.paging import Page, Window
from wheelyard.web.params import Params

T = TypeVar("T")

DEFAULT_PER_PAGE = 20
MAX_PER_PAGE = 100
_MAX_PAGE = 10**9


@dataclass(frozen=True, slots=True)
class Position:
    """Which page is asked for; pages count from 1."""

    page: int
    per_page: int

    @property
    def window(self) -> Window:
        """The rows of this page."""
        return Window(offset=(self.page - 1) * self.per_page, limit=self.per_page)


class Paged(Struct, kw_only=True, frozen=True):
    """What every list is asked for."""

    page: Annotated[int, Meta(ge=1, le=_MAX_PAGE, description="Which page, from 1.")] = 1
    per_page: Annotated[
        int, Meta(ge=1, le=2**63 - 1, description="How many a page; more than 100 are 100.")
    ] = DEFAULT_PER_PAGE

    @property
    def position(self) -> Position:
        """Which page is asked for."""
        return Position(page=self.page, per_page=min(self.per_page, MAX_PER_PAGE))


def read_position(params: Params) -> Position:
    """Read ``page`` and ``per_page``; more than 100 a page is 100."""
    page = params.number("page", low=1, high=_MAX_PAGE)
    per_page = params.number("per_page", low=1)
    return Position(page=page or 1, per_page=min(per_page or DEFAULT_PER_PAGE, MAX_PER_PAGE))


def paging_headers(
    page: Page[T], position: Position, *, url: str, query: bytes
) -> list[tuple[bytes, bytes]]:
    """Return the headers that say where this page stands."""
    last = max(1, -(-page.total // position.per_page))
    here = position.page
    previous = here - 1 if 1 < here <= last + 1 else None
    following = here + 1 if here < last else None
    numbers = {
        "x-total": page.total,
        "x-total-pages": last,
        "x-page": here,
        "x-per-page": position.per_page,
        "x-next-page": following or "",
        "x-prev-page": previous or "",
    }
    links = {"prev": previous, "next": following, "first": 1, "last": last}
    kept = [
        (name, value)
        for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        if name not in {"page", "per_page", "private_token"}
    ]
    link = ", ".join(
        f"<{url}?{urlencode([*kept, ('page', number), ('per_page', position.per_page)])}>"
        f'; rel="{relation}"'
        for relation, number in links.items()
        if number
    )
    return [
        *((name.encode(), str(value).encode()) for name, value in numbers.items()),
        (b"link", link.encode()),
    ]
