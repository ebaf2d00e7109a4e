"""Where forwarding is on, an absent package is asked for elsewhere: by who may read alone."""

from collections.abc import Iterator

import pytest

from tests.actors import Actor, Installation, Source, pypi
from tests.builders import wheel
from tests.servers import Server, running
from wheelyard import instance
from wheelyard.access import RegistryAccess, Role, Visibility
from wheelyard.journal import OPERATOR
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.registry import utc_now

UPSTREAM = "https://mirror.example.com/simple"
PUBLIC = Visibility.PUBLIC
PLACES = ["project", "group", "instance"]


@pytest.fixture(scope="module")
def forwarder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that forwards."""
    data = tmp_path_factory.mktemp("forwarder") / "data"
    environment = {"WHEELYARD_FORWARDING": "true", "WHEELYARD_UPSTREAM_URL": UPSTREAM}
    with running(data, **environment) as server:
        yield server


@pytest.fixture(scope="module")
def town(forwarder: Server) -> Iterator[Installation]:
    """Its people and things."""
    town = Installation(forwarder.data, forwarder.url)
    yield town
    town.close()


@pytest.fixture
def group(town: Installation) -> Namespace:
    """A public group."""
    return town.group(visibility=PUBLIC)


@pytest.fixture
def project(town: Installation, group: Namespace) -> Project:
    """A public project of it."""
    return town.project(within=group, visibility=PUBLIC)


@pytest.fixture
def actor(town: Installation, group: Namespace) -> Iterator[Actor]:
    """A developer of the group."""
    with town.holding(town.token(town.join(town.user(), group, Role.DEVELOPER))) as actor:
        yield actor


def where(place: str, group: Namespace, project: Project) -> Source:
    if place == "project":
        return project
    return group if place == "group" else None


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("end", ["", "/"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_client_is_sent_to_the_name_as_it_was_requested(
    actor: Actor, group: Namespace, project: Project, place: str, end: str, method: str
) -> None:
    url = actor.simple(where(place, group, project), f"Nobody_Has.This{end}").request.url
    answer = actor.http.request(method, url, follow_redirects=False)

    assert answer.status_code == 302
    assert answer.headers["location"] == f"{UPSTREAM}/Nobody_Has.This/"
    assert answer.headers["cache-control"] == "no-store"
    assert "Authorization" in answer.headers["vary"].split(", ")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert (f"{UPSTREAM}/Nobody_Has.This/" in answer.text) is (method == "GET")


@pytest.mark.parametrize("place", PLACES)
def test_nobody_is_sent_on_who_is_anonymous_or_presents_what_matches_nothing(
    town: Installation, group: Namespace, project: Project, place: str
) -> None:
    for stranger in (town.anonymous(), town.holding("glpat-matches-nothing-at-all")):
        with stranger:
            answer = stranger.simple(where(place, group, project), "nobody-has-this/")

        assert (answer.status_code, answer.json()) == (404, {"message": "404 Package Not Found"})


def test_what_is_refused_is_refused_and_not_sent_on(town: Installation) -> None:
    hidden = town.group()
    project = town.project(within=hidden)
    closed = town.project(visibility=PUBLIC, registry=RegistryAccess.DISABLED)
    with town.anonymous() as anonymous, town.holding(town.token(town.user())) as stranger:
        statuses = [
            actor.simple(place, "nobody-has-this").status_code
            for place in (project, hidden)
            for actor in (anonymous, stranger)
        ]
        assert statuses == [401, 404, 401, 404]
        assert stranger.simple(closed, "nobody-has-this").status_code == 403


@pytest.mark.parametrize("place", PLACES)
def test_indexes_and_files_are_never_forwarded(
    actor: Actor, group: Namespace, project: Project, place: str
) -> None:
    source = where(place, group, project)

    assert actor.simple(source).status_code == 200
    assert actor.download(source, wheel("nobody-has-this")).status_code == 404


@pytest.mark.parametrize("place", PLACES)
def test_what_comes_here_is_found_here_from_then_on_and_never_elsewhere_again(
    town: Installation, actor: Actor, group: Namespace, project: Project, place: str
) -> None:
    source, name = where(place, group, project), f"newcomer-{place}"
    assert actor.simple(source, name).status_code == 302

    assert actor.publish(project, wheel(name)).status_code == 201
    assert actor.simple(source, name).status_code == 200
    town.edit(project, registry_access_level=RegistryAccess.DISABLED.value)

    assert actor.simple(source, name).status_code == (403 if place == "project" else 404)


def test_a_package_of_a_project_that_the_caller_cannot_see_is_not_sought_elsewhere(
    town: Installation, group: Namespace
) -> None:
    hidden = town.project(within=group)
    with town.member(hidden, Role.DEVELOPER) as developer:
        assert developer.publish(hidden, wheel("hidden-here")).status_code == 201
    with town.holding(town.token(town.user())) as stranger:
        found = [stranger.simple(place, "hidden-here").status_code for place in (group, None)]

    assert found == [404, 404]


def test_a_change_of_mind_is_seen_by_the_next_request(
    town: Installation, actor: Actor, group: Namespace, project: Project
) -> None:
    assert actor.simple(group, "nobody-has-this").status_code == 302
    decide(town, forwarding=False)
    try:
        places = (project, group, None)
        found = [actor.simple(place, "nobody-has-this").status_code for place in places]
    finally:
        decide(town, forwarding=None)

    assert found == [404, 404, 404]
    assert actor.simple(None, "nobody-has-this").status_code == 302


def decide(town: Installation, *, forwarding: bool | None) -> None:
    with town.database.write() as conn:
        instance.edit(conn, {"forwarding": forwarding}, by=OPERATOR, at=utc_now())


def test_deploy_tokens_and_jobs_are_sent_on(
    town: Installation, group: Namespace, project: Project
) -> None:
    developer = town.join(town.user(), group, Role.DEVELOPER)
    with (
        town.holding(town.deploy_token(group, "read_package_registry")) as robot,
        town.job(town.job_token(developer, project)) as job,
    ):
        for actor in (robot, job):
            for place in (project, group, None):
                assert actor.simple(place, "nobody-has-this").status_code == 302


def test_a_deploy_token_that_opens_no_packages_is_not_sent_on(
    town: Installation, group: Namespace, project: Project
) -> None:
    with town.holding(town.deploy_token(town.group(), "read_repository")) as robot:
        for place in (project, group, None):
            assert robot.simple(place, "nobody-has-this").status_code == 404


def test_where_hatch_looks_before_it_publishes_nobody_is_sent_on(
    actor: Actor, project: Project
) -> None:
    answer = actor.http.get(f"{pypi(project)}/+simple/Nobody_Has.This/", follow_redirects=False)

    assert answer.status_code == 404
    assert answer.json() == {"message": "404 Package Not Found"}
