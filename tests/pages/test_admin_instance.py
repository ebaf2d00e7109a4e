"""The instance's switch and limits, its effective settings, its storage and its health.

On a server of their own, for what is switched here concerns everybody.
"""

import os
import re
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from tests.actors import Actor, Installation
from tests.builders import wheel
from tests.pages.visitor import Visitor, notes, rows, text_of, visiting, wrong
from tests.servers import running
from wheelyard import instance
from wheelyard.access import RegistryAccess, Role
from wheelyard.instance import Instance
from wheelyard.journal import OPERATOR
from wheelyard.projects import Project
from wheelyard.pypi.names import NormalizedName
from wheelyard.registry import utc_now
from wheelyard.settings import Duplicates

PACKAGES = "/admin/packages"
FORWARDING = "/admin/packages/forwarding"
LEFT = {"packages_enabled": "", "max_file_mb": "", "duplicates": "", "anyone_can_pull": ""}
UPSTREAM = "https://mirror.example.com/simple"
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
    nothing = dict.fromkeys(field.name for field in fields(Instance))
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
        (
            {"anyone_can_pull": "x"},
            "A private project's packages are for does not have a valid value",
        ),
    ],
)
def test_bad_limits_change_nothing(
    administrator: Visitor, town: Installation, changes: dict[str, str], said: str
) -> None:
    answer = administrator.post(PACKAGES, {**LEFT, **changes})

    assert (answer.status_code, wrong(answer)) == (422, [said])
    assert decided(town) == Instance()


def test_anybody_may_pull_only_while_the_instance_allows_it(
    administrator: Visitor, town: Installation, developer: Actor
) -> None:
    open_to_all = town.project(registry=RegistryAccess.PUBLIC)
    with town.member(open_to_all, Role.DEVELOPER) as publisher, town.anonymous() as nobody:
        assert publisher.publish(open_to_all, DIST).status_code == 201
        seen = [nobody.simple(open_to_all, "demo"), developer.simple(open_to_all, "demo")]

        administrator.follow(administrator.post(PACKAGES, {**LEFT, "anyone_can_pull": "false"}))

        seen += [nobody.simple(open_to_all, "demo"), developer.simple(open_to_all, "demo")]
        own = publisher.simple(open_to_all, "demo")
        settings = administrator.get(f"/{open_to_all.full_path}/-/settings/general").text

    assert [answer.status_code for answer in seen] == [200, 200, 401, 404]
    assert own.status_code == 200
    assert "Without effect: an administrator does not allow it" in settings
    assert decided(town) == Instance(anyone_can_pull=False)


# Forwarding --------------------------------------------------------------------------------------


def test_forwarding_is_decided_and_left_to_the_environment_again(
    administrator: Visitor, town: Installation
) -> None:
    sent = {
        "forwarding": "true",
        "forwarding_locked": "true",
        "upstream_url": f"{UPSTREAM}/",
        "reserved_prefixes": "Acme\nbolt",
    }

    page = administrator.follow(administrator.post(FORWARDING, sent))
    set_here = decided(town)
    left = dict.fromkeys(sent, "")
    administrator.follow(administrator.post(FORWARDING, left))

    assert set_here == Instance(
        forwarding=True,
        forwarding_locked=True,
        upstream_url=UPSTREAM,
        reserved_prefixes=(NormalizedName("acme"), NormalizedName("bolt")),
    )
    assert f'value="{UPSTREAM}"' in page.text
    assert ">acme\nbolt</textarea>" in page.text
    assert decided(town) == Instance()


def test_forwarding_without_an_upstream_is_a_problem_that_is_told(
    administrator: Visitor, town: Installation
) -> None:
    page = administrator.follow(administrator.post(FORWARDING, {"forwarding": "true"}))

    said = "Forwarding is on, and there is no upstream index: nothing is forwarded."
    assert said in page.text
    assert f"Problem {said}" in text_of(administrator.get("/admin/health").text)
    assert decided(town) == Instance(forwarding=True)


@pytest.mark.parametrize(
    "url",
    [
        "mirror.example.com",
        "ftp://mirror.example.com",
        "https://ada:open-sesame@mirror.example.com/simple",
        "https://ada@mirror.example.com/simple",
        "https://mirror.example.com/simple?key=1",
        "https://mirror.example.com/simple#x",
        "https://",
        "https://mirror.example.com:x/",
    ],
)
def test_an_upstream_that_cannot_be_one_is_refused(
    administrator: Visitor, town: Installation, url: str
) -> None:
    answer = administrator.post(FORWARDING, {"upstream_url": url})

    rule = "must be http:// or https://, a host and perhaps a path, without user, password or query"
    assert (answer.status_code, wrong(answer)) == (422, [f"Upstream index {rule}"])
    assert decided(town) == Instance()


def test_the_registry_is_not_its_own_upstream(administrator: Visitor, town: Installation) -> None:
    answer = administrator.post(FORWARDING, {"upstream_url": f"{town.url}/api/v4/simple"})

    assert wrong(answer) == ["Upstream index is this registry itself"]
    assert decided(town) == Instance()


def test_who_deletes_a_release_is_told_that_its_name_stays(
    administrator: Visitor, developer: Actor, project: Project
) -> None:
    assert developer.publish(project, wheel("leaving", "1.0")).status_code == 201
    found = administrator.get(f"/{project.full_path}/-/packages").text
    release = re.search(rf'href="(/{project.full_path}/-/packages/[0-9]+)"', found)
    assert release is not None

    off = administrator.get(release[1]).text
    administrator.post(FORWARDING, {"forwarding": "true"})
    nowhere = administrator.get(release[1]).text
    administrator.post(FORWARDING, {"forwarding": "true", "upstream_url": UPSTREAM})
    on = administrator.get(release[1]).text

    said = "requests for it are not forwarded afterwards either"
    assert [said in page for page in (off, nowhere, on)] == [False, False, True]


# Effective settings ------------------------------------------------------------------------------


def test_every_setting_says_where_it_comes_from(administrator: Visitor, town: Installation) -> None:
    administrator.follow(administrator.post(PACKAGES, {**LEFT, "max_file_mb": "2"}))
    administrator.follow(administrator.post(FORWARDING, {"reserved_prefixes": "b a"}))

    found = {row[0].split()[0]: row for row in rows(administrator.get("/admin/settings"))}

    assert found["WHEELYARD_DATA"][1:] == [str(town.data), "Command line option"]
    assert found["WHEELYARD_DUPLICATES"][1:] == ["refuse", "Environment variable"]
    assert found["WHEELYARD_HOST"][1:] == ["127.0.0.1", "Built-in default"]
    assert found["WHEELYARD_MAX_FILE_BYTES"][1:] == [str(2 * 2**20), "Packages page"]
    assert found["WHEELYARD_RESERVED_PREFIXES"][1:] == ["a,b", "Packages page"]
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
    assert "OK The schema is 0004; this release's is 0004." in health
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
    assert "Files looked for by size in the store: " in full
    assert "it took" in full


@pytest.fixture
def administrator(town: Installation) -> Iterator[Visitor]:
    """A new administrator of this server."""
    with visiting(town, town.user(is_admin=True)) as visitor:
        yield visitor
