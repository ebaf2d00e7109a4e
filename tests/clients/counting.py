"""A proxy on loopback that notes what a client asks a server for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx


@dataclass(frozen=True)
class Counter:
    """What was asked for through it."""

    url: str
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Method and last part of the path of each request, in their order."""

    def of(self, ending: str) -> list[str]:
        """The names that end so, whatever was wanted of them; sorted."""
        return sorted({name for _, name in self.asked if name.endswith(ending)})


@contextmanager
def counting(server: str) -> Iterator[Counter]:
    """A proxy before a server, by its own address."""
    with httpx.Client(base_url=server, timeout=60) as client, _Proxy(client) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        yield proxy.counter
        proxy.shutdown()
        thread.join()


class _Proxy(ThreadingHTTPServer):
    def __init__(self, client: httpx.Client) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.client = client
        self.counter = Counter(f"http://127.0.0.1:{self.server_port}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Proxy

    def do_GET(self) -> None:
        path = self.path.rstrip("/")
        self.server.counter.asked.append((self.command, path.rpartition("/")[2]))
        kept = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        url = httpx.URL(str(self.server.client.base_url), raw_path=self.path.encode())
        with self.server.client.stream(self.command, url, headers=kept) as answer:
            body = b"".join(answer.iter_raw())
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name not in {"date", "server", "transfer-encoding"}:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815  as above

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its own signature
        """Say nothing."""
