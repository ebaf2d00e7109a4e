"""If-Unmodified-Since: what has changed since is not deleted."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from tests.actors import Actor
from tests.builders import sdist, wheel
from wheelyard.projects import Project
from wheelyard.registry import utc_now

HOUR = timedelta(hours=1)


def http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def delete(root: Actor, path: str, seen: str) -> int:
    headers = {"If-Unmodified-Since": seen}
    return root.http.delete(f"/api/v4{path}", headers=headers).status_code


@pytest.fixture
def package(root: Actor, developer: Actor, project: Project) -> str:
    """A package with one file."""
    assert developer.publish(project, wheel()).status_code == 201
    number = root.api("GET", f"/projects/{project.id}/packages").json()[0]["id"]
    return f"/projects/{project.id}/packages/{number}"


@pytest.fixture(params=["package", "file"])
def thing(request: pytest.FixtureRequest, root: Actor, package: str) -> str:
    """The package, or its file."""
    if request.param == "package":
        return package
    number = root.api("GET", f"{package}/package_files").json()[0]["id"]
    return f"{package}/package_files/{number}"


def test_what_has_changed_since_stays(root: Actor, package: str, thing: str) -> None:
    answer = root.http.delete(
        f"/api/v4{thing}", headers={"If-Unmodified-Since": http_date(utc_now() - HOUR)}
    )

    assert (answer.status_code, answer.json()) == (412, {"message": "412 Precondition Failed"})
    assert root.api("GET", package).status_code == 200


def test_what_has_not_is_deleted(root: Actor, package: str, thing: str) -> None:
    assert delete(root, thing, http_date(utc_now() + HOUR)) == 204
    assert root.api("GET", package).status_code == 404


@pytest.mark.parametrize("seen", ["yesterday", "0", "12", "Mon, 99 Foo 2018 00:00:00 GMT"])
def test_what_is_no_date_is_no_condition(root: Actor, thing: str, seen: str) -> None:
    assert delete(root, thing, seen) == 204


@pytest.mark.parametrize(
    "write",
    [
        datetime.isoformat,
        lambda moment: moment.isoformat().replace("+00:00", "Z"),
        lambda moment: moment.astimezone(timezone(HOUR * 5)).isoformat(),
        lambda moment: moment.strftime("%a, %d %b %Y %H:%M:%S -0000"),
    ],
)
def test_dates_in_other_spellings_are_conditions_too(
    root: Actor, thing: str, write: Callable[[datetime], str]
) -> None:
    now = utc_now().astimezone(UTC)

    assert delete(root, thing, write(now - HOUR)) == 412
    assert delete(root, thing, write(now + HOUR)) == 204


def test_a_package_changes_when_it_gets_a_file(
    root: Actor, developer: Actor, project: Project, package: str
) -> None:
    time.sleep(1.1)  # the header counts seconds
    seen = http_date(utc_now())
    time.sleep(1.1)
    assert developer.publish(project, sdist()).status_code == 201

    assert delete(root, package, seen) == 412
