"""HTTP by hand: what no client library would send, byte for byte."""

import contextlib
import socket
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.builders import Dist

BOUNDARY = b"a-boundary"
TYPE = b"multipart/form-data; boundary=" + BOUNDARY


@dataclass(frozen=True)
class Part:
    """One part of a form; with a file name it is a file."""

    name: bytes
    content: bytes
    filename: bytes | None = None


def form(parts: Iterable[Part]) -> bytes:
    """Write a multipart body, ended as most clients end it."""
    return b"".join(map(_part, parts)) + b"--" + BOUNDARY + b"--\r\n"


def _part(part: Part) -> bytes:
    filename = b"" if part.filename is None else b'; filename="%s"' % part.filename
    return b'--%s\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % (
        BOUNDARY,
        part.name,
        filename,
        part.content,
    )


def fields(texts: Mapping[str, str]) -> list[Part]:
    """The parts of plain fields."""
    return [Part(name.encode(), text.encode()) for name, text in texts.items()]


def upload(dist: Dist) -> bytes:
    """Write the body of a whole upload as twine does."""
    content = Part(b"content", dist.content, dist.filename.encode())
    return form([*fields(dist.fields()), content])


def head(
    method: str, target: bytes, secret: str, headers: Mapping[str, bytes] | None = None
) -> bytes:
    """Write a request up to its body, signed in with a token as installers do it."""
    credential = b64encode(f"__token__:{secret}".encode())
    lines = [
        method.encode() + b" " + target + b" HTTP/1.1",
        b"Host: localhost",
        b"Authorization: Basic " + credential,
        *(name.encode() + b": " + value for name, value in (headers or {}).items()),
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def post(target: bytes, secret: str, body: bytes, *, length: int | None = None) -> bytes:
    """Write a whole upload; ``length`` is what Content-Length claims instead of the truth."""
    claimed = len(body) if length is None else length
    headers = {"Content-Type": TYPE, "Content-Length": str(claimed).encode()}
    return head("POST", target, secret, headers) + body


@dataclass(frozen=True)
class Reply:
    """An answer as it came; the status 0 stands for a connection that ended without one."""

    status: int
    head: bytes
    body: bytes


def connect(url: str, timeout: float = 30.0) -> socket.socket:
    """Open a connection to a server."""
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), timeout)


def exchange(url: str, request: bytes, *, half_close: bool = False) -> Reply:
    """Send bytes, and read one answer; ``half_close`` ends our side first."""
    with connect(url) as connection:
        # A server may answer and hang up before it has read everything.
        with contextlib.suppress(ConnectionError):
            connection.sendall(request)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        return read_reply(connection, bodiless=request.startswith(b"HEAD "))


def read_reply(connection: socket.socket, *, bodiless: bool = False) -> Reply:
    """Read one answer that has a Content-Length; one to HEAD has no body all the same."""
    received = bytearray()
    with contextlib.suppress(ConnectionError):
        while not _is_whole(received, bodiless=bodiless) and (chunk := connection.recv(65_536)):
            received += chunk
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1]) if head else 0
    return Reply(status, head, body)


def _is_whole(received: bytearray, *, bodiless: bool) -> bool:
    head, end, body = bytes(received).partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return bool(end) and (bodiless or len(body) >= int(value))
    return False
