"""What is served beside files, so that resolvers need not download them (PEP 658, PEP 714)."""

import time

import pytest

from tests.actors import Actor, Installation, Source, pypi
from tests.builders import Dist, metadata, sdist, wheel
from tests.servers import Server
from wheelyard.access import Role, Visibility
from wheelyard.projects import Project

DIST = wheel("beside", "1.0", requires_python=">=3.9")


def built(version: str, *fields: str) -> Dist:
    """An sdist of a metadata version, with these fields."""
    about = metadata("beside", "1.0", extra="".join(f"{field}\n" for field in fields))
    return sdist("beside", described=about.replace(b"2.1", version.encode()))


def test_the_metadata_is_that_of_the_archive_and_says_everything(
    developer: Actor, project: Project
) -> None:
    developer.publish(project, DIST)

    answer = developer.metadata(project, DIST)

    assert (answer.status_code, answer.content) == (200, DIST.metadata)
    named = f"{DIST.filename}.metadata"
    expected = {
        "content-type": "application/octet-stream",
        "content-length": str(len(DIST.metadata)),
        "content-disposition": f"attachment; filename=\"{named}\"; filename*=UTF-8''{named}",
        "etag": f'"{DIST.metadata_sha256}"',
        "last-modified": developer.download(project, DIST).headers["last-modified"],
        "accept-ranges": "bytes",
        "cache-control": "private, max-age=31536000, immutable",
        "vary": "Authorization, Cookie, Deploy-Token, Job-Token, Private-Token",
        "x-content-type-options": "nosniff",
    }
    assert {name: answer.headers.get(name) for name in expected} == expected


def test_it_is_served_through_every_index(town: Installation) -> None:
    group = town.group(visibility=Visibility.PUBLIC)
    project = town.project(within=group, visibility=Visibility.PUBLIC)
    with town.member(project, Role.DEVELOPER) as developer, town.anonymous() as stranger:
        developer.publish(project, DIST)
        places: list[Source] = [project, group, None]
        answers = [stranger.metadata(place, DIST) for place in places]

    assert [answer.content for answer in answers] == [DIST.metadata] * 3
    assert [answer.headers["cache-control"].split(",")[0] for answer in answers] == [
        "public",
        "private",
        "private",
    ]


@pytest.mark.parametrize(
    ("dist", "is_served"),
    [
        (built("2.1"), False),
        (built("2.2"), True),
        (built("2.4", "Dynamic: License"), True),
        (built("2.4", "Dynamic: License", "Dynamic: Requires-Dist"), False),
        (wheel("beside", described=metadata("beside", "1.0", extra="Dynamic: Name\n")), True),
    ],
)
def test_of_an_sdist_it_is_served_when_it_can_be_relied_on(
    developer: Actor,
    project: Project,
    dist: Dist,
    is_served: bool,  # noqa: FBT001  a column of a table
) -> None:
    assert developer.publish(project, dist).status_code == 201

    answer = developer.metadata(project, dist)

    if is_served:
        assert (answer.status_code, answer.content) == (200, dist.metadata)
    else:
        assert (answer.status_code, answer.json()) == (404, {"message": "404 Package Not Found"})


def test_bytes_that_are_no_text_are_served_as_they_are(developer: Actor, project: Project) -> None:
    about = metadata("beside", "1.0") + b"\r\n\xff\xfe \xe9 \0"
    dist = wheel("beside", described=about)
    developer.publish(project, dist)

    assert developer.metadata(project, dist).content == about


def test_a_plus_in_the_name_is_read_once(developer: Actor, project: Project) -> None:
    dist = wheel("beside", "1.0+cu118")
    developer.publish(project, dist)

    answer = developer.metadata(project, dist)

    assert "%2Bcu118" in str(answer.request.url)
    assert answer.content == dist.metadata


@pytest.mark.parametrize("left", [None, b"", b"Name: other\n", DIST.metadata[:-1]])
@pytest.mark.parametrize("is_remembered", [False, True])
def test_metadata_that_is_lost_is_not_called_absent(
    server: Server,
    developer: Actor,
    project: Project,
    left: bytes | None,
    is_remembered: bool,  # noqa: FBT001  a column of a table
) -> None:
    lost = wheel("lost", described=metadata("lost", "1.0", extra=f"License: {project.id}\n"))
    developer.publish(project, lost)
    if is_remembered:
        assert developer.metadata(project, lost).content == lost.metadata
    blob = server.data / "blobs" / lost.metadata_sha256[:2] / lost.metadata_sha256
    blob.unlink()
    if left is not None:
        blob.write_bytes(left)

    answer = developer.metadata(project, lost)

    if is_remembered:  # and so are the right bytes
        assert (answer.status_code, answer.content) == (200, lost.metadata)
    else:
        assert answer.status_code == 503
        assert "Retry-After" in answer.headers


def test_reading_it_is_no_download(root: Actor, developer: Actor, project: Project) -> None:
    developer.publish(project, DIST)
    developer.publish(project, wheel("other"))
    developer.metadata(project, DIST)
    developer.download(project, wheel("other"))

    deadline = time.monotonic() + 30
    while True:
        shown = root.api("GET", f"/projects/{project.id}/packages").json()
        counted = {each["name"]: each["last_downloaded_at"] for each in shown}
        if counted["other"] is not None:
            break
        assert time.monotonic() < deadline, "nothing was counted"
        time.sleep(0.5)
    assert counted["beside"] is None


def test_without_a_token_somebody_is_asked_for_one(
    town: Installation, developer: Actor, project: Project
) -> None:
    developer.publish(project, DIST)

    with town.anonymous() as stranger:
        answer = stranger.metadata(project, DIST)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    "name",
    ["beside-2.0-py3-none-any.whl.metadata", f"{DIST.filename}.metadata.metadata", ".metadata"],
)
def test_there_is_none_of_what_is_not_there(developer: Actor, project: Project, name: str) -> None:
    developer.publish(project, DIST)

    answer = developer.http.get(f"{pypi(project)}/files/{DIST.sha256}/{name}")

    assert (answer.status_code, answer.json()) == (404, {"message": "404 Package Not Found"})


def test_it_goes_with_its_file(root: Actor, developer: Actor, project: Project) -> None:
    developer.publish(project, DIST)
    assert developer.metadata(project, DIST).status_code == 200
    (package,) = root.api("GET", f"/projects/{project.id}/packages").json()

    root.api("DELETE", f"/projects/{project.id}/packages/{package['id']}")

    assert developer.metadata(project, DIST).status_code == 404
