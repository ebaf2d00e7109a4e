"""Everybody can use every page: seen or heard, wide or narrow, by day or by night, by keyboard."""

import pytest

from tests.browser.axe import violations
from tests.browser.gallery import Gallery, list_overflowing, looks
from tests.browser.keyboard import list_stops, list_unreachable
from tests.browser.sights import NO_PAGES, SIGHTS, Sight, list_routes, path_of
from tests.browser.world import Regulars, World
from wheelyard.registry import Registry

each_sight = pytest.mark.parametrize("sight", SIGHTS, ids=lambda sight: sight.name)


def test_every_page_is_visited(registry: Registry) -> None:
    shown = {sight.route for sight in SIGHTS}

    assert {path_of(route) for route in list_routes(registry, "GET")} == shown | NO_PAGES.keys()
    assert not shown & NO_PAGES.keys()


def test_no_two_pictures_have_one_name() -> None:
    assert len({sight.name for sight in SIGHTS}) == len(SIGHTS)


@each_sight
def test_a_page_is_sound_in_each_of_its_looks(
    regulars: Regulars, world: World, gallery: Gallery, sight: Sight
) -> None:
    visitor = regulars(sight.who)
    sight.show(world, visitor)

    wrong = []
    for look in looks(visitor.page):
        gallery.snap(visitor.page, f"{sight.name}.{look}")
        found = [*violations(visitor.page), *list_overflowing(visitor.page)]
        wrong += [f"{look}: {line}" for line in found]

    assert not wrong, "\n".join(wrong)


@each_sight
def test_the_keyboard_reaches_every_control_and_shows_where_it_is(
    regulars: Regulars, world: World, sight: Sight
) -> None:
    visitor = regulars(sight.who)
    sight.show(world, visitor)

    stops = list_stops(visitor.page)

    wrong = [f"not reached: {name}" for name in list_unreachable(visitor.page, stops)]
    wrong += [f"looks like others: {stop.name}" for stop in stops if not stop.is_marked]
    wrong += [f"covered: {stop.name}" for stop in stops if stop.is_covered]
    assert not wrong, "\n".join(wrong)


def test_the_skip_link_leads_past_what_is_on_every_page(regulars: Regulars) -> None:
    visitor = regulars("ada")
    visitor.open("/acme/widgets/-/packages")

    visitor.page.keyboard.press("Tab")
    visitor.see("Skip to the content")
    visitor.page.keyboard.press("Enter")
    visitor.page.keyboard.press("Tab")

    focused = visitor.page.locator(":focus")
    assert focused.evaluate("e => document.querySelector('main').contains(e)")
    assert visitor.page.evaluate("location.hash") == "#content"
