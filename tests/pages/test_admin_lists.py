"""The overview, all projects and all groups: how much there is, and who holds it."""

import secrets

import pytest

from tests.actors import Actor, Installation
from tests.builders import wheel
from tests.pages.visitor import Visitor, rows, text_of
from wheelyard.access import RegistryAccess, Visibility
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.web.pages import languages

SMALL, LARGE = (
    wheel("small", "1.0"),
    wheel("large", "1.0", files={"large/data": secrets.token_bytes(5000)}),
)
SIZE = languages.speak("en").size(len(SMALL.content))


def test_the_overview_counts_everything(
    administrator: Visitor, town: Installation, developer: Actor, project: Project
) -> None:
    before = tiles(administrator)
    town.group()
    town.project(within=town.group())
    developer.publish(project, SMALL)

    after = tiles(administrator)

    grown = {name: after[name] - before[name] for name in after}
    assert grown["Users"] >= 0
    assert (grown["Groups"], grown["Projects"], grown["Packages"]) == (2, 1, 1)


def tiles(administrator: Visitor) -> dict[str, int]:
    """The numbers of the overview, by what they count."""
    text = text_of(administrator.get("/admin").text)
    found = {}
    for name in ("Users", "Groups", "Projects", "Packages"):
        words = text.rpartition("New user")[2].split(f"{name} ", 1)[1].split()
        found[name] = int(words[0].replace(",", ""))
    return found


def test_the_overview_tells_who_and_what_came_last(
    administrator: Visitor, town: Installation
) -> None:
    newest = town.user()

    text = text_of(administrator.get("/admin").text)

    assert f"{newest.name} @{newest.username}" in text
    assert f"The command line created the user {newest.username}" in text


@pytest.fixture
def group(town: Installation) -> Namespace:
    """A group with two projects, one of them in a subgroup."""
    group = town.group(visibility=Visibility.INTERNAL)
    town.project(within=town.group(parent=group), registry=RegistryAccess.DISABLED)
    town.project(within=group, visibility=Visibility.INTERNAL, archived=True)
    return group


def test_projects_are_listed_with_what_they_hold(
    administrator: Visitor, developer: Actor, project: Project
) -> None:
    assert developer.publish(project, SMALL).status_code == 201

    found = rows(administrator.get("/admin/projects", q=project.full_path))

    (row,) = found
    assert row[0] == f"{project.full_path} Private"
    assert row[1:3] == ["On", "1"]
    assert row[3] == SIZE
    assert row[4] != "never"


def test_projects_tell_their_switch_and_whether_they_are_archived(
    administrator: Visitor, group: Namespace
) -> None:
    found = rows(administrator.get("/admin/projects", q=group.full_path, sort="created-up"))

    assert [(row[0].split(" ", 1)[1], row[1], row[4]) for row in found] == [
        ("Private", "Off", "never"),
        ("Internal Archived", "On", "never"),
    ]


def test_projects_are_sorted_by_size(
    administrator: Visitor, town: Installation, group: Namespace
) -> None:
    paths = []
    for dist in (SMALL, LARGE):
        project = town.project(within=group)
        paths.append(project.full_path)
        with town.holding(town.token(town.user(is_admin=True))) as actor:
            assert actor.publish(project, dist).status_code == 201

    def order(sort: str) -> list[str]:
        page = administrator.get("/admin/projects", q=group.full_path, sort=sort)
        return [path for row in rows(page) if (path := row[0].split()[0]) in paths]

    assert order("size-down") == paths[::-1]
    assert order("size-up") == paths
    assert order("published-down") == paths[::-1]
    assert order("created-up") == paths
    assert order("nonsense") == sorted(paths)


def test_groups_count_what_is_below_them(
    administrator: Visitor, town: Installation, group: Namespace
) -> None:
    project = town.project(within=group)
    with town.holding(town.token(town.user(is_admin=True))) as actor:
        assert actor.publish(project, SMALL).status_code == 201

    found = rows(administrator.get("/admin/groups", q=group.full_path, sort="size-down"))

    assert [row[:3] for row in found] == [
        [f"{group.full_path} Internal", "3", SIZE],
        [found[1][0], "1", "0 B"],
    ]


@pytest.mark.parametrize("sort", ["path-up", "size-down", "projects-down", "created-down"])
def test_each_group_stands_on_one_page_of_each_order(
    administrator: Visitor, town: Installation, sort: str
) -> None:
    parent = town.group()
    made = {town.group(parent=parent).full_path for _ in range(21)}

    pages = [
        rows(administrator.get("/admin/groups", q=f"{parent.full_path}/", sort=sort, page=page))
        for page in ("1", "2")
    ]

    assert [len(page) for page in pages] == [20, 1]
    assert {row[0].split()[0] for page in pages for row in page} == made


def test_a_search_without_result_says_so(administrator: Visitor) -> None:
    for path in ("/admin/projects", "/admin/groups"):
        assert "Sorry, your filter produced" in administrator.get(path, q="no such path").text
