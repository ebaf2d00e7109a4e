"""Serving: the address to listen on, and the server's processes behind it."""

import errno
import multiprocessing
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

from wheelyard import connections
from wheelyard.settings import Settings

KILL_TIMEOUT_SECONDS = 120
"""How long a stop waits for uploads in flight before it ends them."""

MAX_BUFFER_BYTES = 256 * 1024
"""Of a connection, in each direction; a client that reads slowly fills it."""

REMIND_SECONDS = 0.5
"""Between two requests to end, to a worker that is still there."""

PORT_WAIT_SECONDS = 3.0
"""How long a start waits for its own predecessor to give back the port."""


class _Supervisor(MPServer):
    """The server's first process, which asks its workers to end until they have.

    Once is not enough.  A worker loses a SIGTERM that comes while its event loop stands still:
    after the fork, and again between the application's start and the first request, for uvloop
    hands signals on only as it runs.  One that has heard it ignores the rest; see ``app``.
    """

    def shutdown(self, exit_code: int = 0) -> None:
        """End every worker, then this process."""
        workers = multiprocessing.active_children()
        threading.Thread(target=_remind, args=[workers], daemon=True).start()
        super().shutdown(exit_code)  # type: ignore[no-untyped-call]  # granian has no annotation


def _remind(workers: Sequence[BaseProcess]) -> None:
    while True:
        time.sleep(REMIND_SECONDS)  # first: the server itself asks once
        for worker in workers:
            worker.terminate()


def serve(settings: Settings, address: str, *, on_startup: Callable[[], None]) -> None:
    """Answer requests until somebody stops the program; ``on_startup`` runs once it listens.

    ``address`` is the one that ``require_free_port`` found; the server takes no names.
    """
    server = _Supervisor(
        "wheelyard.app:create",
        factory=True,
        address=address,
        port=settings.port,
        workers=settings.workers,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        loop=Loops.uvloop,
        http1_settings=HTTP1Settings(max_buffer_size=MAX_BUFFER_BYTES),
        backpressure=connections.reserve_descriptors(),
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
                if error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                    time.sleep(0.1)
                    continue
                way_out = "--host" if error.errno == errno.EADDRNOTAVAIL else "--port"
                raise OSError(
                    error.errno,
                    f"Cannot listen on {host} port {port}: {error.strerror}; "
                    f"choose another with {way_out}",
                ) from error
        return str(address[0])


def own_command() -> list[str]:
    """Return the words that start this program again, wherever it was started from."""
    if Path(sys.argv[0]).name == "__main__.py":
        return [sys.executable, "-m", "wheelyard"]
    script, found = Path(sys.argv[0]).absolute(), shutil.which("wheelyard")
    return ["wheelyard" if found and script.samefile(found) else str(script)]
