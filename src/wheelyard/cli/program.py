"""The program that every command is part of, and what commands have alike."""

import os
import sys
from importlib import metadata
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from wheelyard.database import migrate
from wheelyard.database.engine import Database
from wheelyard.facts import Fact
from wheelyard.settings import FROM_OPTIONS, PREFIX, InvalidSettings, Settings

cli = typer.Typer(
    help="A Python package registry to host yourself.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # it would take "[default: ...]" for markup
)

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
        fail(*error.problems)
    except Fact as fact:
        fail(str(fact))
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        fail(f"{error.strerror or error}{place}")


def fail(*sentences: str) -> NoReturn:
    """Say what is wrong and end with 1."""
    for sentence in sentences:
        typer.echo(f"wheelyard: {sentence}", err=True)
    sys.exit(1)


def read_settings(data: Path | None, **overrides: object) -> Settings:
    """Read the settings; options win over the environment, which worker processes inherit."""
    given = {PREFIX + name: value for name, value in {"DATA": data, **overrides}.items()}
    options = {name: str(value) for name, value in given.items() if value is not None}
    os.environ.update(options)
    os.environ[FROM_OPTIONS] = ",".join(options)
    return Settings.from_environment(os.environ)


def open_database(data: Path | None) -> Database:
    """Open an installation that exists and is current."""
    settings = read_settings(data)
    if not settings.database_path.exists():
        fail(f'There is no registry in {settings.data}; "wheelyard serve" makes one')
    if migrate.current(settings.database_path) != migrate.NEWEST:
        fail('The database is of another release; "wheelyard migrate" brings it to this one')
    return Database(settings.database_path)
