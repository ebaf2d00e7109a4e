"""Packages and their files through the REST API."""

from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from tests.actors import Actor, Installation
from tests.api.conftest import Connect
from tests.builders import Dist, sdist, wheel
from wheelyard.access import Role, Visibility
from wheelyard.projects import Project
from wheelyard.registry import utc_now


@pytest.fixture
def published(developer: Actor, project: Project) -> list[Dist]:
    """Two releases of one package, the newer with two files, and one of another."""
    dists = [
        wheel("My.Package", "1.0"),
        wheel("my-package", "2.0"),
        sdist("my-package", "2.0"),
        wheel("other", "0.1"),
    ]
    for dist in dists:
        assert developer.publish(project, dist).status_code == 201
    return dists


def test_a_package_is_shown_as_on_gitlab(
    town: Installation, project: Project, published: list[Dist]
) -> None:
    del published
    with town.caller(project, Role.MAINTAINER) as maintainer:
        first, second, _ = maintainer.api("GET", f"/projects/{project.id}/packages").json()
        body = maintainer.api("GET", f"/projects/{project.id}/packages/{second['id']}").json()

    api = f"{town.url}/api/v4/projects/{project.id}/packages"
    assert second == {
        "id": second["id"],
        "name": "My.Package",
        "version": "2.0",
        "package_type": "pypi",
        "status": "default",
        "_links": {
            "web_path": f"/{project.full_path}/-/packages/{second['id']}",
            "delete_api_path": f"{api}/{second['id']}",
        },
        "created_at": second["created_at"],
        "last_downloaded_at": None,
        "creator_id": second["creator_id"],
        "tags": [],
        "pipelines": [],
        "yanked": False,
        "yanked_reason": None,
    }
    assert body == {
        **second,
        "versions": [
            {
                "id": first["id"],
                "version": "1.0",
                "created_at": first["created_at"],
                "tags": [],
                "pipelines": [],
            }
        ],
    }


def test_only_who_may_delete_is_told_how(
    town: Installation, project: Project, published: list[Dist]
) -> None:
    del published
    with town.caller(project, Role.DEVELOPER) as caller:
        bodies = caller.api("GET", f"/projects/{project.id}/packages").json()

    assert [set(body["_links"]) for body in bodies] == [{"web_path"}] * 3


def test_what_a_deploy_token_published_has_no_creator(
    root: Actor, town: Installation, project: Project
) -> None:
    with town.holding(town.deploy_token(project, "write_package_registry")) as robot:
        robot.publish(project, wheel())

    listed = root.api("GET", f"/projects/{project.id}/packages").json()

    assert [body["creator_id"] for body in listed] == [None]


@pytest.mark.parametrize(
    ("wanted", "versions"),
    [
        ({}, ["1.0", "2.0", "0.1"]),
        ({"sort": "desc"}, ["0.1", "2.0", "1.0"]),
        ({"order_by": "version"}, ["0.1", "1.0", "2.0"]),
        ({"order_by": "name", "sort": "desc"}, ["0.1", "2.0", "1.0"]),
        ({"package_name": "PACKAGE"}, ["1.0", "2.0"]),
        ({"package_name": "package", "package_version": "2.0"}, ["2.0"]),
        ({"package_type": "pypi"}, ["1.0", "2.0", "0.1"]),
        ({"package_type": "npm"}, []),
        ({"status": "error"}, []),
    ],
)
def test_lists_can_be_narrowed_and_have_an_order(
    connect: Connect,
    town: Installation,
    project: Project,
    published: list[Dist],
    wanted: dict[str, Any],
    versions: list[str],
) -> None:
    del published
    script = connect(town.join(town.user(), project, Role.GUEST)).projects.get(project.id)

    listed = script.packages.list(get_all=True, **wanted)

    assert [package.version for package in listed] == versions


@pytest.mark.parametrize("parameter", ["order_by", "sort", "package_type", "status"])
def test_an_unknown_order_or_filter_is_refused(
    root: Actor, project: Project, parameter: str
) -> None:
    answer = root.api("GET", f"/projects/{project.id}/packages", **{parameter: "odd"})

    assert (answer.status_code, answer.json()) == (
        400,
        {"error": f"{parameter} does not have a valid value"},
    )


def test_the_files_of_a_package_are_shown_with_their_digests(
    root: Actor, project: Project, published: list[Dist]
) -> None:
    package = root.api("GET", f"/projects/{project.id}/packages").json()[1]["id"]

    files = root.api("GET", f"/projects/{project.id}/packages/{package}/package_files").json()

    assert files == [
        {
            "id": shown["id"],
            "package_id": package,
            "created_at": shown["created_at"],
            "file_name": dist.filename,
            "size": len(dist.content),
            "file_md5": dist.md5,
            "file_sha1": None,
            "file_sha256": dist.sha256,
            "pipelines": [],
            "yanked": False,
            "yanked_reason": None,
        }
        for shown, dist in zip(files, published[1:3], strict=True)
    ]


def test_a_maintainer_deletes_file_by_file_and_the_package_goes_with_the_last(
    connect: Connect,
    developer: Actor,
    town: Installation,
    project: Project,
    published: list[Dist],
) -> None:
    script = connect(town.join(town.user(), project, Role.MAINTAINER)).projects.get(project.id)
    package = script.packages.list(get_all=True)[1]
    wheel_file, sdist_file = package.package_files.list(get_all=True)

    package.package_files.delete(wheel_file.id)
    page = developer.simple(project, "my-package").text
    package.package_files.delete(sdist_file.id)

    assert published[1].sha256 not in page
    assert published[2].sha256 in page
    assert developer.download(project, published[2]).status_code == 404
    assert [left.version for left in script.packages.list(get_all=True)] == ["1.0", "0.1"]


def test_a_deleted_package_can_be_published_again(
    connect: Connect,
    developer: Actor,
    town: Installation,
    project: Project,
    published: list[Dist],
) -> None:
    script = connect(town.join(town.user(), project, Role.MAINTAINER)).projects.get(project.id)

    script.packages.list(get_all=True)[2].delete()

    gone = developer.simple(project, "other")
    again = developer.publish(project, published[3])
    assert (gone.status_code, again.status_code) == (404, 201)


@pytest.mark.parametrize(
    ("seen", "status"),
    [
        ("Thu, 01 Jan 1970 00:00:00 -0000", 412),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 204),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 204),
        ("Sat, 01 Jan 0001 00:00:00 +2359", 412),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", 204),
        ("yesterday", 204),
        ("", 204),
    ],
)
def test_every_date_and_what_is_none_is_understood(
    root: Actor, project: Project, published: list[Dist], seen: str, status: int
) -> None:
    del published
    package = root.api("GET", f"/projects/{project.id}/packages").json()[0]["id"]

    answer = root.http.delete(
        f"/api/v4/projects/{project.id}/packages/{package}",
        headers={"If-Unmodified-Since": seen},
    )

    assert answer.status_code == status


def test_what_was_made_within_the_second_that_was_seen_is_unmodified(
    root: Actor, project: Project, published: list[Dist]
) -> None:
    del published
    package = root.api("GET", f"/projects/{project.id}/packages").json()[0]
    made = datetime.fromisoformat(package["created_at"]).replace(microsecond=0)
    url = f"/api/v4/projects/{project.id}/packages/{package['id']}"

    before, within = (
        root.http.delete(url, headers={"If-Unmodified-Since": format_datetime(seen, usegmt=True)})
        for seen in (made - timedelta(seconds=1), made)
    )

    assert (before.status_code, within.status_code) == (412, 204)


@pytest.mark.parametrize(("age", "status"), [(-1, 412), (1, 204)])
def test_a_deletion_can_depend_on_what_was_seen(
    root: Actor, project: Project, published: list[Dist], age: int, status: int
) -> None:
    del published
    package = root.api("GET", f"/projects/{project.id}/packages").json()[0]["id"]
    seen = format_datetime(utc_now() + timedelta(hours=age), usegmt=True)

    answer = root.http.delete(
        f"/api/v4/projects/{project.id}/packages/{package}",
        headers={"If-Unmodified-Since": seen},
    )

    assert answer.status_code == status


READING = (200, 200, 200)
HIDDEN = (404, 404, 404)


@pytest.mark.parametrize(
    ("visibility", "caller", "reading", "deleting"),
    [
        (Visibility.PUBLIC, "anonymous", READING, 403),
        (Visibility.PUBLIC, Role.NONE, READING, 403),
        (Visibility.PUBLIC, Role.DEVELOPER, READING, 403),
        (Visibility.PUBLIC, Role.MAINTAINER, READING, 204),
        (Visibility.INTERNAL, "anonymous", HIDDEN, 404),
        (Visibility.INTERNAL, Role.NONE, READING, 403),
        (Visibility.PRIVATE, "anonymous", HIDDEN, 404),
        (Visibility.PRIVATE, Role.NONE, HIDDEN, 404),
        (Visibility.PRIVATE, Role.GUEST, READING, 403),
        (Visibility.PRIVATE, Role.REPORTER, READING, 403),
        (Visibility.PRIVATE, Role.DEVELOPER, READING, 403),
        (Visibility.PRIVATE, Role.MAINTAINER, READING, 204),
        (Visibility.PRIVATE, Role.OWNER, READING, 204),
    ],
)
def test_the_status_table_of_the_packages_api(
    town: Installation,
    visibility: Visibility,
    caller: str | Role,
    reading: tuple[int, ...],
    deleting: int,
) -> None:
    project = town.project(visibility=visibility)
    with town.member(project, Role.DEVELOPER) as developer:
        developer.publish(project, wheel())
    path = f"/projects/{project.id}/packages"
    with town.administrator() as administrator:
        package = administrator.api("GET", path).json()[0]["id"]

    with town.anonymous() if caller == "anonymous" else _caller(town, project, caller) as who:
        statuses = tuple(
            who.api("GET", f"{path}{end}").status_code
            for end in ("", f"/{package}", f"/{package}/package_files")
        )
        deleted = who.api("DELETE", f"{path}/{package}").status_code

    assert (statuses, deleted) == (reading, deleting)


def _caller(town: Installation, project: Project, role: str | Role) -> Actor:
    user = town.user()
    if isinstance(role, Role) and role is not Role.NONE:
        town.join(user, project, role)
    return town.calling(town.token(user))


def test_what_is_not_there_is_not_found(root: Actor, project: Project) -> None:
    answers = [
        root.api("GET", f"/projects/{project.id}/packages/{package}")
        for package in (999_999_999, "x")
    ]

    assert [answer.json() for answer in answers] == [
        {"message": "404 Package Not Found"},
        {"message": "404 Not Found"},
    ]
