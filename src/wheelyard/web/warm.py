"""Warm answers: what was answered before is answered again, while nothing at all has changed.

Theory of operation, and why it weakens nothing:

- What is remembered is a whole answer to a whole question: path, credentials, and every other
  header that an answer may depend on.  Who asks the same again is who was answered before, to the
  byte of the credential.  Nothing else *can* matter: the endpoints behind this see no header but
  those that are part of the question (``_READ``).
- Before each use the index is asked for news, as ``Door.admit`` asks, and *any* entry of the
  journal, of whatever kind, forgets every answer.  What is found was therefore decided with the
  database as it is now.  An answer is kept only if there was no entry since its request asked.
- What ends by itself carries its end: of the token, of a membership, of what a reader reaches.
- A refusal is never remembered, nor what was answered to a wrong credential (see ``Door``).
- Uses of tokens and downloads are counted for each answer, as they are for the others.
- No secret is remembered: the key is a digest of the question.
- Where requests are limited each has to be counted, and there are no warm answers.

What it saves is the rest of the way: a chain of coroutines, a route, a credential to be read, a
grant, a page and its headers to be found each by itself.  docs/performance.md has the figures.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wheelyard.blobs.store import is_whole
from wheelyard.facts import Unavailable
from wheelyard.index import Grant, Index, Shelf
from wheelyard.pypi.installers import Installer
from wheelyard.usage import Usage
from wheelyard.web.headers import Headers, carried, start
from wheelyard.web.wanted import CONDITIONS

MAX_BYTES = 64 * 1024 * 1024
"""The most that all answers together may take; pages count fully, though they are shared."""

_OVERHEAD_BYTES = 1200
"""Of an answer beside its body: the key, the headers, and their place on the shelf."""

_API, _PATHS = b"/api/", b"/packages/pypi/"
"""Of a page the path may hold the second too: a project may be called so, and its group."""

_CREDENTIALS = frozenset({b"authorization", b"private-token", b"job-token", b"deploy-token"})

# The last is what downloads are counted by.
_READ = _CREDENTIALS | {b"accept", b"accept-encoding", b"if-none-match", b"user-agent"}

_UNREMEMBERED = frozenset({b"cookie"}) | CONDITIONS - {b"if-none-match"}
"""With one of these a question is answered the long way; it is none that was asked before."""

_MESSAGES = 2
"""Of an answer that is kept: its beginning and its body."""

HAND_ON = b"x-accel-redirect"
"""Names what nginx is to send; whether it is there has to be looked at each time."""

_KEPT_STATUSES = frozenset({200, 304})

_BASIS = "what an answer rests on"


Stored = tuple[Path, int]
"""A file of the store, and how many bytes it has."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What an answer rests on, beside the journal; what is to be counted whenever it is given."""

    grant: Grant
    until: datetime | None
    """The moment from which it may be another one, without anything being changed."""

    release_id: int | None
    """The release of the file; None for a page."""

    installer: Installer | None
    """What downloads the file; None counts nothing."""

    stored: Stored | None
    """Where the bytes are, if that is a place which may be named to somebody else."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Headers
    body: Message
    basis: Basis
    handed_on: Stored | None
    """What somebody else sends for this."""

    @property
    def size(self) -> int:
        """What it takes, in bytes."""
        return _OVERHEAD_BYTES + len(self.body["body"])


def rest_on(
    scope: Scope,
    grant: Grant,
    until: datetime | None,
    release_id: int | None = None,
    installer: Installer | None = None,
    stored: Stored | None = None,
) -> None:
    """Say that this request's answer rests on a grant alone, and may be given again until then."""
    scope[_BASIS] = Basis(grant, until, release_id, installer, stored)


class WarmAnswers:
    """Middleware around everything but the request's id: gives answers again, or takes note."""

    def __init__(
        self, app: ASGIApp, index: Index, usage: Usage, clock: Callable[[], datetime]
    ) -> None:
        self._app = app
        self._index = index
        self._usage = usage
        self._clock = clock
        self._generation = index.generation
        self._answers: Shelf[bytes, _Answer] = Shelf(
            index, MAX_BYTES, size=lambda answer: answer.size
        )

    # Not a coroutine of its own: one for the whole answer is what this is about.
    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["query_string"]:
            return self._app(scope, receive, send)
        raw: bytes | None = scope.get("raw_path")
        if raw is None or not raw.startswith(_API) or _PATHS not in raw:
            return self._app(scope, receive, send)
        asked = [raw]
        for header in scope["headers"]:
            if header[0] in _READ:
                asked += header
            elif header[0] in _UNREMEMBERED:
                return self._app(scope, receive, send)
        # A NUL is in no path and in no header (RFC 9110, section 5.5).
        key = blake2b(b"\0".join(asked), digest_size=32).digest()
        answer = self._find(key)
        if answer is not None:
            return _give(answer, send)
        return self._take_note(key, scope, receive, send)

    def _find(self, key: bytes) -> _Answer | None:
        """Return what is remembered and as fresh as what would be answered now."""
        try:
            self._index.refresh()
        except Unavailable:
            return None  # the endpoint asks again, and says so
        if self._generation != self._index.generation:
            self._generation = self._index.generation
            self._answers.clear()
        answer = self._answers.find(key)
        if answer is None:
            return None
        if answer.handed_on is not None and not is_whole(*answer.handed_on):
            return None
        basis, now = answer.basis, self._clock()
        if basis.until is not None and basis.until <= now:
            return None
        if basis.grant.principal.token_id is not None:
            self._usage.note_token(basis.grant.principal.token_id, now)
        if basis.release_id is not None:
            self._usage.note_download(basis.release_id, now, basis.installer)
        return answer

    async def _take_note(self, key: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the long way, and remember the answer where its endpoint lets it be."""
        scope["headers"] = read = [header for header in scope["headers"] if header[0] in _READ]
        serial = self._index.serial
        messages: list[Message] = []

        async def note(message: Message) -> None:
            if len(messages) <= _MESSAGES:  # of a large file all would be much memory
                messages.append(message)
            await send(message)

        await self._app(scope, receive, note)
        basis: Basis | None = scope.get(_BASIS)
        if basis is None or (basis.grant.principal.is_anonymous and _holds_credential(read)):
            return
        answer = _remembered(messages, basis)
        if answer is not None:
            self._answers.keep(key, answer, serial)


def _holds_credential(headers: Headers) -> bool:
    return any(name in _CREDENTIALS for name, _ in headers)


def _remembered(messages: list[Message], basis: Basis) -> _Answer | None:
    """Make an answer of its messages, unless it came in parts or leaves outside Python."""
    if len(messages) != _MESSAGES:
        return None
    begun, body = messages
    if begun["status"] not in _KEPT_STATUSES or body["type"] != "http.response.body":
        return None
    is_handed_on = any(name == HAND_ON for name, _ in begun["headers"])
    if is_handed_on and basis.stored is None:
        return None
    once = carried()
    return _Answer(
        status=begun["status"],
        headers=[header for header in begun["headers"] if header not in once],
        body=body,
        basis=basis,
        handed_on=basis.stored if is_handed_on else None,
    )


async def _give(answer: _Answer, send: Send) -> None:
    await send(start(answer.status, answer.headers))
    await send(answer.body)
