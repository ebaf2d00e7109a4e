"""Connections that are kept, each to a worker that is known."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from typing import Any

from tests.servers import Server

_NOTHING: Mapping[str, str] = {}
_MOST_CONNECTIONS = 200
"""Opened until each worker has taken one: the system deals them out by chance."""


@dataclass(frozen=True)
class Reply:
    """An answer as it came."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def etag(self) -> str | None:
        return self.headers["etag"]


class Line:
    """One connection, on which one worker answers all that is asked."""

    def __init__(self, server: Server) -> None:
        self._http = HTTPConnection("127.0.0.1", server.port, timeout=60)
        self._http.connect()
        self._http.auto_open = 0  # another connection could lead to another worker
        self.ask("GET", "/-/liveness")  # until then nobody need have taken it
        self.worker = _holder_of(self._http.sock.getsockname()[1], server)

    def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] = _NOTHING,
        body: bytes | None = None,
    ) -> Reply:
        """Ask, and wait for the whole answer."""
        self._http.request(method, path, body, dict(headers))
        answer = self._http.getresponse()
        return Reply(answer.status, answer.headers, answer.read())

    def call(self, secret: str, method: str, path: str, /, **params: Any) -> Any:
        """Make a REST call that has to succeed; return what it says."""
        headers = {"PRIVATE-TOKEN": secret, "Content-Type": "application/json"}
        body = json.dumps(params).encode() if params else None
        reply = self.ask(method, f"/api/v4{path}", headers, body)
        assert reply.status < 300, (method, path, reply.status, reply.text)
        return json.loads(reply.body) if reply.body else None

    def close(self) -> None:
        self._http.close()


@contextmanager
def line_to_each(server: Server) -> Iterator[tuple[Line, Line]]:
    """A connection to each of two workers."""
    with ExitStack() as stack:
        found: dict[int, Line] = {}
        for _ in range(_MOST_CONNECTIONS):
            line = Line(server)
            stack.callback(line.close)
            if line.worker not in found:
                found[line.worker] = line
            if len(found) == 2:
                one, other = found.values()
                yield one, other
                return
        raise AssertionError(f"the workers {server.workers()} did not share the port: {found}")


def _holder_of(port: int, server: Server) -> int:
    """The worker that holds the other end of a connection from a port of ours."""
    socket = f"socket:[{_inode(server.port, port)}]"
    for worker in server.workers():
        for descriptor in Path(f"/proc/{worker}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed meanwhile
                if str(descriptor.readlink()) == socket:
                    return worker
    raise AssertionError(f"none of {server.workers()} holds the connection")


def _inode(local: int, remote: int) -> str:
    """The inode of the end of a connection that is at a local port, by Linux's own list."""
    for row in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = row.split()
        ports = [int(columns[place].rpartition(":")[2], 16) for place in (1, 2)]
        if ports == [local, remote]:
            return columns[9]
    raise AssertionError("the connection is not listed")
