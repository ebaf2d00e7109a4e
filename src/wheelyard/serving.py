"""Serving: the address to listen on, and the server's processes behind it."""

import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

from wheelyard.settings import Settings

KILL_TIMEOUT_SECONDS = 120
"""How long a stop waits for uploads in flight before it ends them."""

PORT_WAIT_SECONDS = 3.0
"""How long a start waits for its own predecessor to give back the port."""


def serve(settings: Settings, address: str, *, on_startup: Callable[[], None]) -> None:
    """Answer requests until somebody stops the program; ``on_startup`` runs once it listens.

    ``address`` is the one that ``require_free_port`` found; the server takes no names.
    """
    # A new worker has this process's handler of SIGTERM until it has made its own, and would only
    # note that it was asked to stop.  It has nothing to finish yet, so it may just end.
    os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    server = Server(
        "wheelyard.app:create",
        factory=True,
        address=address,
        port=settings.port,
        workers=settings.workers,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        loop=Loops.uvloop,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_TIMEOUT_SECONDS,
    )
    server.on_startup(on_startup)
    server.serve()


def require_free_port(host: str, port: int) -> str:
    """Return the numeric address of a host.  Raises OSError for one that cannot be had.

    The server's own sockets share the port among its workers, and would share it with a stranger's
    just as silently.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise OSError(error.errno, f"Cannot listen on {host}: {error.strerror}") from error
    family, kind, protocol, _, address = found[0]
    deadline = time.monotonic() + PORT_WAIT_SECONDS
    while True:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as error:
                if time.monotonic() < deadline:
                    time.sleep(0.1)
                    continue
                raise OSError(
                    error.errno,
                    f"Cannot listen on {host} port {port}: {error.strerror}; "
                    "choose another with --port",
                ) from error
        return str(address[0])


def own_command() -> list[str]:
    """Return the words that start this program again, wherever it was started from."""
    if Path(sys.argv[0]).name == "__main__.py":
        return [sys.executable, "-m", "wheelyard"]
    script, found = Path(sys.argv[0]).absolute(), shutil.which("wheelyard")
    return ["wheelyard" if found and script.samefile(found) else str(script)]
