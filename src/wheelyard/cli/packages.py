"""What is said of packages: yank, unyank, status, forget-name."""

from contextlib import closing
from typing import Annotated

import typer
from sqlalchemy import Connection

from wheelyard import packages, projects
from wheelyard.cli.program import Data, cli, fail, open_database
from wheelyard.journal import OPERATOR
from wheelyard.packages import File, Release
from wheelyard.projects import Project
from wheelyard.pypi.names import InvalidFilename, parse_filename
from wheelyard.pypi.status import PackageStatus
from wheelyard.registry import utc_now

ProjectRef = Annotated[
    str, typer.Argument(metavar="PROJECT", help="The project, by its path or its id.")
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The package, in any spelling.")]
Version = Annotated[str, typer.Argument(metavar="VERSION", help="The release, such as 1.0.")]
FileName = Annotated[
    str, typer.Argument(metavar="FILE", help="One file of it, by its name; otherwise all.")
]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why: one line, which installers show.")]


@cli.command()
def yank(
    project: ProjectRef,
    name: Name,
    version: Version,
    file: FileName = "",
    *,
    reason: Reason = "",
    data: Data = None,
) -> None:
    """Yank a release, or one file of it.

    Installers pass over what is yanked, unless they are asked for exactly its version.  A release
    is yanked with all of its files, those too that are uploaded later.  "unyank" takes it back.
    """
    with closing(open_database(data)) as database, database.write() as conn:
        release = _find_release(conn, project, name, version)
        if file:
            found = _find_file(conn, release, file)
            packages.yank_file(conn, release, found, reason, by=OPERATOR, at=utc_now())
        else:
            packages.yank_release(conn, release, reason, by=OPERATOR, at=utc_now())
    typer.echo(f"Yanked {file or _call(release)}.", err=True)


@cli.command()
def unyank(
    project: ProjectRef, name: Name, version: Version, file: FileName = "", *, data: Data = None
) -> None:
    """Take back that a release, or one file of it, was yanked.

    Files that were yanked by themselves stay so when that is taken back of their release.
    """
    with closing(open_database(data)) as database, database.write() as conn:
        release = _find_release(conn, project, name, version)
        found = _find_file(conn, release, file) if file else None
        if (found or release).yanked is None:
            fail(f"{file or _call(release)} is not yanked")
        if found is not None:
            packages.unyank_file(conn, release, found, by=OPERATOR, at=utc_now())
        else:
            packages.unyank_release(conn, release, by=OPERATOR, at=utc_now())
    typer.echo(f"{file or _call(release)} is not yanked any more.", err=True)


@cli.command()
def status(
    project: ProjectRef,
    name: Name,
    status: Annotated[
        PackageStatus | None,
        typer.Argument(
            metavar="STATUS",
            help="active, archived, quarantined or deprecated; without one it is shown.",
        ),
    ] = None,
    *,
    reason: Reason = "",
    data: Data = None,
) -> None:
    """Say what a package is as a whole, or show it.

    An archived package takes no uploads.  A quarantined one takes none either, lists nothing and
    lets nothing be downloaded.  Of a deprecated one clients are told.
    """
    with (
        closing(open_database(data)) as database,
        database.read() if status is None else database.write() as conn,
    ):
        within = _find_project(conn, project)
        standing = packages.find_standing(conn, within.id, name)
        if standing is None:
            fail(f"There is no package {name} in {within.full_path}")
        if status is not None:
            standing = packages.change_status(
                conn, standing, status, reason, by=OPERATOR, at=utc_now()
            )
    why = f": {standing.reason}" if standing.reason else ""
    typer.echo(f"{standing.name} is {standing.status}{why}")


def _find_project(conn: Connection, ref: str) -> Project:
    return projects.find(conn, ref) or fail(f"There is no project {ref}")


def _find_release(conn: Connection, project: str, name: str, version: str) -> Release:
    within = _find_project(conn, project)
    found = packages.find_version(conn, within.id, name, version)
    return found or fail(f"There is no release {name} {version} in {within.full_path}")


def _find_file(conn: Connection, release: Release, name: str) -> File:
    """Find the newest file of a name, which is the one that is listed."""
    try:
        found = packages.find_newest_copy(conn, release, parse_filename(name))
    except InvalidFilename:
        found = None
    return found or fail(f"There is no file {name} in {_call(release)}")


def _call(release: Release) -> str:
    return f"{release.name} {release.version}"


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
