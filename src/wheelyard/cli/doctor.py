"""Looking an installation over: doctor."""

import os
from typing import Annotated

import typer

from wheelyard import doctor as doctor_
from wheelyard.cli.program import Data, cli, read_settings
from wheelyard.doctor import Depth
from wheelyard.settings import effective


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
    settings = read_settings(data)
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
