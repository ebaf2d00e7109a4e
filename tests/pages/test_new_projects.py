"""Projects are made where one may make them, and a form that was refused keeps its text."""

import pytest

from tests.actors import Installation
from tests.pages.visitor import Visitor, wrong
from wheelyard import projects
from wheelyard.access import Role
from wheelyard.users import User

NEW = "/projects/new"


def described(namespace_id: int) -> dict[str, str]:
    """The form of a new project, filled in."""
    return {"name": "Night sky", "path": "sky", "namespace_id": str(namespace_id)}


def test_a_developer_makes_a_project_in_the_group(
    town: Installation, user: User, visitor: Visitor
) -> None:
    group = town.group()
    town.join(user, group, Role.DEVELOPER)

    visitor.follow(visitor.post(NEW, described(group.id)))

    with town.database.read() as conn:
        made = projects.find_by_path(conn, f"{group.full_path}/sky")
    assert made is not None
    assert made.name == "Night sky"


@pytest.mark.parametrize("is_hidden", [True, False])
def test_a_place_that_is_gone_or_hidden_is_named_and_the_form_keeps_what_was_typed(
    town: Installation, visitor: Visitor, *, is_hidden: bool
) -> None:
    answer = visitor.post(NEW, described(town.group().id if is_hidden else 10**9))

    assert (answer.status_code, wrong(answer)) == (422, ["Group or user is not there any more"])
    assert 'value="Night sky"' in answer.text


def test_a_reporter_makes_no_project_in_the_group(
    town: Installation, user: User, visitor: Visitor
) -> None:
    group = town.group()
    town.join(user, group, Role.REPORTER)

    answer = visitor.post(NEW, described(group.id))

    assert answer.status_code == 403
    assert 'value="Night sky"' in answer.text
