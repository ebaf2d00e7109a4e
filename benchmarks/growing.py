"""Registries that grow, each in one measure.

There is a group with a project, and in that a package ``demo``; what grows is copied from uploads.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection
from tests.actors import Installation
from tests.builders import wheel
from tests.servers import Server, running

from benchmarks.copies import copy_packages, copy_projects, copy_releases
from wheelyard import packages
from wheelyard.access import Role
from wheelyard.namespaces import Namespace
from wheelyard.packages import Release
from wheelyard.projects import Project

NAME = "demo"
PAGE_FILES = 40
HOLDERS = 5

_FILES = 20
_PACKAGES = 100
_CACHE_KIB = 200_000
"""Of the builder's connection; it writes to indexes all over the database."""


@dataclass(frozen=True, slots=True)
class Place:
    """A registry that grows, and who looks at it."""

    server: Server
    town: Installation
    group: Namespace
    project: Project
    demo: Release
    other: Project
    """In another group."""

    model: Release
    """Of a package with one file, in the other project."""

    secret: str
    """The token of a developer of the group."""

    def grow(self, sweep: "Sweep", grown: int, size: int) -> None:
        """Bring a measure from one size to another, and let the database come to rest."""
        for first in range(grown, size, sweep.at_once):
            with self.town.database.write() as conn:
                conn.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE_KIB}")
                sweep.add(conn, self, first, min(size, first + sweep.at_once))
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @property
    def path(self) -> Path:
        """Where the database is."""
        return self.server.data / "wheelyard.sqlite"


@dataclass(frozen=True, slots=True)
class Sweep:
    """One measure of a registry, and the sizes at which it is looked at."""

    title: str
    add: Callable[[Connection, Place, int, int], None]
    """Bring it from a size to another."""

    sizes: Sequence[int]
    most_quick: int
    """The last of them in a quick run."""

    at_once: int = 20_000
    """How much of it is added in one transaction."""

    begun: int = 0
    """The size before anything is added."""

    demo_files: int = PAGE_FILES
    """How many files the page has that is looked at."""


@contextmanager
def begin(folder: Path, sweep: Sweep) -> Iterator[Place]:
    """Start a registry and publish what the rest is copied from."""
    with running(folder) as server, closing(Installation(server.data, server.url)) as town:
        group = town.group()
        project, other = town.project(within=group), town.project()
        with town.holding(town.token(town.user(is_admin=True))) as uploader:
            dists = [
                wheel(NAME, f"0.{n}", requires_python=">=3.9") for n in range(sweep.demo_files)
            ]
            for dist in dists:
                uploader.publish(project, dist).raise_for_status()
            uploader.publish(other, wheel("model", "1.0")).raise_for_status()
        with town.database.read() as conn:
            demo, model = _newest_release(conn, project), _newest_release(conn, other)
        secret = town.token(town.join(town.user(), group, Role.DEVELOPER)).secret
        yield Place(server, town, group, project, demo, other, model, secret)


def _newest_release(conn: Connection, project: Project) -> Release:
    """Return the newest release of a project."""
    (newest,) = packages.recent_releases(conn, [project.id], limit=1)
    return newest.release


# How each grows ----------------------------------------------------------------------------------


def _packages_of_project(conn: Connection, place: Place, grown: int, size: int) -> None:
    placed = [(place.project.id, f"package-{number:06}") for number in range(grown, size)]
    copy_packages(conn, place.model, placed)


def _files_of_page(conn: Connection, place: Place, grown: int, size: int) -> None:
    copy_releases(conn, place.demo, (f"1.{number}" for number in range(grown, size)))


def _projects_of_group(conn: Connection, place: Place, grown: int, size: int) -> None:
    """Each with a package of its own; the first of them have a demo as well."""
    ids = copy_projects(conn, place.project, (f"p{number:06}" for number in range(grown, size)))
    placed = [(key, f"package-{number:06}") for number, key in enumerate(ids, grown)]
    copy_packages(conn, place.model, placed)
    if grown == 0:
        copy_packages(conn, place.demo, [(key, NAME) for key in ids[:HOLDERS]])


def _files_in_all(conn: Connection, place: Place, grown: int, size: int) -> None:
    """In projects of another group: of what is looked at nothing grows with them."""
    count = (size - grown) // _FILES
    names = (f"q{grown + number:07}" for number in range(0, count, _PACKAGES))
    ids = copy_projects(conn, place.other, names)
    placed = [(ids[n // _PACKAGES], f"package-{n % _PACKAGES:06}") for n in range(count)]
    copy_packages(conn, place.model, placed, files=_FILES)


SWEEPS = (
    Sweep("packages in the project", _packages_of_project, (1_000, 10_000, 100_000), 10_000),
    Sweep(
        "files on the page",
        _files_of_page,
        (1, 10, 100, 1_000, 10_000),
        most_quick=1_000,
        begun=1,
        demo_files=1,
    ),
    Sweep("projects in the group", _projects_of_group, (10, 100, 1_000, 10_000), 1_000),
    Sweep(
        "files in all",
        _files_in_all,
        (1_000, 10_000, 100_000, 1_000_000),
        most_quick=10_000,
        at_once=100_000,
    ),
)
