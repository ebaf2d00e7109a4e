"""The instance's switch and limits, its effective settings, its storage and its health.

On a server of their own, for what is switched here concerns everybody.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.actors import Actor, Installation
from tests.builders import wheel
from tests.pages.visitor import Visitor, notes, rows, text_of, visiting, wrong
from tests.servers import running
from wheelyard import instance
from wheelyard.access import Role
from wheelyard.instance import Instance
from wheelyard.journal import OPERATOR
from wheelyard.projects import Project
from wheelyard.registry import utc_now
from wheelyard.settings import Duplicates

PACKAGES = "/admin/packages"
LEFT = {"packages_enabled": "", "max_file_mb": "", "duplicates": ""}
DIST = wheel()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The people and things of a server with some settings."""
    data = tmp_path_factory.mktemp("own") / "data"
    with running(data, WHEELYARD_DUPLICATES="refuse", WHEELYARD_DUPLICATE="refuse") as server:
        installation = Installation(server.data, server.url)
        yield installation
        installation.close()


@pytest.fixture(autouse=True)
def undecided(town: Installation) -> Iterator[None]:
    """Afterwards everything is as the environment says."""
    yield
    nothing = {"packages_enabled": None, "max_file_bytes": None, "duplicates": None}
    with town.database.write() as conn:
        instance.edit(conn, nothing, by=OPERATOR, at=utc_now())


def decided(town: Installation) -> Instance:
    """What was decided at run time."""
    with town.database.read() as conn:
        return instance.get(conn)


# Packages ----------------------------------------------------------------------------------------


def test_packages_are_switched_off_and_on_again(
    administrator: Visitor, town: Installation, developer: Actor, project: Project
) -> None:
    assert developer.publish(project, DIST).status_code == 201

    off = administrator.follow(administrator.post(PACKAGES, {**LEFT, "packages_enabled": "false"}))
    while_off = developer.simple(project, "demo")
    administrator.follow(administrator.post(PACKAGES, {**LEFT, "packages_enabled": "true"}))
    while_on = developer.simple(project, "demo")

    assert notes(off) == ["The changes were saved."]
    assert "every package route answers 404" in off.text
    assert (while_off.status_code, while_on.status_code) == (404, 200)
    assert decided(town) == Instance(packages_enabled=True)


def test_limits_are_set_and_left_to_the_environment_again(
    administrator: Visitor, town: Installation
) -> None:
    sent = {**LEFT, "max_file_mb": "1,5", "duplicates": "identical"}

    page = administrator.follow(administrator.post(PACKAGES, sent))
    set_here = decided(town)
    administrator.follow(administrator.post(PACKAGES, LEFT))

    assert set_here == Instance(max_file_bytes=3 * 2**19, duplicates=Duplicates.IDENTICAL)
    assert 'value="1.5"' in page.text
    assert decided(town) == Instance()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"max_file_mb": "many"}, "Largest file, in MB must be from 0 to 1,073,741,824"),
        ({"max_file_mb": "-1"}, "Largest file, in MB must be from 0 to 1,073,741,824"),
        ({"max_file_mb": "nan"}, "Largest file, in MB must be from 0 to 1,073,741,824"),
        ({"max_file_mb": "inf"}, "Largest file, in MB must be from 0 to 1,073,741,824"),
        ({"duplicates": "x"}, "A file name that is uploaded again is does not have a valid value"),
        ({"packages_enabled": "x"}, "Packages does not have a valid value"),
    ],
)
def test_bad_limits_change_nothing(
    administrator: Visitor, town: Installation, changes: dict[str, str], said: str
) -> None:
    answer = administrator.post(PACKAGES, {**LEFT, **changes})

    assert (answer.status_code, wrong(answer)) == (422, [said])
    assert decided(town) == Instance()


# Effective settings ------------------------------------------------------------------------------


def test_every_setting_says_where_it_comes_from(administrator: Visitor, town: Installation) -> None:
    administrator.follow(administrator.post(PACKAGES, {**LEFT, "max_file_mb": "2"}))

    found = {row[0].split()[0]: row for row in rows(administrator.get("/admin/settings"))}

    assert found["WHEELYARD_DATA"][1:] == [str(town.data), "Command line option"]
    assert found["WHEELYARD_DUPLICATES"][1:] == ["refuse", "Environment variable"]
    assert found["WHEELYARD_HOST"][1:] == ["127.0.0.1", "Built-in default"]
    assert found["WHEELYARD_MAX_FILE_BYTES"][1:] == [str(2 * 2**20), "Packages page"]
    assert found["WHEELYARD_BASE_URL"][0] == (
        "WHEELYARD_BASE_URL The address people use, such as https://packages.example.com ; "
        "empty: as requested."
    )


# Storage -----------------------------------------------------------------------------------------


def test_storage_tells_who_holds_how_much(administrator: Visitor, town: Installation) -> None:
    project = town.project()
    with town.member(project, Role.DEVELOPER) as developer:
        assert developer.publish(project, DIST).status_code == 201

    found = {row[0]: row for row in rows(administrator.get("/admin/storage"))}

    assert found[project.full_path][2] == "1"
    assert found[project.full_path][1].endswith("%")


def test_blobs_are_counted_when_one_asks(administrator: Visitor, town: Installation) -> None:
    orphan = town.data / "blobs" / "ab" / ("ab" + "0" * 62)
    orphan.write_bytes(b"x" * 2048)
    fresh = orphan.with_name("ab" + "1" * 62)
    fresh.write_bytes(b"an upload in flight")
    long_ago = time.time() - 7200
    os.utime(orphan, (long_ago, long_ago))

    quick = text_of(administrator.get("/admin/storage").text)
    counted = text_of(administrator.get("/admin/storage", count="1").text)
    orphan.unlink()
    fresh.unlink()

    assert "Orphans" not in quick
    assert "Orphans 1 · 2.0 KB Counted in" in counted


# Health ------------------------------------------------------------------------------------------


def test_a_setting_that_does_not_exist_is_a_problem_with_a_remedy(administrator: Visitor) -> None:
    overview = text_of(administrator.get("/admin").text)
    health = text_of(administrator.get("/admin/health").text)

    assert "The health check found 1 problem. See what to do" in overview
    assert (
        "Problem WHEELYARD_DUPLICATE is set, and is no setting of this release. "
        "Correct its name, or take it out of the environment."
    ) in health
    assert "OK The schema is 0003; this release's is 0003." in health
    assert "Workers 1" in health


def test_every_file_is_looked_for_only_when_one_asks(
    administrator: Visitor, town: Installation
) -> None:
    project = town.project()
    with town.member(project, Role.DEVELOPER) as developer:
        lost = wheel("lost", "1.0")
        assert developer.publish(project, lost).status_code == 201
    path: Path = town.data / "blobs" / lost.sha256[:2] / lost.sha256
    content = path.read_bytes()
    path.unlink()

    quick = text_of(administrator.get("/admin/health").text)
    full = text_of(administrator.get("/admin/health", full="1").text)
    path.write_bytes(content)

    said = f"{lost.filename} of {project.full_path}: the blob {lost.sha256} is missing."
    assert said not in quick
    assert f"Problem {said} Restore the blob from a backup" in full
    assert "files were looked for by size in the store." in full
    assert "it took" in full


@pytest.fixture
def administrator(town: Installation) -> Iterator[Visitor]:
    """A new administrator of this server."""
    with visiting(town, town.user(is_admin=True)) as visitor:
        yield visitor
