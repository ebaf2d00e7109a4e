"""``doctor`` looks over a registry whose files are in a bucket, and a start tries the bucket."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.actors import Installation
from tests.bucket import Bucket, ObjectServer
from tests.builders import wheel
from tests.cli.terminal import Ran, Terminal
from tests.servers import running
from wheelyard import packages
from wheelyard.access import Role
from wheelyard.registry import Registry
from wheelyard.settings import Settings

DIST = wheel("demo", "1.0")


@pytest.fixture
def filled(terminal: Terminal, object_server: ObjectServer) -> Iterator[Bucket]:
    """The bucket of a registry that holds one file."""
    with object_server.bucket() as bucket:
        with (
            running(terminal.data, **bucket.variables) as server,
            closing(Installation(terminal.data, server.url)) as town,
        ):
            project = town.project()
            with town.member(project, Role.DEVELOPER) as developer:
                assert developer.publish(project, DIST).status_code == 201
        yield bucket


def problems(ran: Ran) -> list[str]:
    """The lines that name a problem."""
    return [line for line in ran.out.splitlines() if line.startswith("PROBLEM")]


def test_a_sound_bucket_is_found_so(terminal: Terminal, filled: Bucket) -> None:
    ran = terminal.run("doctor", "--full", **filled.variables)

    assert problems(ran) == []
    assert "Files looked for by size and digest in the store: 1.\n" in ran.out
    assert ran.code == 0


def test_what_a_bucket_has_lost_or_damaged_is_told(terminal: Terminal, filled: Bucket) -> None:
    filled.damage(DIST.sha256, bytes(len(DIST.content)))
    damaged = terminal.run("doctor", "--full", **filled.variables)
    filled.lose(DIST.sha256)
    lost = terminal.run("doctor", **filled.variables)

    assert f"the blob {DIST.sha256} has other bytes than its digest says." in damaged.out
    assert f"the blob {DIST.sha256} is missing." in lost.out
    assert (damaged.code, lost.code) == (1, 1)


def test_a_bucket_that_refuses_is_told_by_doctor_and_by_a_start(
    terminal: Terminal, filled: Bucket
) -> None:
    wrong = {**filled.variables, "AWS_SECRET_ACCESS_KEY": "wrong"}

    looked = terminal.run("doctor", **wrong)
    started = terminal.run("migrate", **wrong)

    assert "403 SignatureDoesNotMatch" in problems(looked)[0]
    assert (looked.code, started.code) == (1, 1)
    assert started.err.startswith("wheelyard: The object store s3://bucket/")
    assert "Check AWS_ACCESS_KEY_ID" in started.err


def test_orphans_of_a_bucket_are_told_from_what_files_name(
    terminal: Terminal, filled: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in filled.variables.items():
        monkeypatch.setenv(name, value)
    with (
        closing(Registry.open(Settings(data=terminal.data, blobs_url=filled.url))) as registry,
        registry.database.read() as conn,
    ):
        orphan = registry.blobs.put(b"nobody's").sha256

        found = list(packages.unnamed_blobs(conn, registry.blobs.all_blobs()))

    assert [blob.sha256 for blob in found] == [orphan]
