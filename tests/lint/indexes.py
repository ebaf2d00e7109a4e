"""Small indexes on the loopback address, sound until they are bent."""

import contextlib
import gzip
import hashlib
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from tests import loopback
from tests.builders import Dist, sdist, wheel
from wheelyard.web.compression import compress

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "text/html"
BASIC = "Basic X190b2tlbl9fOnNlY3JldA=="
"""Of ``__token__`` and ``secret``."""

PACKAGES = (
    wheel("acme-tool", "1.0", requires_python=">=3.8"),
    sdist("acme-tool", "1.0", requires_python=">=3.8"),
    wheel("acme-tool", "1.1+local.1"),
)
_TIME = "2031-01-02T03:04:05.678900Z"

# What each Accept that the linter sends has to be answered with; anything else with 406.
_PREFERRED = {
    "": HTML,
    "*/*": HTML,
    HTML: HTML,
    "application/vnd.pypi.simple.v1+html": HTML,
    JSON: JSON,
    "application/vnd.pypi.simple.latest+json": JSON,
    f"{JSON}, */*;q=0.1": JSON,
    f"{JSON};q=0.1, text/html": HTML,
    f"{JSON};q=0, text/html;q=0.1": HTML,
    "text/html,application/xhtml+xml,*/*;q=0.8": HTML,
    f"{JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01": JSON,
    f"{JSON}, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01": JSON,
}


@dataclass(frozen=True)
class Asked:
    """A request: ``path`` is decoded, and headers have lower-case names."""

    method: str
    path: str
    headers: Mapping[str, str]
    raw_path: str = ""

    def header(self, name: str) -> str:
        return self.headers.get(name, "")

    @property
    def is_for_json(self) -> bool:
        return _PREFERRED.get(self.header("accept")) == JSON


@dataclass(frozen=True)
class Reply:
    """What is answered."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def having(self, **headers: str | None) -> "Reply":
        """The same with other headers; None takes one away."""
        changed = {name.replace("_", "-"): value for name, value in headers.items()}
        merged = {**self.headers, **changed}
        return replace(self, headers={k: v for k, v in merged.items() if v is not None})


Document = dict[str, Any]
Bend = Callable[[Asked, Reply], Reply]


def unbent(_: Asked, reply: Reply) -> Reply:
    return reply


@dataclass
class Index:
    """An index of a few files.

    ``edit_json`` and ``edit_html`` change the page of the package, ``edit_root`` and
    ``edit_list`` the root in JSON and HTML, and ``bend`` whatever is answered; ``mistake`` takes a
    question for another.
    """

    dists: tuple[Dist, ...] = PACKAGES
    is_closed: bool = False
    edit_json: Callable[[Document], Any] = lambda page: page
    edit_html: Callable[[str], str] = lambda page: page
    edit_root: Callable[[Document], Any] = lambda page: page
    edit_list: Callable[[str], str] = lambda page: page
    bend: Bend = unbent
    mistake: Callable[[Asked], Asked | None] = lambda _: None
    asked: list[Asked] = field(default_factory=list)

    # Answers -----------------------------------------------------------------------------------

    def answer(self, asked: Asked) -> Reply:
        """Answer as every standard says."""
        self.asked.append(asked)
        if self.is_closed and asked.header("authorization") != BASIC:
            reply = Reply(401, {"www-authenticate": 'Basic realm="x"'}, b"Sign in")
            return self.bend(asked, reply)
        return self.bend(asked, self.find(self.mistake(asked) or asked))

    def find(self, asked: Asked) -> Reply:
        """Answer what is asked by somebody who may."""
        parts = asked.path.strip("/").split("/")
        if parts[0] == "simple" and len(parts) <= 2:
            name = "".join("-" if c in "._" else c for c in parts[-1].lower())
            name = "-".join(part for part in name.split("-") if part)
            if len(parts) == 1 or name == self.dists[0].name:
                wanted = "/".join(["/simple", *([name] if len(parts) == 2 else [])]) + "/"
                if asked.path != wanted:
                    return Reply(301, {"location": wanted})
                return self._page(asked, len(parts) == 1)
        for dist in self.dists:
            if asked.path == f"/files/{dist.filename}":
                return self._file(asked, dist.content)
            if asked.path == f"/files/{dist.filename}.metadata":
                return self._file(asked, dist.metadata)
        return Reply(404, {"content-type": "application/json"}, b'{"message":"404 Not Found"}')

    def _page(self, asked: Asked, is_root: bool) -> Reply:  # noqa: FBT001  a question, asked once
        preferred = _PREFERRED.get(asked.header("accept"))
        if preferred is None:
            return Reply(406, {"content-type": "application/json"}, b'{"message":"no"}')
        body = self._json(is_root) if preferred == JSON else self._html(is_root).encode()
        headers = {
            "content-type": preferred,
            "vary": "Accept, Accept-Encoding, Authorization",
            "cache-control": f"max-age=0, {'private' if self.is_closed else 'public'}",
        }
        if "gzip" in asked.header("accept-encoding"):
            body = gzip.compress(body, mtime=0)
            headers["content-encoding"] = "gzip"
        elif "zstd" in asked.header("accept-encoding"):
            body, coding = compress(body, "zstd")
            headers["content-encoding"] = coding or "identity"
        return _conditional(asked, headers, body)

    def _file(self, asked: Asked, content: bytes) -> Reply:
        headers = {
            "content-type": "application/octet-stream",
            "accept-ranges": "bytes",
            "cache-control": f"{'private' if self.is_closed else 'public'}, max-age=31536000",
        }
        whole = _conditional(asked, headers, content)
        wanted = asked.header("range")
        etag = whole.headers["etag"]
        if not wanted or whole.status != 200 or asked.header("if-range") not in ("", etag):
            return whole
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        size = len(content)
        start = int(first) if first else size - int(last)
        stop = int(last) + 1 if first and last else size
        if start >= size:
            return replace(whole, status=416, body=b"").having(content_range=f"bytes */{size}")
        return replace(whole, status=206, body=content[start:stop]).having(
            content_range=f"bytes {start}-{stop - 1}/{size}"
        )

    # Pages -------------------------------------------------------------------------------------

    def _json(self, is_root: bool) -> bytes:  # noqa: FBT001  as above
        import json  # noqa: PLC0415  its name is taken above

        meta = {"api-version": "1.4"}
        if is_root:
            root = {"meta": meta, "projects": [{"name": self.dists[0].name}]}
            return _encode(self.edit_root(root), json.dumps)
        page: Document = {
            "meta": meta,
            "name": self.dists[0].name,
            "versions": sorted({dist.version for dist in self.dists}),
            "files": [
                {
                    "filename": dist.filename,
                    "url": f"/files/{quote(dist.filename)}",
                    "hashes": {"sha256": dist.sha256},
                    **({"requires-python": ">=3.8"} if ">=3.8" in str(dist.metadata) else {}),
                    "size": len(dist.content),
                    "upload-time": _TIME,
                    "yanked": False,
                    "core-metadata": {"sha256": _sha256(dist.metadata)},
                }
                for dist in self.dists
            ],
        }
        return _encode(self.edit_json(page), json.dumps)

    def _html(self, is_root: bool) -> str:  # noqa: FBT001  as above
        head = '<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.4">'
        if is_root:
            name = self.dists[0].name
            link = f'<a href="/simple/{name}/">{name}</a>'
            return self.edit_list(f"{head}</head><body>{link}</body></html>")
        links = "<br>\n".join(
            f'<a href="/files/{quote(dist.filename)}#sha256={dist.sha256}"'
            + (' data-requires-python="&gt;=3.8"' if ">=3.8" in str(dist.metadata) else "")
            + f' data-core-metadata="sha256={_sha256(dist.metadata)}"'
            + f' data-dist-info-metadata="sha256={_sha256(dist.metadata)}">'
            + f"{escape(dist.filename)}</a>"
            for dist in self.dists
        )
        return self.edit_html(f"{head}</head><body>\n{links}\n</body></html>")

    # Serving -----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def serving(self, context: ssl.SSLContext | None = None) -> Iterator[str]:
        """Serve until the block ends; yields the address of the root."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        host = "https://localhost" if context else "http://127.0.0.1"
        with loopback.answering(server):
            yield f"{host}:{server.server_port}/simple/"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _encode(document: object, dump: Callable[[object], str]) -> bytes:
    """What an edit has made: bytes as they are, anything else as JSON."""
    return document if isinstance(document, bytes) else dump(document).encode()


def _conditional(asked: Asked, headers: Mapping[str, str], body: bytes) -> Reply:
    etag = f'"{_sha256(body)}"'
    status = 304 if asked.header("if-none-match") == etag else 200
    return Reply(status, {**headers, "etag": etag}, body if status == 200 else b"")


def _handler(index: Index) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet for head and body: two wait for each other

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            path = unquote(urlsplit(self.path).path)  # absolute when it is asked as a proxy
            reply = index.answer(Asked(self.command, path, headers, self.path))
            self.send_response_only(reply.status)
            length = {} if reply.status == 304 else {"content-length": str(len(reply.body))}
            for name, value in {**length, **reply.headers}.items():
                if value != "absent":
                    self.send_header(name, value)
            if {**length, **reply.headers}.get("content-length") == "absent":
                self.send_header("connection", "close")
            self.end_headers()
            if self.command == "GET":
                with contextlib.suppress(OSError):  # whoever has seen enough hangs up
                    self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
