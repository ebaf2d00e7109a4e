"""How a session begins, is kept and ends."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.actors import PASSWORD, Installation
from tests.pages.visitor import Visitor, visiting
from tests.pages.world import expire
from tests.servers import running
from wheelyard import sessions
from wheelyard.registry import utc_now
from wheelyard.users import User

COOKIE = "wheelyard_session"
SECURE_COOKIE = "__Host-wheelyard_session"
OWN = "/-/user_settings/profile"


@pytest.fixture
def user(town: Installation) -> User:
    """A new user with a password."""
    return town.user(password=PASSWORD)


@pytest.fixture
def newcomer(town: Installation) -> Iterator[Visitor]:
    """A browser that was never here."""
    with Visitor(town.url) as newcomer:
        yield newcomer


def with_cookie(town: Installation, value: str, *, path: str = OWN) -> httpx.Response:
    """Ask for a page with a cookie of one's own making."""
    return httpx.get(f"{town.url}{path}", headers={"cookie": f"{COOKIE}={value}"})


def set_cookies(answer: httpx.Response) -> dict[str, set[str]]:
    """Each cookie that an answer sets, with its attributes."""
    found = {}
    for line in answer.headers.get_list("set-cookie"):
        pair, *attributes = (part.strip() for part in line.split(";"))
        found[pair.partition("=")[0]] = set(attributes)
    return found


def test_signing_in_gives_the_browser_another_secret(
    town: Installation, user: User, newcomer: Visitor
) -> None:
    newcomer.get("/users/sign_in")
    before, token = newcomer.http.cookies[COOKIE], newcomer.form_token

    assert newcomer.sign_in(user.username).status_code == 303

    after = newcomer.http.cookies[COOKIE]
    assert after != before
    assert newcomer.get(OWN).status_code == 200
    assert newcomer.form_token != token
    assert with_cookie(town, before).status_code == 303, "the secret of before has a session"


def test_a_secret_that_was_planted_never_becomes_a_session(
    town: Installation, user: User, newcomer: Visitor
) -> None:
    planted = "planted-by-somebody-else"
    newcomer.set_cookie(COOKIE, planted)

    assert newcomer.sign_in(user.username).status_code == 303

    assert planted not in newcomer.http.cookies.values()
    assert with_cookie(town, planted).status_code == 303


def test_the_session_of_somebody_else_is_not_signed_in_over_but_ended(
    town: Installation, user: User, newcomer: Visitor
) -> None:
    other = town.user()
    with visiting(town, other) as planter:
        planted = planter.http.cookies[COOKIE]
    newcomer.set_cookie(COOKIE, planted)
    newcomer.get(OWN)

    sent = {"login": user.username, "password": PASSWORD}
    assert newcomer.post("/users/sign_in", sent).status_code == 303

    assert user.email in newcomer.get(OWN).text
    assert with_cookie(town, planted).status_code == 303, "the planted session lives on"


def test_a_form_of_before_signing_in_is_refused_after_it(user: User, newcomer: Visitor) -> None:
    newcomer.get("/users/sign_in")
    early = newcomer.form_token
    newcomer.sign_in(user.username)

    answer = newcomer.http.post("/-/user_settings/preferences", data={"form_token": early})

    assert answer.status_code == 403


def test_signing_out_ends_the_session_on_the_server(town: Installation, user: User) -> None:
    with visiting(town, user) as visitor:
        secret, token = visitor.http.cookies[COOKIE], visitor.form_token

        visitor.follow(visitor.post("/users/sign_out"))

        assert visitor.http.cookies[COOKIE] != secret
        assert visitor.get(OWN).status_code == 303
        stale = visitor.http.post("/-/user_settings/preferences", data={"form_token": token})
    assert with_cookie(town, secret).status_code == 303
    assert stale.status_code == 403


@pytest.mark.parametrize(
    ("moment", "ended", "alive"),
    [
        ("last_used_at", sessions.IDLE, sessions.IDLE - timedelta(minutes=1)),
        ("created_at", sessions.LONGEST, sessions.LONGEST - timedelta(minutes=1)),
    ],
)
def test_a_session_ends_by_itself(
    town: Installation, moment: str, ended: timedelta, alive: timedelta
) -> None:
    found = []
    for age in (alive, ended):
        user = town.user()
        with town.database.write() as conn:  # and not used yet: a use is written seconds later
            begun = sessions.begin(conn, user, address="", user_agent="", at=utc_now())
        ages = {moment: age}
        if moment == "created_at":  # what is kept is when it ends
            ages["expires_at"] = age - sessions.LONGEST
        expire(town, user, **ages)
        found.append(with_cookie(town, begun.secret).status_code)

    assert found == [200, 303]


def test_using_a_session_does_not_prolong_it_past_its_longest(
    town: Installation, user: User
) -> None:
    with visiting(town, user) as visitor:
        secret = visitor.http.cookies[COOKIE]
    with town.database.read() as conn:
        session = sessions.find(conn, secret, at=utc_now())
        assert session is not None
        last = session.created_at + sessions.LONGEST
        with town.database.write() as writing:
            sessions.note_use(writing, {session.id: last})
        assert sessions.find(conn, secret, at=last) is None


def test_a_block_ends_a_session_at_once(town: Installation, user: User) -> None:
    with visiting(town, user) as visitor:
        assert visitor.get(OWN).status_code == 200
        town.block(user)
        assert visitor.get(OWN).status_code == 303
        assert visitor.post("/-/user_settings/preferences").status_code == 303


@pytest.mark.parametrize("password", [PASSWORD, "another"])
def test_a_blocked_user_does_not_sign_in(
    town: Installation, user: User, newcomer: Visitor, password: str
) -> None:
    town.block(user)

    answer = newcomer.sign_in(user.username, password)

    assert answer.status_code == 403
    assert ("has been blocked" in answer.text) is (password == PASSWORD)


def test_whether_a_user_exists_is_not_told_at_sign_in(user: User, newcomer: Visitor) -> None:
    texts = set()
    for name in (user.username, f"{user.username}-is-nobody"):
        answer = newcomer.sign_in(name, "wrong")
        assert answer.status_code == 403
        texts.add(answer.text.replace(name, "somebody"))

    assert len(texts) == 1


def test_a_password_is_in_no_page_and_no_address(user: User, newcomer: Visitor) -> None:
    answer = newcomer.sign_in(user.username, "the wrong one of all")

    assert "the wrong one of all" not in answer.text + str(answer.headers)


def test_what_no_session_has_signs_nobody_in(town: Installation) -> None:
    values = ("", "x", "x" * 64, "x" * 65, "%00", "a b", '"quoted"', "é".encode().decode("latin-1"))
    answers = {
        value: httpx.get(
            f"{town.url}{OWN}", headers=[(b"cookie", f"{COOKIE}={value}".encode("latin-1"))]
        ).status_code
        for value in values
    }

    assert answers == dict.fromkeys(values, 303)


def test_a_notice_in_a_cookie_is_text_or_nothing(town: Installation) -> None:
    notices = (
        b"<b>bold</b>".hex(),
        "zz",
        "é",
        b"\xff".hex(),
        b"[".hex() * 2000,
        "1" * 5000,
    )
    for notice in notices:
        cookie = f"wheelyard_notice={notice}".encode("latin-1")
        answer = httpx.get(f"{town.url}/explore", headers=[(b"cookie", cookie)])
        assert answer.status_code == 200, notice
        assert "<b>" not in answer.text


def test_cookies_are_out_of_the_reach_of_scripts_and_other_sites(
    user: User, newcomer: Visitor
) -> None:
    first = set_cookies(newcomer.get("/users/sign_in"))
    begun = set_cookies(newcomer.sign_in(user.username))

    assert first == {COOKIE: {"Path=/", "SameSite=Lax", "HttpOnly"}}
    longest = f"Max-Age={int(sessions.LONGEST.total_seconds())}"
    assert begun == {COOKIE: {"Path=/", "SameSite=Lax", "HttpOnly", longest}}


def test_behind_https_the_cookie_is_for_this_host_and_https_alone(
    tmp_path: Path, prepared: Path
) -> None:
    data = shutil.copytree(prepared, tmp_path / "data")
    with running(data, WHEELYARD_TRUSTED_PROXIES="127.0.0.1") as server:
        town = Installation(server.data, server.url)
        user = town.user(password=PASSWORD)
        town.close()
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
        with httpx.Client(base_url=server.url, headers=headers) as browser:
            shown = browser.get("/users/sign_in")
            # The client would not send a Secure cookie back over HTTP, as the proxy does.
            secret = shown.headers["set-cookie"].partition("=")[2].partition(";")[0]
            token = shown.text.partition('name="form_token" value="')[2][:64]
            sent = {"form_token": token, "login": user.username, "password": PASSWORD}
            cookie = {"cookie": f"{SECURE_COOKIE}={secret}"}
            begun = browser.post("/users/sign_in", data=sent, headers=cookie)
            plain = {"cookie": f"{COOKIE}={secret}"}
            planted = browser.post("/users/sign_in", data=sent, headers=plain)

    assert set_cookies(shown) == {SECURE_COOKIE: {"Path=/", "SameSite=Lax", "HttpOnly", "Secure"}}
    assert begun.status_code == 303
    assert set_cookies(begun)[SECURE_COOKIE] > {"Path=/", "HttpOnly", "Secure"}
    assert planted.status_code == 403, "a cookie that any neighbour can plant was taken"
