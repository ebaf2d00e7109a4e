"""Keyset paging: each page leads to the next by the key of its last row, and nothing is counted.

Source: GitLab documentation, "REST API", section "Keyset-based pagination".

A list that has it extends ``KeysetPaged`` and names the orders in which it can be walked.
``pagination=keyset`` asks for it; then ``Link`` holds the next page alone, and is absent from the
last.  The key goes round as an opaque ``cursor``.
"""

import base64
import binascii
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
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
        names = (order_by,) if order_by == "id" else (order_by, "id")
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
        key = tuple(named[name] for name in names)
    except (ValueError, KeyError, binascii.Error) as error:  # msgspec's and UTF-8's are ValueErrors
        raise _invalid() from error
    if not all(_fits(name, value) for name, value in zip(names, key, strict=True)):
        raise _invalid()
    return key


def _fits(name: str, value: str | int) -> bool:
    if name == "id":
        return isinstance(value, int) and 0 <= value <= _MAX_ID
    return isinstance(value, str)


def _invalid() -> InvalidParameters:
    return InvalidParameters([("cursor", Sentence("is invalid"))])
