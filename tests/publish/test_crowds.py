"""Many uploads that wait for the one writer leave threads for whoever reads."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx

from tests.actors import Actor, Installation
from tests.builders import wheel
from tests.servers import running
from wheelyard.access import Role

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


def test_pages_are_built_while_uploads_wait(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server, ThreadPoolExecutor(CROWD) as pool:
        town = Installation(server.data, server.url)
        project = town.project()
        minted = town.token(town.join(town.user(), project, Role.DEVELOPER))
        crowd = [town.holding(minted) for _ in range(CROWD)]
        reader = httpx.Client(base_url=server.url, auth=crowd[0].http.auth, timeout=PROMPT_SECONDS)
        dists = [wheel(version=f"{number}.0") for number in range(CROWD)]
        with closing(sqlite3.connect(server.data / "wheelyard.sqlite")) as other, reader:
            other.execute("BEGIN IMMEDIATE")
            answers = [
                pool.submit(Actor.publish, actor, project, dist)
                for actor, dist in zip(crowd, dists, strict=True)
            ]
            wait_for_blobs(server.data)
            until, statuses = time.monotonic() + WATCHED_SECONDS, set()
            while time.monotonic() < until:
                # What is absent is not remembered, so each of these takes a thread.
                path = f"/api/v4/projects/{project.id}/packages/pypi/simple/absent"
                statuses.add(reader.get(path).status_code)
            other.rollback()

        assert statuses == {404}
        assert {answer.result().status_code for answer in answers} == {201}
        for actor in crowd:
            actor.http.close()
        town.close()
