"""A server behind a proxy, whose clients have the addresses that the tests give them."""

import contextlib
import itertools
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.actors import Actor, Installation
from tests.pages.visitor import Visitor
from tests.servers import Server, running
from wheelyard.throttle import FAILURE_SECONDS
from wheelyard.tokens import Minted

_numbers = itertools.count(1)


def new_address() -> str:
    """An address that no other test has."""
    number = next(_numbers)
    return f"198.18.{number // 250}.{number % 250 + 1}"


class Street:
    """The server, and who lives at which address."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.town = Installation(server.data, server.url)

    def at(
        self,
        address: str,
        token: Minted | str | None = None,
        *,
        auth: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Actor:
        """A caller at an address, with a token as PRIVATE-TOKEN, or another credential."""
        sent = {"X-Forwarded-For": address, **(headers or {})}
        if token is not None:
            sent["PRIVATE-TOKEN"] = token if isinstance(token, str) else token.secret
        return Actor(self.server.url, auth=auth, headers=sent)

    def browser(self, address: str) -> Visitor:
        """A browser at an address."""
        visitor = Visitor(self.server.url)
        visitor.http.headers["X-Forwarded-For"] = address
        return visitor

    def lines(self, event: str) -> list[str]:
        """The log's lines of an event."""
        log = self.server.log.read_text().splitlines()
        return [line for line in log if f'event="{event}"' in line]


@contextlib.contextmanager
def street(prepared: Path, folder: Path, **environment: str) -> Iterator[Street]:
    """A street with a server of its own."""
    data = shutil.copytree(prepared, folder / "data")
    with running(data, WHEELYARD_TRUSTED_PROXIES="127.0.0.1", **environment) as server:
        street = Street(server)
        yield street
        street.town.close()


def wait_for_room(seconds: float, window: int = FAILURE_SECONDS) -> None:
    """Begin nothing so late that a window would end in the midst of it."""
    left = window - time.time() % window
    if left < seconds:
        time.sleep(left)
