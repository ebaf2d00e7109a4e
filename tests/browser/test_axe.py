"""axe-core runs under the strict policy, finds what is wrong, and nothing on a sound page."""

from collections.abc import Iterator

import pytest

from tests.browser.axe import violations
from tests.browser.stage import page, playing
from tests.browser.visitor import Visitors

STYLE = "<link rel=stylesheet href=/style.css>"
SITE = {
    "/style.css": ".faint { color: #bbb } @media (prefers-color-scheme: dark) "
    "{ body { background: #111; color: #eee } .night { color: #444 } }",
    "/sound": page("<p>All is well.</p><img src=/sound alt='A picture'>", STYLE),
    "/nameless": page("<img src=/sound><input>", STYLE),
    "/faint": page("<p class=faint>Can you read this?</p>", STYLE),
    "/night": page("<p class=night>And this?</p>", STYLE),
}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with playing(SITE) as url:
        yield url


def test_a_sound_page_has_no_violations(visitors: Visitors, site: str) -> None:
    visitor = visitors(site)

    visitor.open("/sound")

    assert violations(visitor.page) == []
    assert visitor.page.evaluate("typeof axe") == "undefined"


def test_each_violation_is_a_line(visitors: Visitors, site: str) -> None:
    visitor = visitors(site)

    visitor.open("/nameless")

    picture, field = violations(visitor.page)
    assert picture.startswith("image-alt (critical) at img: Element does not have an alt")
    assert field.startswith("label (critical) at input: ")


def test_low_contrast_is_found(visitors: Visitors, site: str) -> None:
    visitor = visitors(site)

    visitor.open("/faint")

    (line,) = violations(visitor.page)
    assert line.startswith("color-contrast (serious) at p: Element has insufficient color contrast")


def test_the_dark_look_has_contrasts_of_its_own(visitors: Visitors, site: str) -> None:
    light, dark = visitors(site), visitors(site, scheme="dark")

    light.open("/night")
    dark.open("/night")

    assert violations(light.page) == []
    assert [line.split(":")[0] for line in violations(dark.page)] == [
        "color-contrast (serious) at p"
    ]
