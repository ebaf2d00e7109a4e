"""What is said of packages: forget-name."""

from contextlib import closing
from typing import Annotated

import typer

from wheelyard import packages
from wheelyard.cli.program import Data, cli, open_database
from wheelyard.journal import OPERATOR
from wheelyard.registry import utc_now


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
    with closing(open_database(data)) as database, database.write() as conn:
        packages.forget_name(conn, name, by=OPERATOR, at=utc_now())
    typer.echo(f"Forgot {name}: where forwarding is on, it may be forwarded again.", err=True)
