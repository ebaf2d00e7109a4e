"""Request headers as ASGI gives them, dates and ETags among them, and whole answers in bytes.

Sources: RFC 9110, sections 5.6.7 (dates), 8.8.3 (ETag) and 13.1 (conditions).
"""

import re
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote

from starlette.types import Message, Scope, Send

from wheelyard.facts import Invalid, Sentence

Headers = list[tuple[bytes, bytes]]

CREDENTIALS = b"Authorization, Cookie, Deploy-Token, Job-Token, Private-Token"
"""Every header that can hold a credential, as ``Vary`` names them."""

# Each request has a context of its own, whose list goes with its work into a worker thread.
_carried: ContextVar[Headers] = ContextVar("carried")
_NOTHING: Headers = []

# RFC 3986, section 3.2.2: a name or an IPv4 address, or an IP literal.
_HOST = re.compile(
    rb"(?:(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
    rb"|\[(?:[0-9A-Fa-f:.]+|[vV][0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+)\])(?::[0-9]*)?\Z"
)


def find(scope: Scope, name: bytes) -> bytes | None:
    """Return the first header of a lower-case name."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return None


def find_text(scope: Scope, name: bytes) -> str | None:
    """Return the first header of a lower-case name as text."""
    value = find(scope, name)
    return None if value is None else value.decode("latin-1")


def requested_base_url(scope: Scope) -> str:
    """Return the address that the client used, without a path.

    It is written into links: raises Invalid for what is no host (RFC 9110, section 7.2).
    """
    if not is_host_sound(scope):
        raise Invalid(Sentence("The Host header names no host"))
    return f"{scope['scheme']}://{find_text(scope, b'host') or 'localhost'}"


def is_host_sound(scope: Scope) -> bool:
    """Whether the Host header is a host, with a port or without; or there is none."""
    return _HOST.match(find(scope, b"host") or b"") is not None


def requested_path(scope: Scope) -> str:
    """Return the path as it was sent; a server need not hand it on (ASGI, "HTTP", raw_path)."""
    raw: bytes | None = scope.get("raw_path")
    return quote(scope["path"], safe="/%") if raw is None else raw.decode("latin-1")


def http_date(moment: datetime) -> bytes:
    """Write a moment as HTTP does."""
    return format_datetime(moment, usegmt=True).encode()


def read_http_date(header: str) -> datetime | None:
    """Read a moment in one of the forms that HTTP has; None for what is none, to be ignored."""
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    # RFC 5322, section 3.3: "-0000" is UTC, from somebody who does not tell their zone.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def is_known(scope: Scope, etag: bytes) -> bool:
    """Whether the client already has what bears this ETag (``If-None-Match``)."""
    header = find(scope, b"if-none-match")
    return header is not None and is_among(header, etag)


def is_among(header: bytes, etag: bytes, *, is_strong: bool = False) -> bool:
    """Whether a list of ETags names this one; a weak one counts unless it is to be strong."""
    tags = (tag.strip() for tag in header.split(b","))
    known = tags if is_strong else (tag.removeprefix(b"W/") for tag in tags)
    return any(tag in (etag, b"*") for tag in known)


def begin(*headers: tuple[bytes, bytes]) -> None:
    """Begin a request, whose answer will carry these headers."""
    _carried.set(list(headers))


def carry(*headers: tuple[bytes, bytes]) -> None:
    """Let the answer of this request carry these headers as well, whoever makes it."""
    _carried.get().extend(headers)


def carried() -> Headers:
    """Return the headers that the answer of this request will carry."""
    return _carried.get(_NOTHING)


def start(
    status: int, headers: Iterable[tuple[bytes, bytes]], length: int | None = None
) -> Message:
    """Return the message with which every answer begins; a length that is known is added.

    What the answer is to carry is looked up here, which costs a fifth of a wrapper around each
    message that is sent.
    """
    sent = [*headers, *_carried.get(_NOTHING)]
    if length is not None:
        sent.append((b"content-length", b"%d" % length))
    return {"type": "http.response.start", "status": status, "headers": sent}


async def answer(
    send: Send,
    status: int,
    headers: Iterable[tuple[bytes, bytes]],
    body: bytes = b"",
    *,
    head: bool = False,
) -> None:
    """Send a whole answer; the length is added, and for ``head`` the body left out."""
    await send(start(status, headers, len(body)))
    await send({"type": "http.response.body", "body": b"" if head else body})


async def answer_not_modified(send: Send, headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Send a 304, which has neither body nor length."""
    await send(start(304, headers))
    await send({"type": "http.response.body", "body": b""})
