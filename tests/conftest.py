"""What the tests share: a live server for each test process, a fresh library for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import bucket
from tests.actors import Actor, Installation
from tests.bucket import Bucket, ObjectServer
from tests.servers import Server, running
from wheelyard import firststart
from wheelyard.access import Role
from wheelyard.projects import Project
from wheelyard.registry import Registry, utc_now
from wheelyard.settings import Settings

# Time is no test: a busy machine would fail what is right.
settings.register_profile("timeless", deadline=None)
settings.load_profile("timeless")

ROOT_TOKEN = "glpat-the-root-of-all-tests"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The live server that most tests share; each test makes projects of its own in it."""
    data = tmp_path_factory.mktemp("shared") / "data"
    with running(data, WHEELYARD_ROOT_TOKEN=ROOT_TOKEN) as server:
        yield server


@pytest.fixture(scope="session")
def town(server: Server) -> Iterator[Installation]:
    """The people and things of the shared server."""
    installation = Installation(server.data, server.url)
    yield installation
    installation.close()


@pytest.fixture
def root(server: Server) -> Iterator[Actor]:
    """The administrator, calling the REST API."""
    with Actor(server.url, headers={"PRIVATE-TOKEN": ROOT_TOKEN}) as actor:
        yield actor


@pytest.fixture
def project(town: Installation) -> Project:
    """A new private project."""
    return town.project()


@pytest.fixture
def developer(town: Installation, project: Project) -> Iterator[Actor]:
    """A developer of the project, as an installer or uploader."""
    with town.member(project, Role.DEVELOPER) as actor:
        yield actor


@pytest.fixture
def secret(town: Installation, project: Project) -> str:
    """The token of a developer of the project, for requests that are written by hand."""
    return town.token(town.join(town.user(), project, Role.DEVELOPER)).secret


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder just after its first start, to be copied: making one takes longer."""
    data = tmp_path_factory.mktemp("prepared") / "data"
    firststart.prepare(Settings(data=data), {}, at=utc_now())
    return data


@pytest.fixture
def registry(tmp_path: Path, prepared: Path) -> Iterator[Registry]:
    """A library without a web, on its own folder."""
    shutil.copytree(prepared, tmp_path / "data")
    registry = Registry.open(Settings(data=tmp_path / "data"))
    yield registry
    registry.close()


@pytest.fixture(scope="session")
def object_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectServer]:
    """A real object store, started for the first test that wants it."""
    with bucket.serving(tmp_path_factory.mktemp("objects")) as server:
        yield server


@pytest.fixture(scope="session")
def bucket_town(
    object_server: ObjectServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """The people and things of a second server, whose files are in a bucket."""
    data = tmp_path_factory.mktemp("far") / "data"
    with object_server.bucket() as made, running(data, **made.variables) as server:
        installation = Installation(server.data, server.url)
        yield installation
        installation.close()


@pytest.fixture
def a_bucket(object_server: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A new bucket, whose credentials the test's own process has too."""
    with object_server.bucket() as made:
        for name, value in bucket.credentials(made.gate).items():
            monkeypatch.setenv(name, value)
        yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what all test processes have counted and kept."""
    cells = sum(map(int, list_properties(terminalreporter, "cells")))
    if cells:
        terminalreporter.write_line(f"The permission matrix has {cells} cells, all checked.")
    cells = sum(map(int, list_properties(terminalreporter, "page cells")))
    if cells:
        terminalreporter.write_line(f"The matrix of the pages has {cells} cells, all checked.")
    cases = sum(map(int, list_properties(terminalreporter, "contract cases")))
    if cases:
        terminalreporter.write_line(f"The contract has {cases} cases, all put to a live server.")
    read = sum(map(int, list_properties(terminalreporter, "pages read")))
    if read:
        terminalreporter.write_line(f"The crawl has read {read} answers of pages.")
    changes, looks, asked, uploads = (
        sum(map(int, list_properties(terminalreporter, name)))
        for name in ("fresh changes", "fresh answers", "answers to a crowd", "uploads of a crowd")
    )
    if changes:
        terminalreporter.write_line(
            f"The next request saw each of {changes:,} changes, of {looks:,} looks none was stale;"
            f" meanwhile a crowd was answered {asked:,} times and uploaded {uploads:,} files."
        )
    for folder in sorted(set(list_properties(terminalreporter, "screenshots"))):
        if any(Path(folder).iterdir()):
            terminalreporter.write_line(f"Screenshots are in {folder}")


def list_properties(terminalreporter: pytest.TerminalReporter, wanted: str) -> list[str]:
    """What tests have noted under a name, as text."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    return [
        str(value)
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == wanted
    ]
