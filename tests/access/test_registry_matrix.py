"""Every route of packages by every level of a registry, archived or not, and by who asks.

The other matrix has a registry that is open to whoever sees its project; this one has them all, and
an instance that lets no private project be pulled from by everybody.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product

import httpx
import pytest

from tests.access import levels
from tests.access.credentials import (
    Credential,
    Kind,
    Surroundings,
    access,
    begin_session,
    surroundings,
)
from tests.access.inside import Inside
from tests.access.levels import Level
from tests.access.policy import REACHED, Expected
from tests.access.world import stock
from tests.actors import Installation
from tests.builders import Dist, wheel
from wheelyard.access import RegistryAccess, Role, Visibility
from wheelyard.projects import Project
from wheelyard.users import User

LEVELS = [
    *(
        Level(visibility, registry, archived)
        for visibility, registry, archived in product(Visibility, RegistryAccess, (False, True))
    ),
    *(
        Level(visibility, RegistryAccess.PUBLIC, archived, anyone_can_pull=False)
        for visibility, archived in product(Visibility, (False, True))
    ),
]


@dataclass(frozen=True)
class Row:
    """One route, and what it answers to whom; reached, a status and perhaps a message."""

    method: str
    path: str
    expect: Callable[[Credential, Level], Expected]
    reached: int = 200
    message: str | None = None

    def was_reached(self, answer: httpx.Response) -> bool:
        if answer.status_code != self.reached:
            return False
        return self.message is None or answer.json().get("message") == self.message


V4 = "/api/v4"
PYPI, PACKAGES = f"{V4}/projects/{{project}}/packages/pypi", f"{V4}/projects/{{project}}/packages"
PACKAGE = f"{PACKAGES}/{{package}}"
ROWS = [
    Row("GET", f"{PYPI}/simple", levels.pull),
    Row("GET", f"{PYPI}/simple/{{name}}/", levels.pull),
    Row("GET", f"{PYPI}/files/{{sha256}}/{{filename}}", levels.pull),
    Row("GET", f"{PYPI}/files/{{sha256}}/{{filename}}.metadata", levels.pull),
    Row("POST", PYPI, levels.push, 400),
    Row("GET", f"{V4}/groups/{{group}}/-/packages/pypi/simple/{{name}}/", levels.pull_of_group),
    Row(
        "GET",
        f"{V4}/groups/{{group}}/-/packages/pypi/files/{{sha256}}/{{filename}}",
        levels.pull_of_group,
    ),
    Row("GET", f"{V4}/packages/pypi/simple/{{name}}/", levels.pull_of_all),
    Row("GET", f"{V4}/packages/pypi/files/{{sha256}}/{{filename}}", levels.pull_of_all),
    Row("GET", PACKAGES, levels.rest_read),
    Row("GET", PACKAGE, levels.rest_read),
    Row("GET", f"{PACKAGE}/package_files", levels.rest_read),
    Row("DELETE", f"{PACKAGES}/0", levels.rest_delete, 404, "404 Package Not Found"),
    Row("DELETE", f"{PACKAGE}/package_files/0", levels.rest_delete, 404, "404 Not Found"),
]


@dataclass(frozen=True)
class Stand:
    """A project in one state, and who asks for it."""

    level: Level
    project: Project
    names: dict[str, str]
    callers: list[Credential]


class Fair:
    """A stand for each level."""

    def __init__(self, town: Installation) -> None:
        self._town = town
        self.inside = {
            True: Inside(town.data),
            False: Inside(town.data, anyone_can_pull=False),
        }
        admin = town.user(is_admin=True)
        self._places = {one: surroundings(town, one, admin) for one in Visibility}
        self.stands = {
            level.label: self._stand(level, wheel(f"level{number}"))
            for number, level in enumerate(LEVELS)
        }

    def close(self) -> None:
        for inside in self.inside.values():
            inside.close()

    def _stand(self, level: Level, dist: Dist) -> Stand:
        where = self._places[level.visibility]
        project = self._town.project(within=where.group, visibility=level.visibility)
        release_id, _ = stock(self._town, project, dist)
        where = replace(where, project=project)
        callers = [*self._people(where), *self._tokens(where)]
        self._town.edit(
            project, registry_access_level=level.registry.value, archived=level.archived
        )
        names = {
            "project": str(project.id),
            "group": str(where.group.id),
            "package": str(release_id),
            "name": dist.name,
            "sha256": dist.sha256,
            "filename": dist.filename,
        }
        return Stand(level, project, names, callers)

    def _people(self, where: Surroundings) -> Iterator[Credential]:
        yield Credential("nothing", Kind.NOTHING)
        for role, user in where.people.items():
            yield self._person(f"a {role.name.lower()}", user, role, role)
        for role in (Role.GUEST, Role.DEVELOPER, Role.MAINTAINER):
            user = self._town.join(self._town.user(), where.project, role)
            yield self._person(f"a {role.name.lower()} of the project alone", user, role)
        reader = self._town.token(where.people[Role.OWNER], "read_api").secret
        yield Credential(
            "an owner who reads",
            Kind.PERSONAL,
            {"PRIVATE-TOKEN": reader},
            scope="read_api",
            role=Role.OWNER,
            group_role=Role.OWNER,
        )
        admin = self._person("an administrator", where.admin, Role.NONE)
        yield replace(admin, is_admin=True)
        yield Credential(
            "a guest's session",
            Kind.SESSION,
            begin_session(self._town, where.people[Role.GUEST]),
            role=Role.GUEST,
            group_role=Role.GUEST,
        )

    def _person(
        self, label: str, user: User, role: Role, group_role: Role = Role.NONE
    ) -> Credential:
        headers = {"PRIVATE-TOKEN": self._town.token(user).secret}
        return Credential(
            label, Kind.PERSONAL, headers, scope="api", role=role, group_role=group_role
        )

    def _tokens(self, where: Surroundings) -> Iterator[Credential]:
        town, write = self._town, "write_package_registry"
        for label, kind, place, scope, reaches in (
            ("its project's", Kind.DEPLOY, where.project, write, False),
            ("its project's reading", Kind.DEPLOY, where.project, "read_package_registry", False),
            ("its group's", Kind.DEPLOY, where.group, write, True),
            ("a subgroup's", Kind.STRANGE_DEPLOY, where.below, write, False),
        ):
            headers = {"Deploy-Token": town.deploy_token(place, scope).secret}
            yield Credential(
                f"{label} deploy token", kind, headers, scope=scope, reaches_group=reaches
            )
        yield access(town, where.project, Role.DEVELOPER, "api")
        yield access(town, where.group, Role.GUEST, "api")
        owner = where.people[Role.OWNER]
        own = Credential("a job", Kind.JOB, role=Role.OWNER, group_role=Role.OWNER)
        yield replace(own, headers={"JOB-TOKEN": town.job_token(owner, where.project).secret})
        elsewhere = town.project()
        town.join(owner, elsewhere, Role.DEVELOPER)
        yield replace(
            own,
            label="a job that is not admitted",
            headers={"JOB-TOKEN": town.job_token(owner, elsewhere).secret},
            role=Role.NONE,
        )


@pytest.fixture(scope="module")
def fair(town: Installation) -> Iterator[Fair]:
    """A project for each level."""
    fair = Fair(town)
    yield fair
    fair.close()


@pytest.mark.parametrize("label", [level.label for level in LEVELS])
def test_a_level(fair: Fair, label: str, record_property: Callable[[str, object], None]) -> None:
    stand = fair.stands[label]
    inside = fair.inside[stand.level.anyone_can_pull]
    wrong = []
    for row, who in product(ROWS, stand.callers):
        expected = row.expect(who, stand.level)
        answer = inside.ask(
            row.method,
            row.path.format(**stand.names),
            headers=who.headers,
            uploads=row.method == "POST",
        )
        if not agrees(row, answer, expected):
            wrong.append(
                f"{row.method} {row.path}, {who.label}: "
                f"{answer.status_code} {answer.text[:80]!r}, not {expected}"
            )
    record_property("cells", len(ROWS) * len(stand.callers))

    assert wrong == []


def agrees(row: Row, answer: httpx.Response, expected: Expected) -> bool:
    """Whether an answer is the one expected."""
    if expected == REACHED:
        return row.was_reached(answer)
    return answer.status_code == expected and not row.was_reached(answer)
