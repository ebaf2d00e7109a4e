"""An address in another case leads to the place's own, with the rest of it kept."""

import pytest

from tests.actors import Installation
from tests.pages.visitor import Visitor
from wheelyard import groups
from wheelyard.access import Visibility
from wheelyard.groups import NewGroup
from wheelyard.journal import OPERATOR
from wheelyard.registry import utc_now


@pytest.mark.parametrize("path", ["G", "Roup", "Packages"])
def test_a_group_that_is_named_like_a_part_of_its_address(
    town: Installation, visitor: Visitor, path: str
) -> None:
    new = NewGroup(path, path, visibility=Visibility.PUBLIC)
    with town.database.write() as conn:
        groups.create(conn, new, None, by=OPERATOR, at=utc_now())

    answer = visitor.get(f"/groups/{path.lower()}/-/packages?q=a%20b&sort=name-up")

    assert answer.headers["location"] == f"/groups/{path}/-/packages?q=a%20b&sort=name-up"
    assert visitor.follow(answer).status_code == 200


def test_a_project_and_a_home(town: Installation, administrator: Visitor) -> None:
    project = town.project()
    shouted = project.full_path.upper()

    home = administrator.get(f"/{shouted}")
    listed = administrator.get(f"/{shouted}/-/packages")

    assert home.headers["location"] == f"/{project.full_path}"
    assert listed.headers["location"] == f"/{project.full_path}/-/packages"
