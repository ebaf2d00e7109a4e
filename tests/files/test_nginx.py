"""Files that nginx sends from the store, by the configuration that docs/nginx.md gives."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.actors import Actor, Installation, pypi
from tests.builders import wheel
from tests.files.judging import DIST, Thing, judge, told
from tests.files.proxies import nginx
from tests.servers import Server, running
from wheelyard.access import Role
from wheelyard.projects import Project


@dataclass(frozen=True)
class Street:
    """A server with an nginx before it, and what is on it."""

    server: Server
    before: Installation
    """The people, coming by nginx."""

    behind: Installation
    """The same, asking the registry itself."""

    project: Project
    secret: str


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A private project with a file in it, and a reader's token."""
    folder = tmp_path_factory.mktemp("nginx")
    with (
        running(folder / "data", **SETTINGS) as server,
        nginx(folder / "nginx", server) as url,
    ):
        behind, before = Installation(server.data, server.url), Installation(server.data, url)
        project = before.project()
        with before.member(project, Role.DEVELOPER) as developer:
            assert developer.publish(project, DIST).status_code == 201
        secret = before.token(before.join(before.user(), project, Role.GUEST)).secret
        yield Street(server, before, behind, project, secret)
        behind.close()
        before.close()


@pytest.fixture
def reader(street: Street) -> Iterator[Actor]:
    """Somebody who may read, before nginx."""
    with street.before.holding(street.secret) as actor:
        yield actor


SETTINGS = {"WHEELYARD_FILE_DELIVERY": "x-accel", "WHEELYARD_TRUSTED_PROXIES": "127.0.0.1"}

ADDED = {"connection", "server", "content-length", "x-accel-redirect"}


def of_file(answer: httpx.Response) -> dict[str, str]:
    """What is said of the file itself."""
    return {name: value for name, value in told(answer).items() if name not in ADDED}


@pytest.mark.parametrize("suffix", ["", ".metadata"])
def test_nginx_sends_what_the_registry_says_under_its_headers(
    street: Street, reader: Actor, suffix: str
) -> None:
    path = f"{pypi(street.project)}/files/{DIST.sha256}/{DIST.filename}{suffix}"
    with street.behind.holding(street.secret) as asking:
        said = asking.http.get(path)

    answer = reader.http.get(path)

    sha256 = DIST.metadata_sha256 if suffix else DIST.sha256
    assert said.content == b""
    assert said.headers["x-accel-redirect"] == f"/-/blobs/{sha256[:2]}/{sha256}"
    assert answer.content == (DIST.metadata if suffix else DIST.content)
    assert answer.headers["server"].startswith("nginx")
    assert "x-accel-redirect" not in answer.headers
    assert of_file(answer) == {**of_file(said), "accept-ranges": "bytes"}
    assert len(answer.headers["x-request-id"]) == 32


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("what", ["file", "metadata", "page"])
def test_every_range_under_every_condition(
    street: Street, reader: Actor, method: str, what: str
) -> None:
    file = f"/files/{DIST.sha256}/{DIST.filename}"
    paths = {"file": file, "metadata": f"{file}.metadata", "page": "/simple/judged/"}
    path = f"{pypi(street.project)}{paths[what]}"

    judge(Thing(reader, path, reader.http.get(path)), method)


def test_a_name_with_a_plus_is_read_once(street: Street) -> None:
    dist = wheel("judged", "1.0+cu118")
    with street.before.member(street.project, Role.DEVELOPER) as developer:
        developer.publish(street.project, dist)

        assert developer.download(street.project, dist).content == dist.content
        assert developer.metadata(street.project, dist).content == dist.metadata


def test_the_registry_still_decides_who_may_have_it(street: Street) -> None:
    with street.before.anonymous() as stranger:
        answer = stranger.download(street.project, DIST)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")


def test_nobody_reaches_the_store_by_its_own_address(reader: Actor) -> None:
    answer = reader.http.get(f"/-/blobs/{DIST.sha256[:2]}/{DIST.sha256}")

    assert answer.status_code == 404
    assert DIST.content not in answer.content


def test_what_is_stored_can_be_read_by_the_group(street: Street) -> None:
    modes = {
        stat.S_IMODE(path.stat().st_mode)
        for path in (street.server.data / "blobs").glob("??/*")
        if path.is_file()
    }

    assert modes == {0o640}


def test_without_nginx_what_is_stored_is_for_the_registry_alone(
    server: Server, developer: Actor, project: Project
) -> None:
    developer.publish(project, DIST)

    blob = Path(server.data / "blobs" / DIST.sha256[:2] / DIST.sha256)
    assert stat.S_IMODE(blob.stat().st_mode) == 0o600
