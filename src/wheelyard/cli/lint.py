"""Looking at an index over HTTP, ours or another: lint."""

import os
import sys
from enum import StrEnum
from typing import Annotated

import typer

from wheelyard.cli.program import cli


class Format(StrEnum):
    """How the report is written."""

    TEXT = "text"
    JSON = "json"


@cli.command()
def lint(
    url: Annotated[
        str,
        typer.Argument(metavar="URL", help="Of an index, as clients take it, or of one package."),
    ],
    *,
    token: Annotated[
        str | None,
        typer.Option(
            help="Whom to be.  [env: WHEELYARD_TOKEN; default: as the URL or ~/.netrc say]",
        ),
    ] = None,
    package: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Look at this package; may be repeated."),
    ] = None,
    sample: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="NUMBER",
            help="How many packages to look at, with twice as many files of each.",
        ),
    ] = 5,
    output: Annotated[
        Format, typer.Option("--format", help="How to write the report.")
    ] = Format.TEXT,
    strict: Annotated[
        bool, typer.Option("--strict", help="Let an index with warnings fail as well.")
    ] = False,
    timeout: Annotated[
        float, typer.Option(min=0.1, metavar="SECONDS", help="How long to wait for an answer.")
    ] = 30.0,
) -> None:
    """Read a package index as clients do, and report what is missing or wrong.

    Any index that pip can read will do.  Exits with 1 when there are errors, with 2 when there is
    no index to look at, and with 0 otherwise.  docs/linting.md tells of every finding.
    """
    # What it stands on takes a tenth of a second to load, which no other command needs.
    from wheelyard import lint as linter  # noqa: PLC0415  see above
    from wheelyard.lint import report as reports  # noqa: PLC0415  see above

    names = tuple(package or ())
    wish = linter.Wish(names, packages=sample, files=2 * sample)
    try:
        report = linter.examine(
            url, wish, token=token, environment=os.environ, timeout=timeout, tell=_tell
        )
    except linter.NoIndex as nothing:
        typer.echo(f"wheelyard: {nothing}", err=True)
        raise typer.Exit(2) from nothing
    write = reports.as_json if output is Format.JSON else reports.as_text
    sys.stdout.write(write(report))
    if not reports.is_sound(report, strict=strict):
        raise typer.Exit(1)


def _tell(step: str) -> None:
    typer.echo(step, err=True)
