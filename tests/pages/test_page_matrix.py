"""Every page by everybody who may come by, at places of every visibility."""

from collections.abc import Callable

import pytest

from tests.pages.policy import Outcome
from tests.pages.table import ROWS, ask, list_page_routes, names_of, outcome_of
from tests.pages.world import World, last_serial
from wheelyard.access import Visibility
from wheelyard.registry import Registry

pytestmark = pytest.mark.xdist_group("page world")


def test_every_page_has_its_row_and_every_row_its_page(registry: Registry) -> None:
    assert list_page_routes(registry) == set(ROWS)


@pytest.mark.parametrize("visibility", list(Visibility))
@pytest.mark.parametrize(("method", "path"), list(ROWS))
def test_a_page(
    world: World,
    method: str,
    path: str,
    visibility: Visibility,
    record_property: Callable[[str, object], None],
) -> None:
    row, quarter = ROWS[method, path], world.quarters[visibility]
    wrong = []
    for who in quarter.lookers:
        expected = row.policy.expect(who.kind, who.role, visibility)
        before = last_serial(world.town)
        answer = ask(world, quarter, (method, path), who)
        found = outcome_of(row, answer)
        if found != expected:
            wrong.append(f"{who.label}: {found}, not {expected}")
        if expected is not Outcome.REACHED and row.fresh is None:
            assert last_serial(world.town) == before, f"{who.label} has changed something"
    record_property("page cells", len(quarter.lookers))

    assert wrong == []


@pytest.mark.parametrize("visibility", list(Visibility))
def test_the_home_of_a_group(
    world: World, visibility: Visibility, record_property: Callable[[str, object], None]
) -> None:
    key = ("GET", "/{place}")
    quarter = world.quarters[visibility]
    found, expected = {}, {}
    for who in quarter.lookers:
        names = names_of(world, quarter, ROWS[key], who) | {"place": quarter.group.full_path}
        answer = ask(world, quarter, key, who, names=names)
        found[who.label] = outcome_of(ROWS[key], answer)
        expected[who.label] = ROWS[key].policy.expect(who.kind, who.role, visibility)
    record_property("page cells", len(found))

    assert found == expected
