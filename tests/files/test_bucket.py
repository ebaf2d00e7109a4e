"""A registry whose files are in a bucket, when the bucket, or a client, is slow, dead or gone."""

import os
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.actors import Actor, Installation, pypi
from tests.bucket import Bucket, ObjectServer
from tests.builders import wheel
from tests.publish import wire
from tests.servers import Server, running
from wheelyard.access import Role
from wheelyard.projects import Project

MIB = 1024 * 1024
DIST = wheel("afar", "1.0")
LARGE = wheel("afar", "2.0", files={"payload": os.urandom(40 * MIB)})

PATIENCE = httpx.Timeout(90)


@dataclass(frozen=True)
class Place:
    """A project of such a registry, and a developer of it."""

    bucket: Bucket
    server: Server
    project: Project
    developer: Actor
    secret: str

    def worker_bytes(self, field: str) -> int:
        """How much memory the worker takes, or has taken at most."""
        (worker,) = self.server.workers()
        status = Path(f"/proc/{worker}/status").read_text()
        found = re.search(rf"{field}:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) * 1024

    def answer(self, method: str, path: str, **headers: str) -> httpx.Response:
        """Ask, with more patience than a test has else."""
        url = f"{self.server.url}{path}"
        token = {"PRIVATE-TOKEN": self.secret}
        return httpx.request(method, url, headers={**token, **headers}, timeout=PATIENCE)

    def settled_bytes(self) -> int:
        """How much the bucket has given, once it has given nothing more for a second."""
        before, now = -1, self.bucket.gate.passed_bytes
        while now != before:
            time.sleep(1)
            before, now = now, self.bucket.gate.passed_bytes
        return now


@pytest.fixture
def place(object_server: ObjectServer, tmp_path: Path) -> Iterator[Place]:
    """A server of the test's own, for its bucket will fail."""
    with (
        object_server.bucket() as bucket,
        running(tmp_path / "data", **bucket.variables) as server,
        closing(Installation(server.data, server.url)) as town,
    ):
        project = town.project()
        secret = town.token(town.join(town.user(), project, Role.DEVELOPER)).secret
        with town.holding(secret) as developer:
            yield Place(bucket, server, project, developer, secret)


def path_of(place: Place, filename: str, sha256: str) -> str:
    return f"{pypi(place.project)}/files/{sha256}/{filename}"


def test_what_is_published_is_in_the_bucket_and_nowhere_else(place: Place) -> None:
    assert place.developer.publish(place.project, DIST).status_code == 201

    assert place.bucket.blob(DIST.sha256) == DIST.content
    assert len(place.bucket.names()) == 2  # its bytes, and its metadata
    assert [path for path in (place.server.data / "blobs").rglob("*") if path.is_file()] == []
    assert place.developer.download(place.project, DIST).content == DIST.content


def test_a_lost_blob_is_a_fault_of_the_server(place: Place) -> None:
    assert place.developer.publish(place.project, DIST).status_code == 201
    place.bucket.lose(DIST.sha256)
    path = path_of(place, DIST.filename, DIST.sha256)

    answers = [
        place.answer("GET", path),
        place.answer("HEAD", path),
        place.answer("GET", path, Range="bytes=0-5"),
    ]

    assert [answer.status_code for answer in answers] == [503] * 3
    assert "The bytes of the file are not in the store" in answers[0].json()["message"]


def test_a_dead_bucket_is_a_503_soon_and_pages_go_on(place: Place) -> None:
    assert place.developer.publish(place.project, DIST).status_code == 201
    place.bucket.gate.is_dead = True
    begun = time.monotonic()

    downloaded = place.answer("GET", path_of(place, DIST.filename, DIST.sha256))
    published = place.developer.publish(place.project, wheel("other", "1.0"))

    assert time.monotonic() - begun < 30
    for answer in (downloaded, published):
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert "The object store does not answer" in answer.json()["message"]
    assert place.developer.simple(place.project, "afar").status_code == 200
    assert place.developer.simple(place.project, "other").status_code == 404
    place.bucket.gate.is_dead = False
    assert place.developer.publish(place.project, wheel("other", "1.0")).status_code == 201
    assert place.developer.download(place.project, DIST).content == DIST.content


def test_a_bucket_that_hangs_holds_nobody_for_ever(place: Place) -> None:
    assert place.developer.publish(place.project, DIST).status_code == 201
    place.bucket.gate.is_stalled = True
    begun = time.monotonic()

    answer = place.answer("GET", path_of(place, DIST.filename, DIST.sha256))

    assert answer.status_code == 503
    assert time.monotonic() - begun < 20


def test_pages_are_built_while_a_crowd_waits_for_a_bucket_that_hangs(place: Place) -> None:
    assert place.developer.publish(place.project, DIST).status_code == 201
    path = path_of(place, DIST.filename, DIST.sha256)
    place.bucket.gate.is_stalled = True
    with ThreadPoolExecutor(60) as crowd:
        waiting = [crowd.submit(place.answer, "GET", path) for _ in range(60)]
        time.sleep(1)
        begun = time.monotonic()

        assert place.developer.simple(place.project, "never-asked-for").status_code == 404

        assert time.monotonic() - begun < 5
        assert not all(one.done() for one in waiting)
        place.bucket.gate.is_stalled = False


def test_a_download_that_the_bucket_breaks_off_is_not_taken_for_whole(place: Place) -> None:
    assert place.developer.publish(place.project, LARGE).status_code == 201
    url = f"{place.server.url}{path_of(place, LARGE.filename, LARGE.sha256)}"
    headers = {"PRIVATE-TOKEN": place.secret}

    def take() -> None:
        with httpx.stream("GET", url, headers=headers, timeout=PATIENCE) as answer:
            for number, _ in enumerate(answer.iter_raw(MIB)):
                if number == 2:
                    place.bucket.gate.is_dead = True

    with pytest.raises(httpx.RemoteProtocolError):
        take()


def test_a_client_that_does_not_read_takes_no_memory(place: Place) -> None:
    assert place.developer.publish(place.project, LARGE).status_code == 201
    path = path_of(place, LARGE.filename, LARGE.sha256).encode()
    assert place.developer.download(place.project, LARGE).content == LARGE.content  # all is warm
    before, passed = place.worker_bytes("VmRSS"), place.bucket.gate.passed_bytes
    connections = []
    try:
        for _ in range(4):
            connections.append(wire.connect(place.server.url))
            connections[-1].sendall(wire.head("GET", path, place.secret))
            connections[-1].recv(100)

        assert place.settled_bytes() - passed < 4 * 20 * MIB
        assert place.worker_bytes("VmRSS") - before < 40 * MIB
    finally:
        for connection in connections:
            connection.close()


def test_a_client_that_leaves_ends_the_transfer(place: Place) -> None:
    assert place.developer.publish(place.project, LARGE).status_code == 201
    path = path_of(place, LARGE.filename, LARGE.sha256).encode()

    with wire.connect(place.server.url) as leaving:
        leaving.sendall(wire.head("GET", path, place.secret))
        leaving.recv(100)

    assert place.settled_bytes() < 30 * MIB
