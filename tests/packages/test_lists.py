"""Lists of releases and packages are exact, whichever way they are read."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from tests.actors import Installation
from tests.builders import sdist, wheel
from tests.library import publish
from wheelyard import packages
from wheelyard.access import Actor
from wheelyard.database import schema
from wheelyard.database.paging import Window
from wheelyard.journal import OPERATOR
from wheelyard.packages import Creator, Filter, ListedRelease
from wheelyard.projects import Project
from wheelyard.registry import Registry

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def town(registry: Registry) -> Iterator[Installation]:
    """The people and projects of the test."""
    town = Installation(registry.settings.data)
    yield town
    town.close()


@pytest.fixture
def conn(registry: Registry, project: Project, other: Project) -> Iterator[Connection]:
    """A transaction, which begins when both projects are there."""
    del project, other
    with registry.database.write() as conn:
        yield conn


@pytest.fixture
def project(town: Installation) -> Project:
    """A project."""
    return town.project()


@pytest.fixture
def other(town: Installation) -> Project:
    """Another one."""
    return town.project()


def fill(conn: Connection, project: Project, *names: str) -> None:
    """Publish one release after another, an hour apart; each is "name version"."""
    start = conn.execute(select(schema.releases.c.id)).all()
    for hours, text in enumerate(names, start=len(start)):
        name, version = text.split()
        publish(conn, project, wheel(name, version), NOON + timedelta(hours=hours))


def shown(listed: list[ListedRelease]) -> list[str]:
    """What a list shows, as "name version"."""
    return [f"{item.release.name} {item.release.version}" for item in listed]


def listing(conn: Connection, within: packages.Within, **wanted: Any) -> list[str]:
    """A whole list."""
    page = packages.list_releases(conn, within, Filter(**wanted), Window(limit=100))
    assert page.total == len(page.items)
    return shown(page.items)


def test_a_list_comes_in_every_order(conn: Connection, project: Project) -> None:
    fill(conn, project, "beta 1.0", "alpha 3.0", "alpha 2.0")
    conn.execute(schema.releases.update().values(downloads=9 - schema.releases.c.id))

    assert listing(conn, project.id) == ["beta 1.0", "alpha 3.0", "alpha 2.0"]
    assert listing(conn, project.id, descending=True) == ["alpha 2.0", "alpha 3.0", "beta 1.0"]
    assert listing(conn, project.id, order_by="name") == ["alpha 3.0", "alpha 2.0", "beta 1.0"]
    assert listing(conn, project.id, order_by="version") == ["beta 1.0", "alpha 2.0", "alpha 3.0"]
    assert listing(conn, project.id, order_by="downloads") == ["alpha 2.0", "alpha 3.0", "beta 1.0"]
    assert listing(conn, project.id, order_by="type") == ["beta 1.0", "alpha 3.0", "alpha 2.0"]


@pytest.mark.parametrize("order_by", ["created_at", "name", "version", "downloads", "type"])
@pytest.mark.parametrize("search", ["", "a"])
def test_pages_of_any_size_make_up_the_whole(
    conn: Connection, project: Project, order_by: str, search: str
) -> None:
    fill(conn, project, *(f"{name} {n}.0" for n in range(3) for name in ("beta", "alpha", "gamma")))
    whole = listing(conn, project.id, order_by=order_by, search=search)
    assert len(whole) == 9

    for limit in (1, 2, 4, 7, 20):
        offsets = range(0, 12, limit)
        wanted = Filter(order_by=order_by, search=search)
        pages = [
            packages.list_releases(conn, project.id, wanted, Window(offset, limit)).items
            for offset in offsets
        ]

        assert shown([*itertools.chain.from_iterable(pages)]) == whole


def test_several_projects_are_named_by_ids_or_by_a_query(
    conn: Connection, project: Project, other: Project
) -> None:
    fill(conn, project, "one 1.0")
    fill(conn, other, "two 1.0")
    query = select(schema.projects.c.id).where(schema.projects.c.id == other.id)

    assert listing(conn, [project.id, other.id], descending=True) == ["two 1.0", "one 1.0"]
    assert listing(conn, query) == ["two 1.0"]
    assert listing(conn, query, search="w", order_by="name") == ["two 1.0"]
    assert listing(conn, []) == []


def test_a_search_finds_every_spelling(conn: Connection, project: Project) -> None:
    fill(conn, project, "My.Py_Package 1.0", "other 1.0")

    for search in ("my-py", "PY__pack", "y.p", "My.Py_Package"):
        assert listing(conn, project.id, search=search) == ["My.Py_Package 1.0"]
    assert listing(conn, project.id, search="%") == []
    assert listing(conn, project.id, name=".py_") == ["My.Py_Package 1.0"]
    assert listing(conn, project.id, name="-") == []
    assert listing(conn, project.id, search="o", version="1.0") == ["other 1.0"]
    assert listing(conn, project.id, search="o", version="2.0") == []


def test_many_that_are_found_are_in_order_too(conn: Connection, project: Project) -> None:
    fill(conn, project, "demo 1.0")
    package, release = conn.execute(schema.packages.select()).one(), schema.releases
    conn.execute(
        release.insert(),
        [
            {
                "package_id": package.id,
                "project_id": project.id,
                "version": f"2.{number}",
                "normalized_version": f"2.{number}",
                "summary": "",
                "created_at": NOON + timedelta(days=number),
            }
            for number in range(1100)
        ],
    )

    page = packages.list_releases(
        conn, project.id, Filter(search="dem", descending=True), Window(limit=2)
    )

    assert page.total == 1101
    assert shown(page.items) == ["demo 2.1099", "demo 2.1098"]


def test_a_listed_release_says_what_it_holds_and_who_made_it(
    town: Installation, project: Project, registry: Registry
) -> None:
    ada = town.user("ada")
    files = wheel(), sdist()
    with registry.database.write() as conn:
        for dist in files:
            publish(conn, project, dist, NOON, by=Actor(user_id=ada.id))
        fill(conn, project, "other 1.0rc1")
        by_ada, by_nobody = packages.list_releases(conn, project.id, Filter(), Window()).items

    assert by_ada.file_count == 2
    assert by_ada.size_bytes == sum(len(dist.content) for dist in files)
    assert by_ada.creator == Creator(ada.id, "ada", "Ada")
    assert not by_ada.is_prerelease
    assert by_nobody.creator is None
    assert by_nobody.is_prerelease


def test_the_newest_of_many_projects_are_exact(registry: Registry, town: Installation) -> None:
    places = [town.project() for _ in range(6)]
    ids = [place.id for place in places]
    with registry.database.write() as conn:
        assert packages.recent_releases(conn, ids, 5) == []
        for round_ in range(3):
            for place in places:
                fill(conn, place, f"p{place.id} {round_}.0")
        fill(conn, places[0], "p 1.0", "p 2.0")
        # A file for an old release makes no new one.
        publish(conn, places[1], sdist(f"p{ids[1]}", "0.0"), NOON + timedelta(days=9))
        everything = shown(packages.recent_releases(conn, ids, 100))

        assert everything == listing(conn, ids, descending=True)
        for limit in range(1, 8):
            found = packages.recent_releases(conn, ids, limit)
            assert shown(found) == everything[:limit]
        assert shown(packages.recent_releases(conn, ids[:1], 1)) == ["p 2.0"]


def test_the_latest_packages_stand_once_each(conn: Connection, project: Project) -> None:
    fill(conn, project, "old 1.0", "demo 1.0", "new 1.0", "demo 2.0", "demo 3.0")

    assert shown(packages.latest_packages(conn, project.id, 2)) == ["demo 3.0", "new 1.0"]
    assert shown(packages.latest_packages(conn, project.id, 9)) == [
        *("demo 3.0", "new 1.0", "old 1.0")
    ]


def test_the_releases_of_a_package_are_in_the_order_of_versions(
    conn: Connection, project: Project
) -> None:
    fill(conn, project, "demo 1.10", "demo 1.9", "demo 2.0rc1", "demo 1!0.1", "demo 2.0", "x 9")

    number = packages.latest_packages(conn, project.id, 2)[1].release.package_id
    pages = [packages.list_versions(conn, number, Window(offset, 3)) for offset in (0, 3, 6)]

    versions = [[item.release.version for item in page.items] for page in pages]
    assert versions == [["1!0.1", "2.0", "2.0rc1"], ["1.10", "1.9"], []]
    assert [page.total for page in pages] == [5, 5, 5]
    assert packages.count_versions(conn, number) == 5


def test_packages_that_begin_with_what_is_sought_come_first(
    conn: Connection, project: Project, other: Project
) -> None:
    fill(conn, project, "a-tool 1.0", "tool-b 1.0", "Tool 1.0", "Tool 1.1", "toot 1.0")
    fill(conn, other, "tool 3.0")

    found = packages.search_packages(conn, [project.id, other.id], "tOOl", 10)

    assert [(item.project_full_path, item.name, item.version) for item in found] == [
        (project.full_path, "Tool", "1.1"),
        (other.full_path, "tool", "3.0"),
        (project.full_path, "tool-b", "1.0"),
        (project.full_path, "a-tool", "1.0"),
    ]
    assert packages.search_packages(conn, [project.id, other.id], "tool", 1) == found[:1]
    assert packages.search_packages(conn, [other.id], "tool", 10) == found[1:2]
    assert packages.search_packages(conn, [project.id], " ", 10) == []
    assert packages.search_packages(conn, [project.id], "%", 10) == []


@pytest.mark.parametrize(
    ("versions", "highest"),
    [
        (["1.9", "1.10", "1.2"], "1.10"),
        (["2.0", "3.0rc1", "1.9.1"], "2.0"),
        (["1.0a1", "1.0.dev1"], "1.0a1"),
        (["1!0.1", "2026.1"], "1!0.1"),
    ],
)
def test_the_highest_version_stands_for_a_package_that_is_found(
    conn: Connection, project: Project, versions: list[str], highest: str
) -> None:
    fill(conn, project, *(f"demo {version}" for version in versions))

    found = packages.search_packages(conn, [project.id], "demo", 10)

    assert [item.version for item in found] == [highest]


def test_files_are_known_in_detail(
    town: Installation, project: Project, registry: Registry
) -> None:
    ada = town.user("ada")
    first, second, source = wheel(), wheel(files={"demo/more.py": b""}), sdist()
    with registry.database.write() as conn:
        for dist in (first, source, second):
            release, _ = publish(conn, project, dist, NOON, by=Actor(user_id=ada.id))
        old, tarball, new = packages.all_files(conn, release)

        assert [item.is_listed for item in (old, tarball, new)] == [False, True, True]
        assert old.file.sha256 == first.sha256
        assert old.blake2_256 == first.blake2_256
        assert (old.filetype, tarball.filetype) == ("bdist_wheel", "sdist")
        assert new.metadata_version == "2.1"
        assert new.creator == Creator(ada.id, "ada", "Ada")
        packages.delete_file(conn, release, new.file, by=OPERATOR, at=NOON)
        assert [item.is_listed for item in packages.all_files(conn, release)] == [True, True]
