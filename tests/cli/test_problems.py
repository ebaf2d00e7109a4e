"""What goes wrong at the keyboard is told in sentences, never in a traceback."""

import socket
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal

COMMANDS = [
    ["user", "create", "ada", "--email", "ada@example.com"],
    ["token", "create", "root"],
    ["forget-name", "demo"],
]


def test_a_port_in_use(started: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ran = started.run("serve", "--port", str(port))

    assert ran.err == (
        f"wheelyard: Cannot listen on 127.0.0.1 port {port}: Address already in use; "
        "choose another with --port\n"
    )
    assert (ran.out, ran.code) == ("", 1)


def test_a_host_that_is_another_machines(started: Terminal) -> None:
    ran = started.run("serve", "--host", "192.0.2.1")

    assert ran.err.startswith("wheelyard: Cannot listen on 192.0.2.1 port ")
    assert ran.err.endswith("; choose another with --host\n")
    assert ran.code == 1


def test_a_host_that_does_not_exist(started: Terminal) -> None:
    ran = started.run("serve", "--host", "host.invalid")

    assert ran.err.startswith("wheelyard: Cannot listen on host.invalid: ")
    assert len(ran.err.splitlines()) == 1
    assert ran.code == 1


@pytest.mark.parametrize(
    ("place", "said"),
    [("file", "File exists"), ("file/data", "Not a directory")],
)
def test_a_data_folder_that_cannot_be_one(tmp_path: Path, place: str, said: str) -> None:
    (tmp_path / "file").touch()
    data = tmp_path / place

    ran = Terminal(data).run("serve")

    assert ran.err == f"wheelyard: {said} ({data})\n"
    assert ran.code == 1


@pytest.mark.parametrize("command", [["serve"], ["migrate"], *COMMANDS])
def test_a_database_that_is_none(terminal: Terminal, command: list[str]) -> None:
    terminal.data.mkdir()
    path = terminal.data / "wheelyard.sqlite"
    path.write_text("no database at all")

    ran = terminal.run(*command)

    assert ran.err == f"wheelyard: The database {path} cannot be opened: file is not a database\n"
    assert (ran.out, ran.code) == ("", 1)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_without_a_registry(terminal: Terminal, command: list[str]) -> None:
    ran = terminal.run(*command)

    assert ran.err == (
        f'wheelyard: There is no registry in {terminal.data}; "wheelyard serve" makes one\n'
    )
    assert ran.code == 1
    assert not terminal.data.exists()


@pytest.mark.parametrize("command", ["serve", "doctor"])
def test_every_setting_that_is_wrong_is_named_at_once(terminal: Terminal, command: str) -> None:
    ran = terminal.run(command, WHEELYARD_PORT="http", WHEELYARD_DUPLICATES="never")

    assert ran.err.splitlines() == [
        "wheelyard: WHEELYARD_PORT is 'http'; it must be a whole number from 1 to 65535.",
        "wheelyard: WHEELYARD_DUPLICATES is 'never'; it must be allow, refuse or identical.",
    ]
    assert ran.code == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (
            "DATABASE_URL",
            "postgresql://ada:secret@localhost/db",
            "has the scheme 'postgresql'; it must be of the form sqlite:///path/to/file",
        ),
        (
            "BLOBS_URL",
            "ada:secret@localhost",
            "has no scheme; it must be file:///path/to/folder, or s3://, gs:// or az://",
        ),
        (
            "BASE_URL",
            "https://ada:secret@packages.example.com/path",
            "cannot be used; it must be http:// or https://, a host and perhaps a port",
        ),
        (
            "BASE_URL",
            "http://secret:99999",
            "cannot be used; it must be http:// or https://, a host and perhaps a port",
        ),
    ],
)
def test_a_url_that_is_wrong_is_not_repeated(
    terminal: Terminal, name: str, value: str, said: str
) -> None:
    ran = terminal.run("doctor", **{f"WHEELYARD_{name}": value})

    assert ran.err.startswith(f"wheelyard: WHEELYARD_{name} {said}")
    assert "secret" not in ran.err
    assert (ran.out, ran.code) == ("", 1)


def test_a_word_that_is_no_command(terminal: Terminal) -> None:
    ran = terminal.run_bare("sevre")

    assert "No such command 'sevre'" in ran.err
    assert "Traceback" not in ran.err
    assert ran.code == 2
