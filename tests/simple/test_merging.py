"""One version of a package comes from one project, where several have it and are read as one.

Of those that the caller may read, the one that has had that version for longest.  What this holds
against, by whom and in which order, is in test_precedence.
"""

from collections.abc import Iterator
from re import findall

import pytest

from tests.actors import Actor, Installation, Source
from tests.builders import Dist, sdist, wheel
from tests.library import publish as add
from wheelyard import packages, projects
from wheelyard.access import Role, Visibility
from wheelyard.database.paging import Window
from wheelyard.journal import OPERATOR
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.registry import utc_now

NAME = "shared"


def variant(version: str, of: str, *, name: str = NAME) -> Dist:
    """A wheel that only one project has, though others may have one of the same name."""
    return wheel(name, version, files={"of.txt": of.encode()})


OLD_1, NEW_1 = variant("1.0", "the older"), variant("1.0", "the newer")
NEW_2 = variant("2.0", "the newer")
NEW_1_SDIST = sdist(NAME, "1.0")


@pytest.fixture
def group(town: Installation) -> Namespace:
    """A public group."""
    return town.group(visibility=Visibility.PUBLIC)


@pytest.fixture
def older(town: Installation, group: Namespace) -> Project:
    """A private project that has had the version for longer."""
    return town.project(within=group)


@pytest.fixture
def newer(town: Installation, group: Namespace) -> Project:
    """A public project."""
    return town.project(within=group, visibility=Visibility.PUBLIC)


@pytest.fixture
def member(town: Installation, group: Namespace, newer: Project, older: Project) -> Iterator[Actor]:
    """A developer of the group, who has published the package to both projects."""
    with town.holding(town.token(town.join(town.user(), group, Role.DEVELOPER))) as member:
        for project, dist in (
            (older, OLD_1),
            (newer, NEW_1),
            (newer, NEW_2),
            (newer, NEW_1_SDIST),
        ):
            assert member.publish(project, dist).status_code == 201
        yield member


def shown(actor: Actor, place: Source, name: str = NAME) -> list[str]:
    """The digests of all links of a page, in their order."""
    answer = actor.simple(place, f"{name}/")
    return findall(r"#sha256=([0-9a-f]{64})", answer.text) if answer.status_code == 200 else []


def test_files_of_one_version_are_of_the_project_that_has_had_it_for_longest(
    member: Actor, group: Namespace
) -> None:
    # The sdist of 1.0 is left out, though the older project has none: nothing is mixed.
    assert shown(member, group) == [OLD_1.sha256, NEW_2.sha256]


def test_it_is_decided_among_the_projects_that_the_caller_may_read(
    town: Installation, member: Actor, group: Namespace, older: Project, newer: Project
) -> None:
    assert shown(member, group) == [OLD_1.sha256, NEW_2.sha256]
    with town.anonymous() as anonymous, town.member(older, Role.GUEST) as guest:
        assert shown(anonymous, group) == [NEW_1.sha256, NEW_2.sha256, NEW_1_SDIST.sha256]
        assert shown(guest, group) == [OLD_1.sha256, NEW_2.sha256]
        # A project's own page is of what it has.
        assert shown(anonymous, newer) == [NEW_1.sha256, NEW_2.sha256, NEW_1_SDIST.sha256]
        assert shown(guest, older) == [OLD_1.sha256]


def test_after_the_older_project_has_deleted_its_package_the_others_files_are_shown(
    town: Installation, member: Actor, group: Namespace, older: Project
) -> None:
    assert shown(member, group) == [OLD_1.sha256, NEW_2.sha256]

    with town.database.write() as conn:
        page = packages.list_releases(conn, older.id, packages.Filter(), Window())
        packages.delete_release(conn, page.items[0].release, by=OPERATOR, at=utc_now())

    assert shown(member, group) == [NEW_1.sha256, NEW_2.sha256, NEW_1_SDIST.sha256]
    # It begins anew with the package: its version 1.0 comes after that of the other one now.
    assert member.publish(older, OLD_1).status_code == 201
    assert shown(member, group) == [NEW_1.sha256, NEW_2.sha256, NEW_1_SDIST.sha256]


def test_after_the_older_project_was_deleted_the_others_files_are_shown(
    town: Installation, member: Actor, group: Namespace, older: Project
) -> None:
    assert shown(member, group) == [OLD_1.sha256, NEW_2.sha256]

    with town.database.write() as conn:
        projects.remove(conn, older, by=OPERATOR, at=utc_now())

    assert shown(member, group) == [NEW_1.sha256, NEW_2.sha256, NEW_1_SDIST.sha256]


def test_every_file_that_may_be_read_is_had_by_its_own_url(
    town: Installation, member: Actor, group: Namespace
) -> None:
    for dist in (OLD_1, NEW_1, NEW_2, NEW_1_SDIST):
        assert member.download(group, dist).content == dist.content
    with town.anonymous() as anonymous:
        assert anonymous.download(group, NEW_1).content == NEW_1.content
        assert anonymous.download(group, OLD_1).status_code == 404


def test_versions_that_are_equal_are_one_however_they_are_written(
    member: Actor, group: Namespace, older: Project, newer: Project
) -> None:
    first, second = variant("1.0", "a", name="spelled"), variant("1.0.0", "b", name="spelled")
    member.publish(older, first)
    member.publish(newer, second)

    assert shown(member, group, "spelled") == [first.sha256]


def test_the_page_and_the_index_name_a_package_as_the_oldest_one_is_called(
    town: Installation, member: Actor, group: Namespace, older: Project, newer: Project
) -> None:
    member.publish(older, variant("1.0", "a", name="My.Tool"))
    member.publish(newer, variant("2.0", "b", name="my_tool"))

    with town.anonymous() as anonymous:
        assert "<h1>Links for My.Tool</h1>" in member.simple(group, "my-tool").text
        assert "<h1>Links for my_tool</h1>" in anonymous.simple(group, "my-tool").text
        assert findall(r">([^<]*)</a>", member.simple(group).text) == ["My.Tool", NAME]
        assert findall(r">([^<]*)</a>", anonymous.simple(group).text) == ["my_tool", NAME]


def test_the_same_holds_for_the_whole_instance(town: Installation) -> None:
    name = "everywhere"
    old, new = variant("1.0", "the older", name=name), variant("1.0", "the newer", name=name)
    first, second = town.project(), town.project(visibility=Visibility.PUBLIC)
    with town.database.write() as conn:
        add(conn, first, old, utc_now())
        add(conn, second, new, utc_now())
    with town.member(first, Role.GUEST) as guest, town.anonymous() as anonymous:
        assert shown(guest, None, name) == [old.sha256]
        assert shown(anonymous, None, name) == [new.sha256]
