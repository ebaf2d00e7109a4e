"""A file name again: kept beside the first, refused, or the same thing twice."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.actors import Actor, Installation
from tests.builders import Dist, sdist, wheel
from tests.servers import running
from wheelyard.access import Role
from wheelyard.database.schema import files, packages, releases
from wheelyard.projects import Project

FIRST, SECOND = wheel(files={"a.py": b"first"}), wheel(files={"a.py": b"second"})
TAKEN = {"message": "400 Bad request - Validation failed: File name has already been taken"}
AT_ONCE = 100


def stored(town: Installation, project: Project) -> int:
    """How many files the project has, those that are not listed included."""
    with town.database.read() as conn:
        return conn.execute(
            select(func.count())
            .select_from(files)
            .join(releases, files.c.release_id == releases.c.id)
            .join(packages, releases.c.package_id == packages.c.id)
            .where(packages.c.project_id == project.id)
        ).scalar_one()


def publish_in_turn(town: Installation, project: Project, *dists: Dist) -> list[tuple[int, object]]:
    """Upload one after another; the statuses and bodies."""
    with town.member(project, Role.DEVELOPER) as developer:
        answers = [developer.publish(project, dist) for dist in dists]
    return [(answer.status_code, answer.json()) for answer in answers]


CREATED = (201, {"message": "201 Created"})


def test_a_project_that_allows_keeps_both(town: Installation) -> None:
    project = town.project(duplicates="allow")

    assert publish_in_turn(town, project, FIRST, SECOND) == [CREATED, CREATED]

    assert stored(town, project) == 2


def test_a_project_that_refuses_keeps_the_first(town: Installation) -> None:
    project = town.project(duplicates="refuse")

    assert publish_in_turn(town, project, FIRST, FIRST, SECOND) == [
        CREATED,
        (400, TAKEN),
        (400, TAKEN),
    ]

    with town.member(project, Role.REPORTER) as reader:
        assert FIRST.sha256 in reader.simple(project, "demo").text
        assert reader.download(project, SECOND).status_code == 404


def test_a_project_that_takes_identical_files_stores_them_once(town: Installation) -> None:
    project = town.project(duplicates="identical")

    assert publish_in_turn(town, project, FIRST, FIRST, SECOND) == [
        CREATED,
        CREATED,
        (400, TAKEN),
    ]

    assert stored(town, project) == 1


@pytest.mark.parametrize("mode", ["refuse", "identical"])
def test_another_file_name_of_the_release_is_no_duplicate(town: Installation, mode: str) -> None:
    project = town.project(duplicates=mode)

    answers = publish_in_turn(town, project, FIRST, wheel(tag="py2-none-any"), wheel("demo", "2.0"))

    assert answers == [CREATED, CREATED, CREATED]


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (sdist("foo_bar"), replace(sdist("foo_bar"), filename="Foo.Bar-1.0.tar.gz")),
        (wheel(tag="py2.py3-none-any"), wheel(tag="py3.py2-none-any")),
    ],
    ids=["sdist", "wheel"],
)
def test_another_spelling_of_a_file_name_is_a_duplicate(
    town: Installation, first: Dist, again: Dist
) -> None:
    project = town.project(duplicates="refuse")

    assert publish_in_turn(town, project, first, again) == [CREATED, (400, TAKEN)]


@pytest.mark.parametrize("turn", [1, -1], ids=["new spelling last", "new spelling first"])
def test_of_two_spellings_the_newest_is_listed_alone(town: Installation, turn: int) -> None:
    project = town.project(duplicates="allow")
    new = wheel("foo_bar", "1.0.0", files={"a.py": b"new"})
    old = replace(wheel("foo_bar", "1.0.0"), filename="Foo.Bar-1.0-py3-none-any.whl")
    first, last = (old, new)[::turn]

    assert publish_in_turn(town, project, first, last) == [CREATED, CREATED]

    with town.member(project, Role.GUEST) as guest:
        page = guest.simple(project, "foo-bar").text
        assert (first.filename in page, last.filename in page) == (False, True)
        assert guest.download(project, first).content == first.content


def test_another_spelling_of_an_identical_file_is_stored_once(town: Installation) -> None:
    project = town.project(duplicates="identical")
    first = sdist("foo_bar")
    again = replace(first, filename="Foo.Bar-1.0.tar.gz")

    assert publish_in_turn(town, project, first, again) == [CREATED, CREATED]

    assert stored(town, project) == 1


def test_another_projects_file_name_is_no_duplicate(town: Installation) -> None:
    one, other = town.project(duplicates="refuse"), town.project(duplicates="refuse")

    assert publish_in_turn(town, one, FIRST) == [CREATED]
    assert publish_in_turn(town, other, FIRST) == [CREATED]


def test_a_project_wins_over_its_instance(tmp_path: Path) -> None:
    with running(tmp_path / "data", WHEELYARD_DUPLICATES="refuse") as server:
        town = Installation(server.data, server.url)
        usual, lenient = town.project(), town.project(duplicates="allow")

        assert publish_in_turn(town, usual, FIRST, FIRST) == [CREATED, (400, TAKEN)]
        assert publish_in_turn(town, lenient, FIRST, FIRST) == [CREATED, CREATED]
        town.close()


def test_a_deleted_files_name_is_free_again(town: Installation) -> None:
    project = town.project(duplicates="refuse")
    publish_in_turn(town, project, FIRST)
    with town.caller(project, Role.MAINTAINER) as maintainer:
        (release,) = maintainer.api("GET", f"/projects/{project.id}/packages").json()
        maintainer.api("DELETE", f"/projects/{project.id}/packages/{release['id']}")

    assert publish_in_turn(town, project, SECOND) == [CREATED]


# At once -----------------------------------------------------------------------------------------


def publish_at_once(town: Installation, project: Project, dists: Sequence[Dist]) -> Counter[int]:
    """Upload all together; how often each status came."""
    minted = town.token(town.join(town.user(), project, Role.DEVELOPER))
    actors = [town.holding(minted) for _ in dists]
    try:
        with ThreadPoolExecutor(len(dists)) as pool:
            answers = list(pool.map(Actor.publish, actors, [project] * len(dists), dists))
    finally:
        for actor in actors:
            actor.http.close()
    for answer in answers:
        assert answer.status_code == 201 or answer.json() == TAKEN, answer.text
    return Counter(answer.status_code for answer in answers)


def versions_of_one_name() -> list[Dist]:
    """Many wheels of one file name, each with other bytes."""
    return [wheel(files={"a.py": b"%d" % number}) for number in range(AT_ONCE)]


def listed(town: Installation, project: Project) -> int:
    """How many files the page lists."""
    with town.member(project, Role.REPORTER) as reader:
        return reader.simple(project, "demo").text.count("<a ")


def test_a_hundred_at_once_are_all_kept_where_that_is_allowed(town: Installation) -> None:
    project = town.project(duplicates="allow")

    statuses = publish_at_once(town, project, versions_of_one_name())

    assert statuses == {201: 100}
    assert (stored(town, project), listed(town, project)) == (100, 1)


def test_one_of_a_hundred_at_once_wins_where_others_are_refused(town: Installation) -> None:
    project = town.project(duplicates="refuse")

    statuses = publish_at_once(town, project, versions_of_one_name())

    assert statuses == {201: 1, 400: 99}
    assert (stored(town, project), listed(town, project)) == (1, 1)


def test_a_hundred_equal_files_at_once_are_one(town: Installation) -> None:
    project = town.project(duplicates="identical")

    statuses = publish_at_once(town, project, [FIRST] * AT_ONCE)

    assert statuses == {201: 100}
    assert (stored(town, project), listed(town, project)) == (1, 1)
