"""``doctor`` looks an installation over, and changes nothing."""

import os
from pathlib import Path

import pytest

from tests.actors import Installation
from tests.builders import Dist, wheel
from tests.cli.terminal import Ran, Terminal
from tests.servers import running
from wheelyard.access import Role
from wheelyard.database.engine import Database


@pytest.fixture
def dist() -> Dist:
    """The one file of the registry."""
    return wheel("demo", "1.0")


@pytest.fixture
def filled(terminal: Terminal, dist: Dist) -> tuple[Terminal, str]:
    """A registry that holds one file, and its project's path."""
    with running(terminal.data) as server:
        town = Installation(terminal.data, server.url)
        project = town.project()
        with town.member(project, Role.DEVELOPER) as developer:
            assert developer.publish(project, dist).status_code == 201
        town.close()
    return terminal, project.full_path


def problems(ran: Ran) -> list[str]:
    """The lines that name a problem."""
    return [line for line in ran.out.splitlines() if line.startswith("PROBLEM")]


def blob(terminal: Terminal, sha256: str) -> Path:
    """Where a blob is."""
    return terminal.data / "blobs" / sha256[:2] / sha256


@pytest.mark.parametrize(
    ("words", "how"), [([], "by size"), (["--full"], "by size and digest")], ids=["quick", "full"]
)
def test_a_sound_installation_is_found_so(
    filled: tuple[Terminal, str], words: list[str], how: str
) -> None:
    terminal, _ = filled

    ran = terminal.run("doctor", *words, WHEELYARD_DUPLICATES="refuse")

    assert f"WHEELYARD_DATA = {terminal.data}  [option]\n" in ran.out
    assert "WHEELYARD_DUPLICATES = refuse  [environment]\n" in ran.out
    assert "WHEELYARD_PORT = 8080  [default]\n" in ran.out
    assert "ok      The schema is 0004; this release's is 0004.\n" in ran.out
    assert "ok      The database file says of itself: ok.\n" in ran.out
    assert f"ok      Files looked for {how} in the store: 1.\n" in ran.out
    assert (problems(ran), ran.err, ran.code) == ([], "", 0)


def test_a_missing_blob(filled: tuple[Terminal, str], dist: Dist) -> None:
    terminal, project = filled
    blob(terminal, dist.sha256).unlink()

    ran = terminal.run("doctor")

    what = f"PROBLEM demo-1.0-py3-none-any.whl of {project}: the blob {dist.sha256}"
    assert problems(ran) == [f"{what} is missing."]
    assert ran.code == 1


def test_a_blob_that_was_cut_short(filled: tuple[Terminal, str], dist: Dist) -> None:
    terminal, project = filled
    os.truncate(blob(terminal, dist.sha256), 10)

    ran = terminal.run("doctor")

    what = f"PROBLEM demo-1.0-py3-none-any.whl of {project}: the blob {dist.sha256}"
    assert problems(ran) == [f"{what} has 10 bytes instead of {len(dist.content)}."]
    assert ran.code == 1


def test_a_damaged_blob_is_found_when_everything_is_read(
    filled: tuple[Terminal, str], dist: Dist
) -> None:
    terminal, project = filled
    blob(terminal, dist.sha256).write_bytes(bytes(len(dist.content)))

    quick, full = terminal.run("doctor"), terminal.run("doctor", "--full")

    assert (problems(quick), quick.code) == ([], 0)
    what = f"PROBLEM demo-1.0-py3-none-any.whl of {project}: the blob {dist.sha256}"
    assert problems(full) == [f"{what} has other bytes than its digest says."]
    assert full.code == 1


def test_a_setting_that_does_not_exist(started: Terminal) -> None:
    ran = started.run("doctor", WHEELYARD_DUPLICATE="refuse")

    assert problems(ran) == [
        "PROBLEM WHEELYARD_DUPLICATE is set, and is no setting of this release."
    ]
    assert ran.code == 1


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("10.0.0.1/8", "10.0.0.0/8"),
        ("127.0.0.1, 192.168.7.0/24", "127.0.0.1/32,192.168.7.0/24"),
        ("::1,fd00::1/8", "::1/128,fd00::/8"),
    ],
)
def test_the_proxies_that_are_trusted_are_shown_as_networks(
    started: Terminal, given: str, shown: str
) -> None:
    ran = started.run("doctor", WHEELYARD_TRUSTED_PROXIES=given)

    assert f"WHEELYARD_TRUSTED_PROXIES = {shown}  [environment]\n" in ran.out
    assert ran.code == 0


def test_what_the_first_start_took_is_no_problem(started: Terminal) -> None:
    ran = started.run("doctor", WHEELYARD_ROOT_PASSWORD="secret one", WHEELYARD_ROOT_TOKEN="two")

    assert (problems(ran), ran.code) == ([], 0)
    assert "secret one" not in ran.out


def test_what_the_linter_takes_is_no_problem(started: Terminal) -> None:
    ran = started.run("doctor", WHEELYARD_TOKEN="secret one")

    assert (problems(ran), ran.code) == ([], 0)
    assert "secret one" not in ran.out


def test_a_folder_before_the_first_start(terminal: Terminal) -> None:
    ran = terminal.run("doctor")

    assert problems(ran) == [
        f"PROBLEM There is no folder {terminal.data}.",
        "PROBLEM There is no database yet; start the registry once.",
    ]
    assert ran.code == 1
    assert not terminal.data.exists()


def test_a_database_that_is_none(terminal: Terminal) -> None:
    terminal.data.mkdir()
    path = terminal.data / "wheelyard.sqlite"
    path.write_text("no database at all")

    ran = terminal.run("doctor")

    assert problems(ran) == [
        f"PROBLEM The database {path} cannot be opened: file is not a database."
    ]
    assert ran.code == 1


def test_a_database_of_another_release(started: Terminal) -> None:
    database = Database(started.data / "wheelyard.sqlite")
    with database.write() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()

    doctor, serve, token = (
        started.run("doctor"),
        started.run("serve"),
        started.run("token", "create", "root"),
    )

    assert problems(doctor) == ["PROBLEM The schema is 9999; this release's is 0004."]
    assert serve.err == (
        "wheelyard: The database was made by a newer release of Wheelyard; start that one, or "
        "restore a backup from before the upgrade.\n"
    )
    assert token.err.startswith("wheelyard: The database is of another release")
    assert (doctor.code, serve.code, token.code) == (1, 1, 1)


def test_it_runs_beside_the_server(filled: tuple[Terminal, str]) -> None:
    terminal, _ = filled

    with running(terminal.data):
        ran = terminal.run("doctor", "--full")

    assert (problems(ran), ran.code) == ([], 0)
