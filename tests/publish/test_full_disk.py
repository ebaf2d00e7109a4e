"""A disk without room: a clear answer, nothing lost, and on with it when there is room again."""

import contextlib
import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.actors import Actor, Installation
from tests.builders import wheel
from tests.servers import Server, running
from wheelyard.access import Role
from wheelyard.projects import Project

KIB, MIB = 1024, 1024 * 1024
FULL = "507 Insufficient Storage - No room is left to store the file"


def payload(size: int) -> dict[str, bytes]:
    """Something that does not get smaller."""
    return {"payload": os.urandom(size)}


def limit_files(server: Server, size: int) -> None:
    """Let the server write no file larger than this, as a full disk would not either.

    It needs no privilege, unlike a small disk of one's own.
    """
    for worker in server.workers():
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@contextlib.contextmanager
def in_town(server: Server) -> Iterator[tuple[Project, Actor]]:
    """A project, and a developer of it."""
    town = Installation(server.data, server.url)
    project = town.project()
    with town.member(project, Role.DEVELOPER) as developer:
        yield project, developer
    town.close()


def test_an_upload_to_a_store_that_fails_is_answered_in_words(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server, in_town(server) as (project, developer):
        staging = server.data / "blobs/staging"
        staging.rmdir()
        refused = developer.publish(project, wheel())
        staging.mkdir()
        taken = developer.publish(project, wheel())

    assert (refused.status_code, refused.json()) == (
        503,
        {
            "message": "503 Service Unavailable - The file cannot be stored: "
            "No such file or directory",
            "request_id": refused.headers["x-request-id"],
        },
    )
    assert taken.status_code == 201


def test_an_upload_without_room_is_answered_507_and_loses_nothing(tmp_path: Path) -> None:
    before, over, after = (
        wheel("demo", "1.0", files=payload(64 * KIB)),
        wheel("demo", "2.0", files=payload(8 * MIB)),
        wheel("demo", "3.0", files=payload(64 * KIB)),
    )
    with running(tmp_path / "data") as server, in_town(server) as (project, developer):
        assert developer.publish(project, before).status_code == 201
        limit_files(server, 6 * MIB)

        full = developer.publish(project, over)

        assert (full.status_code, full.json()["message"]) == (507, FULL)
        assert list((server.data / "blobs" / "staging").iterdir()) == []
        assert developer.download(project, before).content == before.content
        assert developer.publish(project, after).status_code == 201
        limit_files(server, resource.RLIM_INFINITY)
        assert developer.publish(project, over).status_code == 201
        for dist in (before, over, after):
            assert developer.download(project, dist).content == dist.content


def test_a_database_without_room_is_answered_503_and_loses_nothing(tmp_path: Path) -> None:
    dists = [wheel("demo", f"{number}.0") for number in range(4)]
    with running(tmp_path / "data") as server, in_town(server) as (project, developer):
        assert developer.publish(project, dists[0]).status_code == 201
        limit_files(server, (server.data / "wheelyard.sqlite-wal").stat().st_size)

        full = developer.publish(project, dists[1])

        assert full.status_code == 503
        assert full.json()["message"].startswith(
            "503 Service Unavailable - The database cannot do this now: "
        )
        assert dists[1].sha256 not in developer.simple(project, "demo").text
        assert developer.download(project, dists[0]).content == dists[0].content
        limit_files(server, resource.RLIM_INFINITY)
        for dist in dists[1:]:
            assert developer.publish(project, dist).status_code == 201
            assert developer.download(project, dist).content == dist.content


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few MB; without the right to make one, a folder that is not small."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], check=False
        ).returncode
    )
    yield disk
    if mounted:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_disk_that_fills_up_and_is_emptied_again(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    dists = [wheel("demo", f"{number}.0", files=payload(64 * KIB)) for number in range(1, 4)]
    with running(small_disk / "data") as server, in_town(server) as (project, developer):
        assert developer.publish(project, dists[0]).status_code == 201
        free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
        if free < 8 * MIB:
            ballast.write_bytes(b"x" * (free - 16 * KIB))
            statuses = {developer.publish(project, dist).status_code for dist in dists[1:]}
            assert statuses <= {503, 507}
            assert developer.download(project, dists[0]).content == dists[0].content
            ballast.unlink()

        for dist in dists[1:]:
            assert developer.publish(project, dist).status_code == 201

        for dist in dists:
            assert developer.download(project, dist).content == dist.content
