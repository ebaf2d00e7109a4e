"""A client that stops reading its answer is given up, and holds nothing afterwards."""

import asyncio
import os
import socket
import time
from pathlib import Path

import pytest

from tests.actors import Actor, pypi
from tests.builders import wheel
from tests.publish import wire
from tests.servers import Server
from wheelyard import connections
from wheelyard.projects import Project

MIB = 1024 * 1024
DIST = wheel("stalled", "1.0", files={"payload": os.urandom(8 * MIB)})


def descriptors() -> set[str]:
    """The numbers of what this process has open, but for the folder that is read."""
    return {descriptor.name for descriptor in list(Path("/proc/self/fd").iterdir())}


def readers_of(blob: Path, process: int) -> int:
    """How often a process holds a blob open."""
    count = 0
    for descriptor in Path(f"/proc/{process}/fd").iterdir():
        try:
            count += descriptor.readlink() == blob
        except FileNotFoundError:  # it was closed meanwhile
            continue
    return count


def test_a_download_that_is_not_read_ends(
    server: Server, developer: Actor, project: Project, secret: str
) -> None:
    assert developer.publish(project, DIST).status_code == 201
    blob = server.data / "blobs" / DIST.sha256[:2] / DIST.sha256
    (worker,) = server.workers()
    path = f"{pypi(project)}/files/{DIST.sha256}/{DIST.filename}".encode()

    with wire.connect(server.url) as stalled:
        stalled.sendall(wire.head("GET", path, secret))
        stalled.recv(100)
        assert readers_of(blob, worker) == 1
        deadline = time.monotonic() + connections.STALLED_SECONDS + 30
        while readers_of(blob, worker):
            assert time.monotonic() < deadline, "it is still held"
            time.sleep(0.5)


def test_looking_for_the_listening_socket_leaves_no_descriptor_behind() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        before = descriptors()
        asyncio.run(connections.end_stalled_answers(listening.getsockname()[1]))

        assert descriptors() == before


def test_a_connection_to_the_port_inherits_the_bound() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as client:
        asyncio.run(connections.end_stalled_answers(listening.getsockname()[1], after_seconds=0.5))
        client.connect(listening.getsockname())
        accepted, _ = listening.accept()
        with accepted, pytest.raises(TimeoutError, match="Connection timed out"):
            accepted.sendall(bytes(64 * MIB))
