"""What installers do: pages, files and revalidations, beside nginx serving the same bytes.

Ours are authenticated and of a private project: each request proves its token, its membership and
that nothing has changed.  nginx checks nothing and reads a file.
"""

import base64
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from tests.actors import Actor, Installation, pypi
from tests.builders import Dist, wheel
from tests.servers import running

from benchmarks.endpoints import Broken, Endpoint, ask
from benchmarks.peers import find_program, nginx
from benchmarks.report import OURS, Figure
from wheelyard.access import Role

CONNECTIONS = 16
WARMING_REQUESTS = 50
PAGE_FILES = 40
KIB = 1024

_RATE = re.compile(r"^Requests/sec:\s+([\d.]+)$", re.MULTILINE)
_FAILURES = re.compile(r"^\s*(Non-2xx.*|Socket errors.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Pair:
    """The same bytes on both servers."""

    title: str
    ours: Endpoint
    theirs: Endpoint
    least_ratio: float | None = None

    @property
    def both(self) -> Sequence[Endpoint]:
        return (self.ours, self.theirs)


def measure(folder: Path, *, rounds: int, seconds: int) -> Iterator[Figure]:
    """Measure each pair in turn."""
    with _pairs(folder) as pairs:
        for pair in pairs:
            yield _compare(pair, rounds, seconds)


def _compare(pair: Pair, rounds: int, seconds: int) -> Figure:
    samples: dict[str, list[float]] = {endpoint.server: [] for endpoint in pair.both}
    for endpoint in pair.both:
        for _ in range(WARMING_REQUESTS):
            ask(endpoint)
    for _ in range(rounds):
        for endpoint in pair.both:
            samples[endpoint.server].append(requests_per_second(endpoint, seconds))
    return Figure(pair.title, samples, least_ratio=pair.least_ratio)


def requests_per_second(endpoint: Endpoint, seconds: int) -> float:
    """Ask as often as the server answers, over some connections at once."""
    command = [find_program("wrk"), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s"]
    for name, value in endpoint.headers.items():
        command += ["-H", f"{name}: {value}"]
    command.append(endpoint.url)
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=seconds + 30
    )
    if failures := _FAILURES.findall(done.stdout):
        raise Broken(f"{endpoint.server} failed under load: {'; '.join(failures)}")
    rate = _RATE.search(done.stdout)
    if rate is None:
        raise Broken(f"wrk said nothing of a rate:\n{done.stdout}{done.stderr}")
    return float(rate[1])


@contextmanager
def _pairs(folder: Path) -> Iterator[list[Pair]]:
    """Start both servers with the same page and the same files."""
    small, large = _wheel_of(50 * KIB), _wheel_of(KIB * KIB)
    with running(folder / "reading") as server:
        town = Installation(server.data, server.url)
        project = town.project()
        secret = town.token(town.join(town.user(), project, Role.DEVELOPER)).secret
        town.close()
        with Actor(server.url, auth=("__token__", secret)) as developer:
            for dist in (*_releases(), small, large):
                developer.publish(project, dist).raise_for_status()
            page = developer.simple(project, "demo").content
        basic = base64.b64encode(f"__token__:{secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}"}
        files = {"page.html": page, "small.whl": small.content, "large.whl": large.content}
        with nginx(folder / "nginx", files) as port:

            def pair(title: str, path: str, twin: str, least: float | None = None) -> Pair:
                ours = Endpoint(OURS, server.port, f"{pypi(project)}/{path}", headers)
                made = Pair(title, ours, Endpoint("nginx", port, f"/{twin}"), least)
                _require_same_bytes(made)
                return made

            simple = pair(
                f"simple page of {PAGE_FILES} files, req/s", "simple/demo/", "page.html", 0.25
            )
            yield [
                simple,
                _revalidating(simple),
                pair("file of 50 KiB, req/s", _file_path(small), "small.whl"),
                pair("file of 1 MiB, req/s", _file_path(large), "large.whl"),
            ]


def _revalidating(pair: Pair) -> Pair:
    """The same pair, asked by somebody who has the bytes already."""
    return Pair("the page known already, 304/s", _knowing(pair.ours), _knowing(pair.theirs))


def _knowing(endpoint: Endpoint) -> Endpoint:
    etag = ask(endpoint).headers["etag"]
    knowing = replace(endpoint, headers={**endpoint.headers, "If-None-Match": etag})
    if ask(knowing).status != 304:
        raise Broken(f"{endpoint.server} does not answer 304 to its own ETag")
    return knowing


def _require_same_bytes(pair: Pair) -> None:
    ours, theirs = map(ask, pair.both)
    if not (ours.status == theirs.status == 200 and ours.body == theirs.body):
        raise Broken(f"The servers differ: {pair.ours.url} and {pair.theirs.url}")
    if ask(replace(pair.ours, headers={})).status != 401:
        raise Broken(f"{pair.ours.url} needs no credential")


def _releases() -> Iterator[Dist]:
    for number in range(PAGE_FILES):
        yield wheel("demo", f"1.{number}", requires_python=">=3.9")


def _wheel_of(size: int) -> Dist:
    """A wheel of about this many bytes that no compression makes smaller."""
    noise = Random(size).randbytes(size - KIB)  # noqa: S311  no secret, and the same every time
    return wheel(f"sized-{size}", files={"noise.bin": noise})


def _file_path(dist: Dist) -> str:
    return f"files/{dist.sha256}/{dist.filename}"
