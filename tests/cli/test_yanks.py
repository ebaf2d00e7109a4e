"""Yanking, and the status of packages, on the command line."""

from collections.abc import Iterator

import pytest

from tests import library
from tests.actors import Installation
from tests.builders import sdist, wheel
from tests.cli.terminal import Terminal
from wheelyard import packages
from wheelyard.projects import Project
from wheelyard.pypi.names import normalize_name
from wheelyard.registry import utc_now

WHEEL, SDIST = wheel("Demo", "1.0"), sdist("Demo", "1.0")


@pytest.fixture
def town(started: Terminal) -> Iterator[Installation]:
    """The people and things of the terminal's installation."""
    town = Installation(started.data)
    yield town
    town.close()


@pytest.fixture
def project(town: Installation) -> Project:
    """A project with a release of two files."""
    project = town.project()
    with town.database.write() as conn:
        for dist in (WHEEL, SDIST):
            library.publish(conn, project, dist, utc_now())
    return project


def yanked(town: Installation, project: Project) -> list[str | None]:
    """What the package's page says of the wheel and of the sdist."""
    with town.database.read() as conn:
        page = packages.find_page(conn, project.id, normalize_name("demo"), {})
    assert page is not None
    return [file.yanked for file in page.files]


def test_a_release_is_yanked_and_that_is_taken_back(
    started: Terminal, town: Installation, project: Project
) -> None:
    ran = started.run("yank", project.full_path, "DEMO", "1.0.0", "--reason", "a leak")
    assert (ran.out, ran.err, ran.code) == ("", "Yanked Demo 1.0.\n", 0)
    assert yanked(town, project) == ["a leak", "a leak"]

    ran = started.run("unyank", str(project.id), "demo", "1.0")
    assert (ran.out, ran.err, ran.code) == ("", "Demo 1.0 is not yanked any more.\n", 0)
    assert yanked(town, project) == [None, None]


def test_a_file_is_yanked_and_that_is_taken_back(
    started: Terminal, town: Installation, project: Project
) -> None:
    words = (project.full_path, "demo", "1.0", SDIST.filename)

    ran = started.run("yank", *words)
    assert (ran.out, ran.err, ran.code) == ("", f"Yanked {SDIST.filename}.\n", 0)
    assert yanked(town, project) == [None, ""]

    ran = started.run("unyank", *words)
    assert (ran.err, ran.code) == (f"{SDIST.filename} is not yanked any more.\n", 0)
    assert yanked(town, project) == [None, None]


def test_a_status_is_shown_and_changed(started: Terminal, project: Project) -> None:
    shown = started.run("status", project.full_path, "DEMO")
    changed = started.run("status", project.full_path, "demo", "archived", "--reason", "use demo2")
    again = started.run("status", project.full_path, "demo")

    assert [(ran.out, ran.err, ran.code) for ran in (shown, changed, again)] == [
        ("Demo is active\n", "", 0),
        ("Demo is archived: use demo2\n", "", 0),
        ("Demo is archived: use demo2\n", "", 0),
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("yank nowhere demo 1.0", "There is no project nowhere"),
        ("yank {path} other 1.0", "There is no release other 1.0 in {path}"),
        ("yank {path} demo 2.0", "There is no release demo 2.0 in {path}"),
        ("yank {path} demo nonsense", "There is no release demo nonsense in {path}"),
        ("yank {path} demo 1.0 demo.exe", "There is no file demo.exe in Demo 1.0"),
        (
            "yank {path} demo 1.0 demo-1.0.zip",
            "There is no file demo-1.0.zip in Demo 1.0",
        ),
        ("yank {path} demo 1.0 --reason \x1b[31m", "reason is invalid"),
        ("unyank {path} demo 1.0", "Demo 1.0 is not yanked"),
        (f"unyank {{path}} demo 1.0 {WHEEL.filename}", f"{WHEEL.filename} is not yanked"),
        ("status nowhere demo", "There is no project nowhere"),
        ("status {path} other archived", "There is no package other in {path}"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    started: Terminal, town: Installation, project: Project, words: str, said: str
) -> None:
    ran = started.run(*words.format(path=project.full_path).split())

    expected = f"wheelyard: {said.format(path=project.full_path)}\n"
    assert (ran.out, ran.err, ran.code) == ("", expected, 1)
    assert yanked(town, project) == [None, None]


def test_a_file_that_is_yanked_with_its_release_cannot_be_taken_out(
    started: Terminal, project: Project
) -> None:
    started.run("yank", project.full_path, "demo", "1.0")

    ran = started.run("unyank", project.full_path, "demo", "1.0", WHEEL.filename)

    said = f"{WHEEL.filename} is yanked with its release, of which that has to be taken back"
    assert (ran.out, ran.err, ran.code) == ("", f"wheelyard: {said}\n", 1)


def test_another_status_is_refused_with_those_that_there_are(
    started: Terminal, project: Project
) -> None:
    ran = started.run("status", project.full_path, "demo", "hidden")

    assert ran.code == 2
    assert "'active', 'archived', 'quarantined', 'deprecated'" in " ".join(ran.err.split())
