"""What installers do with an index over many projects: a group's, and that of the whole instance.

The group holds 10,000 projects, every other of them private, each with a package of its own, and
five with one more, which is asked for.  Who asks is a member of the group, or a stranger to it who
is in a thousand groups elsewhere.  A page that is remembered is asked for as a project's is; the
first look of a caller at it is timed too, for every job may come with a token of its own.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from sqlalchemy import Connection, insert
from tests.actors import Installation, Source, basic, pypi
from tests.builders import wheel
from tests.library import publish
from tests.servers import running

from benchmarks.endpoints import Broken, Endpoint, ask
from benchmarks.pages import join_groups
from benchmarks.reading import WARMING_REQUESTS, requests_per_second
from benchmarks.report import OURS, Figure
from wheelyard import projects
from wheelyard.access import Role, Visibility
from wheelyard.database import schema
from wheelyard.namespaces import Namespace
from wheelyard.users import User

PROJECTS = 10_000
HOLDERS = 5
CALLERS = 30
MOST_MS = 50
MOST_INDEX_MS = 500

_BEGIN = datetime(2025, 1, 1, tzinfo=UTC)


def measure(folder: Path, *, rounds: int, seconds: int) -> Iterator[Figure]:
    """Measure the group's pages and the instance's, for whom they show all and for whom some."""
    with running(folder / "many") as server:
        town = Installation(server.data, server.url)
        group = town.group(visibility=Visibility.PUBLIC)
        with town.database.write() as conn:
            _fill(conn, group)
        asker = _Asker(town, server.port, group)
        places: dict[str, Source] = {"group": group, "instance": None}
        for title, place in places.items():
            yield from asker.measure_page(title, place, rounds, seconds)
        for title, place in places.items():
            yield asker.measure_index(title, place, rounds)
        town.close()


class _Asker:
    """Makes people, and asks for them."""

    def __init__(self, town: Installation, port: int, group: Namespace) -> None:
        self._town = town
        self._port = port
        self._member = town.join(town.user(), group, Role.GUEST)
        self._stranger = town.user()
        with town.database.write() as conn:
            join_groups(conn, self._stranger)

    def measure_page(
        self, title: str, place: Source, rounds: int, seconds: int
    ) -> Iterator[Figure]:
        for who, user in (("member", self._member), ("stranger", self._stranger)):
            page = self._endpoint(place, "simple/shared/", user)
            for _ in range(WARMING_REQUESTS):
                _require_page(page)
            rates = [requests_per_second(page, seconds) for _ in range(rounds)]
            yield Figure(f"{title} page for a {who}, req/s", {OURS: rates})
        # One after another, each with a token and a user of their own.
        users = [self._town.user() for _ in range(CALLERS)]
        first = [_time(self._endpoint(place, "simple/shared/", user)) for user in users]
        yield Figure("  a first look at it, ms", {OURS: first}, most=MOST_MS)

    def measure_index(self, title: str, place: Source, rounds: int) -> Figure:
        # Whoever is new reads what nobody has read, and makes what others read be forgotten.
        users = [self._town.user() for _ in range(rounds)]
        times = [_time(self._endpoint(place, "simple/", user)) for user in users]
        return Figure(f"{title} index, first, ms", {OURS: times}, most=MOST_INDEX_MS)

    def _endpoint(self, place: Source, path: str, user: User) -> Endpoint:
        secret = self._town.token(user).secret
        return Endpoint(OURS, self._port, f"{pypi(place)}/{path}", basic(secret))


def _require_page(endpoint: Endpoint) -> None:
    if ask(endpoint).status != 200:
        raise Broken(f"{endpoint.url} is not answered")


def _time(endpoint: Endpoint) -> float:
    began = perf_counter()
    _require_page(endpoint)
    return (perf_counter() - began) * 1000


def _fill(conn: Connection, group: Namespace) -> None:
    """Write the projects and a package of each without a project's whole story, and the shared."""
    numbers = range(1, PROJECTS + 1)
    conn.execute(insert(schema.projects), [_project(group, number) for number in numbers])
    conn.execute(insert(schema.packages), [_package(number) for number in numbers])
    for number in range(1, HOLDERS + 1):
        # A private one and a public one in turns, far from each other.
        project = projects.get(conn, number * PROJECTS // HOLDERS - number % 2)
        for version in ("1.0", f"2.{number}"):
            publish(conn, project, wheel("shared", version), _BEGIN)


def _project(group: Namespace, number: int) -> dict[str, object]:
    path = f"p{number}"
    visibility = Visibility.PRIVATE if number % 2 else Visibility.PUBLIC
    return {
        "id": number,
        "namespace_id": group.id,
        "name": path,
        "path": path,
        "full_path": f"{group.full_path}/{path}",
        "full_path_key": f"{group.full_path}/{path}",
        "description": "",
        "visibility": visibility.value,
        "registry_access_level": "enabled",
        "archived": False,
        "created_at": _BEGIN,
        "updated_at": _BEGIN,
    }


def _package(number: int) -> dict[str, object]:
    name = f"package-{number:06}"
    return {
        "project_id": number,
        "normalized_name": name,
        "name": name,
        "created_at": _BEGIN,
    }
