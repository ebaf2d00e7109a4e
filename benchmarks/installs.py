"""What a whole install costs: a tree of packages resolved by uv, installed by pip, from nothing.

The same files lie in every index.  Ours is a private project and a personal access token; none of
the others asks for a password.  Requests are counted in one more run each, by an nginx that stands
before the server and is not there when time is taken.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.actors import Installation, basic, pypi
from tests.builders import Dist
from tests.servers import clean_environment, running

from benchmarks import tree
from benchmarks.endpoints import Broken, Endpoint
from benchmarks.peers import devpi, pypiserver, simple_repository_server
from benchmarks.publishing import multipart, send_all
from benchmarks.report import OURS, Figure
from benchmarks.static import counting, static_index
from wheelyard.access import Role

MOST_RATIOS = {"nginx": 1.15}
"""Of our time to that of another; of all others it is 1."""

_BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Index:
    """Where a client installs from."""

    endpoint: Endpoint
    secret: str = ""

    def url(self, endpoint: Endpoint | None = None) -> str:
        """What is given to a client; the same behind another endpoint."""
        user = f"__token__:{self.secret}@" if self.secret else ""
        there = endpoint or self.endpoint
        return f"http://{user}127.0.0.1:{there.port}{there.path}"


def measure(folder: Path, programs: Path, *, rounds: int, packages: int) -> Iterator[Figure]:
    """Fill all indexes, and install from each in turn."""
    made = tree.make(packages)
    with ExitStack() as stack:
        indexes = _start(stack, folder / "installs", programs, made)
        clients = _Clients(folder / "installs", made[0].name)
        titles = {
            f"uv pip compile of {packages}, s": clients.compile,
            f"pip install of {packages}, s": clients.install,
        }
        for title, client in titles.items():
            counted = list(_count(folder / "installs", indexes, client))
            yield _compare(title, indexes, client, rounds)
            yield from counted


Client = Callable[[str], set[str]]
"""Resolves or installs from a URL, and says what: names with versions."""


def _compare(title: str, indexes: Sequence[Index], client: Client, rounds: int) -> Figure:
    samples: dict[str, list[float]] = {index.endpoint.server: [] for index in indexes}
    for _ in range(rounds):
        for index in indexes:
            began = time.perf_counter()
            client(index.url())
            samples[index.endpoint.server].append(time.perf_counter() - began)
    targets = {server: MOST_RATIOS.get(server, 1.0) for server in samples if server != OURS}
    return Figure(title, samples, most_ratios=targets)


def _count(folder: Path, indexes: Sequence[Index], client: Client) -> Iterator[Figure]:
    """Count requests, in runs that warm the servers; all have to bring the same."""
    lines: dict[str, list[str]] = {}
    chosen: dict[str, set[str]] = {}
    for index in indexes:
        server = index.endpoint.server
        with counting(folder / "counting", index.endpoint) as (endpoint, log):
            chosen[server] = client(index.url(endpoint))
        lines[server] = log.read_text().splitlines()  # whole once that nginx has ended
        shutil.rmtree(folder / "counting")
    if any(found != chosen[OURS] for found in chosen.values()):
        raise Broken(f"Not all indexes lead to the same packages: {chosen}")
    yield Figure("  requests of it", {server: [len(of)] for server, of in lines.items()})
    received = {
        server: [sum(int(line.split()[2]) for line in of) / 1e6] for server, of in lines.items()
    }
    yield Figure("  MB received", received)


# Clients -----------------------------------------------------------------------------------------


class _Clients:
    """uv and pip, with nothing remembered."""

    def __init__(self, folder: Path, wanted: str) -> None:
        self._folder = folder
        self._wanted = wanted
        (folder / "wanted.txt").write_text(f"{wanted}\n")

    def compile(self, url: str) -> set[str]:
        """Resolve by uv."""
        options = ["--no-cache", "--no-config", "--no-header", "--no-annotate", "--quiet"]
        options += ["--python", sys.executable]
        done = self._run(
            str(_BIN / "uv"), "pip", "compile", *options, "--index-url", url, "wanted.txt"
        )
        return {line for line in done.splitlines() if "==" in line}

    def install(self, url: str) -> set[str]:
        """Install by pip."""
        target = self._folder / "target"
        options = ["--no-cache-dir", "--no-compile", "--no-input", "--quiet", "--isolated"]
        options += ["--target", str(target)]
        self._run(
            sys.executable, "-m", "pip", "install", *options, "--index-url", url, self._wanted
        )
        found = {path.stem for path in target.glob("*.dist-info")}
        shutil.rmtree(target)
        return found

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            command,
            cwd=self._folder,
            env=clean_environment(),
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if done.returncode != 0:
            raise Broken(f"{command[0]} failed:\n{done.stderr[-2000:]}")
        return done.stdout


# Indexes -----------------------------------------------------------------------------------------


def _start(
    stack: ExitStack, folder: Path, programs: Path, packages: Sequence[tree.Package]
) -> list[Index]:
    dists: dict[str, list[Dist]] = {package.name: [] for package in packages}
    for dist in tree.build(packages):
        dists[dist.name].append(dist)
        dist.save(folder / "packages" / dist.name)
    flat = stack.enter_context(pypiserver(programs, folder / "pypiserver", backend="cached-dir"))
    _link(folder / "packages", folder / "pypiserver" / "packages")
    devpi_index = stack.enter_context(devpi(programs, folder / "devpi"))
    ours, uploading = _ours(stack, folder / "ours")
    bodies = [multipart(dist) for of_package in dists.values() for dist in of_package]
    for endpoint in (uploading, devpi_index):
        send_all(endpoint, bodies, 8)
    static = static_index(folder / "nginx", dists, folder / "packages")
    simple = simple_repository_server(programs, folder / "simple", folder / "packages")
    return [
        ours,
        Index(stack.enter_context(static)),
        Index(stack.enter_context(simple)),
        Index(Endpoint(flat.server, flat.port, "/simple/")),
        Index(Endpoint(devpi_index.server, devpi_index.port, f"{devpi_index.path}+simple/")),
    ]


def _ours(stack: ExitStack, data: Path) -> tuple[Index, Endpoint]:
    """Start ours; return where to install from, and where to upload."""
    server = stack.enter_context(running(data))
    town = Installation(server.data, server.url)
    project = town.project()
    secret = town.token(town.join(town.user(), project, Role.DEVELOPER)).secret
    town.close()
    simple = Endpoint(OURS, server.port, f"{pypi(project)}/simple/", basic(secret))
    uploading = Endpoint(OURS, server.port, pypi(project), {"PRIVATE-TOKEN": secret})
    return Index(simple, secret), uploading


def _link(packages: Path, target: Path) -> None:
    for file in packages.glob("*/*"):
        (target / file.name).hardlink_to(file)
