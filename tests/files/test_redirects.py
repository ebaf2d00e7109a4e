"""Downloads from the object store itself, by an address with a signature that ends soon."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests import bucket
from tests.actors import Actor, Installation, pypi
from tests.bucket import ObjectServer
from tests.builders import wheel
from tests.servers import running
from wheelyard.access import Role
from wheelyard.projects import Project

DIST = wheel("afar", "1.0")


@pytest.fixture(scope="module")
def far_town(
    object_server: ObjectServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A server that sends clients to its bucket."""
    data = tmp_path_factory.mktemp("redirecting") / "data"
    with (
        object_server.bucket() as made,
        running(data, WHEELYARD_FILE_DELIVERY="redirect", **made.variables) as server,
    ):
        town = Installation(server.data, server.url)
        yield town
        town.close()


@pytest.fixture(scope="module")
def library(far_town: Installation) -> Project:
    """A private project that holds the file."""
    project = far_town.project()
    with far_town.member(project, Role.DEVELOPER) as developer:
        assert developer.publish(project, DIST).status_code == 201
    return project


@pytest.fixture
def reader(far_town: Installation, library: Project) -> Iterator[Actor]:
    """Somebody who may read it."""
    with far_town.member(library, Role.GUEST) as guest:
        yield guest


def test_a_client_is_sent_to_the_bucket(reader: Actor, library: Project) -> None:
    answer = reader.download(library, DIST)

    assert (answer.status_code, answer.content) == (302, b"")
    assert answer.headers["cache-control"] == "private, no-store"
    url = urlsplit(answer.headers["location"])
    assert url.path.endswith(f"/{DIST.sha256[:2]}/{DIST.sha256}")
    assert parse_qs(url.query)["X-Amz-Expires"] == ["120"]
    assert bucket.SECRET_KEY not in answer.headers["location"]
    followed = httpx.get(answer.headers["location"])
    assert (followed.status_code, followed.content) == (200, DIST.content)
    assert followed.headers["content-type"] == "application/octet-stream"
    assert followed.headers["content-disposition"] == "attachment"


def test_a_part_is_taken_there_too(reader: Actor, library: Project) -> None:
    asked = {"Range": "bytes=2-5"}

    answer = reader.download(library, DIST, **asked)
    followed = httpx.get(answer.headers["location"], headers=asked)

    assert answer.status_code == 302
    assert (followed.status_code, followed.content) == (206, DIST.content[2:6])


def test_nobody_is_sent_there_who_may_not_read(far_town: Installation, library: Project) -> None:
    with far_town.anonymous() as anonymous, far_town.holding("glpat-wrong") as stranger:
        answers = [anonymous.download(library, DIST), stranger.download(library, DIST)]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert [answer.headers.get("location") for answer in answers] == [None, None]


def test_a_signature_is_of_one_moment(reader: Actor, library: Project) -> None:
    reader.download(library, DIST)

    assert reader.download(library, DIST).status_code == 302  # not remembered as an answer


def test_head_and_what_has_not_changed_are_answered_here(reader: Actor, library: Project) -> None:
    path = f"{pypi(library)}/files/{DIST.sha256}/{DIST.filename}"
    etag = f'"{DIST.sha256}"'

    head = reader.http.head(path)
    known = reader.http.get(path, headers={"If-None-Match": etag})
    beyond = reader.http.get(path, headers={"Range": "bytes=999999-"})

    assert (head.status_code, head.headers["content-length"]) == (200, str(len(DIST.content)))
    assert (head.headers["etag"], known.status_code, beyond.status_code) == (etag, 304, 416)


def test_metadata_is_never_redirected(reader: Actor, library: Project) -> None:
    answer = reader.metadata(library, DIST)

    assert (answer.status_code, answer.content) == (200, DIST.metadata)


def test_a_start_over_a_folder_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match="redirect, which needs an object store"),
        running(tmp_path / "data", WHEELYARD_FILE_DELIVERY="redirect"),
    ):
        pass
