"""Switching a project's packages off and on again leaves them open to the same people."""

import pytest

from tests.actors import Installation
from tests.pages.visitor import Visitor
from wheelyard import projects
from wheelyard.access import RegistryAccess
from wheelyard.projects import Project

ON, OFF = ["false", "true"], ["false"]


def read(town: Installation, project: Project) -> Project:
    """The project as it is now."""
    with town.database.read() as conn:
        return projects.get(conn, project.id)


@pytest.mark.parametrize("level", ["private", "enabled", "public"])
def test_the_switch_alone_changes_nothing_else(
    town: Installation, administrator: Visitor, level: str
) -> None:
    project = town.edit(town.project(), registry_access_level=level)
    here = f"/{project.full_path}/-/settings"
    administrator.get(f"{here}/general")

    administrator.follow(administrator.post(f"{here}/permissions", {"packages": OFF}))
    while_off = read(town, project).registry_access_level
    administrator.follow(administrator.post(f"{here}/permissions", {"packages": ON}))

    assert while_off is RegistryAccess.DISABLED
    assert read(town, project).registry_access_level == level


def test_the_other_switches_say_what_will_be_while_packages_are_off(
    town: Installation, administrator: Visitor
) -> None:
    project = town.project()
    here = f"/{project.full_path}/-/settings"
    administrator.get(f"{here}/general")
    sent = {"packages": OFF, "members_only": ON, "anyone_may_pull": OFF}

    shown = administrator.follow(administrator.post(f"{here}/permissions", sent))

    switches = [tag for tag in shown.text.split("<input") if 'type="checkbox"' in tag]
    assert [
        name
        for name in ("packages", "anyone_may_pull", "members_only")
        if any(f'name="{name}"' in tag and "checked" in tag.split(">")[0] for tag in switches)
    ] == ["members_only"]
    administrator.follow(administrator.post(f"{here}/permissions", {"packages": ON}))
    assert read(town, project).registry_access_level is RegistryAccess.PRIVATE
