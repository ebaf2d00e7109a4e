"""What uploaders do: one large file, and many small ones beside other registries.

All servers get the same bodies from the same client, prepared beforehand; it is the servers that
are measured.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from random import Random

from tests.actors import Installation, pypi
from tests.builders import Dist, wheel
from tests.servers import Server, running

from benchmarks.endpoints import TIMEOUT_SECONDS, Broken, Endpoint
from benchmarks.memory import Worker
from benchmarks.peers import devpi, pypiserver
from benchmarks.report import OURS, Figure
from wheelyard.access import Role
from wheelyard.blobs.store import Hasher

LARGE_BYTES = 50 * 1024 * 1024 - 64 * 1024
"""Of the noise in the large wheel: with its frame it is just below the limit of 50 MB."""

SMALL_BYTES = 4096 - 720
"""Of the noise in a small wheel: with its frame it has 4 KiB."""

MEGABYTE = 1_000_000

_BOUNDARY = "a-boundary-that-no-noise-contains"
FORM_HEADERS = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
"""Of every form."""
_CHUNK_BYTES = 256 * 1024


def multipart(dist: Dist) -> bytes:
    """Return the form that twine sends."""
    fields = "".join(
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in dist.fields().items()
    )
    file = (
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="content"; '
        f'filename="{dist.filename}"\r\nContent-Type: application/octet-stream\r\n\r\n'
    )
    return f"{fields}{file}".encode() + dist.content + f"\r\n--{_BOUNDARY}--\r\n".encode()


@contextmanager
def _ready(data: Path) -> Iterator[tuple[Server, Endpoint]]:
    """A server of ours with a project, and where to upload."""
    with running(data) as server:
        town = Installation(server.data, server.url)
        project = town.project()
        secret = town.token(town.join(town.user(), project, Role.DEVELOPER)).secret
        town.close()
        yield server, Endpoint(OURS, server.port, pypi(project), {"PRIVATE-TOKEN": secret})


# One large file ----------------------------------------------------------------------------------


def measure_large(folder: Path, *, rounds: int) -> Iterator[Figure]:
    """Upload a file of 50 MB each round, and hash and sync the same bytes alone."""
    body = folder / "body"
    uploads, alone = [], []
    with _ready(folder / "large") as (server, endpoint):
        worker = Worker.of(server.process.pid)
        idle = worker.resident_bytes()
        for number in range(rounds):
            noise = Random(number).randbytes(LARGE_BYTES)  # noqa: S311  no secret
            dist = wheel("large", f"1.{number}", files={"noise.bin": noise})
            body.write_bytes(multipart(dist))
            source = dist.save(folder)
            size = len(dist.content)
            uploads.append(size / MEGABYTE / _upload_seconds(endpoint, body))
            alone.append(size / MEGABYTE / _alone_seconds(source, folder / "copy"))
        peak = worker.peak_bytes() - idle
    yield Figure("upload of 50 MB, MB/s", {OURS: uploads, "hash + fsync": alone})
    yield Figure("  its peak memory above idle, MB", {OURS: [peak / MEGABYTE]}, most=40)


def _upload_seconds(endpoint: Endpoint, body: Path) -> float:
    """Send a prepared body straight from the file, so that the client costs next to nothing."""
    connection = endpoint.connect()
    with body.open("rb") as file:
        started = time.perf_counter()
        connection.putrequest("POST", endpoint.path)
        sized = {"Content-Length": str(body.stat().st_size)}
        for name, value in {**endpoint.headers, **FORM_HEADERS, **sized}.items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.sock.sendfile(file)
        _require_accepted(endpoint, connection)
        return time.perf_counter() - started


def _alone_seconds(source: Path, target: Path) -> float:
    """Time what no registry could leave out: the digests that clients send, and the disk."""
    hasher = Hasher()
    with source.open("rb") as reader, target.open("wb", buffering=0) as writer:
        started = time.perf_counter()
        while chunk := reader.read(_CHUNK_BYTES):
            hasher.update(chunk)
            writer.write(chunk)
        os.fsync(writer.fileno())
        hasher.digests()
        return time.perf_counter() - started


# Many small files --------------------------------------------------------------------------------


def measure_small(folder: Path, programs: Path, *, rounds: int, uploads: int) -> Iterator[Figure]:
    """Upload distinct small wheels to each registry, one at a time and then eight at once."""
    with ExitStack() as stack:
        _, ours = stack.enter_context(_ready(folder / "small"))
        endpoints = [
            ours,
            stack.enter_context(pypiserver(programs, folder / "pypiserver")),
            stack.enter_context(devpi(programs, folder / "devpi")),
        ]
        bodies = small_bodies()
        for at_once, count in ((1, uploads), (8, uploads * 2)):
            samples: dict[str, list[float]] = {endpoint.server: [] for endpoint in endpoints}
            for _ in range(rounds):
                batch = [next(bodies) for _ in range(count)]
                for endpoint in endpoints:
                    seconds = send_all(endpoint, batch, at_once)
                    samples[endpoint.server].append(count / seconds)
            yield Figure(f"uploads of 4 KiB, {at_once} at once, /s", samples)


def small_bodies() -> Iterator[bytes]:
    """Wheels of fifty packages, each a release of its own."""
    source = Random(0)  # noqa: S311  no secret
    number = 0
    while True:
        noise = source.randbytes(SMALL_BYTES)
        yield multipart(wheel(f"small{number % 50}", f"1.{number}", files={"noise.bin": noise}))
        number += 1


def send_all(endpoint: Endpoint, bodies: Sequence[bytes], at_once: int) -> float:
    """Send every body over as many connections as told; return the seconds it took."""
    together = threading.Barrier(at_once + 1, timeout=TIMEOUT_SECONDS)
    with ThreadPoolExecutor(at_once) as pool:
        senders = [
            pool.submit(_send, endpoint, bodies[first::at_once], together.wait)
            for first in range(at_once)
        ]
        together.wait()
        started = time.perf_counter()
        for sender in senders:
            sender.result()
        return time.perf_counter() - started


def _send(endpoint: Endpoint, bodies: Sequence[bytes], wait: Callable[[], object]) -> None:
    connection = endpoint.connect()
    wait()
    for body in bodies:
        connection.request("POST", endpoint.path, body, {**endpoint.headers, **FORM_HEADERS})
        _require_accepted(endpoint, connection)
    connection.close()


def _require_accepted(endpoint: Endpoint, connection: HTTPConnection) -> None:
    response = connection.getresponse()
    content = response.read()
    if response.status not in (200, 201):
        raise Broken(f"{endpoint.server} refused an upload: {response.status} {content[:300]!r}")
