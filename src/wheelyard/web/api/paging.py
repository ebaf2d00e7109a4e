"""Offset paging, in GitLab's parameters and headers; ``keyset`` has the other way.

Source: GitLab documentation, "REST API", section "Pagination".

``Link`` holds first, prev, next and last; a client such as python-gitlab follows ``next``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Protocol, TypeVar
from urllib.parse import parse_qsl, urlencode

from msgspec import Meta, Struct

from wheelyard.database.paging import Keyset, Page, Window
from wheelyard.web.headers import Headers
from wheelyard.web.principal import IN_QUERY

T = TypeVar("T")

DEFAULT_PER_PAGE = 20
MAX_PER_PAGE = 100
_MAX_PAGE = 10**9

PerPage = Annotated[
    int, Meta(ge=1, le=2**63 - 1, description="How many a page; more than 100 are 100.")
]

MAX_COUNTED = 10_000
"""The longest list of which the headers tell its length."""


@dataclass(frozen=True, slots=True)
class Position:
    """Which page is asked for; pages count from 1."""

    page: int
    per_page: int

    @property
    def window(self) -> Window:
        """The rows of this page."""
        return Window(offset=(self.page - 1) * self.per_page, limit=self.per_page)

    def headers(self, page: Page[T], *, url: str, query: bytes) -> Headers:
        """Return the headers that say where this page stands.

        Of a list that is longer than ``MAX_COUNTED`` GitLab does not say how long it is.
        """
        last = max(1, -(-page.total // self.per_page))
        previous = self.page - 1 if 1 < self.page <= last + 1 else None
        following = self.page + 1 if self.page < last else None
        numbers = {
            "x-page": self.page,
            "x-per-page": self.per_page,
            "x-next-page": following or "",
            "x-prev-page": previous or "",
        }
        pages = {"prev": previous, "next": following, "first": 1}
        if page.total <= MAX_COUNTED:
            numbers = {"x-total": page.total, "x-total-pages": last, **numbers}
            pages["last"] = last
        links = ", ".join(
            link(url, query, {"page": number, "per_page": self.per_page}, relation)
            for relation, number in pages.items()
            if number
        )
        told = [(name.encode(), str(value).encode()) for name, value in numbers.items()]
        return [*told, (b"link", links.encode())]


class Positioned(Protocol):
    """Where in a list, in either way of paging."""

    @property
    def window(self) -> Window | Keyset:
        """The rows that are wanted."""

    def headers(self, page: Page[T], *, url: str, query: bytes) -> Headers:
        """Return the headers that lead further."""


class Paged(Struct, kw_only=True, frozen=True):
    """What every list is asked for."""

    page: Annotated[int, Meta(ge=1, le=_MAX_PAGE, description="Which page, from 1.")] = 1
    per_page: PerPage = DEFAULT_PER_PAGE

    @property
    def position(self) -> Position:
        """Which page is asked for."""
        return Position(page=self.page, per_page=min(self.per_page, MAX_PER_PAGE))


def link(url: str, query: bytes, further: Mapping[str, str | int], relation: str) -> str:
    """Write a link that asks what was asked, but for some parameters.

    Tokens are left out, for a link is handed on and logged.
    """
    kept = [
        (name, value)
        for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        if name not in {"page", *further, *IN_QUERY}
    ]
    return f'<{url}?{urlencode([*kept, *further.items()])}>; rel="{relation}"'
