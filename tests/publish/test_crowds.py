"""A crowd that waits for the one writer leaves threads for whoever reads."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.actors import Actor, Installation
from tests.builders import wheel
from tests.servers import running
from wheelyard.access import Role
from wheelyard.projects import Project

CROWD = 60
"""More than there are worker threads."""

WATCHED_SECONDS = 2.0
PROMPT_SECONDS = 10.0
BOUND_SECONDS = 20.0


def wait_for_blobs(data: Path) -> None:
    """Wait until the first uploads have come to the database."""
    deadline = time.monotonic() + BOUND_SECONDS
    while not any((data / "blobs").glob("[0-9a-f][0-9a-f]/*")):
        assert time.monotonic() < deadline, "no upload came so far"
        time.sleep(0.02)


@contextmanager
def somebody_else_writing(town: Installation) -> Iterator[None]:
    """While another process holds the database for itself."""
    with closing(sqlite3.connect(town.data / "wheelyard.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.rollback()


def watch(reader: Actor, project: Project) -> set[int]:
    """Ask for what is not remembered, each of which takes a thread; the statuses."""
    until, statuses = time.monotonic() + WATCHED_SECONDS, set()
    while time.monotonic() < until:
        statuses.add(reader.simple(project, "absent").status_code)
    return statuses


@pytest.fixture
def quiet_town(tmp_path: Path) -> Iterator[Installation]:
    """An installation of its own, for what would disturb the shared one."""
    with running(tmp_path / "data") as server:
        town = Installation(server.data, server.url)
        yield town
        town.close()


def test_pages_are_built_while_uploads_wait(quiet_town: Installation) -> None:
    town = quiet_town
    project = town.project()
    crowd = [town.member(project, Role.DEVELOPER) for _ in range(CROWD)]
    dists = [wheel(version=f"{number}.0") for number in range(CROWD)]
    with town.member(project, Role.GUEST) as reader, ThreadPoolExecutor(CROWD) as pool:
        reader.http.timeout = PROMPT_SECONDS
        with somebody_else_writing(town):
            answers = [
                pool.submit(Actor.publish, actor, project, dist)
                for actor, dist in zip(crowd, dists, strict=True)
            ]
            wait_for_blobs(town.data)
            statuses = watch(reader, project)

        assert statuses == {404}
        assert {answer.result().status_code for answer in answers} == {201}
    for actor in crowd:
        actor.http.close()


def test_pages_are_built_while_calls_wait_that_change_something(quiet_town: Installation) -> None:
    town = quiet_town
    project = town.project()
    crowd = [town.administrator() for _ in range(CROWD)]
    with town.member(project, Role.GUEST) as reader, ThreadPoolExecutor(CROWD) as pool:
        reader.http.timeout = PROMPT_SECONDS
        with somebody_else_writing(town):
            answers = [
                pool.submit(actor.api, "POST", "/groups", name=f"crowd{number}", path=f"c{number}")
                for number, actor in enumerate(crowd)
            ]
            statuses = watch(reader, project)

        assert statuses == {404}
        assert {answer.result().status_code for answer in answers} == {201}
    for actor in crowd:
        actor.http.close()
