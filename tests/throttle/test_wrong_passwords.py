"""Wrong passwords are counted by address and by account, and too many are not compared."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.actors import PASSWORD, Installation
from tests.pages.made_up import InProcess
from tests.pages.visitor import Visitor, notes, wrong
from tests.throttle.street import Street, new_address, street, wait_for_room
from wheelyard import app
from wheelyard.registry import Registry
from wheelyard.settings import Settings
from wheelyard.throttle import ACCOUNT_SECONDS, FAILURE_SECONDS
from wheelyard.users import User

LIMIT = 3
TOO_MANY = "Too many wrong tokens or passwords; try again in "


@pytest.fixture(scope="module")
def lane(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A street where few wrong passwords are too many."""
    folder = tmp_path_factory.mktemp("lane")
    with street(prepared, folder, WHEELYARD_AUTH_FAILURES=str(LIMIT)) as lane:
        yield lane


@pytest.fixture
def user(lane: Street) -> User:
    """Somebody with a password; no window is about to end."""
    wait_for_room(20, FAILURE_SECONDS)
    wait_for_room(20, ACCOUNT_SECONDS)
    return lane.town.user(password=PASSWORD)


def guess(lane: Street, login: str, address: str, times: int = LIMIT) -> None:
    """Send wrong passwords."""
    with lane.browser(address) as browser:
        for number in range(times):
            answer = browser.sign_in(login, f"wrong {number}")
            assert answer.status_code == 403, (number, notes(answer))


def sign_in(lane: Street, login: str, address: str) -> httpx.Response:
    """Sign in with the right password."""
    with lane.browser(address) as browser:
        return browser.sign_in(login)


def require_refused(answer: httpx.Response, *, within: int) -> None:
    """The form is there again, and says how long to wait."""
    seconds = int(answer.headers["retry-after"])
    assert answer.status_code == 429
    assert 1 <= seconds <= within
    assert notes(answer) == [f"{TOO_MANY}{seconds} s"]
    assert 'name="password"' in answer.text


def test_an_address_with_too_many_wrong_ones_waits(lane: Street, user: User) -> None:
    address, another = new_address(), lane.town.user(password=PASSWORD)
    guess(lane, another.username, address, times=1)
    guess(lane, "nobody-at-all", address, times=1)
    guess(lane, "somebody@example.com", address, times=1)

    require_refused(sign_in(lane, user.username, address), within=FAILURE_SECONDS)
    assert sign_in(lane, user.username, new_address()).status_code == 303
    said = lane.lines("too many wrong credentials")
    assert len([line for line in said if f"address={address} " in line]) == 1


def test_wrong_tokens_and_passwords_count_together(lane: Street, user: User) -> None:
    address = new_address()
    guess(lane, user.username, address, times=1)
    for number in range(LIMIT - 1):
        with lane.at(address, f"glpat-wrong-{number}") as caller:
            assert caller.api("GET", "/user").status_code == 401

    require_refused(sign_in(lane, user.username, address), within=FAILURE_SECONDS)


def test_an_account_with_too_many_wrong_ones_waits_at_every_new_address(
    lane: Street, user: User
) -> None:
    spellings = (user.username, user.email, user.username.upper())
    for spelling in spellings:
        guess(lane, spelling, new_address(), times=1)

    require_refused(sign_in(lane, user.username, new_address()), within=ACCOUNT_SECONDS)
    others = lane.town.user(password=PASSWORD)
    assert sign_in(lane, others.username, new_address()).status_code == 303
    (said,) = [
        line
        for line in lane.lines("too many wrong passwords for an account")
        if f"user={user.id} " in f"{line} "
    ]
    assert "level=warning" in said
    assert user.username not in said


def test_a_name_that_nobody_has_waits_as_well(lane: Street, user: User) -> None:
    del user
    for spelling in ("no-such-name", "NO-such-name", "no-SUCH-name"):
        guess(lane, spelling, new_address(), times=1)

    require_refused(sign_in(lane, "no-such-name", new_address()), within=ACCOUNT_SECONDS)
    assert "no-such-name" not in lane.server.log.read_text()


def test_the_owner_of_an_account_gets_in_where_they_are_signed_in(lane: Street, user: User) -> None:
    home, network = new_address(), "2001:db8:5:5"
    assert sign_in(lane, user.username, home).status_code == 303
    assert sign_in(lane, user.username, f"{network}::1").status_code == 303
    for _ in range(LIMIT):
        guess(lane, user.username, new_address(), times=1)

    assert sign_in(lane, user.username, home).status_code == 303
    assert sign_in(lane, user.username, f"{network}:9:9:9:9").status_code == 303
    require_refused(sign_in(lane, user.username, new_address()), within=ACCOUNT_SECONDS)


def test_a_right_password_between_wrong_ones_resets_nothing(lane: Street, user: User) -> None:
    address, another = new_address(), lane.town.user(password=PASSWORD)
    for _ in range(LIMIT):
        guess(lane, user.username, address, times=1)
        if _ < LIMIT - 1:
            assert sign_in(lane, another.username, address).status_code == 303

    require_refused(sign_in(lane, another.username, address), within=FAILURE_SECONDS)


def test_confirming_with_wrong_passwords_counts_too(lane: Street, user: User) -> None:
    address = new_address()
    with lane.browser(address) as browser:
        assert browser.sign_in(user.username).status_code == 303
        for _ in range(LIMIT):
            assert wrong(confirm(browser, "not the right one")) == ["Current password is not right"]

        refused = confirm(browser, PASSWORD)

        assert refused.status_code == 429
        (said,) = notes(refused)
        assert said.startswith(TOO_MANY)
        profile = {"name": "New", "username": user.username, "email": "new@example.com"}
        browser.get("/-/user_settings/profile")
        answer = browser.post("/-/user_settings/profile", {**profile, "current_password": PASSWORD})
        assert answer.status_code == 429
        # What needs no password goes on.
        answer = browser.post("/-/user_settings/profile", {**profile, "email": user.email})
        assert answer.status_code == 303


def confirm(browser: Visitor, password: str) -> httpx.Response:
    """Ask for another password of one's own."""
    browser.get("/-/user_settings/password")
    fields = {"password": "another one", "password_confirmation": "another one"}
    return browser.post("/-/user_settings/password", {**fields, "current_password": password})


def test_the_wait_ends_with_the_window(prepared: Path, tmp_path: Path) -> None:
    now = datetime(2026, 11, 24, 12, 0, 1, tzinfo=UTC)
    data = Path(shutil.copytree(prepared, tmp_path / "data"))
    town = Installation(data)
    user = town.user(password=PASSWORD)
    town.close()
    registry = Registry.open(Settings(data=data, auth_failures=1), clock=lambda: now)

    def answers(password: str) -> int:
        with Visitor("http://here.example.com") as browser:
            browser.http = httpx.Client(transport=transport, base_url="http://here.example.com")
            return browser.sign_in(user.username, password).status_code

    with InProcess(app.application(registry)) as transport:
        statuses = [answers("wrong"), answers(PASSWORD)]
        now += timedelta(seconds=FAILURE_SECONDS)
        statuses.append(answers(PASSWORD))  # the account's window is a longer one
        now += timedelta(seconds=ACCOUNT_SECONDS)
        statuses.append(answers(PASSWORD))
    registry.close()

    assert statuses == [403, 429, 429, 303]
