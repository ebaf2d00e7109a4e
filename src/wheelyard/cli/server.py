"""The server, and the database that it needs: serve, migrate."""

import os
from typing import Annotated

import typer

from wheelyard import firststart, serving
from wheelyard.cli.program import Data, cli, read_settings
from wheelyard.database.migrate import NEWEST
from wheelyard.registry import utc_now
from wheelyard.settings import Settings
from wheelyard.welcome import welcome


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
    settings = read_settings(data, HOST=host, PORT=port, WORKERS=workers)
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


@cli.command()
def migrate(data: Data = None) -> None:
    """Bring the database up to date, without starting.

    Safe to run again; "serve" does the same at every start.
    """
    settings = read_settings(data)
    _prepare(settings)
    typer.echo(f"The database is at revision {NEWEST}, the newest.")
