"""Yanking and the status of a package on the pages: what is done there, and what all pages show."""

import re

import pytest

from tests import library
from tests.actors import Installation
from tests.builders import sdist, wheel
from tests.pages.visitor import Visitor, notes, wrong
from wheelyard import packages
from wheelyard.access import Role
from wheelyard.packages import Release
from wheelyard.projects import Project
from wheelyard.pypi.names import normalize_name
from wheelyard.pypi.status import PackageStatus
from wheelyard.registry import utc_now
from wheelyard.users import User

WHEEL, SDIST = wheel("demo"), sdist("demo")


@pytest.fixture
def project(town: Installation, user: User) -> Project:
    """A project that the visitor maintains."""
    project = town.project()
    town.join(user, project, Role.MAINTAINER)
    return project


@pytest.fixture
def release(town: Installation, project: Project) -> Release:
    """A release of two files."""
    with town.database.write() as conn:
        for dist in (WHEEL, SDIST):
            release, _ = library.publish(conn, project, dist, utc_now())
    return release


@pytest.fixture
def base(project: Project, release: Release) -> str:
    """The address of the release."""
    return f"/{project.full_path}/-/packages/{release.id}"


def yanked(town: Installation, project: Project) -> list[str | None]:
    """What installers are told of the wheel and of the sdist."""
    with town.database.read() as conn:
        page = packages.find_page(conn, project.id, normalize_name("demo"), {})
    assert page is not None
    return [file.yanked for file in page.files]


def badges(text: str) -> list[str]:
    """What the page says of things in a word."""
    return re.findall(r'<span class="badge [^"]*">(?:<svg.*?</svg>)?([^<]*)</span>', text)


def test_a_release_is_yanked_with_a_reason_and_that_is_taken_back(
    town: Installation, visitor: Visitor, project: Project, base: str
) -> None:
    done = visitor.follow(visitor.post(f"{base}/yank", {"reason": "it leaks"}))

    assert yanked(town, project) == ["it leaks", "it leaks"]
    assert notes(done)[0] == "demo 1.0 is yanked."
    assert "This release is yanked" in done.text
    for page in ("", "/files", "/versions"):
        shown = visitor.get(base + page).text
        assert "Yanked" in badges(shown)
        assert "it leaks" in shown
    assert "Yanked" in badges(visitor.get(f"/{project.full_path}/-/packages").text)

    undone = visitor.follow(visitor.post(f"{base}/unyank"))

    assert yanked(town, project) == [None, None]
    assert notes(undone) == ["demo 1.0 is not yanked any more."]
    assert "Yanked" not in badges(visitor.get(base).text)


def test_a_file_is_yanked_with_a_reason_and_that_is_taken_back(
    town: Installation, visitor: Visitor, project: Project, release: Release, base: str
) -> None:
    with town.database.read() as conn:
        file = packages.all_files(conn, release)[0].file

    sent = {"file": str(file.id), "file_reason": "built wrongly"}
    done = visitor.follow(visitor.post(f"{base}/files/yank", sent))

    assert yanked(town, project) == ["built wrongly", None]
    assert notes(done) == [f"{WHEEL.filename} is yanked."]
    assert "built wrongly" in visitor.get(f"{base}/files").text

    undone = visitor.follow(visitor.post(f"{base}/files/{file.id}/unyank"))

    assert yanked(town, project) == [None, None]
    assert notes(undone) == [f"{WHEEL.filename} is not yanked by itself any more."]


@pytest.mark.parametrize(
    ("status", "badge", "said"),
    [
        ("archived", "Archived", "The package is archived: nothing more is published."),
        ("deprecated", "Deprecated", "The package is deprecated: do not count on it."),
        ("quarantined", "Quarantined", "The package is quarantined: nothing of it can be"),
    ],
)
def test_the_status_of_the_package_is_saved_and_shown(
    visitor: Visitor, project: Project, base: str, status: str, badge: str, said: str
) -> None:
    sent = {"status": status, "status_reason": "for a reason"}

    done = visitor.follow(visitor.post(f"{base}/status", sent))

    assert notes(done)[0] == "The status of demo was saved."
    shown = visitor.get(base).text
    assert badge in badges(shown)
    assert said in shown
    assert "for a reason" in shown
    assert badge in badges(visitor.get(f"/{project.full_path}/-/packages").text)

    visitor.post(f"{base}/status", {"status": "active", "status_reason": "for a reason"})

    shown = visitor.get(base).text
    assert badge not in badges(shown)
    assert "for a reason" not in shown


def test_what_is_quarantined_is_not_downloaded_by_browsers(
    town: Installation, visitor: Visitor, project: Project, release: Release, base: str
) -> None:
    with town.database.read() as conn:
        file = packages.all_files(conn, release)[0].file
    town.declare(project, "demo", PackageStatus.QUARANTINED, "a worm")

    shown = visitor.get(f"{base}/files/{file.id}/download")

    assert shown.status_code == 403
    assert "The package demo is quarantined and cannot be downloaded: a worm" in shown.text


def test_a_form_that_is_sent_empty_says_what_it_lacks(visitor: Visitor, base: str) -> None:
    assert wrong(visitor.post(f"{base}/files/yank", {})) == ["File is missing"]
    assert wrong(visitor.post(f"{base}/status", {})) == ["Status is missing"]


def test_who_may_not_yank_sees_no_way_there(
    town: Installation, visitor: Visitor, user: User
) -> None:
    project = town.project()
    town.join(user, project, Role.DEVELOPER)
    with town.database.write() as conn:
        release, _ = library.publish(conn, project, WHEEL, utc_now())
    base = f"/{project.full_path}/-/packages/{release.id}"

    assert "Availability" not in visitor.get(base).text
    assert visitor.get(f"{base}/availability").status_code == 403
