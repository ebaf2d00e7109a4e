"""What a project says of its registry: on or off, for whom, and how large a file may be."""

from typing import Any

import pytest

from tests.actors import Actor, Installation
from tests.builders import wheel
from wheelyard.access import Role
from wheelyard.projects import Project


@pytest.mark.parametrize(
    ("before", "sent", "after"),
    [
        ("enabled", {"packages_enabled": False}, "disabled"),
        ("private", {"packages_enabled": False}, "disabled"),
        ("disabled", {"packages_enabled": True}, "enabled"),
        ("private", {"packages_enabled": True}, "private"),
        ("enabled", {"package_registry_access_level": "public"}, "public"),
        ("enabled", {"package_registry_access_level": "disabled"}, "disabled"),
        (
            "disabled",
            {"packages_enabled": True, "package_registry_access_level": "private"},
            "private",
        ),
        # As clients send back what they read, with one of the two changed.
        (
            "enabled",
            {"packages_enabled": False, "package_registry_access_level": "enabled"},
            "disabled",
        ),
        (
            "disabled",
            {"packages_enabled": True, "package_registry_access_level": "disabled"},
            "enabled",
        ),
        (
            "disabled",
            {"packages_enabled": False, "package_registry_access_level": "public"},
            "public",
        ),
    ],
)
def test_the_switch_and_the_level_are_two_words_for_one_thing(
    root: Actor, town: Installation, before: str, sent: dict[str, Any], after: str
) -> None:
    project = town.edit(town.project(), registry_access_level=before)

    body = root.api("PUT", f"/projects/{project.id}", **sent).json()

    assert (body["package_registry_access_level"], body["packages_enabled"]) == (
        after,
        after != "disabled",
    )


@pytest.mark.parametrize("level", ["private", "enabled", "public"])
@pytest.mark.parametrize(
    "off", [{"packages_enabled": False}, {"package_registry_access_level": "disabled"}]
)
def test_a_registry_that_is_switched_on_again_is_open_to_those_it_was_open_to(
    root: Actor, town: Installation, level: str, off: dict[str, Any]
) -> None:
    path = f"/projects/{town.edit(town.project(), registry_access_level=level).id}"

    for _ in range(2):
        root.api("PUT", path, **off)
    root.api("PUT", path, name="Renamed meanwhile")
    body = root.api("PUT", path, packages_enabled=True).json()

    assert body["package_registry_access_level"] == level


def test_a_registry_that_was_switched_off_refuses_at_once(
    root: Actor, developer: Actor, project: Project
) -> None:
    developer.publish(project, wheel())
    assert developer.simple(project, "demo").status_code == 200

    root.api("PUT", f"/projects/{project.id}", packages_enabled=False)

    assert developer.simple(project, "demo").status_code == 403


def test_a_maintainer_sets_what_is_ours_and_takes_it_back(
    town: Installation, project: Project
) -> None:
    with town.caller(project, Role.MAINTAINER) as maintainer:
        path = f"/projects/{project.id}"
        first = maintainer.api("PUT", path, pypi_max_file_size=1000, pypi_duplicates="identical")
        second = maintainer.api("PUT", path, name="Kept")
        third = maintainer.api("PUT", path, pypi_max_file_size=None, pypi_duplicates=None)

    seen = [
        (answer.json()["pypi_max_file_size"], answer.json()["pypi_duplicates"])
        for answer in (first, second, third)
    ]
    assert seen == [(1000, "identical"), (1000, "identical"), (None, None)]


def test_a_projects_own_limit_holds_for_the_next_upload(
    root: Actor, developer: Actor, project: Project
) -> None:
    dist = wheel()

    root.api("PUT", f"/projects/{project.id}", pypi_max_file_size=len(dist.content) - 1)

    assert developer.publish(project, dist).json() == {
        "message": "400 Bad request - File is too large"
    }


@pytest.mark.parametrize("size", [52_428_801, 0])
def test_only_administrators_go_past_the_instances_limit(
    town: Installation, root: Actor, project: Project, size: int
) -> None:
    path = f"/projects/{project.id}"
    with town.caller(project, Role.MAINTAINER) as maintainer:
        refused = maintainer.api("PUT", path, pypi_max_file_size=size)
        allowed = root.api("PUT", path, pypi_max_file_size=size)
        sent_back = maintainer.api("PUT", path, pypi_max_file_size=size, name="Kept")

    assert (refused.status_code, refused.json()) == (
        403,
        {
            "message": "403 Forbidden - Only administrators may allow files of more than "
            "52428800 bytes"
        },
    )
    assert allowed.json()["pypi_max_file_size"] == size
    assert sent_back.status_code == 200
