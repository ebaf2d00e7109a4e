"""``doctor --repair`` mends the metadata beside files, and says what it did."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import connect

import pytest

from tests.actors import Actor, Installation
from tests.builders import Dist, metadata, sdist, wheel
from tests.cli.terminal import Ran, Terminal
from tests.servers import running
from wheelyard import journal
from wheelyard.access import Role
from wheelyard.journal import Filter
from wheelyard.projects import Project

DIST = wheel("demo", "1.0")
RELIABLE = sdist("demo", described=metadata("demo", "1.0").replace(b"2.1", b"2.2"))
UNRELIABLE = sdist("demo", "2.0")

OTHER = metadata("demo", "1.0", extra="Requires-Dist: evil\n")


@dataclass(frozen=True)
class Home:
    """A running registry with three files, somebody who reads them, and a terminal beside it."""

    terminal: Terminal
    town: Installation
    project: Project
    reader: Actor

    def doctor(self, *words: str) -> Ran:
        """Run it beside the server."""
        return self.terminal.run("doctor", *words)

    def blob(self, sha256: str) -> Path:
        """Where a blob is."""
        return self.terminal.data / "blobs" / sha256[:2] / sha256

    def announced(self, dist: Dist) -> str | None:
        """The digest of the metadata that the page of the package tells of."""
        accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
        page = self.reader.http.get(
            f"/api/v4/projects/{self.project.id}/packages/pypi/simple/demo/", headers=accept
        )
        (file,) = [file for file in page.json()["files"] if file["filename"] == dist.filename]
        told = file.get("core-metadata")
        return told["sha256"] if told else None

    def set(self, dist: Dist, **columns: str | int) -> None:
        """Change a row behind the registry's back."""
        with closing(connect(self.terminal.data / "wheelyard.sqlite")) as database, database:
            for name, value in columns.items():
                database.execute(
                    f"UPDATE files SET {name} = ? WHERE sha256 = ?",  # noqa: S608  a test's words
                    (value, dist.sha256),
                )

    def repairs(self) -> list[tuple[str | None, object]]:
        """The package and the file of each repair in the journal."""
        with self.town.database.read() as conn:
            found = journal.list_entries(conn, Filter(action="file.repaired"))
        return [(each.entry.package, each.details["filename"]) for each in found]


@pytest.fixture
def home(terminal: Terminal) -> Iterator[Home]:
    """With whatever was asked for once already, so that it is remembered."""
    with running(terminal.data) as server:
        town = Installation(terminal.data, server.url)
        project = town.project()
        with town.member(project, Role.DEVELOPER) as developer:
            for dist in (DIST, RELIABLE, UNRELIABLE):
                assert developer.publish(project, dist).status_code == 201
            home = Home(terminal, town, project, developer)
            assert home.announced(DIST) == DIST.metadata_sha256
            assert developer.metadata(project, DIST).content == DIST.metadata
            yield home
        town.close()


def lines(ran: Ran, verdict: str) -> list[str]:
    """What was said of files under a verdict."""
    return [
        line.removeprefix(verdict).strip()
        for line in ran.out.splitlines()
        if line.startswith(verdict)
    ]


def said(home: Home, dist: Dist, problem: str) -> str:
    return f"{dist.filename} of {home.project.full_path}: {problem}."


@pytest.mark.parametrize(
    ("left", "problem"),
    [
        (None, "is missing"),
        (b"", "has other bytes than its digest says"),
        (OTHER, "has other bytes than its digest says"),
    ],
)
def test_metadata_that_is_lost_is_found_and_comes_from_the_file(
    home: Home, left: bytes | None, problem: str
) -> None:
    blob = home.blob(DIST.metadata_sha256)
    blob.unlink()
    if left is not None:
        blob.write_bytes(left)
    what = said(home, DIST, f"the blob {DIST.metadata_sha256} {problem}")

    found, mended, after = home.doctor(), home.doctor("--repair"), home.doctor()

    assert (lines(found, "PROBLEM"), found.code) == ([what], 1)
    assert lines(mended, "MENDED") == [f"{what} It has been mended from the file."]
    assert (lines(mended, "PROBLEM"), mended.code, mended.err) == ([], 0, "")
    assert (lines(after, "PROBLEM"), lines(after, "MENDED"), after.code) == ([], [], 0)
    assert blob.read_bytes() == DIST.metadata
    assert home.announced(DIST) == DIST.metadata_sha256
    assert home.reader.metadata(home.project, DIST).content == DIST.metadata
    assert home.repairs() == []  # the same is announced as before


def test_metadata_of_another_file_is_found_when_all_is_read(home: Home) -> None:
    other = wheel("other", described=OTHER)
    home.blob(other.metadata_sha256).write_bytes(OTHER)
    home.set(DIST, metadata_sha256=other.metadata_sha256)
    what = said(home, DIST, "what is kept as its metadata is not its own")

    quick, found, mended = home.doctor(), home.doctor("--full"), home.doctor("--full", "--repair")

    assert (lines(quick, "PROBLEM"), quick.code) == ([], 0)
    assert (lines(found, "PROBLEM"), found.code) == ([what], 1)
    assert lines(mended, "MENDED") == [f"{what} It has been mended from the file."]
    assert mended.code == 0
    assert home.announced(DIST) == DIST.metadata_sha256
    assert home.reader.metadata(home.project, DIST).content == DIST.metadata
    assert home.repairs() == [("demo", DIST.filename)]


@pytest.mark.parametrize(
    ("dist", "is_served", "problem"),
    [
        (DIST, 0, "its metadata can be relied on, and is not served"),
        (RELIABLE, 0, "its metadata can be relied on, and is not served"),
        (UNRELIABLE, 1, "its metadata is served, and cannot be relied on"),
    ],
)
def test_what_is_announced_against_the_standard_is_mended(
    home: Home, dist: Dist, is_served: int, problem: str
) -> None:
    home.set(dist, serves_metadata=is_served)

    found, mended = home.doctor(), home.doctor("--repair")

    assert lines(found, "PROBLEM") == [said(home, dist, problem)]
    assert (len(lines(mended, "MENDED")), mended.code) == (1, 0)
    assert home.announced(dist) == (None if is_served else dist.metadata_sha256)
    assert home.reader.metadata(home.project, dist).status_code == (404 if is_served else 200)
    assert home.repairs() == [("demo", dist.filename)]


def test_what_cannot_be_had_again_is_announced_no_more(home: Home) -> None:
    home.blob(DIST.metadata_sha256).unlink()
    home.blob(DIST.sha256).unlink()

    first, again = home.doctor("--repair"), home.doctor("--repair")

    lost = [
        said(home, DIST, f"the blob {DIST.sha256} is missing"),
        said(home, DIST, f"the blob {DIST.metadata_sha256} is missing"),
    ]
    assert (lines(first, "PROBLEM"), lines(first, "MENDED"), first.code) == (lost, [], 1)
    assert (lines(again, "PROBLEM"), again.code) == (lost, 1)
    assert home.announced(DIST) is None
    assert home.reader.metadata(home.project, DIST).status_code == 404
    assert home.repairs() == [("demo", DIST.filename)]


def test_what_was_restored_from_a_backup_is_announced_again(home: Home) -> None:
    blobs = [home.blob(DIST.metadata_sha256), home.blob(DIST.sha256)]
    for blob in blobs:
        blob.unlink()
    home.doctor("--repair")
    blobs[1].write_bytes(DIST.content)

    mended = home.doctor("--repair")

    assert (len(lines(mended, "MENDED")), mended.code) == (1, 0)
    assert home.announced(DIST) == DIST.metadata_sha256


def test_a_damaged_file_is_not_taken_for_the_truth(home: Home) -> None:
    """Its metadata is kept as it was, and what is wrong is said."""
    damaged = wheel("demo", "1.0", files={"a": b"b"}).content[: len(DIST.content)]
    home.blob(DIST.sha256).write_bytes(damaged.ljust(len(DIST.content), b"\0"))

    ran = home.doctor("--full", "--repair")

    problem = f"the blob {DIST.sha256} has other bytes than its digest says"
    assert (lines(ran, "PROBLEM"), ran.code) == ([said(home, DIST, problem)], 1)
    assert home.announced(DIST) == DIST.metadata_sha256


def test_what_the_store_does_not_take_is_told_and_the_rest_is_mended(home: Home) -> None:
    blocked = home.blob(DIST.metadata_sha256).parent
    home.blob(RELIABLE.metadata_sha256).unlink()
    shutil.rmtree(blocked)
    blocked.write_bytes(b"")

    ran = home.doctor("--repair")

    folder, problem = lines(ran, "PROBLEM")
    assert folder == f"No file can be made in the folder {blocked}."
    assert problem.startswith(DIST.filename)
    assert "It cannot be mended: " in problem
    assert [line.partition(" ")[0] for line in lines(ran, "MENDED")] == [RELIABLE.filename]
    assert (ran.code, ran.err) == (1, "")
