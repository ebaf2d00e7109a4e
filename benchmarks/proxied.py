"""Files that nginx sends for us (``X-Accel-Redirect``), beside nginx alone.

nginx stands before our server as docs/nginx.md has it, and asks it for every file; the other one
has the same files, and asks nobody.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tests.files import proxies
from tests.servers import running

from benchmarks.endpoints import Endpoint
from benchmarks.peers import nginx
from benchmarks.reading import Pair, compare, file_path, filled, require_same_bytes, sized
from benchmarks.report import Figure

LEAST = (0.4, 0.9, 0.97)
"""Of files of 50 KiB, 1 MiB and 50 MB."""

_SETTINGS = {"WHEELYARD_FILE_DELIVERY": "x-accel", "WHEELYARD_TRUSTED_PROXIES": "127.0.0.1"}


def measure(folder: Path, *, rounds: int, seconds: int) -> Iterator[Figure]:
    """Measure each size in turn."""
    files = {dist.filename: dist.content for dist in sized().values()}
    with (
        running(folder / "proxied", **_SETTINGS) as server,
        proxies.nginx(folder / "before", server) as address,
        nginx(folder / "alone", files) as alone,
    ):
        place, port = filled(server), urlsplit(address).port or 0
        for (title, dist), least in zip(sized().items(), LEAST, strict=True):
            ours = place.at(file_path(dist), port=port)
            theirs = Endpoint("nginx", alone, f"/{dist.filename}")
            pair = Pair(f"X-Accel, file of {title}, req/s", ours, theirs, least)
            require_same_bytes(pair)
            yield compare(pair, rounds, seconds)
