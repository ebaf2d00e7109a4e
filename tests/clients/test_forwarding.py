"""pip and uv go where they are sent for what is not here, and for nothing that is."""

from collections.abc import Iterator

import pytest

from tests.actors import Installation, Source, pypi
from tests.builders import wheel
from tests.clients.laptop import Laptop, with_login
from tests.servers import running
from tests.upstream import Upstream
from wheelyard.access import Role
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project

pytestmark = pytest.mark.client

ELSEWHERE = wheel("known-to-all", "3.0")
TAKEN = wheel("ours-alone", "9.9")
"""What a stranger has put elsewhere under a name that is private here."""


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    """The other index."""
    with Upstream(ELSEWHERE, TAKEN).serving() as upstream:
        yield upstream


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, upstream: Upstream) -> Iterator[Installation]:
    """A server that sends clients there."""
    data = tmp_path_factory.mktemp("forwarder") / "data"
    environment = {"WHEELYARD_FORWARDING": "true", "WHEELYARD_UPSTREAM_URL": upstream.url}
    with running(data, **environment) as server:
        town = Installation(server.data, server.url)
        yield town
        town.close()


@pytest.fixture(scope="module")
def group(town: Installation) -> Namespace:
    """A private group."""
    return town.group()


@pytest.fixture(scope="module")
def project(town: Installation, group: Namespace) -> Project:
    """A project of it, with a package of its own."""
    project = town.project(within=group)
    ours = wheel("ours-alone", "1.0")
    with town.member(project, Role.DEVELOPER) as developer:
        assert developer.publish(project, ours).status_code == 201
    return project


@pytest.mark.parametrize("place", ["project", "group", "instance"])
@pytest.mark.parametrize("client", ["pip", "uv"])
def test_a_client_installs_what_is_elsewhere_and_what_is_here(
    laptop: Laptop,
    town: Installation,
    upstream: Upstream,
    group: Namespace,
    project: Project,
    place: str,
    client: str,
) -> None:
    sources: dict[str, Source] = {"project": project, "group": group, "instance": None}
    secret = town.token(town.join(town.user(), group, Role.GUEST)).secret
    index = with_login(f"{town.url}{pypi(sources[place])}/simple", secret)
    upstream.asked.clear()

    if client == "pip":
        ran = laptop.pip_install("--index-url", index, "known-to-all", "ours-alone")
        assert "Successfully installed known-to-all-3.0 ours-alone-1.0" in ran.output, ran
    else:
        laptop.make_fresh_environment()
        words = ("pip", "install", "--python", laptop.python, "--default-index", index)
        ran = laptop.uv(*words, "known-to-all", "ours-alone")
        assert "+ known-to-all==3.0" in ran.output, ran
        assert "+ ours-alone==1.0" in ran.output, ran

    assert upstream.asked[0] == "/simple/known-to-all/"
    assert not any("ours" in path for path in upstream.asked)
    assert upstream.credentials == []
