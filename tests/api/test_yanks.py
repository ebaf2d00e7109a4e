"""Yanking packages and their files through REST, and the status of a package by its name."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.actors import Actor, Installation
from tests.builders import sdist, wheel
from wheelyard.access import Role
from wheelyard.projects import Project
from wheelyard.protection import Level

WHEEL, SDIST = wheel("Demo", "1.0"), sdist("Demo", "1.0")


@pytest.fixture
def maintainer(town: Installation, developer: Actor, project: Project) -> Iterator[Actor]:
    """A maintainer of the project, in which there is a package with two files."""
    for dist in (WHEEL, SDIST):
        assert developer.publish(project, dist).status_code == 201
    with town.caller(project, Role.MAINTAINER) as maintainer:
        yield maintainer


@pytest.fixture
def package(maintainer: Actor, project: Project) -> str:
    """The path of the package."""
    (found,) = maintainer.api("GET", f"/projects/{project.id}/packages").json()
    return f"/projects/{project.id}/packages/{found['id']}"


@pytest.fixture
def status(project: Project) -> str:
    """The path of its status."""
    return f"/projects/{project.id}/packages/pypi/status/DEMO"


def yanked(maintainer: Actor, package: str) -> list[tuple[bool, str | None]]:
    """What is said of the package, and of each of its files."""
    shown: list[dict[str, Any]] = [
        maintainer.api("GET", package).json(),
        *maintainer.api("GET", f"{package}/package_files").json(),
    ]
    return [(item["yanked"], item["yanked_reason"]) for item in shown]


def file_of(maintainer: Actor, package: str) -> str:
    """The path of the wheel."""
    files = maintainer.api("GET", f"{package}/package_files").json()
    return f"{package}/package_files/{files[0]['id']}"


def test_a_package_is_yanked_for_a_reason_and_that_is_taken_back(
    maintainer: Actor, package: str
) -> None:
    assert yanked(maintainer, package) == [(False, None)] * 3

    answer = maintainer.api("PUT", f"{package}/yank", reason="broken on Windows")

    assert answer.status_code == 200
    told = answer.json()
    assert (told["version"], told["yanked"], told["yanked_reason"]) == (
        "1.0",
        True,
        "broken on Windows",
    )
    assert yanked(maintainer, package) == [(True, "broken on Windows")] * 3

    for _ in range(2):
        answer = maintainer.api("DELETE", f"{package}/yank")
        assert (answer.status_code, answer.content) == (204, b"")
    assert yanked(maintainer, package) == [(False, None)] * 3


def test_a_package_can_be_yanked_without_a_reason(maintainer: Actor, package: str) -> None:
    assert maintainer.api("PUT", f"{package}/yank").status_code == 200

    assert yanked(maintainer, package) == [(True, None)] * 3


def test_a_file_is_yanked_for_a_reason_and_that_is_taken_back(
    maintainer: Actor, package: str
) -> None:
    file = file_of(maintainer, package)

    answer = maintainer.api("PUT", f"{file}/yank", reason="built wrongly")

    assert answer.status_code == 200
    told = answer.json()
    assert (told["file_name"], told["yanked"], told["yanked_reason"]) == (
        WHEEL.filename,
        True,
        "built wrongly",
    )
    assert yanked(maintainer, package) == [(False, None), (True, "built wrongly"), (False, None)]

    assert maintainer.api("DELETE", f"{file}/yank").status_code == 204
    assert yanked(maintainer, package) == [(False, None)] * 3


def test_a_file_that_is_yanked_with_its_package_cannot_be_taken_out(
    maintainer: Actor, package: str
) -> None:
    maintainer.api("PUT", f"{package}/yank")

    answer = maintainer.api("DELETE", f"{file_of(maintainer, package)}/yank")

    said = f"{WHEEL.filename} is yanked with its release, of which that has to be taken back"
    assert (answer.status_code, answer.json()) == (409, {"message": said})


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("two\nlines", {"message": {"reason": ["is invalid"]}}),
        ("x" * 256, {"error": "reason is invalid"}),
    ],
)
def test_a_reason_is_one_line(
    maintainer: Actor, package: str, status: str, reason: str, said: dict[str, Any]
) -> None:
    for path, more in (
        (f"{package}/yank", {}),
        (f"{file_of(maintainer, package)}/yank", {}),
        (status, {"status": "archived"}),
    ):
        answer = maintainer.api("PUT", path, reason=reason, **more)
        assert (answer.status_code, answer.json()) == (400, said)


def test_protection_keeps_nobody_from_yanking(
    town: Installation, maintainer: Actor, package: str, project: Project
) -> None:
    town.protect(project, "*", push=Level.ADMIN, delete=Level.ADMIN)

    assert maintainer.api("PUT", f"{package}/yank").status_code == 200


def test_a_package_is_given_a_status_by_any_spelling_of_its_name(
    maintainer: Actor, status: str
) -> None:
    assert maintainer.api("GET", status).json() == {
        "name": "Demo",
        "status": "active",
        "reason": "",
    }

    answer = maintainer.api("PUT", status, status="deprecated", reason=" use another ")

    expected = {"name": "Demo", "status": "deprecated", "reason": "use another"}
    assert (answer.status_code, answer.json()) == (200, expected)
    assert maintainer.api("GET", status).json() == expected


def test_an_active_package_keeps_no_reason(maintainer: Actor, status: str) -> None:
    maintainer.api("PUT", status, status="archived", reason="finished")

    answer = maintainer.api("PUT", status, status="active", reason="needed again")

    assert answer.json() == {"name": "Demo", "status": "active", "reason": ""}


def test_there_are_four_statuses(maintainer: Actor, status: str) -> None:
    answer = maintainer.api("PUT", status, status="hidden")

    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "status does not have a valid value"},
    )


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_an_absent_package_has_no_status(maintainer: Actor, project: Project, method: str) -> None:
    path = f"/projects/{project.id}/packages/pypi/status/other"

    answer = maintainer.api(method, path, status="archived")

    assert (answer.status_code, answer.json()) == (404, {"message": "404 Package Not Found"})


def test_an_archived_project_refuses(
    town: Installation, maintainer: Actor, package: str, status: str, project: Project
) -> None:
    town.edit(project, archived=True)

    answers = [
        maintainer.api("PUT", f"{package}/yank"),
        maintainer.api("PUT", status, status="quarantined"),
    ]

    said = "403 Forbidden - The project is archived: nothing can be yanked and no status be changed"
    assert [(answer.status_code, answer.json()["message"]) for answer in answers] == [
        (403, said)
    ] * 2
