"""Pages about packages, by how far a project's registry is open, and where packages are off."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.actors import Installation
from tests.pages.policy import Outcome, Place, expect_packages
from tests.pages.table import ON_PACKAGES, ROWS, ask, outcome_of
from tests.pages.visitor import Visitor
from tests.pages.world import World
from tests.servers import running
from wheelyard.access import RegistryAccess, Visibility

pytestmark = pytest.mark.xdist_group("page world")

SIDEBAR = "Packages &amp; Registries"


@pytest.fixture
def at_level(world: World) -> Iterator[Callable[[Visibility, RegistryAccess], None]]:
    """Opens or closes the registry of a quarter's project; afterwards it is as before."""

    def set_level(visibility: Visibility, level: RegistryAccess) -> None:
        world.town.edit(world.quarters[visibility].project, registry_access_level=level.value)

    yield set_level
    for visibility in Visibility:
        set_level(visibility, RegistryAccess.ENABLED)


@pytest.mark.parametrize("visibility", list(Visibility))
@pytest.mark.parametrize("level", [each for each in RegistryAccess if each != "enabled"])
def test_pages_of_packages(
    world: World,
    at_level: Callable[[Visibility, RegistryAccess], None],
    visibility: Visibility,
    level: RegistryAccess,
    record_property: Callable[[str, object], None],
) -> None:
    quarter = world.quarters[visibility]
    at_level(visibility, level)
    wrong = []
    for key in ON_PACKAGES:
        row = ROWS[key]
        assert isinstance(row.policy, Place)
        for who in quarter.lookers:
            expected = expect_packages(row.policy, level, who.kind, who.role, visibility)
            found = outcome_of(row, ask(world, quarter, key, who))
            if found != expected:
                wrong.append(f"{who.label} {key}: {found}, not {expected}")
    record_property("page cells", len(ON_PACKAGES) * len(quarter.lookers))

    assert wrong == []


@pytest.mark.parametrize("visibility", list(Visibility))
@pytest.mark.parametrize("level", list(RegistryAccess))
def test_the_sidebar_leads_to_packages_for_whoever_may_read_them(
    world: World,
    at_level: Callable[[Visibility, RegistryAccess], None],
    visibility: Visibility,
    level: RegistryAccess,
) -> None:
    quarter, key = world.quarters[visibility], ("GET", "/{place}")
    at_level(visibility, level)
    wrong = []
    for who in quarter.lookers:
        reads = expect_packages(Place(), level, who.kind, who.role, visibility)
        shown = ask(world, quarter, key, who)
        if (SIDEBAR in shown.text) is not (reads is Outcome.REACHED):
            wrong.append(who.label)

    assert wrong == []


def test_no_page_of_packages_is_there_where_the_instance_has_none(
    tmp_path: Path, prepared: Path, record_property: Callable[[str, object], None]
) -> None:
    data = shutil.copytree(prepared, tmp_path / "data")
    with running(data, WHEELYARD_PACKAGES_ENABLED="true") as server:
        town = Installation(server.data, server.url)
        world = World(town)
        world.close()
        town.close()
    with running(data, WHEELYARD_PACKAGES_ENABLED="false") as server:
        town = Installation(server.data, server.url)
        wrong, cells = [], 0
        for quarter in world.quarters.values():
            for who in quarter.lookers:
                cookies = who.visitor.http.cookies
                who.visitor = Visitor(server.url)
                who.visitor.http.cookies.update(cookies)
                with who.visitor:
                    who.visitor.get("/explore")
                    world.town = town
                    for key in ON_PACKAGES:
                        answer = ask(world, quarter, key, who)
                        if outcome_of(ROWS[key], answer) is not Outcome.NOT_FOUND:
                            wrong.append(f"{who.label} {key}: {answer.status_code}")
                    home = ask(world, quarter, ("GET", "/{place}"), who)
                    found = who.visitor.get("/search?q=matrix")
                cells += len(ON_PACKAGES)
                if SIDEBAR in home.text or "matrix</a>" in found.text:
                    wrong.append(f"{who.label}: packages are spoken of")
        town.close()
    record_property("page cells", cells)

    assert wrong == []
