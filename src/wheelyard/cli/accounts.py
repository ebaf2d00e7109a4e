"""Users and their access tokens: user, token."""

import sys
from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from wheelyard import firststart, sessions, tokens, users
from wheelyard.access import TokenKind
from wheelyard.cli.program import Data, cli, fail, open_database
from wheelyard.journal import OPERATOR
from wheelyard.registry import utc_now
from wheelyard.tokens import Holder, NewToken
from wheelyard.users import NewUser, User

user = typer.Typer(help="Make users, and set their passwords.", no_args_is_help=True)
token = typer.Typer(help="Make access tokens.", no_args_is_help=True)
cli.add_typer(user, name="user")
cli.add_typer(token, name="token")


@user.command("create")
def user_create(
    username: Annotated[
        str, typer.Argument(metavar="USERNAME", help="The name in paths, such as ada.")
    ],
    *,
    email: Annotated[str, typer.Option(help="The user's e-mail address.")],
    name: Annotated[
        str, typer.Option(help="The name that people read.  [default: the username]")
    ] = "",
    admin: Annotated[bool, typer.Option("--admin", help="Make an administrator.")] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    data: Data = None,
) -> None:
    """Make a user.

    Without --password-stdin a password is asked for at a terminal, and drawn and printed otherwise.
    """
    password, drawn = _read_password(from_stdin=password_stdin)
    hashed = users.hash_password(password)
    new = NewUser(username, name or username, email, hashed, is_admin=admin)
    with closing(open_database(data)) as database, database.write() as conn:
        created = users.create(conn, new, by=OPERATOR, at=utc_now())
    typer.echo(f"Made the user {created.username} with the id {created.id}.", err=True)
    if drawn:
        _show_password(password)


@user.command("password")
def user_password(
    username: Annotated[str, typer.Argument(metavar="USERNAME", help="Whose password it is.")],
    *,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    data: Data = None,
) -> None:
    """Set the password of a user, who is signed out everywhere.

    Without --password-stdin a password is asked for at a terminal, and drawn and printed otherwise.
    Access tokens stay as they are.
    """
    password, drawn = _read_password(from_stdin=password_stdin)
    hashed = users.hash_password(password)
    with closing(open_database(data)) as database, database.write() as conn:
        owner = _find_user(conn, username)
        sessions.set_password(conn, owner, hashed, by=OPERATOR, at=utc_now())
    typer.echo(f"Set the password of {owner.username}, who has to sign in again.", err=True)
    if drawn:
        _show_password(password)


def _find_user(conn: Connection, username: str) -> User:
    return users.find_by_username(conn, username) or fail(
        f'There is no user {username}; make one with "wheelyard user create {username}"'
    )


def _show_password(password: str) -> None:
    typer.echo("The password, shown only now, is", err=True)
    typer.echo(password)


def _read_password(*, from_stdin: bool) -> tuple[str, bool]:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n"), False
    if sys.stdin.isatty():
        asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return asked, False
    return firststart.draw_password(), True


@token.command("create")
def token_create(
    username: Annotated[str, typer.Argument(metavar="USERNAME", help="Whose token it is.")],
    *,
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    scope: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SCOPE",
            help="api, read_api, read_user or self_rotate; may be repeated.  [default: api]",
        ),
    ] = None,
    expires_at: Annotated[
        datetime | None,
        typer.Option(
            metavar="DATE",
            formats=["%Y-%m-%d"],
            help="The first day on which it is refused, as 2031-12-31.  [default: never]",
        ),
    ] = None,
    data: Data = None,
) -> None:
    """Make a personal access token.

    It is printed alone on standard output, so that a script can take it, and cannot be read again.
    """
    scopes = tuple(scope or ["api"])
    now = utc_now()
    end = expires_at.replace(tzinfo=UTC) if expires_at else None
    if end is not None and end <= now:
        fail("--expires-at must be a date in the future")
    with closing(open_database(data)) as database, database.write() as conn:
        owner = _find_user(conn, username)
        users.require_person(owner)
        new = NewToken(TokenKind.PERSONAL, Holder(user_id=owner.id), name, scopes, expires_at=end)
        minted = tokens.mint(conn, new, by=OPERATOR, at=now)
    typer.echo(minted.secret)
