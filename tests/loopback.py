"""Servers of the tests' own, each in a thread on the loopback address."""

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer
from threading import Thread

_LOOK_SECONDS = 0.02
"""How often a server looks whether it is to end."""


@contextmanager
def answering(server: BaseServer) -> Iterator[None]:
    """Let a server answer until the block ends, and close it."""
    thread = Thread(target=server.serve_forever, args=(_LOOK_SECONDS,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
