"""A small index on the loopback address, to which a registry sends its clients on."""

import contextlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests import loopback
from tests.builders import Dist


class Upstream:
    """What it serves, and what it was asked."""

    def __init__(self, *dists: Dist) -> None:
        self._bodies = {f"/files/{dist.filename}": dist.content for dist in dists}
        for dist in dists:
            link = f'<a href="/files/{dist.filename}#sha256={dist.sha256}">{dist.filename}</a>'
            page = f"<!DOCTYPE html><html><body>{link}</body></html>"
            self._bodies[f"/simple/{dist.name}/"] = page.encode()
        self.asked: list[str] = []
        self.credentials: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        """The address under which the names of packages are appended."""
        return f"http://127.0.0.1:{self._server.server_port}/simple"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.do_GET()

            def do_GET(self) -> None:
                upstream.asked.append(self.path)
                upstream.credentials.extend(self.headers.get_all("Authorization", []))
                body = upstream._bodies.get(self.path)
                self.send_response(404 if body is None else 200)
                is_page = self.path.startswith("/simple/")
                kind = "text/html" if is_page else "application/octet-stream"
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    @contextlib.contextmanager
    def serving(self) -> Iterator["Upstream"]:
        """Serve until the block ends."""
        with loopback.answering(self._server):
            yield self
