"""A new secret is shown on the page after the form, once, and to who has made it alone."""

import pytest

from tests.actors import Installation
from tests.pages.visitor import rows, visiting
from wheelyard.users import User

HERE = "/-/user_settings/personal_access_tokens"
FORM = {"name": "laptop", "scopes[]": ["read_api"]}


def test_the_cookie_is_no_scripts_and_ends_with_the_browser(town: Installation, user: User) -> None:
    with visiting(town, user) as visitor:
        made = visitor.post(HERE, FORM)
        given = made.headers["set-cookie"]
        shown = visitor.follow(made)

    assert (made.status_code, made.text, made.headers["location"]) == (303, "", HERE)
    assert given.startswith("wheelyard_new_personal_token=")
    assert given.endswith("; Path=/; SameSite=Lax; HttpOnly")
    assert made.headers["cache-control"] == "private, no-store"
    assert shown.headers["set-cookie"].startswith("wheelyard_new_personal_token=; ")
    assert shown.headers["set-cookie"].endswith("; Max-Age=0")


def test_loading_the_page_again_shows_nothing_and_makes_nothing(
    town: Installation, user: User
) -> None:
    with visiting(town, user) as visitor:
        shown = visitor.follow(visitor.post(HERE, FORM))
        again = visitor.get(HERE)

    assert 'id="secret"' in shown.text
    assert 'id="secret"' not in again.text
    assert len(rows(again)) == 1


def test_who_signs_in_next_is_shown_nothing(town: Installation, user: User) -> None:
    with visiting(town, user) as visitor, visiting(town, town.user()) as other:
        visitor.post(HERE, FORM)
        carried = visitor.http.cookies["wheelyard_new_personal_token"]
        other.set_cookie("wheelyard_new_personal_token", carried)

        shown = other.get(HERE)

    assert shown.status_code == 200
    assert 'id="secret"' not in shown.text
    assert shown.headers["set-cookie"].endswith("; Max-Age=0")


@pytest.mark.parametrize("brought", ["zz", "", "31", "20", "2d3120", "3120", "39" * 30 + "2061"])
def test_anything_in_the_cookie_is_taken_away(town: Installation, user: User, brought: str) -> None:
    with visiting(town, user) as visitor:
        visitor.set_cookie("wheelyard_new_personal_token", brought)

        shown = visitor.get(HERE)

    assert shown.status_code == 200
    assert 'id="secret"' not in shown.text


def test_a_token_shown_on_the_page_of_a_user_is_none_of_theirs(
    town: Installation, user: User
) -> None:
    with visiting(town, town.user(is_admin=True)) as visitor:
        visitor.set_cookie("wheelyard_new_password", f"{user.id + 1} secret".encode().hex())

        shown = visitor.get(f"/admin/users/{user.id}")

    assert 'id="new-password"' not in shown.text
