"""A name for each request, which its answer, its log lines and its error page share.

It leads from what somebody saw to what the log says of it.  It tells nothing and opens nothing.
"""

import ipaddress
import random
import re
from collections.abc import Awaitable, Iterable
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.typing import EventDict, WrappedLogger

from wheelyard.web import headers

_NAME = b"x-request-id"
_BYTES = 10  # of a thousand million requests two are alike once in two million times
_HARMLESS = re.compile(rb"[A-Za-z0-9._:=+/-]{1,64}\Z")


def current() -> str:
    """Return the id of the request that is being answered; empty outside of one."""
    return dict(headers.carried()).get(_NAME, b"").decode()


def note(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Add the id to a log line; a processor of structlog's."""
    if request_id := current():
        event["request_id"] = request_id
    return event


class RequestIds:
    """Middleware around everything: gives each request its id, and each answer that header.

    A trusted proxy may have given it one already, in the same header; others' are not believed,
    for they would let anybody write into the log under a name that is somebody else's.
    """

    def __init__(self, app: ASGIApp, trusted_proxies: Iterable[str]) -> None:
        self._app = app
        self._networks = [ipaddress.ip_network(network) for network in trusted_proxies]
        self._is_trusted = lru_cache(maxsize=1000)(self._is_within)

    # Not a coroutine of its own, which would cost every request as much as the rest of this.
    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer with the header."""
        if scope["type"] == "http":
            request_id = (self._networks and self._brought(scope)) or _draw()
            headers.begin((_NAME, request_id))
        return self._app(scope, receive, send)

    def _brought(self, scope: Scope) -> bytes:
        client = scope.get("client")
        if not client or not self._is_trusted(client[0]):
            return b""
        brought = headers.find(scope, _NAME) or b""
        return brought if _HARMLESS.match(brought) else b""

    def _is_within(self, host: str) -> bool:
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._networks)


def _draw() -> bytes:
    # Not secrets.token_hex, which asks the kernel and takes ten times as long.
    return random.getrandbits(8 * _BYTES).to_bytes(_BYTES).hex().encode()
