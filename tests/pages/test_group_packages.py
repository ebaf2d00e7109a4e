"""The packages of a group: those of all its projects and subgroups that one may read."""

from collections.abc import Iterator

import pytest

from tests.actors import Installation
from tests.builders import wheel
from tests.pages.visitor import Visitor, rows, text_of, visiting
from wheelyard.access import RegistryAccess, Role, Visibility
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.users import User


@pytest.fixture
def group(town: Installation) -> Namespace:
    """A new public group."""
    return town.group(visibility=Visibility.PUBLIC)


@pytest.fixture
def nobody(town: Installation) -> Iterator[Visitor]:
    """A browser in which nobody has signed in."""
    with visiting(town) as nobody:
        yield nobody


def page_of(group: Namespace) -> str:
    """The address of the page."""
    return f"/groups/{group.full_path}/-/packages"


def publish(town: Installation, project: Project, *names: str) -> None:
    """Publish a release of each package, in this order."""
    with town.member(project, Role.DEVELOPER) as developer:
        for name in names:
            assert developer.publish(project, wheel(name)).status_code == 201


def listed(visitor: Visitor, group: Namespace, **params: str) -> list[tuple[str, str]]:
    """The packages that the page lists, with their projects."""
    return [(row[0], row[2]) for row in rows(visitor.get(page_of(group), **params))]


def test_it_lists_what_is_in_all_projects_below_newest_first(
    town: Installation, group: Namespace, nobody: Visitor
) -> None:
    below = town.group(parent=group, visibility=Visibility.PUBLIC)
    near = town.project(within=group, visibility=Visibility.PUBLIC)
    deep = town.project(within=below, visibility=Visibility.PUBLIC)
    publish(town, near, "first")
    publish(town, deep, "second")

    shown = nobody.get(page_of(group))

    assert listed(nobody, group) == [("second", deep.full_path), ("first", near.full_path)]
    assert f'href="/{deep.full_path}/-/packages/' in shown.text
    assert "2 releases" in shown.text


def test_what_may_not_be_read_is_neither_listed_nor_counted(
    town: Installation, user: User, visitor: Visitor, nobody: Visitor, group: Namespace
) -> None:
    private = town.project(within=group)
    members_only = town.project(
        within=group, visibility=Visibility.PUBLIC, registry=RegistryAccess.PRIVATE
    )
    publish(town, private, "hidden")
    publish(town, members_only, "members-only")
    closed = town.project(within=group, visibility=Visibility.PUBLIC)
    publish(town, closed, "switched-off")
    town.edit(closed, registry_access_level="disabled")
    town.join(user, private, Role.GUEST)

    assert listed(nobody, group) == []
    assert "There are no packages to see" in nobody.get(page_of(group)).text
    assert listed(visitor, group) == [("hidden", private.full_path)]
    assert "1 release " in text_of(visitor.get(page_of(group)).text)


def test_it_is_filtered_and_sorted_as_a_projects_list(
    town: Installation, group: Namespace, nobody: Visitor
) -> None:
    project = town.project(within=group, visibility=Visibility.PUBLIC)
    publish(town, project, "beta", "alpha-tool", "gamma-tool")

    names = [name for name, _ in listed(nobody, group, q="tool", sort="name-down")]
    remembered = [name for name, _ in listed(nobody, group)]
    none = nobody.get(page_of(group), q="nothing-like-it")

    assert names == ["gamma-tool", "alpha-tool"]
    assert remembered == ["gamma-tool", "beta", "alpha-tool"]
    assert "your filter produced no results" in none.text


def test_a_private_group_is_not_there_for_strangers(town: Installation, visitor: Visitor) -> None:
    assert visitor.get(page_of(town.group())).status_code == 404


def test_the_groups_home_tells_of_members_and_recent_releases(
    town: Installation, user: User, visitor: Visitor, nobody: Visitor, group: Namespace
) -> None:
    town.join(user, group, Role.GUEST)
    project = town.project(within=group, visibility=Visibility.INTERNAL)
    publish(town, project, "recent-one")

    seen = visitor.get(f"/{group.full_path}").text
    unsigned = nobody.get(f"/{group.full_path}").text

    assert f'<a href="/groups/{group.full_path}/-/group_members">1 member</a>' in seen
    assert "recent-one" in seen
    assert "group_members" not in unsigned
    assert "recent-one" not in unsigned
