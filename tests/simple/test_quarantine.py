"""Nothing of a quarantined package is listed or downloaded (PEP 792), wherever it is read.

Where others have it too, what is theirs stays: but nobody's files take the place of those that are
quarantined.
"""

from collections.abc import Iterator
from re import findall

import pytest

from tests.actors import Actor, Installation, Source
from tests.builders import wheel
from wheelyard.access import Role, Visibility
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.pypi.status import PackageStatus

QUARANTINED, ACTIVE = PackageStatus.QUARANTINED, PackageStatus.ACTIVE
DIST = wheel("worm", "1.0")
REFUSED = (
    403,
    {"message": "403 Forbidden - The package worm is quarantined and cannot be downloaded: a worm"},
)


@pytest.fixture
def group(town: Installation) -> Namespace:
    """A private group."""
    return town.group()


@pytest.fixture
def project(town: Installation, group: Namespace) -> Project:
    """A project in it."""
    return town.project(within=group)


@pytest.fixture
def later(town: Installation, group: Namespace) -> Project:
    """Another, where the package comes later."""
    return town.project(within=group, visibility=Visibility.PRIVATE)


@pytest.fixture
def member(town: Installation, group: Namespace, project: Project) -> Iterator[Actor]:
    """A developer of the group, who has published a package."""
    with town.holding(town.token(town.join(town.user(), group, Role.DEVELOPER))) as member:
        assert member.publish(project, DIST).status_code == 201
        yield member


def links(member: Actor, place: Source) -> list[str]:
    """The file names that the page of the package lists."""
    answer = member.simple(place, "worm")
    assert answer.status_code == 200
    return findall(r">(\S+)</a>", answer.text)


@pytest.mark.parametrize("where", ["project", "group", "instance"])
def test_nothing_is_listed_or_downloaded_from_the_next_request_on(
    town: Installation, member: Actor, project: Project, group: Namespace, where: str
) -> None:
    places: dict[str, Source] = {"project": project, "group": group, "instance": None}
    place = places[where]
    for _ in range(2):
        assert links(member, place) == [DIST.filename]
        assert member.download(place, DIST).status_code == 200
        assert member.metadata(place, DIST).status_code == 200

    town.declare(project, "worm", QUARANTINED, "a worm")

    assert links(member, place) == []
    for answer in (member.download(place, DIST), member.metadata(place, DIST)):
        assert (answer.status_code, answer.json()) == REFUSED
    assert ">worm</a>" in member.simple(place).text

    town.declare(project, "worm", ACTIVE)

    assert links(member, place) == [DIST.filename]
    assert member.download(place, DIST).status_code == 200


def test_it_is_not_downloaded_through_rest_either(
    town: Installation, member: Actor, project: Project
) -> None:
    del member
    base = f"/projects/{project.id}/packages"
    with town.administrator() as administrator:
        package = administrator.api("GET", base).json()[0]["id"]
        file = administrator.api("GET", f"{base}/{package}/package_files").json()[0]["id"]
        path = f"{base}/{package}/package_files/{file}/download"
        assert administrator.api("GET", path).status_code == 200

        town.declare(project, "worm", QUARANTINED, "a worm")

        answer = administrator.api("GET", path)
    assert (answer.status_code, answer.json()) == REFUSED


def test_nobody_elses_files_take_the_place_of_a_quarantined_version(
    town: Installation, member: Actor, project: Project, later: Project, group: Namespace
) -> None:
    same, other = wheel("worm", "1.0", tag="py2-none-any"), wheel("worm", "2.0")
    for dist in (same, other):
        assert member.publish(later, dist).status_code == 201
    assert links(member, group) == [DIST.filename, other.filename]

    town.declare(project, "worm", QUARANTINED)

    assert links(member, group) == [other.filename]
    assert links(member, later) == [same.filename, other.filename]


def test_a_file_that_another_project_offers_too_is_downloaded_from_there(
    town: Installation, member: Actor, project: Project, later: Project, group: Namespace
) -> None:
    assert member.publish(later, DIST).status_code == 201

    town.declare(project, "worm", QUARANTINED)
    assert member.download(group, DIST).status_code == 200

    town.declare(later, "worm", QUARANTINED, "a worm too")
    assert member.download(group, DIST).status_code == 403


@pytest.mark.parametrize("status", [PackageStatus.ARCHIVED, PackageStatus.DEPRECATED])
def test_a_package_of_another_status_is_read_as_before(
    town: Installation, member: Actor, project: Project, status: PackageStatus
) -> None:
    town.declare(project, "worm", status, "use another")

    assert links(member, project) == [DIST.filename]
    assert member.download(project, DIST).status_code == 200
