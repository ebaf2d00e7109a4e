"""Yanking releases and files (PEP 592): what counts as yanked, why, and for how long."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, select

from tests.builders import Dist, sdist, wheel
from tests.library import publish
from wheelyard import packages, projects
from wheelyard.access import Actor
from wheelyard.database import schema
from wheelyard.facts import Conflict, InvalidRecord
from wheelyard.journal import OPERATOR
from wheelyard.namespaces import find_by_path
from wheelyard.packages import File, Release
from wheelyard.projects import NewProject, Project
from wheelyard.pypi.names import normalize_name
from wheelyard.registry import Registry, utc_now

WHEEL, SDIST = wheel("demo", "1.0"), sdist("demo", "1.0")
SOMEBODY = Actor(user_id=1)


@pytest.fixture
def conn(registry: Registry) -> Iterator[Connection]:
    """A transaction that is written."""
    with registry.database.write() as conn:
        yield conn


@pytest.fixture
def project(conn: Connection) -> Project:
    """A project of root."""
    root = find_by_path(conn, "root")
    assert root is not None
    return projects.create(conn, NewProject("tools", "tools"), root, by=OPERATOR, at=utc_now())


@pytest.fixture
def release(conn: Connection, project: Project) -> Release:
    """A release with a wheel and an sdist."""
    for dist in (WHEEL, SDIST):
        release, _ = publish(conn, project, dist, utc_now())
    return release


def yank(conn: Connection, release: Release, reason: str = "") -> None:
    packages.yank_release(conn, release, reason, by=SOMEBODY, at=utc_now())


def unyank(conn: Connection, release: Release) -> None:
    packages.unyank_release(conn, release, by=SOMEBODY, at=utc_now())


def yank_file(conn: Connection, release: Release, dist: Dist, reason: str = "") -> None:
    file = find(conn, release, dist)
    packages.yank_file(conn, release, file, reason, by=SOMEBODY, at=utc_now())


def unyank_file(conn: Connection, release: Release, dist: Dist) -> None:
    file = find(conn, release, dist)
    fresh = packages.find_release(conn, release.project_id, release.id)
    assert fresh is not None
    packages.unyank_file(conn, fresh, file, by=SOMEBODY, at=utc_now())


def find(conn: Connection, release: Release, dist: Dist) -> File:
    """The file, as a download finds it."""
    file = packages.find_file(conn, release.project_id, dist.sha256, dist.filename)
    assert file is not None
    return file


def listed(conn: Connection, release: Release) -> dict[str, str | None]:
    """What the package's page says of each file."""
    page = packages.find_page(conn, release.project_id, release.normalized_name, {})
    assert page is not None
    return {file.filename: file.yanked for file in page.files}


def told(conn: Connection) -> list[tuple[str, str, int | None, str]]:
    """What the journal tells of yanks."""
    table = schema.journal
    rows = conn.execute(
        select(table.c.action, table.c.package, table.c.actor_id, table.c.details)
        .where(table.c.action.contains("yanked"))
        .order_by(table.c.serial)
    )
    return [(row.action, row.package, row.actor_id, row.details) for row in rows]


def test_a_release_is_yanked_with_all_of_its_files(conn: Connection, release: Release) -> None:
    yank(conn, release, " broken on Windows ")

    assert listed(conn, release) == dict.fromkeys(
        (WHEEL.filename, SDIST.filename), "broken on Windows"
    )
    fresh = packages.find_release(conn, release.project_id, release.id)
    assert fresh is not None
    assert fresh.yanked == "broken on Windows"


def test_other_releases_are_not_yanked_with_it(
    conn: Connection, project: Project, release: Release
) -> None:
    newer = wheel("demo", "2.0")
    publish(conn, project, newer, utc_now())

    yank(conn, release)

    assert listed(conn, release) == {WHEEL.filename: "", SDIST.filename: "", newer.filename: None}


def test_a_file_is_yanked_by_itself(conn: Connection, release: Release) -> None:
    yank_file(conn, release, WHEEL, "built wrongly")

    assert listed(conn, release) == {WHEEL.filename: "built wrongly", SDIST.filename: None}
    fresh = packages.find_release(conn, release.project_id, release.id)
    assert fresh is not None
    assert fresh.yanked is None


def test_no_reason_is_not_the_same_as_not_yanked(conn: Connection, release: Release) -> None:
    yank_file(conn, release, WHEEL)

    assert listed(conn, release) == {WHEEL.filename: "", SDIST.filename: None}


def test_a_file_that_comes_later_is_yanked_with_its_release(
    conn: Connection, project: Project, release: Release
) -> None:
    yank(conn, release, "a leak")
    later = wheel("demo", "1.0", tag="py2-none-any")

    _, file = publish(conn, project, later, utc_now())

    assert file.yanked == "a leak"
    assert listed(conn, release)[later.filename] == "a leak"


def test_a_copy_that_replaces_a_yanked_file_is_not_yanked(
    conn: Connection, project: Project, release: Release
) -> None:
    yank_file(conn, release, WHEEL)
    mended = wheel("demo", "1.0", files={"mended.py": b""})
    assert mended.filename == WHEEL.filename

    publish(conn, project, mended, utc_now())

    assert listed(conn, release) == {WHEEL.filename: None, SDIST.filename: None}


def test_what_is_said_of_a_file_counts_before_what_is_said_of_its_release(
    conn: Connection, release: Release
) -> None:
    yank_file(conn, release, WHEEL, "built wrongly")

    yank(conn, release, "a leak")

    assert listed(conn, release) == {WHEEL.filename: "built wrongly", SDIST.filename: "a leak"}


def test_a_file_that_was_yanked_by_itself_stays_so_when_its_release_is_not_yanked_any_more(
    conn: Connection, release: Release
) -> None:
    yank_file(conn, release, WHEEL, "built wrongly")
    yank(conn, release, "a leak")

    unyank(conn, release)

    assert listed(conn, release) == {WHEEL.filename: "built wrongly", SDIST.filename: None}


def test_a_file_that_is_yanked_with_its_release_alone_cannot_be_taken_out(
    conn: Connection, release: Release
) -> None:
    yank(conn, release)

    with pytest.raises(Conflict, match=f"{WHEEL.filename} is yanked with its release, of which"):
        unyank_file(conn, release, WHEEL)

    assert listed(conn, release) == {WHEEL.filename: "", SDIST.filename: ""}


def test_what_was_said_of_a_file_can_be_taken_back_while_its_release_is_yanked(
    conn: Connection, release: Release
) -> None:
    yank_file(conn, release, WHEEL, "built wrongly")
    yank(conn, release, "a leak")

    unyank_file(conn, release, WHEEL)

    assert listed(conn, release) == {WHEEL.filename: "a leak", SDIST.filename: "a leak"}


def test_every_change_is_told_once_and_what_changes_nothing_is_not(
    conn: Connection, release: Release
) -> None:
    for _ in range(2):
        yank(conn, release, "a leak")
    yank(conn, release)
    for _ in range(2):
        unyank(conn, release)
    for _ in range(2):
        yank_file(conn, release, SDIST, "wrong")
    for _ in range(2):
        unyank_file(conn, release, SDIST)

    file = f'"filename":"{SDIST.filename}","sha256":"{SDIST.sha256}"'
    assert told(conn) == [
        ("release.yanked", "demo", 1, '{"version":"1.0","reason":"a leak"}'),
        ("release.yanked", "demo", 1, '{"version":"1.0","reason":""}'),
        ("release.unyanked", "demo", 1, '{"version":"1.0"}'),
        ("file.yanked", "demo", 1, f'{{"version":"1.0",{file},"reason":"wrong"}}'),
        ("file.unyanked", "demo", 1, f'{{"version":"1.0",{file}}}'),
    ]


@pytest.mark.parametrize("reason", ["two\nlines", "\x1b[31mred", "\u202eturned", "x" * 256])
def test_a_reason_is_a_line_that_no_terminal_stumbles_over(
    conn: Connection, release: Release, reason: str
) -> None:
    with pytest.raises(InvalidRecord, match="reason is invalid"):
        yank(conn, release, reason)
    with pytest.raises(InvalidRecord, match="reason is invalid"):
        yank_file(conn, release, WHEEL, reason)

    assert listed(conn, release) == {WHEEL.filename: None, SDIST.filename: None}


def test_lists_know_which_releases_are_yanked(
    conn: Connection, project: Project, release: Release
) -> None:
    publish(conn, project, wheel("demo", "2.0"), utc_now())

    yank(conn, release, "a leak")

    found = packages.recent_releases(conn, project.id, 10)
    assert {item.release.version: item.release.yanked for item in found} == {
        "1.0": "a leak",
        "2.0": None,
    }


@pytest.mark.parametrize(
    ("yanked", "found"),
    [((), "2.0"), (("2.0",), "1.0"), (("2.0", "1.0"), "3.0rc1"), (("2.0", "1.0", "3.0rc1"), "2.0")],
)
def test_a_search_finds_the_version_that_installers_take(
    conn: Connection, project: Project, yanked: tuple[str, ...], found: str
) -> None:
    for version in ("1.0", "2.0", "3.0rc1"):
        release, _ = publish(conn, project, wheel("demo", version), utc_now())
        if version in yanked:
            yank(conn, release)

    (package,) = packages.search_packages(conn, project.id, "demo", 10)

    assert package.version == found


@pytest.mark.parametrize(
    ("name", "version", "is_found"),
    [
        ("Demo", "v1.0.0", True),
        ("demo", "2.0", False),
        ("other", "1.0", False),
        ("demo", "?", False),
    ],
)
def test_a_release_is_found_by_any_spelling_of_its_name_and_version(
    conn: Connection, release: Release, name: str, version: str, *, is_found: bool
) -> None:
    found = packages.find_version(conn, release.project_id, name, version)

    assert (found is not None) == is_found
    assert normalize_name("Demo") == release.normalized_name
