"""Personal access tokens: made, shown once, rotated and revoked in a browser."""

import re
from datetime import timedelta

import pytest

from tests.actors import Installation
from tests.pages.visitor import Visitor, notes, rows, visiting, wrong
from wheelyard.registry import utc_now
from wheelyard.tokens import ROTATED_DAYS
from wheelyard.users import User

HERE = "/-/user_settings/personal_access_tokens"
SECRET = re.compile(r'<code id="secret">(glpat-[A-Za-z0-9_-]{20})</code>')


def day(days: int) -> str:
    """A date from today on."""
    return (utc_now() + timedelta(days=days)).date().isoformat()


def own(town: Installation, secret: str) -> dict[str, object]:
    """What a token says of itself."""
    with town.calling(secret) as caller:
        shown: dict[str, object] = caller.api("GET", "/personal_access_tokens/self").json()
        return shown


def test_a_token_is_made_shown_once_and_works(town: Installation, visitor: Visitor) -> None:
    sent = {
        "name": "laptop <i>",
        "description": "at home",
        "scopes[]": ["read_api", "read_user"],
        "expires_at": day(30),
    }

    shown = visitor.follow(visitor.post(HERE, sent))
    again = visitor.get(HERE)

    secret = SECRET.findall(shown.text)[0]
    token = own(town, secret)
    assert shown.status_code == 200
    assert (token["name"], token["scopes"]) == ("laptop <i>", ["read_api", "read_user"])
    assert (token["description"], token["expires_at"]) == ("at home", day(30))
    assert secret not in again.text
    assert len(rows(again)) == 1, "loading the page again makes no second token"
    assert rows(again)[0][0] == "laptop <i> at home"
    assert 'name="name" type="text" value=""' in shown.text, "the form is still filled in"


def test_gitlabs_query_fills_the_form(visitor: Visitor) -> None:
    shown = visitor.get(HERE, name='the "demo"', scopes="api,self_rotate,unknown").text

    assert 'value="the &#34;demo&#34;"' in shown
    assert re.findall(r'value="([a-z_]+)" checked', shown) == ["api", "self_rotate"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Token name is empty"),
        ({"name": "x" * 256}, "Token name is invalid"),
        ({"scopes[]": []}, "A scope is missing"),
        ({"scopes[]": ["sudo"]}, "A scope does not have a valid value"),
        ({"expires_at": "2001-01-01"}, "Expires on must be a date in the future"),
        ({"expires_at": "tomorrow"}, "Expires on is invalid"),
    ],
)
def test_a_token_that_cannot_be_is_refused_beside_the_field(
    visitor: Visitor, changes: dict[str, object], said: str
) -> None:
    sent = {"name": "laptop", "scopes[]": ["api"], "description": "kept as typed", **changes}

    answer = visitor.post(HERE, sent)

    assert (answer.status_code, wrong(answer)) == (422, [said])
    assert "kept as typed" in answer.text
    assert rows(visitor.get(HERE)) == []


def test_a_rotated_token_is_replaced_and_the_new_one_shown(
    town: Installation, user: User, visitor: Visitor
) -> None:
    old = town.token(user, "read_api")

    sent = {"rotated_expires_at": day(9)}
    shown = visitor.follow(visitor.post(f"{HERE}/{old.token.id}/rotate", sent))
    secret = SECRET.findall(shown.text)[0]
    again = f"{HERE}/{own(town, secret)['id']}/rotate"
    week = visitor.follow(visitor.post(again, {"rotated_expires_at": ""}))

    assert own(town, old.secret)["error"] == "invalid_token"
    assert own(town, secret)["error"] == "invalid_token"
    newest = own(town, SECRET.findall(week.text)[0])
    assert (newest["scopes"], newest["expires_at"]) == (["read_api"], day(ROTATED_DAYS))


def test_a_successor_that_cannot_be_is_refused_in_its_row(
    town: Installation, user: User, visitor: Visitor
) -> None:
    token = town.token(user).token

    answer = visitor.post(f"{HERE}/{token.id}/rotate", {"rotated_expires_at": "2001-01-01"})

    assert answer.status_code == 422
    assert wrong(answer) == ["The date must be a date in the future"]


def test_a_token_that_was_revoked_is_not_rotated(
    town: Installation, user: User, visitor: Visitor
) -> None:
    minted = town.token(user)
    town.revoke(minted)

    answer = visitor.post(f"{HERE}/{minted.token.id}/rotate", {"rotated_expires_at": ""})

    assert (answer.status_code, notes(answer)) == (422, ["Token already revoked"])


def test_a_revoked_token_is_refused_and_stands_among_those_that_work_no_more(
    town: Installation, user: User, visitor: Visitor
) -> None:
    minted = town.token(user)

    shown = visitor.follow(visitor.post(f"{HERE}/{minted.token.id}/revoke"))

    assert notes(shown) == ["The token a token was revoked."]
    assert "1 token that works no more" in shown.text
    assert own(town, minted.secret)["error"] == "invalid_token"


def test_one_that_expires_soon_is_marked(town: Installation, user: User, visitor: Visitor) -> None:
    town.token(user, expires_at=utc_now() + timedelta(days=300))
    town.token(user, expires_at=utc_now() + timedelta(days=10))

    soon, late = rows(visitor.get(HERE))

    assert soon[4].endswith("in 1 week")
    assert not late[4].endswith("months")


@pytest.mark.parametrize("what", ["rotate", "revoke"])
def test_tokens_of_others_are_not_there(town: Installation, visitor: Visitor, what: str) -> None:
    minted = town.token(town.user())

    answers = [visitor.post(f"{HERE}/{number}/{what}") for number in (minted.token.id, 0, "x")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert own(town, minted.secret)["revoked"] is False


@pytest.mark.parametrize("path", [HERE, f"{HERE}/1/revoke", f"{HERE}/1/rotate"])
def test_a_form_without_its_token_does_nothing(visitor: Visitor, path: str) -> None:
    sent = {"form_token": "0" * 64, "name": "laptop", "scopes[]": ["api"]}

    answer = visitor.post(path, sent)

    assert answer.status_code == 403
    assert rows(visitor.get(HERE)) == []


def test_many_tokens_stand_on_several_pages(
    town: Installation, user: User, visitor: Visitor
) -> None:
    for _ in range(51):
        town.token(user)

    first, second = visitor.get(HERE), visitor.get(HERE, page="2")

    assert (len(rows(first)), len(rows(second))) == (50, 1)
    assert f'href="{HERE}?page=2"' in first.text


def test_who_has_not_signed_in_is_asked_to(town: Installation) -> None:
    with visiting(town) as nobody:
        answer = nobody.get(HERE, name="x")

    assert answer.headers["location"] == f"/users/sign_in?return_to={HERE}%3Fname%3Dx"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/-/profile", "/-/user_settings/profile"),
        ("/-/profile/personal_access_tokens?name=x&scopes=api", f"{HERE}?name=x&scopes=api"),
        ("/profile/personal_access_tokens", HERE),
        ("/-/profile/password/edit", "/-/user_settings/password"),
        ("/-/user_settings/password/edit", "/-/user_settings/password"),
    ],
)
def test_addresses_that_gitlab_had_before_lead_on(visitor: Visitor, old: str, new: str) -> None:
    answer = visitor.get(old)

    assert (answer.status_code, answer.headers["location"]) == (303, new)
