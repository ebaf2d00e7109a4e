"""The command line: serve, migrate, user, token, forget-name, doctor.

What can go wrong at a person's keyboard ends in one sentence on standard error and the exit status
1; a traceback is a bug.
"""

import os
import sys
from contextlib import closing
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from sqlalchemy import Connection

from wheelyard import doctor as doctor_
from wheelyard import firststart, packages, serving, sessions, tokens, users
from wheelyard.access import TokenKind
from wheelyard.database import migrate as migrate_
from wheelyard.database.engine import Database
from wheelyard.doctor import Depth
from wheelyard.facts import Fact
from wheelyard.journal import OPERATOR
from wheelyard.registry import utc_now
from wheelyard.settings import FROM_OPTIONS, PREFIX, InvalidSettings, Settings, effective
from wheelyard.tokens import Holder, NewToken
from wheelyard.users import NewUser, User
from wheelyard.welcome import welcome

cli = typer.Typer(
    help="A Python package registry to host yourself.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # it would take "[default: ...]" for markup
)
user = typer.Typer(help="Make users, and set their passwords.", no_args_is_help=True)
token = typer.Typer(help="Make access tokens.", no_args_is_help=True)
cli.add_typer(user, name="user")
cli.add_typer(token, name="token")

Data = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="The folder that holds everything.  [env: WHEELYARD_DATA; default: ./data]",
    ),
]


def _show_version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"wheelyard {metadata.version('wheelyard')}")
        raise typer.Exit


@cli.callback()
def start(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Take the options of the program itself."""
    del version


def main() -> None:
    """Run a command; every foreseen failure is one sentence."""
    try:
        cli()
    except InvalidSettings as error:
        _fail(*error.problems)
    except Fact as fact:
        _fail(str(fact))
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        _fail(f"{error.strerror or error}{place}")


def _fail(*sentences: str) -> NoReturn:
    for sentence in sentences:
        typer.echo(f"wheelyard: {sentence}", err=True)
    sys.exit(1)


def _settings(data: Path | None, **overrides: object) -> Settings:
    """Read the settings; options win over the environment, which worker processes inherit."""
    given = {PREFIX + name: value for name, value in {"DATA": data, **overrides}.items()}
    options = {name: str(value) for name, value in given.items() if value is not None}
    os.environ.update(options)
    os.environ[FROM_OPTIONS] = ",".join(options)
    return Settings.from_environment(os.environ)


# serve -------------------------------------------------------------------------------------------


@cli.command()
def serve(
    *,
    host: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Where to listen.  [env: WHEELYARD_HOST; default: 127.0.0.1]",
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(metavar="PORT", help="Where to listen.  [env: WHEELYARD_PORT; default: 8080]"),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER",
            help="Processes that answer requests.  [env: WHEELYARD_WORKERS; default: 1]",
        ),
    ] = None,
    data: Data = None,
) -> None:
    """Start the registry.

    The first start on an empty data folder makes everything that is needed, and the administrator
    root, whose password is printed once (or taken from WHEELYARD_ROOT_PASSWORD).  Every start
    brings the database to the schema of this release.  SIGTERM and Ctrl-C let requests in flight
    finish.  All settings are environment variables; docs/settings.md lists them.
    """
    settings = _settings(data, HOST=host, PORT=port, WORKERS=workers)
    address = serving.require_free_port(settings.host, settings.port)
    _prepare(settings)
    serving.serve(settings, address, on_startup=lambda: typer.echo(_welcome(settings)))


def _welcome(settings: Settings) -> str:
    return welcome(settings, command=serving.own_command())


def _prepare(settings: Settings) -> None:
    """Make everything ready, and tell the password of root while it can still be told."""
    password = firststart.prepare(settings, os.environ, at=utc_now())
    if password is not None:
        typer.echo(
            "This is the first start.  The administrator is root; the password, shown only now, is"
            f"\n\n    {password}\n"
        )


# migrate, user, token, forget-name ---------------------------------------------------------------


@cli.command()
def migrate(data: Data = None) -> None:
    """Bring the database up to date, without starting.

    Safe to run again; "serve" does the same at every start.
    """
    settings = _settings(data)
    _prepare(settings)
    typer.echo(f"The database is at revision {migrate_.NEWEST}, the newest.")


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
    with closing(_open(data)) as database, database.write() as conn:
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
    with closing(_open(data)) as database, database.write() as conn:
        owner = _find_user(conn, username)
        sessions.set_password(conn, owner, hashed, by=OPERATOR, at=utc_now())
    typer.echo(f"Set the password of {owner.username}, who has to sign in again.", err=True)
    if drawn:
        _show_password(password)


def _find_user(conn: Connection, username: str) -> User:
    return users.find_by_username(conn, username) or _fail(
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
        _fail("--expires-at must be a date in the future")
    with closing(_open(data)) as database, database.write() as conn:
        owner = _find_user(conn, username)
        users.require_person(owner)
        new = NewToken(TokenKind.PERSONAL, Holder(user_id=owner.id), name, scopes, expires_at=end)
        minted = tokens.mint(conn, new, by=OPERATOR, at=now)
    typer.echo(minted.secret)


@cli.command("forget-name")
def forget_name(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Of a package that was deleted, in any spelling.")
    ],
    *,
    data: Data = None,
) -> None:
    """Let clients be forwarded again for a package name that is gone.

    Whoever published a package here, and deleted it, has kept its name from being forwarded ever
    after.  Refused while any project has a package of this name.  Do it only where no client means
    your own package by it: from then on a stranger's of the same name is installed.
    """
    with closing(_open(data)) as database, database.write() as conn:
        packages.forget_name(conn, name, by=OPERATOR, at=utc_now())
    typer.echo(f"Forgot {name}: where forwarding is on, it may be forwarded again.", err=True)


def _open(data: Path | None) -> Database:
    """Open an installation that exists and is current."""
    settings = _settings(data)
    if not settings.database_path.exists():
        _fail(f'There is no registry in {settings.data}; "wheelyard serve" makes one')
    if migrate_.current(settings.database_path) != migrate_.NEWEST:
        _fail('The database is of another release; "wheelyard migrate" brings it to this one')
    return Database(settings.database_path)


# doctor ------------------------------------------------------------------------------------------


@cli.command()
def doctor(
    *,
    full: Annotated[
        bool, typer.Option("--full", help="Also compare the digest of every file; reads them all.")
    ] = False,
    data: Data = None,
) -> None:
    """Show the effective settings and check the installation.

    Exits with 1 when something is wrong.  Changes nothing, and may run beside the server.
    """
    settings = _settings(data)
    for setting in effective(settings, os.environ):
        typer.echo(f"{setting.name} = {setting.value or '(empty)'}  [{setting.origin}]")
    typer.echo("")
    failed = False
    depth = Depth.DIGESTS if full else Depth.SIZES
    for finding in doctor_.examine(settings, os.environ, depth=depth):
        typer.echo(f"{'ok     ' if finding.ok else 'PROBLEM'} {finding.sentence}")
        failed |= not finding.ok
    if failed:
        raise typer.Exit(1)
