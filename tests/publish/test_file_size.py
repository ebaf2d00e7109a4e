"""The limit: exactly so many bytes pass, one more is refused in GitLab's words."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.actors import Actor, Installation, pypi
from tests.builders import Dist, wheel
from tests.publish import wire
from tests.servers import Server, clean_environment, running
from wheelyard.access import Role
from wheelyard.projects import Project

MIB = 1024 * 1024
TOO_LARGE = {"message": "400 Bad request - File is too large"}


def big(size: int) -> Dist:
    """A sound wheel of about this many bytes."""
    return wheel(files={"payload": os.urandom(size)})


def nonsense(size: int) -> Dist:
    """A file of this many bytes that nobody will get to open."""
    return replace(wheel(), content=os.urandom(size))


def staged(server: Server) -> list[Path]:
    """What is left of uploads in flight."""
    return list((server.data / "blobs" / "staging").iterdir())


@pytest.fixture(scope="module")
def dist() -> Dist:
    """A wheel of a little more than a MiB."""
    return big(MIB)


def test_a_file_of_exactly_the_projects_limit_passes(town: Installation, dist: Dist) -> None:
    project = town.project(max_file_bytes=len(dist.content))
    with town.member(project, Role.DEVELOPER) as developer:
        answer = developer.publish(project, dist)

        assert answer.status_code == 201
        assert developer.download(project, dist).content == dist.content


def test_one_byte_over_the_projects_limit_is_refused(
    town: Installation, server: Server, dist: Dist
) -> None:
    project = town.project(max_file_bytes=len(dist.content) - 1)
    with town.member(project, Role.DEVELOPER) as developer:
        answer = developer.publish(project, dist)

        assert (answer.status_code, answer.json()) == (400, TOO_LARGE)
        assert developer.simple(project, "demo").status_code == 404
    assert staged(server) == []


def test_the_instances_limit_holds_where_the_project_has_none(tmp_path: Path, dist: Dist) -> None:
    limit = len(dist.content)
    with running(tmp_path / "data", WHEELYARD_MAX_FILE_BYTES=str(limit)) as server:
        town = Installation(server.data, server.url)
        project, generous = town.project(), town.project(max_file_bytes=limit * 3)
        over = big(limit)
        with town.member(project, Role.DEVELOPER) as developer:
            assert developer.publish(project, dist).status_code == 201
            answer = developer.publish(project, over)
        with town.member(generous, Role.DEVELOPER) as developer:
            assert developer.publish(generous, over).status_code == 201
        town.close()

        assert (answer.status_code, answer.json()) == (400, TOO_LARGE)
        assert staged(server) == []


def test_a_file_far_over_the_limit_gets_the_same_answer(town: Installation, server: Server) -> None:
    project = town.project(max_file_bytes=MIB)
    with town.member(project, Role.DEVELOPER) as developer:
        answer = developer.publish(project, nonsense(40 * MIB))
        after = developer.publish(project, wheel())

    assert (answer.status_code, answer.json()) == (400, TOO_LARGE)
    assert after.status_code == 201
    assert staged(server) == []


def test_a_refusal_leaves_the_connection_usable(town: Installation, server: Server) -> None:
    project = town.project(max_file_bytes=1000)
    minted = town.token(town.join(town.user(), project, Role.DEVELOPER))
    dist = big(5000)
    body = wire.form(
        [*wire.fields(dist.fields()), wire.Part(b"content", dist.content, dist.filename.encode())]
    )
    with wire.connect(server.url) as connection:
        connection.sendall(wire.post(pypi(project).encode(), minted.secret, body))
        refusal = wire.read_reply(connection)
        connection.sendall(wire.head("GET", b"/-/liveness", minted.secret))
        next_answer = wire.read_reply(connection)

    assert refusal.status == 400
    assert (next_answer.status, next_answer.body) == (200, b'{"status":"ok"}')


@pytest.mark.client
def test_twine_shows_the_sentence(town: Installation, server: Server, tmp_path: Path) -> None:
    project = town.project(max_file_bytes=MIB)
    minted = town.token(town.join(town.user(), project, Role.DEVELOPER))
    path = big(40 * MIB).save(tmp_path)

    done = subprocess.run(
        [
            *(sys.executable, "-m", "twine", "upload", "--non-interactive"),
            *(
                "--verbose",
                "--disable-progress-bar",
                "--repository-url",
                f"{server.url}{pypi(project)}",
            ),
            *("--username", "__token__", "--password", minted.secret, str(path)),
        ],
        env=clean_environment(HOME=str(tmp_path), NO_COLOR="1"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 1
    # Without --verbose it shows a status line only, and the server has no say in its words.
    assert "400 Bad request - File is too large" in " ".join(done.stdout.split())


def test_no_limit_is_a_limit_of_nothing(town: Installation, project: Project) -> None:
    unlimited = town.edit(project, max_file_bytes=0)
    with town.member(unlimited, Role.DEVELOPER) as developer:
        assert developer.publish(unlimited, wheel()).status_code == 201


def test_the_limit_is_of_the_file_and_not_of_its_form(town: Installation) -> None:
    dist = wheel()
    project = town.project(max_file_bytes=len(dist.content))
    with town.member(project, Role.DEVELOPER) as developer:
        answer = developer.publish(project, dist, description="A long story.  " * 100_000)

    assert answer.status_code == 201


def test_a_refused_upload_of_nobody_is_still_answered(server: Server, project: Project) -> None:
    with Actor(server.url) as anonymous:
        answer = anonymous.publish(project, nonsense(8 * MIB))

    assert (answer.status_code, answer.json()) == (401, {"message": "401 Unauthorized"})
