"""Files are answered from memory, whole or in name, and are downloads all the same."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.access.inside import Inside
from tests.actors import Actor, Installation, pypi
from tests.builders import Dist, wheel
from tests.servers import Server, running
from wheelyard.access import Role
from wheelyard.database import schema
from wheelyard.projects import Project

SMALL, LARGE = 40_000, 400_000


@pytest.fixture
def own(tmp_path: Path, prepared: Path) -> Iterator[Server]:
    """A server whose counts nobody else moves."""
    with running(shutil.copytree(prepared, tmp_path / "data")) as server:
        yield server


def sized(size: int) -> Dist:
    """A wheel of more than so many bytes."""
    return wheel(f"sized{size}", files={"data.bin": bytes(range(256)) * (size // 256)})


def test_each_download_of_a_remembered_file_is_counted(own: Server) -> None:
    town = Installation(own.data, own.url)
    project, dist = town.project(), wheel("counted")
    secret = town.token(town.join(town.user(), project, Role.DEVELOPER)).secret
    with town.holding(secret) as developer:
        developer.publish(project, dist).raise_for_status()
    path = f"{pypi(project)}/files/{dist.sha256}/{dist.filename}"
    with Inside(own.data) as inside:
        for agent in ("pip/24.0", "uv/0.5", "pip/24.0", "pip/24.0", "uv/0.5"):
            sent = {"private-token": secret, "user-agent": agent}
            assert inside.ask("GET", path, headers=sent).content == dist.content
            known = {**sent, "if-none-match": f'"{dist.sha256}"'}
            assert inside.ask("GET", path, headers=known).status_code == 304

    columns = schema.downloads.c
    with town.database.read() as conn:
        rows = conn.execute(select(columns.installer, columns["count"]))
        counted = {row[0]: row[1] for row in rows}
    town.close()
    assert counted == {"pip": 3, "uv": 2}


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_whole_downloads_of_lost_files_are_whole_or_refused(
    server: Server, developer: Actor, project: Project, size: int
) -> None:
    dist = sized(size)
    developer.publish(project, dist).raise_for_status()
    assert [developer.download(project, dist).content for _ in range(2)] == [dist.content] * 2

    blob = server.data / "blobs" / dist.sha256[:2] / dist.sha256
    content = blob.read_bytes()
    blob.unlink()
    answers = [developer.download(project, dist) for _ in range(2)]
    blob.write_bytes(content)

    if len(dist.content) <= 128 * 1024:
        assert [answer.content for answer in answers] == [dist.content] * 2
    else:
        assert [answer.status_code for answer in answers] == [503, 503]


def test_a_file_that_nginx_is_to_send_is_looked_for_each_time(
    tmp_path: Path, prepared: Path
) -> None:
    data = shutil.copytree(prepared, tmp_path / "data")
    dist = wheel("handed-on")
    with running(data, WHEELYARD_FILE_DELIVERY="x-accel") as server:
        town = Installation(server.data, server.url)
        project = town.project()
        with town.member(project, Role.DEVELOPER) as developer:
            developer.publish(project, dist).raise_for_status()
            found = [developer.download(project, dist) for _ in range(3)]
            (server.data / "blobs" / dist.sha256[:2] / dist.sha256).unlink()
            lost = developer.download(project, dist)
        town.close()

    assert {answer.status_code for answer in found} == {200}
    assert len({answer.headers["x-accel-redirect"] for answer in found}) == 1
    assert lost.status_code == 503
