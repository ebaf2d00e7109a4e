"""What passes between a client and a server: a proxy on the loopback address that takes notes."""

import contextlib
import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests import loopback


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its answer."""

    path: str
    accept: str
    status: int
    media_type: str
    coding: str

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


class Wiretap:
    """Hands on to a server whatever it is asked."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url).netloc
        self.heard: list[Exchange] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        """The address to be asked in the place of the server's."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def pages(self) -> list[Exchange]:
        """What was answered with a simple page."""
        return [one for one in self.heard if "/simple/" in one.path and one.status == 200]

    def named(self, ending: str) -> list[str]:
        """The files that were asked for whose names end so, each once; sorted."""
        return sorted({name for one in self.heard if (name := one.name).endswith(ending)})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        wiretap = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.do_GET()

            def do_GET(self) -> None:
                connection = http.client.HTTPConnection(wiretap._target, timeout=60)
                with contextlib.closing(connection):
                    connection.request(self.command, self.path, headers=dict(self.headers))
                    answer = connection.getresponse()
                    body = answer.read()
                    wiretap.heard.append(
                        Exchange(
                            self.path,
                            self.headers.get("Accept", ""),
                            answer.status,
                            answer.headers.get("Content-Type", ""),
                            answer.headers.get("Content-Encoding", ""),
                        )
                    )
                    self.send_response_only(answer.status)
                    for name, value in answer.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    @contextlib.contextmanager
    def listening(self) -> Iterator["Wiretap"]:
        """Hand on until the block ends."""
        with loopback.answering(self._server):
            yield self
