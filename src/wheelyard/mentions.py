"""The names of what the journal speaks of, for those who read it.

An entry holds ids alone, and outlives what they name.  What is gone has a name still: that of the
entry which tells of its deletion.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select

from wheelyard import journal
from wheelyard.database.schema import namespaces, packages, projects, releases, tokens, users
from wheelyard.journal import Recorded


@dataclass(frozen=True, slots=True)
class Named:
    """A name, and whether what bears it is gone."""

    name: str
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Mentions:
    """Names by id; what was never heard of, or has no name left, is not in them."""

    users: Mapping[int, Named]
    projects: Mapping[int, Named]
    groups: Mapping[int, Named]
    tokens: Mapping[int, str]


def resolve(conn: Connection, entries: Sequence[Recorded]) -> Mentions:
    """Return the names of everything that some entries speak of."""
    people = {*(e.entry.user_id for e in entries), *(e.actor.user_id for e in entries)}
    keys = {*(e.entry.token_id for e in entries), *(e.actor.token_id for e in entries)}
    return Mentions(
        users=_name(conn, users, users.c.username, "user.deleted", people),
        projects=_name(
            conn,
            projects,
            projects.c.full_path,
            "project.deleted",
            {e.entry.project_id for e in entries},
        ),
        groups=_name(
            conn,
            namespaces,
            namespaces.c.full_path,
            "group.deleted",
            {e.entry.namespace_id for e in entries},
        ),
        tokens=dict(_rows(conn, tokens, tokens.c.name, _present(keys))),
    )


def _present(ids: Iterable[int | None]) -> set[int]:
    return {one for one in ids if one is not None}


def _rows(
    conn: Connection, table: Table, name: ColumnElement[str], ids: set[int]
) -> Iterable[tuple[int, str]]:
    found = conn.execute(select(table.c.id, name).where(table.c.id.in_(ids)))
    return ((row[0], row[1]) for row in found)


def _name(
    conn: Connection,
    table: Table,
    name: ColumnElement[str],
    deletion: str,
    mentioned: Iterable[int | None],
) -> Mapping[int, Named]:
    ids = _present(mentioned)
    there = {key: Named(text) for key, text in _rows(conn, table, name, ids)}
    deleted = journal.names_of_deleted(conn, deletion, ids - there.keys())
    return {**{key: Named(text, is_gone=True) for key, text in deleted.items()}, **there}


def find_releases(
    conn: Connection, entries: Sequence[Recorded]
) -> Mapping[tuple[int, str, str], int]:
    """Return the ids of the releases that some entries speak of and that are still there.

    By project, normalised name of the package, and version.
    """
    wanted = [e for e in entries if e.entry.package and "version" in e.details]
    if not wanted:
        return {}
    rows = conn.execute(
        select(releases.c.id, releases.c.version, packages.c.project_id, packages.c.normalized_name)
        .join_from(packages, releases, releases.c.package_id == packages.c.id)
        .where(
            packages.c.project_id.in_({e.entry.project_id for e in wanted}),
            packages.c.normalized_name.in_({e.entry.package for e in wanted}),
            releases.c.version.in_({_version(e.details) for e in wanted}),
        )
    )
    return {(row.project_id, row.normalized_name, row.version): row.id for row in rows}


def _version(details: Mapping[str, Any]) -> str:
    return str(details["version"])
