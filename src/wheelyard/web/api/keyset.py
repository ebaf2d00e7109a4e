"""Keyset paging: each page leads to the next by the key of its last row, and nothing is counted.

Source: GitLab documentation, "REST API", section "Keyset-based pagination".

A list that has it extends ``KeysetPaged`` and names the orders in which it can be walked.
``pagination=keyset`` asks for it; then ``Link`` holds the next page alone, and is absent from the
last.  The key goes round as an opaque ``cursor``.
"""

import base64
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from wheelyard.database.paging import Key, Keyset, Page
from wheelyard.facts import InvalidParameters, Sentence
from wheelyard.web.api.paging import Paged, Positioned, T, link
from wheelyard.web.asked import Text
from wheelyard.web.errors import KeysetUnavailable
from wheelyard.web.headers import Headers

_MAX_ID = 2**63 - 1

BOTH = ("asc", "desc")
"""Both directions."""


@dataclass(frozen=True, slots=True)
class After:
    """A place in a list: after the row with this key, or at its start."""

    window: Keyset
    follow: Callable[[Key], Mapping[str, str | int]]
    """Makes of a key the parameters that ask for what comes after it."""

    def headers(self, page: Page[T], *, url: str, query: bytes) -> Headers:
        """Return the link to the next page, if there is one."""
        if page.last is None:
            return []
        further = {**self.follow(page.last), "per_page": self.window.limit}
        return [(b"link", link(url, query, further, "next").encode())]


class KeysetPaged(Paged, kw_only=True, frozen=True):
    """What a list is asked for that can be walked by keys."""

    orders: ClassVar[Mapping[str, Collection[str]]]
    """By what it can be walked, and in which directions."""

    keys: ClassVar[Mapping[str, tuple[str, ...]]] = {"id": ("id",)}
    """What a cursor holds where that is not what the list is sorted by, and the id."""

    pagination: Annotated[
        Text, Meta(description="`keyset`: by keys, which is quicker in a long list.")
    ] = ""
    cursor: Annotated[
        str, Meta(max_length=2000, description="Where a page begins: as it stood in `Link`.")
    ] = ""

    def position_in(self, order_by: str, sort: str) -> Positioned:
        """Return where in the list, in this order.

        Raises InvalidParameters, and KeysetUnavailable for an order that cannot be walked so.
        """
        if self.pagination != "keyset":
            return self.position
        if sort not in self.orders.get(order_by, ()):
            raise KeysetUnavailable
        names = self.keys.get(order_by, (order_by, "id"))
        after = read_cursor(self.cursor, names) if self.cursor else None
        window = Keyset(limit=self.position.per_page, after=after)
        return After(window, lambda key: {"cursor": write_cursor(key, names)})


def write_cursor(key: Key, names: Collection[str]) -> str:
    """Write a key as a text that goes into an address as it is; ``_kd`` is GitLab's: onward."""
    named = {**dict(zip(names, key, strict=True)), "_kd": "n"}
    return base64.urlsafe_b64encode(msgspec.json.encode(named)).decode().rstrip("=")


def read_cursor(text: str, names: Collection[str]) -> Key:
    """Read what ``write_cursor`` wrote.  Raises InvalidParameters."""
    try:
        padded = text + "=" * (-len(text) % 4)
        named = msgspec.json.decode(
            base64.b64decode(padded, altchars=b"-_", validate=True), type=dict[str, str | int]
        )
        key = tuple(_read_value(name, named[name]) for name in names)
    except (ValueError, KeyError, OverflowError) as error:  # msgspec's and others' are ValueErrors
        raise InvalidParameters([("cursor", Sentence("is invalid"))]) from error
    return key


def _read_value(name: str, value: str | int) -> str | int | datetime:
    """Return what stands in a column.  Raises ValueError."""
    if name == "id":
        if not isinstance(value, int) or not 0 <= value <= _MAX_ID:
            raise ValueError(value)
        return value
    if not isinstance(value, str):
        raise ValueError(value)  # noqa: TRY004  told apart by nobody
    if not name.endswith("_at"):
        return value
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment.astimezone(UTC)
