"""The status of a package decides what may still come to it (PEP 792)."""

import pytest

from tests.actors import Actor, Installation
from tests.builders import Dist, wheel
from tests.publish import wire
from tests.publish.test_changes_during_an_upload import BODY, upload_around
from tests.servers import Server
from wheelyard.access import Role
from wheelyard.projects import Project
from wheelyard.pypi.status import PackageStatus

OLD, NEW = wheel("Demo", "1.0"), wheel("Demo", "2.0")
ARCHIVED, QUARANTINED = PackageStatus.ARCHIVED, PackageStatus.QUARANTINED


@pytest.fixture
def package(developer: Actor, project: Project) -> Dist:
    """A file of a package that is there."""
    assert developer.publish(project, OLD).status_code == 201
    return OLD


@pytest.mark.parametrize(
    ("status", "reason", "said"),
    [
        (ARCHIVED, "", "The package Demo is archived and takes no uploads"),
        (ARCHIVED, "use demo2", "The package Demo is archived and takes no uploads: use demo2"),
        (QUARANTINED, "", "The package Demo is quarantined and takes no uploads"),
        (QUARANTINED, "a worm", "The package Demo is quarantined and takes no uploads: a worm"),
    ],
)
def test_a_package_that_takes_no_uploads_says_so_to_everybody(
    town: Installation,
    developer: Actor,
    project: Project,
    package: Dist,
    status: PackageStatus,
    reason: str,
    said: str,
) -> None:
    town.declare(project, package.name, status, reason)

    with town.administrator() as administrator:
        answers = [who.publish(project, NEW, name="DEMO") for who in (developer, administrator)]

    refused = (403, {"message": f"403 Forbidden - {said}"})
    assert [(answer.status_code, answer.json()) for answer in answers] == [refused, refused]


def test_not_even_what_is_there_already_is_taken_again(
    town: Installation, developer: Actor, project: Project, package: Dist
) -> None:
    town.edit(project, duplicates="identical")
    town.declare(project, package.name, ARCHIVED)

    assert developer.publish(project, package).status_code == 403


@pytest.mark.parametrize("status", [PackageStatus.DEPRECATED, PackageStatus.ACTIVE])
def test_a_package_of_another_status_takes_uploads(
    town: Installation,
    developer: Actor,
    project: Project,
    package: Dist,
    status: PackageStatus,
) -> None:
    town.declare(project, package.name, ARCHIVED)
    assert developer.publish(project, NEW).status_code == 403

    town.declare(project, package.name, status)

    assert developer.publish(project, NEW).status_code == 201


def test_other_packages_and_projects_take_uploads(
    town: Installation, developer: Actor, project: Project, package: Dist
) -> None:
    town.declare(project, package.name, ARCHIVED)
    elsewhere = town.project()

    with town.member(elsewhere, Role.DEVELOPER) as other:
        answers = [developer.publish(project, wheel("demo2")), other.publish(elsewhere, package)]

    assert [answer.status_code for answer in answers] == [201, 201]


def test_what_is_refused_leaves_nothing_in_the_store(
    server: Server, town: Installation, developer: Actor, project: Project, package: Dist
) -> None:
    town.declare(project, package.name, ARCHIVED)
    refused = wheel("demo", "3.0", files={"refused.txt": b"by the status"})

    developer.publish(project, refused)

    kept = {path.name for path in (server.data / "blobs").rglob("*")}
    assert (package.sha256 in kept, refused.sha256 in kept) == (True, False)


def test_a_status_that_changes_while_the_body_comes_counts(
    server: Server,
    town: Installation,
    developer: Actor,
    project: Project,
    target: bytes,
    secret: str,
) -> None:
    assert developer.publish(project, wheel("demo", "0.1")).status_code == 201

    ending = upload_around(
        server,
        wire.post(target, secret, BODY),
        lambda: town.declare(project, "demo", ARCHIVED),
    )

    said = b"The package demo is archived and takes no uploads"
    assert ending == (403, b'{"message": "403 Forbidden - %s"}' % said)
