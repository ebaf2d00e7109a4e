"""Wrong credentials are counted by address, and from where too many came no other is looked at."""

import base64
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.actors import Actor, pypi
from tests.builders import wheel
from tests.servers import running
from tests.throttle.routes import list_calls
from tests.throttle.street import Street, new_address, street, wait_for_room
from wheelyard.access import Role, Visibility
from wheelyard.projects import Project
from wheelyard.registry import Registry, utc_now

_numbers = itertools.count(1)

LIMIT = 5
WORKER_THREADS = 40
"""So many look a token up at the same moment, at most; anyio's number."""


@pytest.fixture(scope="module")
def lane(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A street where few failures are too many."""
    folder = tmp_path_factory.mktemp("lane")
    with street(prepared, folder, WHEELYARD_AUTH_FAILURES=str(LIMIT)) as lane:
        yield lane


@pytest.fixture
def address() -> str:
    """An address of this test, in a minute that is not about to end."""
    wait_for_room(15)
    return new_address()


def new_secret() -> str:
    """A secret that nobody has sent before, and nobody has."""
    return f"glpat-wrong-{next(_numbers)}"


def fail(lane: Street, address: str, times: int = LIMIT) -> None:
    """Send wrong tokens, each another one."""
    with lane.at(address) as caller:
        for _ in range(times):
            headers = {"PRIVATE-TOKEN": new_secret()}
            answer = caller.http.get("/api/v4/user", headers=headers)
            assert answer.status_code == 401, headers


def is_refused(answer: httpx.Response) -> bool:
    """Whether an answer says to wait; how it says it is the same everywhere."""
    if answer.status_code != 429:
        return False
    seconds = int(answer.headers["retry-after"])
    assert 1 <= seconds <= 60
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "message": "429 Too Many Requests - Too many wrong tokens or passwords; "
        f"try again in {seconds} s"
    }
    return True


def basic(name: str, secret: str) -> dict[str, str]:
    """The header of Basic."""
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


@dataclass(frozen=True)
class Form:
    """How a token is sent."""

    name: str
    send: Callable[[str], tuple[dict[str, str], dict[str, str]]]
    is_for_rest: bool = True


FORMS = [
    Form("PRIVATE-TOKEN", lambda secret: ({"PRIVATE-TOKEN": secret}, {})),
    Form("Bearer", lambda secret: ({"Authorization": f"Bearer {secret}"}, {})),
    Form("JOB-TOKEN", lambda secret: ({"JOB-TOKEN": secret}, {})),
    Form("private_token", lambda secret: ({}, {"private_token": secret})),
    Form("job_token", lambda secret: ({}, {"job_token": secret})),
    Form("Basic", lambda secret: (basic("__token__", secret), {}), is_for_rest=False),
    Form("Basic alone", lambda secret: (basic(secret, ""), {}), is_for_rest=False),
    Form("CI", lambda secret: (basic("gitlab-ci-token", secret), {}), is_for_rest=False),
    Form("Deploy-Token", lambda secret: ({"Deploy-Token": secret}, {}), is_for_rest=False),
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_wrong_token_counts_in_every_form(lane: Street, address: str, form: Form) -> None:
    project = lane.town.project()
    path = f"/api/v4/projects/{project.id}/packages" if form.is_for_rest else pypi(project)
    path = path if form.is_for_rest else f"{path}/simple/"
    answers = []
    with lane.at(address) as caller:
        for number in range(LIMIT + 1):
            headers, query = form.send(f"wrong-{number}")
            answers.append(caller.http.get(path, headers=headers, params=query or None))

    assert [answer.status_code for answer in answers[:-1]] == [401] * LIMIT
    assert is_refused(answers[-1])


def test_no_call_looks_at_a_token_from_there(
    lane: Street, address: str, registry: Registry
) -> None:
    project = lane.town.project()
    calls = list(list_calls(registry, project=str(project.id), group=str(project.namespace_id)))
    fail(lane, address)
    unknown = lane.town.token(lane.town.user(is_admin=True)).secret

    with lane.at(address, unknown) as caller:
        looked_at = [
            (method, path)
            for method, path in calls
            if not is_refused(caller.http.request(method, path))
        ]

    assert looked_at == []
    assert len(calls) > 50


def test_who_sends_no_token_or_comes_from_elsewhere_goes_on(lane: Street, address: str) -> None:
    fail(lane, address)
    token = lane.town.token(lane.town.user())

    with lane.at(address) as nobody, lane.at(new_address(), token) as neighbour:
        assert nobody.api("GET", "/projects").status_code == 200
        assert nobody.http.get("/explore").status_code == 200
        assert neighbour.api("GET", "/user").status_code == 200


def test_a_token_that_was_good_before_goes_on_everywhere(lane: Street, address: str) -> None:
    town = lane.town
    project, other = town.project(), town.project()
    user = town.join(town.user(), project, Role.DEVELOPER)
    town.join(user, other, Role.DEVELOPER)
    token, fresh = town.token(user), town.token(user)
    at_pip = basic("__token__", token.secret)
    with lane.at("198.18.200.1", token) as caller, lane.at("198.18.200.1", headers=at_pip) as pip:
        assert caller.api("GET", "/user").status_code == 200
        assert pip.simple(project).status_code == 200
    with lane.at("198.18.200.1") as caller:
        query = {"private_token": token.secret, "page": "1"}
        assert caller.http.get("/api/v4/projects", params=query).status_code == 200
    fail(lane, address)

    with lane.at(address, token) as caller, lane.at(address, headers=at_pip) as pip:
        assert caller.api("GET", f"/projects/{project.id}").status_code == 200
        assert caller.publish(project, wheel("known", "1.0")).status_code == 201
        assert pip.simple(project, "known").status_code == 200
        assert pip.simple(other).status_code == 200
    with lane.at(address) as caller:
        query = {"private_token": token.secret, "page": "2"}
        assert caller.http.get("/api/v4/projects", params=query).status_code == 200
        query = {"private_token": fresh.secret, "page": "2"}
        assert is_refused(caller.http.get("/api/v4/projects", params=query))


def test_a_known_token_that_was_revoked_is_refused_all_the_same(lane: Street, address: str) -> None:
    token = lane.town.token(lane.town.user())
    with lane.at(address, token) as caller:
        assert caller.api("GET", "/user").status_code == 200
        fail(lane, address)
        lane.town.revoke(token)

        assert caller.api("GET", "/user").json()["error"] == "invalid_token"


def test_a_browser_that_is_signed_in_goes_on(lane: Street, address: str) -> None:
    user = lane.town.user(password="correct horse battery")
    with lane.browser(address) as browser:
        assert browser.sign_in(user.username).status_code == 303
        fail(lane, address)

        assert browser.get("/-/user_settings/profile").status_code == 200
        # As the pages' own links do, with the cookie alone.
        assert browser.get("/api/v4/projects").status_code == 200


def test_a_good_token_between_wrong_ones_resets_nothing(lane: Street, address: str) -> None:
    known, unknown = (lane.town.token(lane.town.user()) for _ in range(2))
    with lane.at(address, known) as caller:
        for number in range(LIMIT):
            fail(lane, address, times=1)
            assert caller.api("GET", "/user").status_code == 200, number

    with lane.at(address, unknown) as caller:
        assert is_refused(caller.api("GET", "/user"))


def test_what_is_known_and_over_is_no_guess(lane: Street, address: str) -> None:
    town = lane.town
    user = town.user()
    revoked = town.token(user)
    town.revoke(revoked)
    expired = town.token(user, expires_at=utc_now() - timedelta(days=1))
    for _ in range(LIMIT):
        for token in (revoked, expired):
            with lane.at(address, token) as caller:
                assert caller.api("GET", "/user").status_code == 401

    with lane.at(address, town.token(user)) as caller:
        assert caller.api("GET", "/user").status_code == 200


def test_a_stale_token_reads_public_packages_as_often_as_it_likes(
    lane: Street, address: str
) -> None:
    project = lane.town.project(visibility=Visibility.PUBLIC)
    with lane.at(address, headers=basic("__token__", "stale")) as pip:
        statuses = {pip.simple(project).status_code for _ in range(3 * LIMIT)}

    assert statuses == {200}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_the_same_wrong_token_counts_once(lane: Street, address: str, form: Form) -> None:
    path = "/api/v4/user" if form.is_for_rest else f"{pypi(lane.town.project())}/simple/"
    headers, query = form.send(new_secret())
    with lane.at(address) as caller:
        for _ in range(2 * LIMIT):
            assert caller.http.get(path, headers=headers, params=query).status_code == 401
    fail(lane, address, times=LIMIT - 1)

    with lane.at(address, lane.town.token(lane.town.user())) as caller:
        assert is_refused(caller.api("GET", "/user"))


@pytest.mark.parametrize(
    "form", [form for form in FORMS if not form.is_for_rest], ids=lambda f: f.name
)
@pytest.mark.parametrize("place", ["project", "group", "instance"])
def test_a_wrong_token_counts_where_everybody_may_read(
    lane: Street, address: str, form: Form, place: str
) -> None:
    project = lane.town.project(visibility=Visibility.PUBLIC)
    roots = {
        "project": f"/projects/{project.id}",
        "group": f"/groups/{project.namespace_id}/-",
        "instance": "",
    }
    path = f"/api/v4{roots[place]}/packages/pypi/simple"
    answers = []
    with lane.at(address) as caller:
        for _ in range(LIMIT + 1):
            headers, _query = form.send(new_secret())
            answers.append(caller.http.get(path, headers=headers))

    assert 429 not in [answer.status_code for answer in answers[:-1]]
    assert is_refused(answers[-1])


@pytest.mark.parametrize("name", ["private_token", "access_token", "job_token"])
@pytest.mark.parametrize("form", ["json", "data"])
def test_a_wrong_token_in_a_body_counts(lane: Street, address: str, name: str, form: str) -> None:
    with lane.at(address) as caller:
        answers = [
            caller.http.request("POST", "/api/v4/projects", **{form: {name: new_secret()}})  # type: ignore[arg-type]  # one of two names
            for _ in range(LIMIT + 1)
        ]

    assert [answer.status_code for answer in answers[:-1]] == [401] * LIMIT
    assert is_refused(answers[-1])


def test_a_good_token_is_no_guess_whatever_is_answered(lane: Street, address: str) -> None:
    town = lane.town
    user = town.user()
    token, others = town.token(user), town.token(town.user())
    refused = []
    with lane.at(address, token) as caller:
        for _ in range(LIMIT + 1):
            refused.append(caller.api("GET", f"/personal_access_tokens/{others.token.id}"))
            refused.append(
                caller.http.get("/api/v4/personal_access_tokens", params={"user_id": "999999"})
            )
        assert {answer.status_code for answer in refused} == {401}
        with lane.at(address, headers={"JOB-TOKEN": token.secret}) as mistaken:
            assert mistaken.api("GET", "/user").status_code == 401
        fail(lane, address)
        assert caller.api("GET", "/user").status_code == 200  # and known it stays


def test_what_no_call_looks_at_is_no_guess(lane: Street, address: str) -> None:
    for _ in range(LIMIT + 1):
        with lane.at(address, headers=basic("somebody", new_secret())) as caller:
            assert caller.api("GET", "/user").status_code == 401
            assert caller.api("GET", "/projects").status_code == 200

    with lane.at(address, lane.town.token(lane.town.user())) as caller:
        assert caller.api("GET", "/user").status_code == 200


def test_of_a_token_that_is_sent_twice_the_last_is_looked_at(lane: Street, address: str) -> None:
    project = lane.town.project()
    good = lane.town.token(lane.town.join(lane.town.user(), project, Role.DEVELOPER)).secret
    paths = (f"/api/v4/projects/{project.id}", f"{pypi(project)}/simple")
    queries = {
        f"private_token=wrong&private_token={good}": 200,
        f"private_token={good}&private_token=wrong": 401,
        f"private%5ftoken={good}": 200,
        f"private_token={good}&private%5Ftoken=wrong": 401,
    }
    with lane.at(address) as caller:
        statuses = {
            query: [caller.http.get(f"{path}?{query}").status_code for path in paths]
            for query in queries
        }

    assert statuses == {query: [status, status] for query, status in queries.items()}


def test_an_upload_is_read_before_it_is_refused(lane: Street, address: str) -> None:
    project: Project = lane.town.project()
    fail(lane, address)

    with lane.at(address, headers=basic("__token__", "wrong")) as uploader:
        large = wheel("large", "1.0", files={"data.bin": bytes(range(256)) * 20_000})
        assert is_refused(uploader.publish(project, large))


def test_a_network_of_ipv6_counts_as_one_address(lane: Street, address: str) -> None:
    del address
    for host in range(LIMIT):
        fail(lane, f"2001:db8:0:7::{host:x}", times=1)
    token = lane.town.token(lane.town.user())

    with lane.at("2001:db8:0:7:ffff::1", token) as inside, lane.at("2001:db8:0:8::1", token) as far:
        assert is_refused(inside.api("GET", "/user"))
        assert far.api("GET", "/user").status_code == 200


def test_guesses_that_come_all_at_once_get_hardly_further(lane: Street, address: str) -> None:
    def guess(number: int) -> int:
        headers = {"PRIVATE-TOKEN": f"glpat-wrong-{number}"}
        return crowd.http.get("/api/v4/user", headers=headers).status_code

    with lane.at(address) as crowd, ThreadPoolExecutor(60) as pool:
        statuses = Counter(pool.map(guess, range(200)))

    assert set(statuses) == {401, 429}
    assert statuses[401] <= LIMIT + WORKER_THREADS


def test_the_log_says_once_from_where_too_many_came(lane: Street, address: str) -> None:
    fail(lane, address)
    with lane.at(address, "glpat-wrong-too") as caller:
        for _ in range(3):
            assert is_refused(caller.api("GET", "/user"))

    said = [line for line in lane.lines("too many wrong credentials") if f"={address} " in line]
    assert len(said) == 1, said
    assert "level=warning" in said[0]
    assert f"failures={LIMIT} " in said[0]
    assert "glpat" not in "".join(lane.server.log.read_text())


def test_thirty_a_minute_are_too_many_unless_told(prepared: Path, tmp_path: Path) -> None:
    with street(prepared, tmp_path, WHEELYARD_AUTH_FAILURES="") as lane:
        wait_for_room(20)
        address = new_address()
        fail(lane, address, times=30)

        with lane.at(address, "glpat-wrong") as caller:
            assert is_refused(caller.api("GET", "/user"))


def test_zero_is_no_limit(prepared: Path, tmp_path: Path) -> None:
    with street(prepared, tmp_path, WHEELYARD_AUTH_FAILURES="0") as lane:
        fail(lane, new_address(), times=100)


def test_an_address_that_nobody_trusted_tells_is_not_believed(tmp_path: Path) -> None:
    wait_for_room(20)
    with running(tmp_path / "data", WHEELYARD_AUTH_FAILURES=str(LIMIT)) as server:
        answers = []
        for _ in range(LIMIT + 1):
            headers = {"X-Forwarded-For": new_address(), "PRIVATE-TOKEN": new_secret()}
            with Actor(server.url, headers=headers) as caller:
                answers.append(caller.api("GET", "/user"))

    assert [answer.status_code for answer in answers[:-1]] == [401] * LIMIT
    assert is_refused(answers[-1])
