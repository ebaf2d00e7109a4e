"""What the instance, groups and projects say of their packages, through REST."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.actors import Actor, Installation
from tests.builders import wheel
from tests.conftest import ROOT_TOKEN
from tests.servers import running
from wheelyard.access import Role
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project

NOTHING: dict[str, Any] = {
    "pypi_max_file_size": None,
    "pypi_duplicates": None,
    "pypi_package_requests_forwarding": None,
}
NOTHING_FOR_ALL: dict[str, Any] = {
    **NOTHING,
    "lock_pypi_package_requests_forwarding": False,
    "pypi_reserved_prefixes": [],
}
DEFAULTS = {
    "pypi_max_file_size": 52_428_800,
    "pypi_duplicates": "allow",
    "pypi_package_requests_forwarding": False,
    "pypi_package_requests_forwarding_locked": False,
}


RULE = "must be http:// or https://, a host and perhaps a path, without user, password or query"


class Estate:
    """A group, a project in it, and their owner."""

    def __init__(self, town: Installation) -> None:
        self.group: Namespace = town.group()
        self.project: Project = town.project(within=self.group)
        user = town.join(town.user(), self.group, Role.OWNER)
        self.owner = town.calling(town.token(user))
        self.paths = (f"/groups/{self.group.id}", f"/projects/{self.project.id}")


@pytest.fixture
def estate(town: Installation) -> Iterator[Estate]:
    """On the shared server."""
    estate = Estate(town)
    yield estate
    estate.owner.http.close()


def chosen(shown: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Those fields of an answer that are wanted."""
    return {name: shown[name] for name in wanted}


def test_nothing_is_said_at_first(estate: Estate) -> None:
    group, project = (estate.owner.api("GET", path).json() for path in estate.paths)

    assert chosen(group, NOTHING_FOR_ALL) == NOTHING_FOR_ALL
    assert chosen(project, NOTHING) == NOTHING
    assert group["in_force"] == project["in_force"] == DEFAULTS


def test_what_a_group_says_counts_in_its_projects_until_it_is_taken_back(estate: Estate) -> None:
    of_group, of_project = estate.paths
    said = {
        "pypi_max_file_size": 1000,
        "pypi_duplicates": "identical",
        "pypi_package_requests_forwarding": True,
        "lock_pypi_package_requests_forwarding": True,
        "pypi_reserved_prefixes": ["acme", "bolt-x"],
    }

    group = estate.owner.api("PUT", of_group, **{**said, "pypi_reserved_prefixes": "Bolt.x,acme"})
    project = estate.owner.api("GET", of_project).json()
    back = estate.owner.api("PUT", of_group, **dict.fromkeys(said)).json()

    assert (group.status_code, chosen(group.json(), said)) == (200, said)
    assert project["in_force"] == {
        "pypi_max_file_size": 1000,
        "pypi_duplicates": "identical",
        "pypi_package_requests_forwarding": True,
        "pypi_package_requests_forwarding_locked": True,
    }
    assert chosen(project, NOTHING) == NOTHING
    assert chosen(back, NOTHING_FOR_ALL) == NOTHING_FOR_ALL


def test_a_project_says_otherwise(estate: Estate) -> None:
    said = {
        "pypi_max_file_size": 500,
        "pypi_duplicates": "refuse",
        "pypi_package_requests_forwarding": True,
    }

    answer = estate.owner.api("PUT", estate.paths[1], **said).json()

    assert chosen(answer, said) == said
    assert chosen(answer["in_force"], said) == said


def test_new_groups_and_projects_say_so_from_the_start(estate: Estate) -> None:
    made = {"name": "made", "path": "made"}
    group = estate.owner.api(
        "POST",
        "/groups",
        **made,
        parent_id=estate.group.id,
        pypi_duplicates="refuse",
        pypi_reserved_prefixes=["acme"],
    )
    project = estate.owner.api(
        "POST",
        "/projects",
        **made,
        namespace_id=group.json()["id"],
        pypi_package_requests_forwarding=True,
    )

    assert (group.status_code, project.status_code) == (201, 201)
    assert group.json()["pypi_reserved_prefixes"] == ["acme"]
    assert project.json()["pypi_package_requests_forwarding"] is True
    assert project.json()["in_force"]["pypi_duplicates"] == "refuse"


def test_nothing_goes_past_the_limit_of_the_group(estate: Estate, root: Actor) -> None:
    of_group, of_project = estate.paths
    estate.owner.api("PUT", of_group, pypi_max_file_size=1000)

    refused = [estate.owner.api("PUT", of_project, pypi_max_file_size=size) for size in (1001, 0)]
    allowed = root.api("PUT", of_project, pypi_max_file_size=1001)
    kept = estate.owner.api("PUT", of_project, pypi_max_file_size=1001, name="another")

    assert [answer.status_code for answer in refused] == [403, 403]
    assert (allowed.status_code, kept.status_code) == (200, 200)


def test_what_is_locked_above_is_refused_below(estate: Estate, root: Actor) -> None:
    of_group, of_project = estate.paths
    estate.owner.api("PUT", of_group, lock_pypi_package_requests_forwarding=True)

    for actor in (estate.owner, root):
        answer = actor.api("PUT", of_project, pypi_package_requests_forwarding=True)

        said = f"is locked by the group {estate.group.full_path}"
        assert (answer.status_code, answer.json()) == (
            400,
            {"message": {"pypi_package_requests_forwarding": [said]}},
        )


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"pypi_duplicates": "often"}, 400, "pypi_duplicates does not have a valid value"),
        ({"pypi_max_file_size": -1}, 400, "pypi_max_file_size is invalid"),
        ({"pypi_max_file_size": 1 << 51}, 400, "pypi_max_file_size is invalid"),
        ({"pypi_reserved_prefixes": [1]}, 400, "pypi_reserved_prefixes is invalid"),
        ({"pypi_reserved_prefixes": {"a": 1}}, 400, "pypi_reserved_prefixes is invalid"),
    ],
)
def test_what_cannot_be_said_is_refused(
    estate: Estate, sent: dict[str, Any], status: int, said: str
) -> None:
    answer = estate.owner.api("PUT", estate.paths[0], **sent)

    assert (answer.status_code, answer.json()) == (status, {"error": said})


def test_a_prefix_that_is_none_is_refused(estate: Estate) -> None:
    answer = estate.owner.api("PUT", estate.paths[0], pypi_reserved_prefixes=["acme-*"])

    said = "must be beginnings of names, without an asterisk: acme-* is none"
    assert (answer.status_code, answer.json()) == (
        400,
        {"message": {"pypi_reserved_prefixes": [said]}},
    )


def test_what_a_group_says_is_for_those_with_a_role_in_it(
    estate: Estate, town: Installation
) -> None:
    estate.owner.api("PUT", estate.paths[0], visibility="public")
    with town.anonymous() as nobody, town.calling(town.token(town.user())) as stranger:
        shown = [actor.api("GET", estate.paths[0]).json() for actor in (nobody, stranger)]
    listed = estate.owner.api("GET", "/groups").json()

    for group in (*shown, *listed):
        assert not {name for name in group if name.startswith(("pypi", "lock", "in_force"))}


# The instance, on a server of its own -------------------------------------------------------------


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A server whose settings nobody else needs."""
    data = tmp_path_factory.mktemp("apart") / "data"
    with running(data, WHEELYARD_ROOT_TOKEN=ROOT_TOKEN, WHEELYARD_DUPLICATES="refuse") as server:
        town = Installation(server.data, server.url)
        yield town
        town.close()


@pytest.fixture
def chief(apart: Installation) -> Iterator[Actor]:
    """Its administrator; afterwards everything is the environment's again."""
    with apart.calling(ROOT_TOKEN) as chief:
        yield chief
        chief.api("PUT", "/application/settings", **dict.fromkeys(SET))


SET = {
    "packages_enabled": True,
    "package_registry_allow_anyone_to_pull_option": False,
    "pypi_max_file_size": 1000,
    "pypi_duplicates": "identical",
    "pypi_package_requests_forwarding": True,
    "lock_pypi_package_requests_forwarding": True,
    "pypi_upstream_url": "https://mirror.example.com/simple",
    "pypi_reserved_prefixes": ["acme"],
}


def test_settings_are_shown_set_and_given_back(chief: Actor) -> None:
    before = chief.api("GET", "/application/settings").json()
    answer = chief.api(
        "PUT",
        "/application/settings",
        **{**SET, "pypi_upstream_url": "https://mirror.example.com/simple/"},
    )
    after = chief.api("GET", "/application/settings").json()
    back = chief.api("PUT", "/application/settings", **dict.fromkeys(SET)).json()

    assert (
        before
        == back
        == {
            "id": 1,
            "packages_enabled": True,
            "package_registry_allow_anyone_to_pull_option": True,
            "pypi_max_file_size": 52_428_800,
            "pypi_duplicates": "refuse",
            "pypi_package_requests_forwarding": False,
            "lock_pypi_package_requests_forwarding": False,
            "pypi_upstream_url": "",
            "pypi_reserved_prefixes": [],
            "throttle_unauthenticated_api_enabled": False,
            "throttle_unauthenticated_api_requests_per_period": 0,
            "throttle_unauthenticated_api_period_in_seconds": 15,
            "throttle_authenticated_api_enabled": False,
            "throttle_authenticated_api_requests_per_period": 0,
            "throttle_authenticated_api_period_in_seconds": 15,
        }
    )
    assert answer.status_code == 200
    assert answer.json() == after == {**before, **SET}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "https://ada:secret@mirror.example.com",
            RULE,
        ),
        ("{own}/api/v4/packages/pypi/simple", "is this registry itself"),
    ],
)
def test_an_upstream_that_cannot_be_one_is_refused(
    apart: Installation, chief: Actor, url: str, said: str
) -> None:
    url = url.format(own=apart.url)

    answer = chief.api("PUT", "/application/settings", pypi_upstream_url=url)

    assert (answer.status_code, answer.json()) == (400, {"message": {"pypi_upstream_url": [said]}})


def test_plan_limits_are_the_instances_limit(apart: Installation, chief: Actor) -> None:
    project = apart.project()
    dist = wheel("large", "1.0")

    answer = chief.api("PUT", "/application/plan_limits", plan_name="default", pypi_max_file_size=9)
    with apart.member(project, Role.DEVELOPER) as developer:
        refused = developer.publish(project, dist)
    shown = chief.api("GET", "/application/plan_limits").json()
    other = chief.api("GET", "/application/plan_limits", plan_name="gold")
    nameless = chief.api("PUT", "/application/plan_limits", pypi_max_file_size=9)

    assert answer.json() == shown == {"pypi_max_file_size": 9}
    assert refused.status_code == 400
    assert other.json() == {"error": "plan_name does not have a valid value"}
    assert nameless.json() == {"error": "plan_name is missing"}


def test_a_group_forwards_at_once_and_stops_at_once(apart: Installation, chief: Actor) -> None:
    group = apart.group()
    project = apart.project(within=group)
    chief.api("PUT", "/application/settings", pypi_upstream_url=SET["pypi_upstream_url"])
    path = f"/groups/{group.id}"
    with apart.member(project, Role.GUEST) as reader, apart.anonymous() as nobody:
        found = [reader.simple(project, "requests")]
        chief.api("PUT", path, pypi_package_requests_forwarding=True)
        found += [reader.simple(project, "requests"), nobody.simple(project, "requests")]
        chief.api("PUT", path, pypi_reserved_prefixes=["requests"])
        found += [reader.simple(project, "requests")]
        chief.api("PUT", path, pypi_reserved_prefixes=[])
        chief.api("PUT", "/application/settings", lock_pypi_package_requests_forwarding=True)
        found += [reader.simple(project, "requests")]

    assert [answer.status_code for answer in found] == [404, 302, 401, 404, 404]
    assert found[1].headers["location"] == "https://mirror.example.com/simple/requests/"
