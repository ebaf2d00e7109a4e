"""Packages are switched off and on in the browser, and at once neither page nor client has them."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.actors import Installation, pypi
from tests.browser.visitor import Visitor, Visitors
from tests.browser.world import Person, World
from tests.builders import wheel
from tests.clients.laptop import Laptop, Ran, with_login
from wheelyard.projects import Project

pytestmark = pytest.mark.client


@dataclass
class Desk:
    """Where the owner of a project sits, with a browser and a laptop."""

    visitor: Visitor
    laptop: Laptop
    project: Project
    login: str

    @property
    def home(self) -> str:
        return f"/{self.project.full_path}"

    def upload(self, version: str) -> Ran:
        """Publish with twine."""
        return self.laptop.twine_upload(
            "--repository-url", self.login, *self.laptop.save(wheel("demo", version))
        )

    def install(self) -> Ran:
        """Install with pip."""
        return self.laptop.pip_install("-vv", "--index-url", f"{self.login}/simple", "demo")


@pytest.fixture
def desk(guests: Visitors, world: World, tmp_path: Path) -> Desk:
    """The desk of an owner, whose project has one release."""
    town: Installation = world.town
    project = town.project(within=world.group)
    secret = town.token(world.ada.user).secret
    login = with_login(f"{world.url}{pypi(project)}", secret)
    desk = Desk(world.ada.enter(guests()), Laptop(tmp_path), project, login)
    assert desk.upload("1.0").code == 0
    return desk


def test_a_projects_switch_takes_packages_away_and_gives_them_back(desk: Desk) -> None:
    visitor = desk.visitor
    visitor.open(desk.home)
    visitor.press("Packages & Registries")
    visitor.see("demo")

    set_packages(desk, on=False)
    visitor.miss("Packages & Registries")
    visitor.open(f"{desk.home}/-/packages", status=404)
    visitor.open(desk.home)
    visitor.see("Packages are switched off here")
    assert "HTTPError: 403 Forbidden" in desk.upload("2.0").words
    assert "403 Client Error: Forbidden" in desk.install().words

    set_packages(desk, on=True)
    visitor.press("Packages & Registries")
    visitor.see("demo")
    assert desk.upload("2.0").code == 0
    assert "Successfully installed demo-2.0" in desk.install().output


def set_packages(desk: Desk, *, on: bool) -> None:
    """Go to Settings > General > Permissions by mouse, switch, and press "Save changes"."""
    visitor = desk.visitor
    visitor.open(desk.home)
    visitor.press("Settings")
    permissions = visitor.page.get_by_role("form", name="Permissions")
    switch = permissions.get_by_role("switch", name="Packages")
    assert switch.is_checked() is not on
    switch.click()
    permissions.get_by_role("button", name="Save changes").click()
    visitor.see("The changes were saved.")
    assert switch.is_checked() is on


def test_the_instances_switch_takes_every_registry_away(
    desk: Desk, guests: Visitors, world: World
) -> None:
    administrator = world.root.enter(guests())
    try:
        switch_instance(administrator, "Off")
        desk.visitor.open(desk.home)
        desk.visitor.miss("Packages & Registries")
        desk.visitor.open(f"{desk.home}/-/packages", status=404)
        assert "HTTPError: 404 Not Found" in desk.upload("2.0").words
        assert "404 Client Error: Not Found" in desk.install().words
    finally:
        switch_instance(administrator, "On")

    desk.visitor.open(desk.home)
    desk.visitor.press("Packages & Registries")
    desk.visitor.see("demo")
    assert desk.upload("2.0").code == 0


def switch_instance(administrator: Visitor, choice: str) -> None:
    """Choose on the administrators' page, and save."""
    administrator.open("/admin")
    side = administrator.page.get_by_role("navigation", name="Administration")
    side.get_by_role("link", name="Packages").click()
    form = administrator.page.get_by_role("form", name="Switches and limits")
    form.get_by_label(choice, exact=True).check()
    form.get_by_role("button", name="Save changes").click()
    administrator.see("The changes were saved.")


def test_who_looks_on_meanwhile_finds_the_page_gone(
    desk: Desk, guests: Visitors, world: World
) -> None:
    reader: Person = world.ben
    colleague = reader.enter(guests())
    colleague.open(f"{desk.home}/-/packages")

    set_packages(desk, on=False)

    colleague.press("demo")
    colleague.see("There is no such page")
