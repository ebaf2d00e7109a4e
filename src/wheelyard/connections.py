"""Connections: how many a worker takes, and when it gives up on one that takes nothing.

Theory of operation:

- The server itself bounds the time in which the head of a request must come, and ``web.uploads``
  that of a body.  What is left is a client that stops reading its answer, for whom the server would
  wait without end.
- So the kernel is told (RFC 5482; tcp(7), ``TCP_USER_TIMEOUT``): data that nobody acknowledges, or
  a window that stays closed, end the connection after a while.  (It may stay closed for a client,
  too, that reads a few KB a second out of a buffer of megabytes.)  Connections inherit this from
  the socket that listens.  It belongs to the server, which hands it to nobody; so it is looked for
  among the descriptors of the process.
"""

import os
import resource
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import anyio

MAX_CONNECTIONS = 8192
"""Of one worker, idle ones included; further ones wait until another ends."""

STALLED_SECONDS = 60
"""As nginx has it (``send_timeout``)."""

_LEAST_CONNECTIONS = 16
_OWN_DESCRIPTORS = 160
_DESCRIPTORS = Path("/proc/self/fd")
_TRIES = 200
_BETWEEN_TRIES_SECONDS = 0.05


def reserve_descriptors() -> int:
    """Take as many descriptors as the system gives; return how many connections they are for.

    A download has two and an upload three; the process itself, its threads' connections to the
    database included, takes some more.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):  # some systems give fewer than they say
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    if soft == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return min(MAX_CONNECTIONS, max(_LEAST_CONNECTIONS, (soft - _OWN_DESCRIPTORS) // 3))


async def end_stalled_answers(port: int, *, after_seconds: float = STALLED_SECONDS) -> None:
    """Let connections to a port end when the client takes nothing; waits until it is listened on.

    Only Linux has the option.
    """
    if sys.platform != "linux":
        return
    for _ in range(_TRIES):
        found = False
        with suppress(OSError):  # a worker that runs out of descriptors has to live without
            for listening in _listening_on(port):
                milliseconds = int(after_seconds * 1000)
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
                found = True
        if found:
            return
        await anyio.sleep(_BETWEEN_TRIES_SECONDS)


def _listening_on(port: int) -> Iterator[socket.socket]:
    for name in os.listdir(_DESCRIPTORS):  # noqa: PTH208  each is opened by its number
        with suppress(OSError):
            # Nothing else is touched: to close another descriptor of the database's file would
            # give up SQLite's locks on it.
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            found = socket.socket(fileno=int(name))
            try:
                is_listening = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
                if is_listening and found.getsockname()[1] == port:
                    yield found
            finally:
                found.detach()  # it stays the server's
