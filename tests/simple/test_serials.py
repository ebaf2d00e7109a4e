"""``X-PyPI-Last-Serial``: the newest change of what a page lists, and of nothing else."""

from collections.abc import Callable

import pytest

from tests.actors import Actor, Installation, Source, pypi
from tests.builders import wheel
from wheelyard import journal, packages
from wheelyard.access import Role, Visibility
from wheelyard.journal import OPERATOR
from wheelyard.packages import Release
from wheelyard.projects import Project
from wheelyard.registry import utc_now

JSON = "application/vnd.pypi.simple.v1+json"


def serial(actor: Actor, place: Source, package: str = "") -> int:
    """What a page says, the same in each place and form."""
    said = set()
    for accept in ("text/html", JSON):
        url = f"{pypi(place)}/simple/{package}"
        answer = actor.http.get(url, headers={"Accept": accept})
        said.add(int(answer.headers["x-pypi-last-serial"]))
        if accept == JSON:
            said.add(answer.json()["meta"]["_last-serial"])
        else:
            assert answer.text.endswith(f"<!--SERIAL {min(said)}-->\n")
    (one,) = said
    return one


def newest(town: Installation) -> int:
    """The serial of the last change of all."""
    with town.database.read() as conn:
        return journal.last_serial(conn)


def release_of(town: Installation, project: Project, name: str) -> Release:
    with town.database.read() as conn:
        found = packages.find_version(conn, project.id, name, "1.0")
    assert found is not None
    return found


def yank(town: Installation, release: Release) -> None:
    with town.database.write() as conn:
        packages.yank_release(conn, release, "broken", by=OPERATOR, at=utc_now())


def delete(town: Installation, release: Release) -> None:
    with town.database.write() as conn:
        packages.delete_release(conn, release, by=OPERATOR, at=utc_now())


def test_it_is_that_of_the_newest_change(
    town: Installation, developer: Actor, project: Project
) -> None:
    places: list[Source] = [project, town.group_of(project), None]
    for version in ("1.0", "2.0"):
        developer.publish(project, wheel("demo", version))
        for place in places:
            assert serial(developer, place, "demo/") == newest(town)
            assert serial(developer, place) == newest(town)


@pytest.mark.parametrize("change", [yank, delete])
def test_every_change_of_a_package_moves_it(
    town: Installation,
    developer: Actor,
    project: Project,
    change: Callable[[Installation, Release], None],
) -> None:
    for version in ("1.0", "2.0"):
        developer.publish(project, wheel("demo", version))
    before = serial(developer, project, "demo/")

    change(town, release_of(town, project, "demo"))

    assert before < newest(town)
    for place in (project, town.group_of(project), None):
        assert serial(developer, place, "demo/") == newest(town)


def test_foreign_changes_leave_it(town: Installation, developer: Actor, project: Project) -> None:
    other = town.project(visibility=Visibility.PRIVATE)
    developer.publish(project, wheel("demo", "1.0"))
    page, index = serial(developer, project, "demo/"), serial(developer, project)
    group = serial(developer, town.group_of(project))

    with town.member(other, Role.DEVELOPER) as stranger:
        stranger.publish(other, wheel("demo", "2.0"))
    assert (serial(developer, project), serial(developer, town.group_of(project))) == (index, group)

    developer.publish(project, wheel("other", "1.0"))
    assert serial(developer, project, "demo/") == page
    assert serial(developer, project) == newest(town)


def test_an_index_keeps_that_of_a_package_that_is_gone(
    town: Installation, developer: Actor, project: Project
) -> None:
    developer.publish(project, wheel("demo", "1.0"))

    delete(town, release_of(town, project, "demo"))

    assert serial(developer, project) == newest(town)


def test_each_package_of_an_index_has_its_own(
    town: Installation, developer: Actor, project: Project
) -> None:
    expected = []
    for name in ("alpha", "beta"):
        developer.publish(project, wheel(name, "1.0"))
        expected.append({"name": name, "_last-serial": newest(town)})

    answer = developer.http.get(f"{pypi(project)}/simple/?format=json")

    assert answer.json()["projects"] == expected


def test_an_empty_index_has_none(developer: Actor, project: Project) -> None:
    assert serial(developer, project) == 0
