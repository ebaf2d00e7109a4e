"""The first start makes the administrator root, once."""

import socket
from pathlib import Path

from tests.actors import Actor
from tests.cli.terminal import Terminal
from tests.servers import running
from wheelyard import users
from wheelyard.database.engine import Database

HEADING = "The administrator is root; the password, shown only now, is\n\n    "


def has_password(data: Path, username: str, password: str) -> bool:
    """Whether this is somebody's password."""
    database = Database(data / "wheelyard.sqlite")
    with database.read() as conn:
        user = users.find_by_username(conn, username)
        found = user is not None and users.has_password(conn, user, password)
    database.close()
    return found


def test_the_password_of_root_is_drawn_and_printed_once(tmp_path: Path) -> None:
    data = tmp_path / "data"

    with running(data) as server:
        pass
    first = server.log.read_text()
    with running(data) as server:
        pass
    second = server.log.read_text().removeprefix(first)

    password = first.partition(HEADING)[2].split("\n")[0]
    assert len(password) == 20
    assert has_password(data, "root", password)
    assert "Wheelyard listens on" in second
    assert HEADING not in second


def test_the_password_of_root_may_come_from_the_environment(tmp_path: Path) -> None:
    data = tmp_path / "data"

    with running(data, WHEELYARD_ROOT_PASSWORD="a password of ours") as server:
        pass

    said = server.log.read_text()
    assert has_password(data, "root", "a password of ours")
    assert HEADING not in said
    assert "a password of ours" not in said


def test_the_token_of_root_may_come_from_the_environment(tmp_path: Path) -> None:
    with (
        running(tmp_path / "data", WHEELYARD_ROOT_TOKEN="glpat-brought-along") as server,
        Actor(server.url, headers={"PRIVATE-TOKEN": "glpat-brought-along"}) as root,
    ):
        user = root.api("GET", "/user").json()
        token = root.api("GET", "/personal_access_tokens/self").json()

    assert (user["username"], user["is_admin"]) == ("root", True)
    assert (token["name"], token["scopes"], token["expires_at"]) == ("first start", ["api"], None)
    assert "glpat-brought-along" not in server.log.read_text()


def test_both_are_ignored_later(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data, WHEELYARD_ROOT_PASSWORD="the first one", WHEELYARD_ROOT_TOKEN="the-first"):
        pass

    with running(
        data, WHEELYARD_ROOT_PASSWORD="the second one", WHEELYARD_ROOT_TOKEN="the-second"
    ) as server:
        answers = []
        for secret in ("the-first", "the-second"):
            with Actor(server.url, headers={"PRIVATE-TOKEN": secret}) as root:
                answers.append(root.api("GET", "/user").status_code)

    assert has_password(data, "root", "the first one")
    assert not has_password(data, "root", "the second one")
    assert answers == [200, 401]


def test_a_first_password_that_is_too_short_stops_the_start(terminal: Terminal) -> None:
    ran = terminal.run("serve", WHEELYARD_ROOT_PASSWORD="short")

    assert ran.err == (
        "wheelyard: WHEELYARD_ROOT_PASSWORD is too short; it must have 8 characters.\n"
    )
    assert ran.code == 1


def test_migrate_makes_the_administrator_too(terminal: Terminal) -> None:
    first = terminal.run("migrate", WHEELYARD_ROOT_PASSWORD="a password of ours")
    second = terminal.run("migrate")

    assert first.out == second.out == "The database is at revision 0004, the newest.\n"
    assert (first.code, second.code) == (0, 0)
    assert has_password(terminal.data, "root", "a password of ours")


def test_migrate_prints_a_drawn_password_as_serve_does(terminal: Terminal) -> None:
    ran = terminal.run("migrate")

    password = ran.out.partition(HEADING)[2].split("\n")[0]
    assert has_password(terminal.data, "root", password)


def test_a_start_that_fails_has_made_nothing_yet(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        terminal.run("serve", "--port", str(other.getsockname()[1]))

    assert not terminal.data.exists()
