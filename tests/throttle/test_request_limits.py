"""Requests are limited where an administrator says so, and every answer says what is left."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest

from tests.actors import PASSWORD, Actor, pypi
from tests.builders import wheel
from tests.pages.visitor import Visitor
from tests.servers import Server
from tests.throttle.routes import list_calls
from tests.throttle.street import Street, new_address, street, wait_for_room
from wheelyard.access import Role, Visibility
from wheelyard.projects import Project
from wheelyard.registry import Registry

DAY = 86_400
ANONYMOUS, USER = 1440 * 2, 1440 * 3
"""Of a day: two and three a minute, which is what GitLab's header tells."""


@pytest.fixture(scope="module")
def lane(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A street where more is allowed than the tests ask for."""
    with street(
        prepared,
        tmp_path_factory.mktemp("lane"),
        WHEELYARD_RATE_LIMIT_ANONYMOUS=str(ANONYMOUS),
        WHEELYARD_RATE_LIMIT_USER=str(USER),
        WHEELYARD_RATE_LIMIT_SECONDS=str(DAY),
    ) as lane:
        wait_for_room(120, DAY)
        yield lane


@pytest.fixture(scope="module")
def narrow(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A street where few requests are too many."""
    with street(
        prepared,
        tmp_path_factory.mktemp("narrow"),
        WHEELYARD_RATE_LIMIT_ANONYMOUS="2",
        WHEELYARD_RATE_LIMIT_USER="3",
        WHEELYARD_RATE_LIMIT_SECONDS=str(DAY),
    ) as lane:
        wait_for_room(120, DAY)
        yield lane


def told(answer: httpx.Response) -> dict[str, str]:
    """What an answer says of limits."""
    return {
        name: value
        for name, value in answer.headers.items()
        if name.startswith("ratelimit") or name == "retry-after"
    }


def midnight() -> int:
    """When the day ends, in Unix time."""
    return (int(datetime.now(UTC).timestamp()) // DAY + 1) * DAY


def test_every_answer_says_what_is_left(lane: Street) -> None:
    address = new_address()
    with lane.at(address) as caller:
        answers = [caller.api("GET", "/projects") for _ in range(2)]

    assert [told(answer) for answer in answers] == [
        {
            "ratelimit-limit": "2",
            "ratelimit-name": "throttle_unauthenticated_api",
            "ratelimit-observed": str(observed),
            "ratelimit-remaining": str(ANONYMOUS - observed),
            "ratelimit-reset": str(midnight()),
        }
        for observed in (1, 2)
    ]


def test_what_is_over_the_limit_is_refused_and_told_when_to_come_again(narrow: Street) -> None:
    address = new_address()
    with narrow.at(address) as caller, narrow.at(new_address()) as neighbour:
        for _ in range(2):
            assert caller.api("GET", "/projects").status_code == 200
        answer = caller.api("GET", "/projects")
        assert neighbour.api("GET", "/projects").status_code == 200

    said = told(answer)
    seconds = int(said.pop("retry-after"))
    assert abs(midnight() - datetime.now(UTC).timestamp() - seconds) < 5
    reset = parsedate_to_datetime(said.pop("ratelimit-resettime"))
    assert reset.timestamp() == midnight()
    assert (answer.status_code, answer.headers["content-type"]) == (429, "application/json")
    assert answer.json() == {"message": f"429 Too Many Requests - Try again in {seconds} s"}
    assert said == {
        "ratelimit-limit": "1",
        "ratelimit-name": "throttle_unauthenticated_api",
        "ratelimit-observed": "3",
        "ratelimit-remaining": "0",
        "ratelimit-reset": str(midnight()),
    }
    (line,) = [line for line in narrow.lines("too many requests") if f"by={address} " in line]
    assert "limit=throttle_unauthenticated_api " in line


def test_a_user_is_counted_with_all_their_tokens_wherever_they_are(narrow: Street) -> None:
    user, other = narrow.town.user(), narrow.town.user()
    observed = []
    for owner in (user, user, user, user, other):
        with narrow.at(new_address(), narrow.town.token(owner)) as caller:
            answer = caller.api("GET", "/user")
            observed.append((answer.status_code, told(answer)["ratelimit-observed"]))

    assert observed == [(200, "1"), (200, "2"), (200, "3"), (429, "4"), (200, "1")]


def test_who_has_a_token_is_not_counted_with_those_who_have_none(narrow: Street) -> None:
    address = new_address()
    with narrow.at(address) as nobody:
        for _ in range(3):
            nobody.api("GET", "/projects")
    with narrow.at(address, narrow.town.token(narrow.town.user())) as caller:
        answer = caller.api("GET", "/user")

    assert answer.status_code == 200
    assert answer.headers["ratelimit-name"] == "throttle_authenticated_api"


def test_a_deploy_token_is_counted_by_itself(narrow: Street) -> None:
    project = narrow.town.project()
    first, second = (narrow.town.deploy_token(project, "read_package_registry") for _ in range(2))
    with (
        narrow.at(new_address(), auth=("__token__", first.secret)) as one,
        narrow.at(new_address(), auth=("__token__", second.secret)) as another,
    ):
        statuses = [one.simple(project).status_code for _ in range(4)]
        assert another.simple(project).status_code == 200

    assert statuses == [200, 200, 200, 429]


def test_each_answer_of_a_repository_is_counted_once(lane: Street) -> None:
    project = lane.town.project()
    user = lane.town.join(lane.town.user(), project, Role.DEVELOPER)
    dist = wheel("counted", "1.0")
    file = f"{pypi(project)}/files/{dist.sha256}/{dist.filename}"
    with lane.at(new_address(), auth=("__token__", lane.town.token(user).secret)) as caller:
        answers = [
            caller.publish(project, dist),
            page := caller.simple(project, "counted"),
            caller.http.get(page.url, headers={"If-None-Match": page.headers["etag"]}),
            caller.http.head(page.url),
            caller.download(project, dist),
            caller.http.get(file, headers={"Range": "bytes=1-5"}),
            caller.simple(project, "absent"),
            caller.http.post(pypi(project), data={"name": "counted"}),
        ]

    assert [answer.status_code for answer in answers] == [201, 200, 304, 200, 200, 206, 404, 400]
    assert [told(answer)["ratelimit-observed"] for answer in answers] == list("12345678")


def test_a_call_that_changes_something_is_counted_once(lane: Street) -> None:
    user = lane.town.user()
    with lane.at(new_address(), lane.town.token(user)) as caller:
        made = caller.api("POST", "/projects", name="counted-once")
        gone = caller.api("DELETE", f"/projects/{made.json()['id']}")

    assert [answer.status_code for answer in (made, gone)] == [201, 202]
    assert [told(answer)["ratelimit-observed"] for answer in (made, gone)] == ["1", "2"]


def test_what_fails_before_anybody_knows_who_asks_counts_for_the_address(narrow: Street) -> None:
    address = new_address()
    with narrow.at(address) as nobody, narrow.at(address, "glpat-wrong") as stranger:
        absent = nobody.http.get("/api/v4/no/such/call")
        unknown = stranger.api("GET", "/user")
        refused = stranger.api("GET", "/user")

    assert [answer.status_code for answer in (absent, unknown, refused)] == [404, 401, 429]
    assert [told(answer)["ratelimit-observed"] for answer in (absent, unknown, refused)] == [
        "1",
        "2",
        "3",
    ]


@pytest.mark.parametrize("has_token", [False, True])
def test_every_call_of_the_api_is_counted(
    lane: Street, registry: Registry, *, has_token: bool
) -> None:
    project = lane.town.project()
    admin = lane.town.user(is_admin=True)
    names = {"user": "0", "token": "0", "project": str(project.id)}
    names["group"] = str(project.namespace_id)
    kind = "authenticated" if has_token else "unauthenticated"
    told_of = []
    # Those that look come first; then there is less to look at.
    for method, path in sorted(list_calls(registry, **names), key=lambda call: call[0] != "GET"):
        # A token of its own, for some calls revoke the one that they come with.
        with lane.at(new_address(), lane.town.token(admin) if has_token else None) as caller:
            answer = caller.http.request(method, path)
            told_of.append((method, path, told(answer).get("ratelimit-name")))

    assert [each for each in told_of if each[2] != f"throttle_{kind}_api"] == []
    assert len(told_of) > 50


def test_pages_are_counted_by_themselves_and_what_they_load_is_not(narrow: Street) -> None:
    with narrow.browser(new_address()) as browser:
        shown = browser.get("/explore")
        asset = browser.http.get(re.findall(r'"(/assets/[^"]+)"', shown.text)[0])
        health = browser.get("/-/liveness")
        call = browser.get("/api/v4/projects")
        again, refused = browser.get("/explore"), browser.get("/explore")

    assert [answer.status_code for answer in (shown, again, refused)] == [200, 200, 429]
    assert told(asset) == told(health) == {}
    assert told(call)["ratelimit-observed"] == "1"
    assert told(refused)["ratelimit-name"] == "throttle_unauthenticated_web"
    assert "Not so fast" in refused.text
    seconds = told(refused)["retry-after"]
    assert f"Try again in {int(seconds):,} s" in refused.text


def test_signing_in_is_counted(narrow: Street) -> None:
    user = narrow.town.user(password=PASSWORD)
    with narrow.browser(new_address()) as browser:
        browser.get("/users/sign_in")
        sent = {"login": user.username, "password": "wrong"}
        statuses = [browser.post("/users/sign_in", sent).status_code for _ in range(2)]

    assert statuses == [403, 429]


def test_a_form_counts_once_for_its_user(lane: Street) -> None:
    user = lane.town.user(password=PASSWORD)
    with lane.browser(new_address()) as browser:
        browser.sign_in(user.username)
        before = int(told(browser.get("/-/user_settings/profile"))["ratelimit-observed"])
        sent = {"name": "Another", "username": user.username, "email": user.email}
        saved = browser.post("/-/user_settings/profile", sent)
        bad = browser.post("/-/user_settings/profile", {**sent, "name": ""})

    assert [saved.status_code, bad.status_code] == [303, 422]
    observed = [int(told(answer)["ratelimit-observed"]) for answer in (saved, bad)]
    assert observed == [before + 1, before + 2]
    assert told(bad)["ratelimit-name"] == "throttle_authenticated_web"


def test_a_limit_ends_with_its_period(prepared: Path, tmp_path: Path) -> None:
    limits = {"WHEELYARD_RATE_LIMIT_ANONYMOUS": "1", "WHEELYARD_RATE_LIMIT_SECONDS": "2"}
    with street(prepared, tmp_path, **limits) as lane, lane.at(new_address()) as caller:
        wait_for_room(1.5, 2)
        first, second = caller.api("GET", "/projects"), caller.api("GET", "/projects")
        wait_for_room(2, 2)
        third = caller.api("GET", "/projects")

    assert [answer.status_code for answer in (first, second, third)] == [200, 429, 200]
    assert told(third)["ratelimit-limit"] == "30"


def test_one_of_the_limits_leaves_the_others_off(prepared: Path, tmp_path: Path) -> None:
    limits = {"WHEELYARD_RATE_LIMIT_USER": "1", "WHEELYARD_RATE_LIMIT_SECONDS": str(DAY)}
    with street(prepared, tmp_path, **limits) as lane, lane.at(new_address()) as nobody:
        answers = [nobody.api("GET", "/projects") for _ in range(5)]
        token = lane.town.token(lane.town.user())
        with lane.at(new_address(), token) as caller:
            assert [caller.api("GET", "/user").status_code for _ in range(2)] == [200, 429]

    assert {answer.status_code for answer in answers} == {200}
    assert told(answers[-1]) == {}


def test_nothing_is_limited_unless_told(
    server: Server, developer: Actor, project: Project, root: Actor
) -> None:
    with Visitor(server.url) as browser:
        answers = [
            developer.simple(project),
            root.api("GET", "/user"),
            root.api("GET", "/no/such/call"),
            browser.get("/explore"),
            browser.get("/api/v4/projects"),
        ]

    assert [told(answer) for answer in answers] == [{}] * 5


def test_a_public_page_counts_for_nobodys_address(lane: Street) -> None:
    project = lane.town.project(visibility=Visibility.PUBLIC)
    with lane.at(new_address()) as nobody:
        answers = [nobody.simple(project) for _ in range(3)]

    assert [told(answer)["ratelimit-name"] for answer in answers] == [
        "throttle_unauthenticated_api"
    ] * 3
    assert [told(answer)["ratelimit-observed"] for answer in answers] == ["1", "2", "3"]
