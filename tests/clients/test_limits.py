"""What clients make of a limit: installers wait as long as they are told, uploaders say it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.actors import Actor, pypi
from tests.builders import wheel
from tests.clients.laptop import Laptop
from tests.throttle.street import Street, street
from wheelyard.access import Role, Visibility
from wheelyard.projects import Project
from wheelyard.tokens import Minted

pytestmark = pytest.mark.client

NAMES = [f"limited-{letter}" for letter in "abcdef"]
"""Each takes two requests at least: its page, and its file."""


@pytest.fixture
def lane(prepared: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Street]:
    """A street where everybody makes a few requests in some seconds at most."""
    requests, seconds = getattr(request, "param", (4, 3))
    with street(
        prepared,
        tmp_path,
        WHEELYARD_RATE_LIMIT_ANONYMOUS=str(requests),
        WHEELYARD_RATE_LIMIT_USER=str(requests),
        WHEELYARD_RATE_LIMIT_SECONDS=str(seconds),
    ) as lane:
        yield lane


@pytest.fixture
def project(lane: Street) -> Project:
    """A public project."""
    return lane.town.project(visibility=Visibility.PUBLIC)


@pytest.fixture
def token(lane: Street, project: Project) -> Minted:
    """The token of a developer."""
    return lane.town.token(lane.town.join(lane.town.user(), project, Role.DEVELOPER))


@pytest.fixture
def index(lane: Street, project: Project) -> str:
    """The index of a project that has the packages, each published by somebody else."""
    for name in NAMES:
        user = lane.town.join(lane.town.user(), project, Role.DEVELOPER)
        with Actor(lane.server.url, auth=("", lane.town.token(user).secret)) as developer:
            assert developer.publish(project, wheel(name)).status_code == 201
    return f"{lane.server.url}{pypi(project)}/simple"


def test_pip_waits_and_goes_on(laptop: Laptop, lane: Street, index: str) -> None:
    ran = laptop.pip_install("--index-url", index, *NAMES)

    assert ran.code == 0, ran
    assert "Successfully installed" in ran.output
    assert lane.lines("too many requests"), "nothing had to wait"


# It asks for everything at once, and for the same thing four times at most.
@pytest.mark.parametrize("lane", [(10, 6)], indirect=True)
def test_uv_waits_and_goes_on(laptop: Laptop, lane: Street, index: str) -> None:
    laptop.make_fresh_environment()
    command = ("pip", "install", "--python", laptop.python, "--default-index", index)
    ran = laptop.uv(*command, *NAMES)

    assert ran.code == 0, ran
    assert f"Installed {len(NAMES)} packages" in ran.output
    assert lane.lines("too many requests"), "nothing had to wait"


# Of a day, for twine may take long to start.
@pytest.mark.parametrize("lane", [(4, 86_400)], indirect=True)
def test_twine_and_uv_say_what_it_was(
    laptop: Laptop, lane: Street, project: Project, token: Minted
) -> None:
    (file,) = laptop.save(wheel())
    repository = f"{lane.server.url}{pypi(project)}"
    with lane.at("198.18.250.1", token) as caller:
        statuses = [caller.api("GET", "/user").status_code for _ in range(5)]
    login = ("-u", "__token__", "-p", token.secret)
    by_twine = laptop.twine_upload("--verbose", "--repository-url", repository, *login, file)
    by_uv = laptop.uv("publish", "--publish-url", repository, "--token", token.secret, file)

    assert statuses == [200, 200, 200, 200, 429]
    for ran in (by_twine, by_uv):
        assert ran.code != 0, ran
        assert "429 Too Many Requests - Try again in " in ran.words, ran
