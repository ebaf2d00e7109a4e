"""The memory of the server stays flat, whatever the size of an upload."""

import hashlib
import io
import os
import re
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx

from tests.actors import Actor, Installation, pypi
from tests.builders import Dist, wheel
from tests.publish import wire
from tests.pypi.containers import record, wheel_members
from tests.servers import running
from wheelyard.access import Role

MIB = 1024 * 1024
MAX_GROWTH_BYTES = 40 * MIB


def peak_bytes(process: int) -> int:
    """The most memory that a process ever held."""
    status = Path(f"/proc/{process}/status").read_text()
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert match
    return int(match[1]) * 1024


def heavy_wheel(size: int) -> Dist:
    """A sound wheel of this size at least; stored, for to deflate it would take the longest."""
    members = wheel_members()
    members["demo-1.0.dist-info/RECORD"] += record("demo/payload")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr("demo/payload", os.urandom(size))
    return replace(wheel(), content=buffer.getvalue())


def test_an_upload_of_200_mb_takes_under_40_mb(tmp_path: Path) -> None:
    dist = heavy_wheel(200 * MIB)
    with running(tmp_path / "data", WHEELYARD_MAX_FILE_BYTES="0") as server:
        town = Installation(server.data, server.url)
        project = town.project()
        with town.member(project, Role.DEVELOPER) as developer:
            assert developer.publish(project, wheel()).status_code == 201
            idle = peak_bytes(server.workers()[0])

            answer = developer.publish(project, dist)

            assert answer.status_code == 201
            assert peak_bytes(server.workers()[0]) - idle < MAX_GROWTH_BYTES
            assert (
                _download_digest(developer, f"{pypi(project)}/files/{dist.sha256}") == dist.sha256
            )
            assert peak_bytes(server.workers()[0]) - idle < MAX_GROWTH_BYTES
        town.close()


def _download_digest(developer: Actor, path: str) -> str:
    digest = hashlib.sha256()
    with developer.http.stream("GET", f"{path}/demo-1.0-py3-none-any.whl") as answer:
        for chunk in answer.iter_bytes():
            digest.update(chunk)
    return digest.hexdigest()


def test_eight_uploads_of_25_mb_at_once_take_under_40_mb(tmp_path: Path) -> None:
    dist = heavy_wheel(25 * MIB)
    with running(tmp_path / "data") as server:
        town = Installation(server.data, server.url)
        project = town.project()
        minted = town.token(town.join(town.user(), project, Role.DEVELOPER))
        actors = [town.holding(minted) for _ in range(8)]
        idle = peak_bytes(server.workers()[0])

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(Actor.publish, actors, [project] * 8, [dist] * 8))

        assert [answer.status_code for answer in answers] == [201] * 8
        assert peak_bytes(server.workers()[0]) - idle < MAX_GROWTH_BYTES
        for actor in actors:
            actor.http.close()
        town.close()


def test_what_is_thrown_away_takes_no_memory(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        town = Installation(server.data, server.url)
        project = town.project()
        minted = town.token(town.join(town.user(), project, Role.DEVELOPER))
        idle = peak_bytes(server.workers()[0])
        head = wire.Part(b"content", b"", b"demo-1.0-py3-none-any.whl")

        def endless() -> Iterator[bytes]:
            yield wire.form([head]).removesuffix(b"\r\n--a-boundary--\r\n")
            for _ in range(200):
                yield b"x" * MIB

        answer = httpx.post(
            f"{server.url}{pypi(project)}",
            content=endless(),
            headers={"Content-Type": wire.TYPE.decode()},
            auth=("__token__", minted.secret),
            timeout=60,
        )

        assert (answer.status_code, answer.json()) == (
            400,
            {"message": "400 Bad request - File is too large"},
        )
        assert peak_bytes(server.workers()[0]) - idle < MAX_GROWTH_BYTES
        town.close()
