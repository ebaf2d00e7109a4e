"""Active sessions: which browsers one is signed in with, and ending them."""

import pytest

from tests.actors import Installation
from tests.pages.visitor import Visitor, notes, rows, visiting
from wheelyard import sessions
from wheelyard.registry import utc_now
from wheelyard.users import User
from wheelyard.web.pages.account import browsers

HERE = "/-/user_settings/active_sessions"


def session_ids(town: Installation, user: User) -> list[int]:
    """The ids of a user's sessions, the newest first."""
    with town.database.read() as conn:
        return [session.id for session in sessions.all_sessions(conn, user, at=utc_now())]


def test_each_browser_is_listed_and_this_one_is_marked(
    town: Installation, user: User, visitor: Visitor
) -> None:
    with visiting(town, user):
        listed = rows(visitor.get(HERE))

    assert [row[0] for row in listed] == ["Tests", "Tests This browser"]
    assert {row[1] for row in listed} == {"127.0.0.1"}


def test_one_browser_is_signed_out(town: Installation, user: User, visitor: Visitor) -> None:
    with visiting(town, user) as elsewhere:
        newest = session_ids(town, user)[0]
        shown = visitor.follow(visitor.post(f"{HERE}/end", {"session_id": str(newest)}))
        gone = elsewhere.get(HERE)

    assert notes(shown) == ["That browser was signed out."]
    assert len(rows(shown)) == 1
    assert gone.status_code == 303


def test_all_other_browsers_are_signed_out(
    town: Installation, user: User, visitor: Visitor
) -> None:
    with visiting(town, user) as one, visiting(town, user) as another:
        shown = visitor.follow(visitor.post(f"{HERE}/end_others"))
        statuses = [each.get(HERE).status_code for each in (one, another, visitor)]

    assert notes(shown) == ["All other browsers were signed out."]
    assert statuses == [303, 303, 200]


def test_the_session_of_another_user_is_not_ended(town: Installation, visitor: Visitor) -> None:
    other = town.user()
    with visiting(town, other) as victim:
        for wanted in (str(session_ids(town, other)[0]), "", "x", "9" * 30):
            visitor.follow(visitor.post(f"{HERE}/end", {"session_id": wanted}))

        assert victim.get(HERE).status_code == 200


CHROMIUM = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"
WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/2010 Firefox/128.0", "Firefox on Linux"),
        (
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/17.5 Safari/605.1",
            "Safari on macOS",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROMIUM} Safari/537.36 Edg/126.0.0.0",
            "Edge on Windows",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {CHROMIUM} Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {WEBKIT} CriOS/126 Safari/604",
            "Chrome on iPhone",
        ),
        ("curl/8.5.0", "curl"),
        ("", "Unknown browser"),
    ],
)
def test_a_browser_is_named_in_a_few_words(user_agent: str, words: str) -> None:
    assert browsers.describe(user_agent, str) == words
