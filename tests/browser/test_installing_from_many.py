"""What is copied from the page of a group, or from Explore, is what a terminal takes."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor, Visitors
from tests.browser.world import World
from tests.builders import wheel
from tests.clients.laptop import Laptop
from wheelyard.access import Role

pytestmark = pytest.mark.client


def to_groups_page(visitor: Visitor, world: World) -> None:
    visitor.open(f"/{world.group.full_path}")
    visitor.press("Packages & Registries")
    visitor.press("How to install")


def to_explore(visitor: Visitor, world: World) -> None:
    del world
    visitor.press("Explore")
    tabs = visitor.page.get_by_role("navigation", name="Explore")
    tabs.get_by_role("link", name="Packages").click()
    visitor.press("How to install")


@pytest.mark.parametrize(
    ("way", "title"),
    [
        (to_groups_page, "Install from the whole group"),
        (to_explore, "Install from the whole registry"),
    ],
)
def test_a_reader_finds_the_command_fills_the_token_in_and_installs(
    guests: Visitors, world: World, tmp_path: Path, way: object, title: str
) -> None:
    project = world.town.project(within=world.group)
    name = f"from-many-{title.rpartition(' ')[2]}"
    with world.town.member(project, Role.DEVELOPER) as developer:
        assert developer.publish(project, wheel(name)).status_code == 201
    visitor = world.ada.enter(guests())
    visitor.open("/")

    assert callable(way)
    way(visitor, world)
    card = visitor.page.get_by_role("region", name=title)
    card.get_by_label("Credential").select_option(label="~/.netrc")
    expect(card.locator("summary", has_text="~/.netrc, for every client")).to_be_visible()
    card.get_by_label("Credential").select_option(label="Personal access token")
    expect(card.locator("summary", has_text="~/.netrc, for every client")).to_have_count(0)
    command = card.locator("#install-1").inner_text()

    secret = world.town.token(world.ada.user).secret
    words = command.replace("<your personal access token>", secret).replace("'<package>'", name)
    index = words.split('"')[1]
    installed = Laptop(tmp_path).pip_install("--index-url", index, words.split()[-1])
    assert f"Successfully installed {name}-1.0" in installed.output, installed
