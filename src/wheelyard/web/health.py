"""Whether the process is there, and whether it can do its work."""

from anyio.to_thread import run_sync
from starlette.types import Receive, Scope, Send

from wheelyard import journal
from wheelyard.registry import Registry
from wheelyard.web.headers import answer

_OK = b'{"status":"ok"}'
_HEADERS = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


class Liveness:
    """``GET /-/liveness``: answers as long as the process runs."""

    permission = None  # says nothing but that it runs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        await answer(send, 200, _HEADERS, _OK, head=scope["method"] == "HEAD")


class Readiness:
    """``GET /-/readiness``: answers 200 when the database can be read, 503 otherwise."""

    permission = None  # says nothing but that it works

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        await run_sync(self._ask)
        await answer(send, 200, _HEADERS, _OK, head=scope["method"] == "HEAD")

    def _ask(self) -> None:
        with self._registry.database.read() as conn:
            journal.last_serial(conn)
