"""What of a file a request wants: all of it, one part, or only the news that it has not changed.

RFC 9110, section 13.2.2, gives the order in which conditions are looked at; section 14 is ranges.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.types import Scope

from wheelyard.facts import PreconditionFailed
from wheelyard.web.headers import is_among, read_http_date

CONDITIONS = frozenset(
    {
        b"if-match",
        b"if-modified-since",
        b"if-none-match",
        b"if-range",
        b"if-unmodified-since",
        b"range",
    }
)
"""The headers, in lower case, that say what of a file is wanted."""

# Range units are told apart without regard to case.  More digits than a file can have bytes would
# only take time.
_RANGE = re.compile(rb"bytes=(\d{0,99})-(\d{0,99})\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class State:
    """What a file is now, as its headers say it."""

    size: int
    etag: bytes
    """A strong one, with the quotes."""

    modified: bytes
    """As an HTTP date."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The bytes from ``start`` up to and without ``stop``."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """One of the three that have no part, or a part."""

    status: int
    part: ByteRange | None = None


WHOLE, UNCHANGED, UNSATISFIABLE = Wanted(200), Wanted(304), Wanted(416)


def read_conditions(scope: Scope) -> dict[bytes, bytes]:
    """Return the headers that say what is wanted; most requests have none."""
    return {key: value for key, value in scope["headers"] if key in CONDITIONS}


def select(method: str, conditions: Mapping[bytes, bytes], file: State) -> Wanted:
    """Decide what to answer.  Raises PreconditionFailed.

    Several ranges, other units, malformed headers and other methods than GET are answered with the
    whole, as section 14.2 tells or allows.  So is a range whose ``If-Range`` names another state.
    """
    if not conditions:
        return WHOLE
    _require_match(conditions, file)
    if _is_unchanged(conditions, file):
        return UNCHANGED
    if method != "GET" or conditions.get(b"if-range", file.etag) not in (file.etag, file.modified):
        return WHOLE
    return _read_range(conditions.get(b"range", b""), file.size)


def _require_match(conditions: Mapping[bytes, bytes], file: State) -> None:
    match = conditions.get(b"if-match")
    if match is not None:
        if not is_among(match, file.etag, is_strong=True):
            raise PreconditionFailed
        return
    seen = _read_moment(conditions, b"if-unmodified-since")
    if seen is not None and _moment(file) > seen:
        raise PreconditionFailed


def _is_unchanged(conditions: Mapping[bytes, bytes], file: State) -> bool:
    known = conditions.get(b"if-none-match")
    if known is not None:
        return is_among(known, file.etag)
    seen = _read_moment(conditions, b"if-modified-since")
    return seen is not None and _moment(file) <= seen


def _moment(file: State) -> datetime:
    moment = read_http_date(file.modified.decode())
    assert moment is not None  # noqa: S101  it is our own
    return moment


def _read_moment(conditions: Mapping[bytes, bytes], name: bytes) -> datetime | None:
    header = conditions.get(name)
    return None if header is None else read_http_date(header.decode("latin-1"))


def _read_range(header: bytes, size: int) -> Wanted:
    match = _RANGE.match(header)
    if not match or match[1] == match[2] == b"":
        return WHOLE
    if not match[1]:
        length = min(int(match[2]), size)
        return Wanted(206, ByteRange(size - length, size)) if length else UNSATISFIABLE
    start = int(match[1])
    last = int(match[2]) if match[2] else size - 1
    if last < start and match[2]:
        return WHOLE
    if start >= size:
        return UNSATISFIABLE
    return Wanted(206, ByteRange(start, min(last + 1, size)))
