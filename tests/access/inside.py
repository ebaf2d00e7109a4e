"""The application in the test's own process, asked without a network.

A matrix has tens of thousands of cells: what a server and a client add to each would be most of its
time.  What is asked is the whole application all the same, from the outermost middleware inwards.
"""

import asyncio
import base64
import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from wheelyard.app import application
from wheelyard.registry import Registry
from wheelyard.settings import Settings

_BOUNDARY = "a-boundary"
_EMPTY_FORM = (
    f"--{_BOUNDARY}\r\n"
    'Content-Disposition: form-data; name="nothing"; filename="nothing"\r\n\r\n'
    f"\r\n--{_BOUNDARY}--\r\n"
).encode()
"""What an uploader would send that has nothing to upload."""


class Inside:
    """An application over a data folder that a server may have open too."""

    def __init__(self, data: Path, *, anyone_can_pull: bool = True) -> None:
        # A matrix presents more wrong tokens than anybody is forgiven.
        settings = Settings(data=data, anyone_can_pull=anyone_can_pull, auth_failures=0)
        self._registry = Registry.open(settings)
        self._app = application(self._registry)
        self._loop = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._loop.close()
        self._registry.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        auth: tuple[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        uploads: bool = False,
    ) -> httpx.Response:
        """Make a request; parameters go as JSON, an upload without a file as a form."""
        sent = {name.lower(): value for name, value in headers.items()} | {"host": "example.com"}
        body = b""
        if auth is not None:
            secret = base64.b64encode(":".join(auth).encode()).decode()
            sent["authorization"] = f"Basic {secret}"
        if uploads:
            sent["content-type"] = f"multipart/form-data; boundary={_BOUNDARY}"
            body = _EMPTY_FORM
        elif params is not None:
            sent["content-type"] = "application/json"
            body = json.dumps(params).encode()
        sent["content-length"] = str(len(body))
        raw, _, query = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": raw,
            "raw_path": raw.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "client": ("127.0.0.1", 1),
            "server": ("example.com", 80),
            "extensions": {},
            "state": {},
        }
        return self._loop.run(self._answer(scope, body))

    async def _answer(self, scope: dict[str, Any], body: bytes) -> httpx.Response:
        start: dict[str, Any] = {}
        parts: list[bytes] = []

        requests = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if requests:
                return requests.pop()
            await asyncio.Event().wait()  # the client stays for the answer
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        await self._app(scope, receive, send)
        return httpx.Response(start["status"], headers=start["headers"], content=b"".join(parts))
