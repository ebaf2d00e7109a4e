"""Preferences: kept in the browser, and a time zone that was chosen wins over the browser's."""

import pytest

from tests.actors import Installation
from tests.pages.visitor import Visitor, notes, wrong

HERE = "/-/user_settings/preferences"


def test_what_is_chosen_is_remembered(visitor: Visitor) -> None:
    sent = {"language": "de", "theme": "dark", "credential": "netrc", "zone": "europe/berlin"}

    answer = visitor.post(HERE, sent)
    shown = visitor.follow(answer)

    kept = {name: visitor.http.cookies.get(f"wheelyard_{name}") for name in (*sent, "fixed_zone")}
    assert kept == {**sent, "zone": None, "fixed_zone": "Europe/Berlin"}
    assert '<html lang="de" data-theme="dark">' in shown.text
    assert 'value="Europe/Berlin" autocomplete' in shown.text


def test_a_chosen_time_zone_wins_until_it_is_emptied(visitor: Visitor) -> None:
    visitor.http.cookies.set("wheelyard_zone", "Asia/Tokyo")
    chosen = visitor.get(HERE).text

    shown = visitor.follow(visitor.post(HERE, {"zone": "America/New York"}))
    again = visitor.follow(visitor.post(HERE, {"zone": ""}))

    assert "Empty: as this browser says, Asia/Tokyo." in chosen
    assert notes(shown) == ["The preferences were saved in this browser."]
    assert 'value="America/New_York" autocomplete' in shown.text
    assert 'name="zone" type="text" value="" ' in again.text
    assert visitor.http.cookies.get("wheelyard_fixed_zone") is None


@pytest.mark.parametrize("zone", ["Nowhere/Town", "../../etc/passwd", "x; Path=/", "<b>"])
def test_a_time_zone_that_is_none_is_refused_beside_the_field(visitor: Visitor, zone: str) -> None:
    answer = visitor.post(HERE, {"zone": zone})

    assert answer.status_code == 422
    assert wrong(answer) == ["Time zone is not known: choose one of the list"]
    assert "set-cookie" not in answer.headers


def test_what_is_no_choice_is_not_remembered(visitor: Visitor) -> None:
    visitor.post(HERE, {"language": "xx", "theme": "pink", "credential": "none", "zone": ""})

    assert [name for name in visitor.http.cookies if name.startswith("wheelyard_theme")] == []


def test_who_has_not_signed_in_is_asked_to(town: Installation) -> None:
    with Visitor(town.url) as nobody:
        answer = nobody.get(HERE)

    assert answer.headers["location"] == f"/users/sign_in?return_to={HERE}"
