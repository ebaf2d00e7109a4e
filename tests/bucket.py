"""A real object store on this machine: ``rclone serve s3`` over a folder, behind a gate.

The gate passes bytes on as they come, on loopback alone, and can be told to be slow or dead.  It
mends one thing: this server of rclone's answers a range with 200 (RFC 9110, 15.3.7, wants 206),
which the product's client refuses as it should.
"""

import asyncio
import contextlib
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import obstore
from obstore.store import S3Store

from tests.servers import free_port

ACCESS_KEY = "bucket-of-all-tests"
SECRET_KEY = "secret-of-all-tests"
NAME = "bucket"

_WHOLE = b"HTTP/1.1 200 OK\r\n"
_PART = b"HTTP/1.1 206 Partial Content\r\n"


def rclone() -> str:
    """The program, of the environment that runs the tests."""
    return str(Path(sys.executable).with_name("rclone"))


class Gate:
    """Passes connections on to a port of this machine."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self.is_stalled = False
        """Whether it takes requests, and gives nothing of the answers."""

        self.is_dead = False
        """Whether it cuts every connection."""

        self.passed_bytes = 0
        """Of answers, so far."""

        self.requests: list[str] = []
        """Their first lines, as far as one came at the beginning of what was read."""

        self.open_connections = 0
        self._target = target
        self._loop: asyncio.AbstractEventLoop
        self._end: asyncio.Event
        self._is_open = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=[self._serve()], daemon=True)
        self._thread.start()
        assert self._is_open.wait(30), "the gate did not open"

    def close(self) -> None:
        """End, with all connections."""
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._pass, "127.0.0.1", self.port)
        self._is_open.set()
        await self._end.wait()
        server.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open_connections += 1
        # A cancellation is the end of the gate, which asyncio would log as an accident.
        ended = contextlib.suppress(OSError, asyncio.CancelledError)
        with ended, contextlib.closing(writer):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
            with contextlib.closing(far_writer):
                ways = [
                    asyncio.create_task(self._ask(reader, far_writer)),
                    asyncio.create_task(self._answer(far_reader, writer)),
                ]
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in ways:
                    way.cancel()
                await asyncio.wait(ways)
        self.open_connections -= 1

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await self._ask_on(reader, writer)

    async def _ask_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not self.is_dead and (chunk := await reader.read(65536)):
            if chunk[:4] in (b"GET ", b"PUT ", b"HEAD", b"POST", b"DELE"):
                self.requests.append(chunk.partition(b" HTTP/")[0].decode("latin-1"))
            writer.write(chunk)
            await writer.drain()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await self._answer_on(reader, writer)

    async def _answer_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not self.is_dead and (chunk := await reader.read(65536)):
            while self.is_stalled:  # noqa: ASYNC110  told from another thread
                await asyncio.sleep(0.05)
            self.passed_bytes += len(chunk)
            if (
                chunk.startswith(_WHOLE)
                and b"\r\nContent-Range: " in chunk.partition(b"\r\n\r\n")[0]
            ):
                chunk = _PART + chunk.removeprefix(_WHOLE)
            writer.write(chunk)
            await writer.drain()


class Bucket:
    """A part of the server's bucket, and how the product is told of it."""

    def __init__(self, prefix: str, gate: Gate, port: int) -> None:
        self.gate = gate
        self.url = f"s3://{NAME}/{prefix}"
        self._objects = S3Store(
            NAME,
            prefix=prefix,
            access_key_id=ACCESS_KEY,
            secret_access_key=SECRET_KEY,
            endpoint=f"http://127.0.0.1:{port}",
            region="us-east-1",
            client_options={"allow_http": True},
        )

    @property
    def variables(self) -> dict[str, str]:
        """What the environment of a server needs."""
        return {"WHEELYARD_BLOBS_URL": self.url, **credentials(self.gate)}

    def blob(self, sha256: str) -> bytes:
        """What is kept under a digest, asked for around the gate."""
        return bytes(obstore.get(self._objects, f"{sha256[:2]}/{sha256}").bytes())

    def damage(self, sha256: str, content: bytes) -> None:
        """Keep other bytes under a digest."""
        self.write(f"{sha256[:2]}/{sha256}", content)

    def write(self, name: str, content: bytes) -> None:
        """Put an object there."""
        obstore.put(self._objects, name, content)

    def lose(self, sha256: str) -> None:
        """Take a blob away."""
        obstore.delete(self._objects, f"{sha256[:2]}/{sha256}")

    def names(self) -> list[str]:
        """Every object there is."""
        return sorted(meta["path"] for found in obstore.list(self._objects) for meta in found)


def credentials(gate: Gate) -> dict[str, str]:
    """What whoever knows the server has in the environment."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{gate.port}",
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": "us-east-1",
    }


class ObjectServer:
    """The real server, with as many parts of its bucket as are asked for."""

    def __init__(self, port: int) -> None:
        self._port = port

    @contextlib.contextmanager
    def bucket(self) -> Iterator[Bucket]:
        """A new part of the bucket, behind a gate of its own."""
        gate = Gate(self._port)
        try:
            yield Bucket(f"of-{secrets.token_hex(4)}/wheels", gate, self._port)
        finally:
            gate.close()


@contextlib.contextmanager
def serving(root: Path) -> Iterator[ObjectServer]:
    """Serve a bucket in a folder; ended afterwards, whatever happened."""
    (root / NAME).mkdir()
    port = free_port()
    process = subprocess.Popen(
        [
            rclone(),
            *("serve", "s3", "--addr", f"127.0.0.1:{port}", "--config", os.devnull),
            *("--auth-key", f"{ACCESS_KEY},{SECRET_KEY}"),
            str(root),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield ObjectServer(port)
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}/")
        except httpx.TransportError:
            assert time.monotonic() < deadline, "the object store did not answer"
            time.sleep(0.05)
        else:
            return
