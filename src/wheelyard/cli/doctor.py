"""Looking an installation over: doctor."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from wheelyard import doctor as doctor_
from wheelyard.cli.program import Data, cli, read_settings
from wheelyard.doctor import Depth, Finding
from wheelyard.registry import utc_now
from wheelyard.settings import effective


@cli.command()
def doctor(
    *,
    full: Annotated[
        bool, typer.Option("--full", help="Also compare the digest of every file; reads them all.")
    ] = False,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Mend the metadata beside files, from the files themselves."),
    ] = False,
    data: Data = None,
) -> None:
    """Show the effective settings and check the installation.

    Exits with 1 when something is wrong and has not been mended.  Changes nothing without --repair,
    and may run beside the server.  With --full --repair, all metadata is held against the files.
    """
    settings = read_settings(data)
    for setting in effective(settings, os.environ):
        typer.echo(f"{setting.name} = {setting.value or '(empty)'}  [{setting.origin}]")
    typer.echo("")
    failed = False
    with _progress(doctor_.count_files(settings)) as step:
        for finding in doctor_.examine(
            settings,
            os.environ,
            depth=Depth.DIGESTS if full else Depth.SIZES,
            repaired_at=utc_now() if repair else None,
            step=step,
        ):
            typer.echo(f"{_verdict(finding)} {finding.sentence}")
            failed |= not finding.ok
    if failed:
        raise typer.Exit(1)


def _verdict(finding: Finding) -> str:
    if finding.is_mended:
        return "MENDED "
    return "ok     " if finding.ok else "PROBLEM"


@contextmanager
def _progress(count: int) -> Iterator[Callable[[int], None]]:
    """Show at a terminal how many files were looked for."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with typer.progressbar(
        length=count, label="Files", show_pos=True, file=sys.stderr, update_min_steps=100
    ) as bar:
        yield bar.update
