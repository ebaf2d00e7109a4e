"""A small site with a strict policy, on which the tools of this folder are tried themselves."""

import contextlib
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath

from tests import loopback

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; require-trusted-types-for 'script'"
)
_TYPES = {".css": "text/css", ".js": "text/javascript"}


def page(body: str, head: str = "") -> str:
    """A sound page around a body."""
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>A stage</title>"
        "<meta name=viewport content='width=device-width'>"
        f"{head}<main><h1>A stage</h1>{body}</main>"
    )


@contextlib.contextmanager
def playing(files: Mapping[str, str]) -> Iterator[str]:
    """Serve texts by their paths, whose endings tell the type; yields the URL of the site.

    What is sent to a path is answered with what is there, too.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            text = files.get(path, page("Nothing here"))
            kind = _TYPES.get(PurePosixPath(path).suffix, "text/html")
            self.send_response(200 if path in files else 404)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(text.encode())

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with loopback.answering(server):
        yield f"http://127.0.0.1:{server.server_port}"
