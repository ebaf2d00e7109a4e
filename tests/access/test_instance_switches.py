"""What an administrator decides at run time wins over the environment, from the next request on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from tests.actors import Actor, Installation, pypi
from tests.builders import wheel
from tests.servers import Server, running
from wheelyard import instance
from wheelyard.access import Role
from wheelyard.database.schema import journal
from wheelyard.facts import InvalidRecord
from wheelyard.instance import Instance
from wheelyard.journal import OPERATOR
from wheelyard.projects import Project
from wheelyard.registry import Registry, utc_now
from wheelyard.settings import Duplicates, Settings

DIST = wheel("switched", "1.0")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of two processes."""
    data = tmp_path_factory.mktemp("pair") / "data"
    with running(data, WHEELYARD_WORKERS="2") as server:
        yield server


@pytest.fixture
def town(pair: Server) -> Iterator[Installation]:
    """Its people; whatever the test decides is given back to the environment."""
    town = Installation(pair.data, pair.url)
    yield town
    decide(town, packages_enabled=None, max_file_bytes=None, duplicates=None)
    town.close()


@pytest.fixture
def project(town: Installation) -> Project:
    """A project."""
    return town.project()


@pytest.fixture
def developer(town: Installation, project: Project) -> Iterator[Actor]:
    """A developer of the project."""
    with town.member(project, Role.DEVELOPER) as actor:
        yield actor


def decide(town: Installation, **changes: Any) -> None:
    """Let an administrator decide, in a process that answers no requests."""
    with town.database.write() as conn:
        instance.edit(conn, changes, by=OPERATOR, at=utc_now())


def statuses(actor: Actor, path: str) -> set[int]:
    """Ask often, each time on a connection of its own, so that both processes are asked."""
    found = set()
    for _ in range(30):
        headers = {"connection": "close"}
        found.add(actor.http.get(path, headers=headers).status_code)
    return found


def test_packages_go_off_and_on_in_every_process(
    town: Installation, project: Project, developer: Actor
) -> None:
    developer.publish(project, DIST)
    page = f"{pypi(project)}/simple/switched"
    about = f"/api/v4/projects/{project.id}"
    caller = town.caller(project, Role.GUEST)
    asked = ((developer, page), (caller, f"{about}/packages"))
    assert [statuses(*each) for each in asked] == [{200}, {200}]

    decide(town, packages_enabled=False)

    assert [statuses(*each) for each in asked] == [{404}, {404}]
    assert developer.publish(project, wheel(version="2.0")).status_code == 404
    assert statuses(caller, about) == {200}

    decide(town, packages_enabled=True)

    assert [statuses(*each) for each in asked] == [{200}, {200}]
    caller.http.close()


def test_packages_that_the_environment_switched_off_can_be_switched_on(tmp_path: Path) -> None:
    with running(tmp_path / "data", WHEELYARD_PACKAGES_ENABLED="false") as server:
        town = Installation(server.data, server.url)
        project = town.project()
        with town.member(project, Role.DEVELOPER) as developer:
            assert developer.publish(project, DIST).status_code == 404
            decide(town, packages_enabled=True)
            assert developer.publish(project, DIST).status_code == 201
        town.close()


def test_a_limit_and_a_rule_for_duplicates_hold_at_once(
    town: Installation, project: Project, developer: Actor
) -> None:
    assert developer.publish(project, DIST).status_code == 201
    decide(town, max_file_bytes=len(DIST.content) - 1)
    assert developer.publish(project, DIST).status_code == 400
    town.edit(project, max_file_bytes=0)
    assert developer.publish(project, DIST).status_code == 201
    decide(town, max_file_bytes=0, duplicates="refuse")
    refused = developer.publish(project, DIST)
    decide(town, duplicates=None)
    taken = developer.publish(project, DIST)

    assert (refused.status_code, taken.status_code) == (400, 201)
    assert "already been taken" in refused.text


def test_what_projects_may_allow_follows_the_limit_in_force(
    town: Installation, project: Project
) -> None:
    path = f"/projects/{project.id}"
    with town.caller(project, Role.MAINTAINER) as maintainer:
        assert maintainer.api("PUT", path, pypi_max_file_size=2000).status_code == 200
        decide(town, max_file_bytes=1000)
        assert maintainer.api("PUT", path, pypi_max_file_size=2001).status_code == 403


def test_an_upload_that_began_before_packages_went_off_is_refused(
    pair: Server, town: Installation, project: Project
) -> None:
    secret = town.token(town.join(town.user(), project, Role.DEVELOPER)).secret
    request = httpx.Request(
        "POST",
        f"{pair.url}{pypi(project)}",
        data=DIST.fields(),
        files={"content": (DIST.filename, DIST.content)},
    )
    body = request.read()

    def slowly() -> Iterator[bytes]:
        yield body[:500]
        decide(town, packages_enabled=False)
        yield body[500:]

    headers = {"content-type": request.headers["content-type"]}
    answer = httpx.post(
        str(request.url), content=slowly(), headers=headers, auth=("__token__", secret)
    )

    assert answer.status_code == 404


def test_a_decision_is_kept_told_and_given_back(registry: Registry) -> None:
    settings = Settings(data=registry.settings.data, max_file_bytes=5)
    with registry.database.write() as conn:
        assert instance.get(conn) == Instance()
        assert instance.in_force(conn, settings) is settings
        last = select(journal.c.action, journal.c.details).order_by(journal.c.serial.desc())
        before = conn.execute(last).all()

        for _ in range(2):  # nothing changes the second time, and nothing is told
            changes = {"packages_enabled": False, "duplicates": "identical"}
            decided = instance.edit(conn, changes, by=OPERATOR, at=utc_now())

        assert decided == instance.get(conn) == Instance(False, None, Duplicates.IDENTICAL)
        effective = instance.in_force(conn, settings)
        assert (effective.packages_enabled, effective.max_file_bytes) == (False, 5)
        assert effective.duplicates is Duplicates.IDENTICAL
        told = [
            ("instance.edited", '{"packages_enabled":false,"duplicates":"identical"}'),
            *before,
        ]
        assert conn.execute(last).all() == told
        instance.edit(conn, {"max_file_bytes": 0}, by=OPERATOR, at=utc_now())
        assert instance.in_force(conn, settings).max_file_bytes == 0


@pytest.mark.parametrize(
    "changes", [{"max_file_bytes": -1}, {"max_file_bytes": 1 << 51}, {"duplicates": "often"}]
)
def test_what_cannot_be_is_refused(registry: Registry, changes: dict[str, Any]) -> None:
    with registry.database.write() as conn:
        with pytest.raises(InvalidRecord):
            instance.edit(conn, changes, by=OPERATOR, at=utc_now())
        assert instance.get(conn) == Instance()
