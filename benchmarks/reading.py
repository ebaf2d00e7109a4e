"""What installers do: pages, files and revalidations, beside nginx serving the same bytes.

Ours are authenticated and of a private project: each request proves its token, its membership and
that nothing has changed.  nginx checks nothing and reads a file.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from http import HTTPStatus
from pathlib import Path
from random import Random

from tests.actors import Actor, Installation, basic, pypi
from tests.builders import Dist, wheel
from tests.servers import Server, running

from benchmarks.endpoints import TIMEOUT_SECONDS, Broken, Endpoint, ask
from benchmarks.peers import find_program, nginx
from benchmarks.report import OURS, Figure
from wheelyard.access import Role
from wheelyard.projects import Project
from wheelyard.pypi.simple import JSON_V1_TYPE

CONNECTIONS = 16
WARMING_REQUESTS = 50
PAGE_FILES = 40
KIB = 1024

LARGE_BYTES = 10_000_000
LARGE_SECONDS = 4
"""At least, of what is so large: a busy machine sends few of them in one."""

DIRECT = (0.35, 0.85, 0.95)
"""The least ratios of files of 50 KiB, 1 MiB and 50 MB."""

JSON_GZIPPED = {
    "Accept": JSON_V1_TYPE,
    "Accept-Encoding": "gzip",
}

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
            yield compare(pair, rounds, seconds)


def compare(pair: Pair, rounds: int, seconds: int) -> Figure:
    """Ask both servers in turns."""
    samples: dict[str, list[float]] = {endpoint.server: [] for endpoint in pair.both}
    is_large = len(ask(pair.theirs).body) > LARGE_BYTES
    least = LARGE_SECONDS if is_large else 0
    for endpoint in pair.both:
        for _ in range(1 if is_large else WARMING_REQUESTS):
            ask(endpoint)
    for _ in range(rounds):
        for endpoint in pair.both:
            samples[endpoint.server].append(requests_per_second(endpoint, max(seconds, least)))
    return Figure(pair.title, samples, least_ratio=pair.least_ratio)


def requests_per_second(endpoint: Endpoint, seconds: int) -> float:
    """Ask as often as the server answers, over some connections at once."""
    told = load(endpoint, seconds)
    rate = _RATE.search(told)
    if rate is None or not float(rate[1]):
        raise Broken(f"{endpoint.server} gave no answer in {seconds} s:\n{told}")
    return float(rate[1])


def load(endpoint: Endpoint, seconds: int, *options: str) -> str:
    """Do so, and return what wrk tells of it."""
    timeout = f"--timeout={TIMEOUT_SECONDS:.0f}s"  # a busy machine takes seconds for a large file
    command = [find_program("wrk"), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", timeout, *options]
    for name, value in endpoint.headers.items():
        command += ["-H", f"{name}: {value}"]
    command.append(endpoint.url)
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=seconds + 30
    )
    if failures := _FAILURES.findall(done.stdout):
        raise Broken(f"{endpoint.server} failed under load: {'; '.join(failures)}")
    return done.stdout + done.stderr


@contextmanager
def _pairs(folder: Path) -> Iterator[list[Pair]]:
    """Start both servers with the same pages and the same files."""
    with running(folder / "reading") as server:
        place = filled(server)
        gzipped = ask(place.at("simple/demo/", headers=JSON_GZIPPED))
        files = {
            "page.html": ask(place.at("simple/demo/")).body,
            "page.json": b"only what is packed is asked for",
            "page.json.gz": gzipped.body,
            "metadata": DEMO.metadata,
            **{dist.filename: dist.content for dist in sized().values()},
        }
        with nginx(folder / "nginx", files) as port:

            def pair(
                title: str,
                path: str,
                twin: str,
                least: float,
                headers: Mapping[str, str] | None = None,
            ) -> Pair:
                theirs = Endpoint("nginx", port, f"/{twin}", headers or {})
                made = Pair(title, place.at(path, headers=headers), theirs, least)
                require_same_bytes(made)
                return made

            page = pair(f"page of {PAGE_FILES} files, req/s", "simple/demo/", "page.html", 0.5)
            yield [
                page,
                pair("  in JSON and gzip, req/s", "simple/demo/", "page.json", 0.5, JSON_GZIPPED),
                _revalidating(page),
                pair("metadata of a file, req/s", f"{file_path(DEMO)}.metadata", "metadata", 0.4),
                *(
                    pair(f"file of {title}, req/s", file_path(dist), dist.filename, least)
                    for (title, dist), least in zip(sized().items(), DIRECT, strict=True)
                ),
            ]


def _revalidating(pair: Pair) -> Pair:
    """Return the same pair, asked by somebody who has the bytes already."""
    return Pair("  known already, 304/s", _knowing(pair.ours), _knowing(pair.theirs), 0.5)


def _knowing(endpoint: Endpoint) -> Endpoint:
    etag = ask(endpoint).headers["etag"]
    knowing = replace(endpoint, headers={**endpoint.headers, "If-None-Match": etag})
    if ask(knowing).status != HTTPStatus.NOT_MODIFIED:
        raise Broken(f"{endpoint.server} does not answer 304 to its own ETag")
    return knowing


@dataclass(frozen=True, slots=True)
class Filled:
    """A private project with what is read, and a member's token."""

    server: Server
    project: Project
    secret: str

    def at(self, path: str, *, port: int = 0, headers: Mapping[str, str] | None = None) -> Endpoint:
        """Return where something of it is, for the member; on another port, behind a proxy."""
        sent = {**basic(self.secret), **(headers or {})}
        return Endpoint(OURS, port or self.server.port, f"{pypi(self.project)}/{path}", sent)


def filled(server: Server) -> Filled:
    """Fill a server."""
    town = Installation(server.data, server.url)
    project = town.project()
    secret = town.token(town.join(town.user(), project, Role.DEVELOPER)).secret
    town.close()
    with Actor(server.url, auth=("__token__", secret)) as developer:
        for dist in (*_releases(), *sized().values()):
            developer.publish(project, dist).raise_for_status()
    return Filled(server, project, secret)


def require_same_bytes(pair: Pair) -> None:
    """Raise Broken unless both send the same, and ours to nobody without a credential."""
    ours, theirs = map(ask, pair.both)
    if not (ours.status == theirs.status == 200 and ours.body == theirs.body):
        raise Broken(f"The servers differ: {pair.ours.url} and {pair.theirs.url}")
    if ask(replace(pair.ours, headers={})).status != HTTPStatus.UNAUTHORIZED:
        raise Broken(f"{pair.ours.url} needs no credential")


def _releases() -> Iterator[Dist]:
    for number in range(PAGE_FILES):
        yield wheel("demo", f"1.{number}", requires_python=">=3.9")


DEMO = next(_releases())


@cache
def sized() -> Mapping[str, Dist]:
    """Wheels of about so many bytes, that no compression makes smaller, by what they are called."""
    sizes = {"50 KiB": 50 * KIB, "1 MiB": KIB * KIB, "50 MB": 50_000_000}
    return {title: _wheel_of(size) for title, size in sizes.items()}


def _wheel_of(size: int) -> Dist:
    noise = Random(size).randbytes(size - KIB)  # noqa: S311  no secret, and the same every time
    return wheel(f"sized-{size}", files={"noise.bin": noise})


def file_path(dist: Dist) -> str:
    """Return where a file is in its registry."""
    return f"files/{dist.sha256}/{dist.filename}"
