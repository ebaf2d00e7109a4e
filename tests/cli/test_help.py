"""Every command explains itself."""

import pytest

from tests.cli.terminal import Terminal

COMMANDS = {
    "": [
        "serve",
        "migrate",
        "doctor",
        "lint",
        "user",
        "token",
        "yank",
        "unyank",
        "status",
        "forget-name",
        "--version",
    ],
    "serve": ["--host", "--port", "--workers", "--data", "WHEELYARD_PORT; default: 8080"],
    "migrate": ["--data", "Safe to run again"],
    "user": ["create", "password"],
    "user create": ["--email", "--name", "--admin", "--password-stdin", "--data"],
    "user password": ["--password-stdin", "--data", "signed out everywhere"],
    "token": ["create"],
    "token create": ["--name", "--scope", "--expires-at", "--data", "cannot be read again"],
    "yank": ["PROJECT", "NAME", "VERSION", "[FILE]", "--reason", "--data", "uploaded later"],
    "unyank": ["PROJECT", "NAME", "VERSION", "[FILE]", "--data"],
    "status": ["PROJECT", "NAME", "[STATUS]", "--reason", "--data", "takes no uploads"],
    "forget-name": ["NAME", "--data", "Refused while any project has a package of this name"],
    "lint": ["URL", "--token", "--package", "--sample", "--format", "--strict", "--timeout"],
    "doctor": ["--full", "--data", "Exits with 1 when something is wrong"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_names_every_option(terminal: Terminal, command: str) -> None:
    ran = terminal.run_bare(*command.split(), "--help")

    words = " ".join(ran.out.split())
    assert ran.code == 0
    assert ran.err == ""
    assert [wanted for wanted in COMMANDS[command] if wanted not in words] == []
    assert max(map(len, ran.out.splitlines())) <= 80


@pytest.mark.parametrize("command", ["", "user", "token"])
def test_a_group_of_commands_alone_shows_its_help(terminal: Terminal, command: str) -> None:
    ran = terminal.run_bare(*command.split())

    assert "Commands:" in ran.out + ran.err
    assert ran.code == 2


def test_the_version_is_the_packages(terminal: Terminal) -> None:
    ran = terminal.run_bare("--version")

    assert (ran.out, ran.code) == ("wheelyard 0.1.0\n", 0)
