"""A file of a package through REST: the bytes that the PyPI route sends, in the same ways."""

import time

import pytest

from tests.actors import Actor, Installation
from tests.builders import Dist, wheel
from wheelyard.access import Role, Visibility
from wheelyard.projects import Project

DIST = wheel("demo", "1.0")


@pytest.fixture
def path(root: Actor, developer: Actor, project: Project) -> str:
    """Where the file of the project's one package is."""
    return address(root, developer, project, DIST)


def address(root: Actor, developer: Actor, project: Project, dist: Dist) -> str:
    assert developer.publish(project, dist).status_code == 201
    package = root.api("GET", f"/projects/{project.id}/packages").json()[0]["id"]
    files = f"/projects/{project.id}/packages/{package}/package_files"
    return f"{files}/{root.api('GET', files).json()[0]['id']}/download"


def test_the_bytes_are_those_of_the_pypi_route(
    root: Actor, developer: Actor, project: Project, path: str
) -> None:
    answer = root.api("GET", path)
    other = developer.download(project, DIST)

    told = ("content-type", "content-disposition", "content-length", "etag", "accept-ranges")
    assert (answer.status_code, answer.content) == (200, DIST.content)
    assert [answer.headers[name] for name in told] == [other.headers[name] for name in told]
    assert answer.headers["content-type"] == "application/octet-stream"


def test_head_ranges_and_what_is_known_already(root: Actor, path: str) -> None:
    url = f"/api/v4{path}"
    head = root.http.head(url)
    part = root.http.get(url, headers={"Range": "bytes=2-5"})
    beyond = root.http.get(url, headers={"Range": "bytes=999999-"})
    known = root.http.get(url, headers={"If-None-Match": head.headers["etag"]})

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(DIST.content))
    assert (part.status_code, part.content) == (206, DIST.content[2:6])
    assert beyond.status_code == 416
    assert (known.status_code, known.content) == (304, b"")


def test_it_counts_as_a_download(root: Actor, project: Project, path: str) -> None:
    root.api("GET", path)

    deadline = time.monotonic() + 30
    while True:
        (package,) = root.api("GET", f"/projects/{project.id}/packages").json()
        if package["last_downloaded_at"] is not None:
            return
        assert time.monotonic() < deadline, "the download was not counted"
        time.sleep(0.2)


@pytest.mark.parametrize(
    ("visibility", "control"),
    [
        (Visibility.PUBLIC, "public, max-age=31536000, s-maxage=600, immutable"),
        (Visibility.PRIVATE, "private, max-age=31536000, immutable"),
    ],
)
def test_only_what_is_open_to_all_is_for_shared_caches(
    root: Actor, town: Installation, visibility: Visibility, control: str
) -> None:
    project = town.project(visibility=visibility)
    with town.member(project, Role.DEVELOPER) as developer:
        path = address(root, developer, project, DIST)

    assert root.api("GET", path).headers["cache-control"] == control


def test_what_is_not_there_is_not_found(root: Actor, town: Installation, path: str) -> None:
    package = path.partition("/package_files/")[0]
    elsewhere = town.project()

    answers = [
        root.api("GET", f"{package}/package_files/{number}/download") for number in ("0", "x")
    ]
    moved = root.api("GET", f"/projects/{elsewhere.id}/packages/" + path.split("/packages/")[1])

    assert [answer.status_code for answer in answers] == [404, 404]
    assert moved.json() == {"message": "404 Package Not Found"}


def test_a_stranger_does_not_learn_of_it(town: Installation, path: str) -> None:
    with town.anonymous() as nobody, town.calling(town.token(town.user())) as stranger:
        answers = [who.api("GET", path) for who in (nobody, stranger)]

    assert [answer.json() for answer in answers] == [{"message": "404 Project Not Found"}] * 2
