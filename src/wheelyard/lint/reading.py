"""Asking an index over HTTP, as its clients do, and never more than can be borne.

Redirects are followed here, so that each can be judged; bodies are decoded here, so that a few
bytes cannot become gigabytes.
"""

import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.cookiejar import DefaultCookiePolicy
from types import MappingProxyType
from typing import Any, BinaryIO, Self
from urllib.parse import urljoin

import httpx

from wheelyard.lint.credentials import Credentials, origin
from wheelyard.lint.decoding import decode

MAX_PAGE_BYTES = 128 * 1024 * 1024
"""Of a page, decoded.  The root of the public index has some 40 MB."""
MAX_GLANCE_BYTES = 256 * 1024
"""Of an answer whose headers matter; what is longer is cut off."""
MAX_FILE_BYTES = 1024 * 1024 * 1024
"""Of a file, which is written to a temporary one as it comes."""
MAX_REDIRECTS = 10
_PATIENCE = 10
"""A whole answer may take so many times as long as each wait."""
_NOTHING: Mapping[str, str] = MappingProxyType({})
_REDIRECTS = {301, 302, 303, 307, 308}


class Unreadable(Exception):  # noqa: N818  reads as the fact that it is
    """No answer, or one that goes on for too long; the text says which."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(reason)
        self.url = url


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    ``url`` is where it came from in the end, ``hops`` are the addresses before it, from the one
    that was asked for; ``is_whole`` says that nothing of the body was cut off.
    """

    url: str
    status: int
    headers: httpx.Headers
    body: bytes = b""
    is_whole: bool = True
    hops: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """The media type without its parameters, lower case; empty when there is none."""
        return self.header("content-type").partition(";")[0].strip().lower()

    def header(self, name: str) -> str:
        """Return a header; empty when there is none."""
        value: str = self.headers.get(name, "")
        return value.strip()

    def words(self, name: str) -> set[str]:
        """Return the parts of a list, lower case, as of ``Vary``."""
        return {word.strip().lower() for word in self.header(name).split(",") if word.strip()}


@dataclass(slots=True)
class _Lines:
    """The connections of a client, which can be cut while it waits for headers.

    A timeout of httpx is of each wait, and begins anew with each byte; nothing of httpx is called
    between the bytes of headers, or between one interim answer and the next.
    """

    sockets: list[socket.socket] = field(default_factory=list)
    is_cut: bool = False

    def note(self, event: str, info: dict[str, Any]) -> None:
        """Remember a connection as it is made (httpcore's ``trace``)."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self.sockets = [line for line in self.sockets if line.fileno() >= 0]
            self.sockets.append(info["return_value"].get_extra_info("socket"))

    @contextmanager
    def cut_after(self, seconds: float) -> Iterator[None]:
        """Cut them all when the block takes longer; only one of them is in use at a time."""
        self.is_cut = False
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        self.is_cut = True
        for line in self.sockets:
            with suppress(OSError):  # closed already
                socket.socket.shutdown(line, socket.SHUT_RDWR)  # TLS says no farewell


@dataclass(slots=True)
class Reader:
    """Asks one index, with credentials where they belong; counts what it asks."""

    client: httpx.Client
    credentials: Credentials | None
    timeout: float
    count: int = field(default=0)
    _lines: _Lines = field(default_factory=_Lines)

    @classmethod
    @contextmanager
    def opened(
        cls, credentials: Credentials | None, *, timeout: float, agent: str
    ) -> Iterator[Self]:
        """Open connections, and close them at the end; ``timeout`` is of each wait, in seconds."""
        with httpx.Client(timeout=timeout, headers={"User-Agent": agent}) as client:
            for name in ("Accept", "Accept-Encoding"):  # sent when a check sends them
                del client.headers[name]
            # A session that an answer begins would let a stranger in as whom it was begun for.
            client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))
            yield cls(client, credentials, timeout)

    def get(self, url: str, headers: Mapping[str, str] = _NOTHING) -> Answer:
        """Get a page whole.  Raises Unreadable, for one without end too."""
        answer = self._ask("GET", url, headers, MAX_PAGE_BYTES)
        if not answer.is_whole:
            raise Unreadable(url, f"The page has more than {MAX_PAGE_BYTES} bytes")
        return answer

    def glance(
        self,
        url: str,
        headers: Mapping[str, str] = _NOTHING,
        *,
        method: str = "GET",
        anonymous: bool = False,
        stay: bool = False,
    ) -> Answer:
        """Get what an answer begins with.  Raises Unreadable.

        Who is to ``stay`` follows no redirect to another host, and gets that instead.
        """
        return self._ask(method, url, headers, MAX_GLANCE_BYTES, anonymous=anonymous, stay=stay)

    def download(self, url: str, into: BinaryIO) -> Answer:
        """Write a file into another, as it was sent.  Raises Unreadable."""
        answer = self._ask("GET", url, _NOTHING, MAX_FILE_BYTES, into)
        if not answer.is_whole:
            raise Unreadable(url, f"The file has more than {MAX_FILE_BYTES} bytes")
        return answer

    def _ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        limit: int,
        into: BinaryIO | None = None,
        *,
        anonymous: bool = False,
        stay: bool = False,
    ) -> Answer:
        hops: list[str] = []
        # Nobody who says nothing of encodings wants one.
        sent = {"Accept-Encoding": "identity", **headers}
        while len(hops) <= MAX_REDIRECTS:
            try:
                with self._in_time(url):
                    answer = self._ask_once(method, url, sent, limit, into, anonymous=anonymous)
                target = urljoin(url, answer.header("location"))
                is_last = answer.status not in _REDIRECTS or target == url
                is_last = is_last or (stay and origin(target) != origin(url))
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as wrong:
                raise Unreadable(url, str(wrong) or type(wrong).__name__) from wrong
            if is_last:
                return replace(answer, hops=tuple(hops))
            hops.append(url)
            url = target
        raise Unreadable(hops[0], f"It redirects more than {MAX_REDIRECTS} times")

    @contextmanager
    def _in_time(self, url: str) -> Iterator[None]:
        """Bound a whole exchange, from connecting to the last byte.  Raises Unreadable."""
        seconds = self.timeout * _PATIENCE
        late = Unreadable(url, f"The answer takes more than {seconds:g} s")
        try:
            with self._lines.cut_after(seconds):
                yield
        except (httpx.HTTPError, ValueError) as wrong:
            if self._lines.is_cut:
                raise late from wrong
            raise
        if self._lines.is_cut:
            raise late

    def _ask_once(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        limit: int,
        into: BinaryIO | None,
        *,
        anonymous: bool,
    ) -> Answer:
        sent = dict(headers)
        if self.credentials and not anonymous and self.credentials.are_for(url):
            sent["Authorization"] = self.credentials.header
        self.count += 1
        noted = {"trace": self._lines.note}
        with self.client.stream(method, url, headers=sent, extensions=noted) as response:
            bare = response.status_code in _REDIRECTS
            pieces = iter(()) if bare else response.iter_raw()
            if into:
                body, is_whole = b"", _save(pieces, into)
            else:
                encoding = response.headers.get("content-encoding", "")
                body, is_whole = decode(pieces, encoding, limit)
            return Answer(url, response.status_code, response.headers, body, is_whole)


def _save(pieces: Iterable[bytes], into: BinaryIO) -> bool:
    """Write a file as it comes; returns whether it is whole."""
    left = MAX_FILE_BYTES
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            return False
        into.write(piece)
    return True
