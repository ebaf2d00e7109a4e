"""``user create``, ``user password``, ``token create``: standard output holds the secret alone."""

import re

import pytest
from sqlalchemy import select

from tests.actors import Actor
from tests.cli.terminal import Terminal
from tests.servers import Server, running
from wheelyard import sessions, users
from wheelyard.database.engine import Database
from wheelyard.database.schema import journal
from wheelyard.registry import utc_now


def test_a_users_password_is_drawn_and_printed_alone(started: Terminal) -> None:
    ran = started.run("user", "create", "ada", "--email", "ada@example.com")

    database = Database(started.data / "wheelyard.sqlite")
    with database.read() as conn:
        ada = users.find_by_username(conn, "ada")
        assert ada is not None
        assert users.has_password(conn, ada, ran.out.removesuffix("\n"))
    database.close()
    assert (ada.name, ada.email, ada.is_admin) == ("ada", "ada@example.com", False)
    assert ran.err == ("Made the user ada with the id 2.\nThe password, shown only now, is\n")
    assert ran.code == 0


def test_a_password_may_be_piped_in_and_is_not_shown(started: Terminal) -> None:
    ran = started.run(
        *("user", "create", "ada", "--email", "ada@example.com", "--name", "Ada Lovelace"),
        *("--admin", "--password-stdin"),
        typing="a good password\n",
    )

    database = Database(started.data / "wheelyard.sqlite")
    with database.read() as conn:
        ada = users.find_by_username(conn, "ada")
        assert ada is not None
        assert users.has_password(conn, ada, "a good password")
    database.close()
    assert (ada.name, ada.is_admin) == ("Ada Lovelace", True)
    assert (ran.out, ran.err) == ("", "Made the user ada with the id 2.\n")


def test_a_token_has_a_name(started: Terminal) -> None:
    ran = started.run("token", "create", "root", "--name", " ")

    assert (ran.out, ran.err, ran.code) == ("", "wheelyard: name can't be blank\n", 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["root", "--email", "a@example.com"], "Username has already been taken"),
        (["ROOT", "--email", "a@example.com"], "Username has already been taken"),
        (["ada", "--email", "root@localhost"], "Email has already been taken"),
        (["ada", "--email", "nowhere"], "email is invalid"),
        (["admin", "--email", "a@example.com"], "path admin is a reserved name"),
    ],
)
def test_a_user_that_cannot_be_made_is_refused_in_a_sentence(
    started: Terminal, words: list[str], said: str
) -> None:
    ran = started.run("user", "create", *words)

    assert (ran.out, ran.err, ran.code) == ("", f"wheelyard: {said}\n", 1)


def test_a_short_password_is_refused(started: Terminal) -> None:
    words = ("user", "create", "ada", "--email", "ada@example.com", "--password-stdin")

    ran = started.run(*words, typing="short\n")

    assert ran.err == "wheelyard: password is too short (minimum is 8 characters)\n"
    assert ran.code == 1


def test_a_password_that_is_set_is_drawn_and_printed_alone(started: Terminal) -> None:
    ran = started.run("user", "password", "ROOT")

    database = Database(started.data / "wheelyard.sqlite")
    with database.read() as conn:
        root = users.find_by_username(conn, "root")
        assert users.has_password(conn, root, ran.out.removesuffix("\n"))
    database.close()
    assert ran.err == (
        "Set the password of root, who has to sign in again.\nThe password, shown only now, is\n"
    )
    assert ran.code == 0


def test_who_is_given_a_password_is_signed_out_and_the_journal_tells(started: Terminal) -> None:
    database = Database(started.data / "wheelyard.sqlite")
    with database.write() as conn:
        root = users.find_by_username(conn, "root")
        assert root is not None
        begun = sessions.begin(conn, root, address="", user_agent="", at=utc_now())

    ran = started.run("user", "password", "root", "--password-stdin", typing="a good password\n")

    with database.read() as conn:
        session = sessions.find(conn, begun.secret, at=utc_now())
        assert users.has_password(conn, root, "a good password")
        told = conn.execute(
            select(journal.c.action, journal.c.actor_id, journal.c.details)
            .where(journal.c.user_id == root.id)
            .order_by(journal.c.serial)
        ).all()
    database.close()
    assert session is None
    assert told[-2:] == [
        ("user.edited", None, '{"fields":["password"]}'),
        ("session.ended", None, "{}"),
    ]
    assert (ran.out, ran.code) == ("", 0)


@pytest.mark.parametrize(
    ("words", "typing", "said"),
    [
        (["bob"], "", 'There is no user bob; make one with "wheelyard user create bob"'),
        (
            ["root", "--password-stdin"],
            "short\n",
            "password is too short (minimum is 8 characters)",
        ),
    ],
)
def test_a_password_that_cannot_be_set_is_refused_in_a_sentence(
    started: Terminal, words: list[str], typing: str, said: str
) -> None:
    ran = started.run("user", "password", *words, typing=typing)

    assert (ran.out, ran.err, ran.code) == ("", f"wheelyard: {said}\n", 1)


def test_a_token_is_printed_alone_and_works_at_once(server: Server) -> None:
    terminal = Terminal(server.data)

    ran = terminal.run("token", "create", "root", "--name", "laptop")

    secret = ran.out.removesuffix("\n")
    with Actor(server.url, headers={"PRIVATE-TOKEN": secret}) as root:
        token = root.api("GET", "/personal_access_tokens/self").json()
    assert re.fullmatch(r"glpat-[A-Za-z0-9_-]{20}", secret)
    assert ran.err == ""
    assert (token["name"], token["scopes"], token["expires_at"]) == ("laptop", ["api"], None)


def test_a_token_may_have_narrower_scopes_and_an_end(server: Server) -> None:
    terminal = Terminal(server.data)

    ran = terminal.run(
        *("token", "create", "ROOT", "--scope", "read_api", "--scope", "read_user"),
        *("--expires-at", "2099-12-31"),
    )

    with Actor(server.url, headers={"PRIVATE-TOKEN": ran.out.strip()}) as root:
        token = root.api("GET", "/personal_access_tokens/self").json()
        refused = root.api("POST", "/projects", name="nothing")
    assert (token["scopes"], token["expires_at"]) == (["read_api", "read_user"], "2099-12-31")
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["bob"], 'There is no user bob; make one with "wheelyard user create bob"'),
        (
            ["root", "--scope", "write"],
            "write: no such scope; there are api, read_api, read_user, self_rotate",
        ),
        (["root", "--expires-at", "2001-12-31"], "--expires-at must be a date in the future"),
    ],
)
def test_a_token_that_cannot_be_made_is_refused_in_a_sentence(
    started: Terminal, words: list[str], said: str
) -> None:
    ran = started.run("token", "create", *words)

    assert (ran.out, ran.err, ran.code) == ("", f"wheelyard: {said}\n", 1)


def test_a_server_that_runs_sees_what_the_command_line_changes(terminal: Terminal) -> None:
    with running(terminal.data) as server:
        terminal.run("user", "create", "ada", "--email", "ada@example.com")
        secret = terminal.run("token", "create", "ada").out.strip()
        with Actor(server.url, headers={"PRIVATE-TOKEN": secret}) as ada:
            answer = ada.api("GET", "/user").json()

    assert answer["username"] == "ada"
