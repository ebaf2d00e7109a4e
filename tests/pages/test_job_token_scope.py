"""Settings of a project: whose job tokens it admits."""

import pytest

from tests.actors import Installation
from tests.pages.visitor import Visitor, notes, wrong
from wheelyard.access import Role, Visibility
from wheelyard.projects import Project
from wheelyard.users import User


@pytest.fixture
def home(town: Installation, user: User) -> Project:
    """A project that the visitor maintains."""
    project = town.project()
    town.join(user, project, Role.MAINTAINER)
    return project


def page_of(project: Project) -> str:
    """The address of the page."""
    return f"/{project.full_path}/-/settings/ci_cd"


def test_projects_and_groups_are_put_on_the_list_and_taken_off(
    town: Installation, visitor: Visitor, home: Project
) -> None:
    group = town.group(visibility=Visibility.PUBLIC)
    guest = town.project(visibility=Visibility.PUBLIC)
    assert "No other project is on the list" in visitor.get(page_of(home)).text

    for place in (guest, group):
        shown = visitor.follow(
            visitor.post(f"{page_of(home)}/admit", {"path": f"/{place.full_path}/"})
        )
        assert notes(shown) == [f"{place.full_path} is on the list now."]
    for place, kind in ((guest, "projects"), (group, "groups")):
        assert place.full_path in visitor.get(page_of(home)).text
        shown = visitor.follow(visitor.post(f"{page_of(home)}/{kind}/{place.id}/dismiss"))
        assert notes(shown) == ["It was taken off the list."]
        assert place.full_path not in shown.text


def test_the_list_counts_until_it_is_switched_off(
    town: Installation, visitor: Visitor, home: Project
) -> None:
    worker, elsewhere = town.user(), town.project()
    town.join(worker, home, Role.GUEST)
    town.join(worker, elsewhere, Role.DEVELOPER)
    with town.job(town.job_token(worker, elsewhere)) as job:
        assert job.simple(home).status_code == 404
        visitor.get(page_of(home))
        shown = visitor.follow(visitor.post(page_of(home), {"keeps_list": "false"}))
        assert notes(shown) == ["The changes were saved."]
        assert "It has no effect while everybody may come in." in shown.text
        assert job.simple(home).status_code == 200
        visitor.post(page_of(home), {"keeps_list": "true"})
        assert job.simple(home).status_code == 404


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "Path is empty"),
        ("{hidden}", "Path names no project and no group that you can see"),
        ("nothing/here", "Path names no project and no group that you can see"),
        ("{user}", "Path names no project and no group that you can see"),
        ("{home}", "Path is this project, which always admits its own"),
        ("{known}", "Path is on the list already"),
    ],
)
def test_what_cannot_be_on_the_list_is_refused_beside_the_field(
    town: Installation, user: User, visitor: Visitor, home: Project, path: str, said: str
) -> None:
    known = town.project(visibility=Visibility.PUBLIC)
    town.admit(home, known)
    sent = path.format(
        hidden=town.project().full_path,
        user=user.username,
        home=home.full_path,
        known=known.full_path,
    )
    visitor.get(page_of(home))
    answer = visitor.post(f"{page_of(home)}/admit", {"path": sent})

    assert (answer.status_code, wrong(answer)) == (422, [said])


def test_developers_change_nothing(town: Installation, user: User, visitor: Visitor) -> None:
    project = town.project()
    town.join(user, project, Role.DEVELOPER)

    assert visitor.get(page_of(project)).status_code == 403
    assert visitor.post(page_of(project), {"keeps_list": "false"}).status_code == 403
