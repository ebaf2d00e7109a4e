"""A large registry, quickly: what one upload has left, copied as often as told.

The models come in as any upload does.  A copy has every column of its model but for ids, names and
digests, so that what an upload writes is not told twice here; a test holds copies to uploads.  The
bytes of copied files are nowhere, and nothing asks for them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import shake_128
from itertools import islice
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    Table,
    bindparam,
    func,
    insert,
    select,
    update,
)

from wheelyard.database import schema
from wheelyard.packages import Release
from wheelyard.projects import Project
from wheelyard.pypi.names import filename_key, normalize_version

BATCH = 20_000

Row = Mapping[str, object]
"""By column, what a copy has of its own."""


def copy_packages(
    conn: Connection, model: Release, placed: Iterable[tuple[int, str]], *, files: int = 1
) -> None:
    """Write packages of one release, each with as many files, into projects: by id, and name."""
    made = list(enumerate(placed))
    package, release = _next_id(conn, schema.packages), _next_id(conn, schema.releases)
    package_rows = (
        {"id": package + n, "project_id": project_id, "normalized_name": name, "name": name}
        for n, (project_id, name) in made
    )
    _copy(conn, schema.packages, model.package_id, package_rows)
    known = ({"normalized_name": name} for _, (_, name) in made)
    _copy(conn, schema.known_names, model.normalized_name, known, may_be_there=True)
    release_rows = (
        {"id": release + n, "package_id": package + n, "project_id": project_id}
        for n, (project_id, _) in made
    )
    _copy(conn, schema.releases, model.id, release_rows)
    wheels = (
        (release + n, _wheel(name, model.version, build))
        for n, (_, name) in made
        for build in range(files)
    )
    _copy_files(conn, model, wheels)
    entries = (
        {"project_id": project_id, "package": name}
        for _, (project_id, name) in made
        for _ in range(files)
    )
    _journal(conn, model, entries)
    counts = Counter(project_id for _, (project_id, _) in made)
    _count(conn, model, {project_id: count * files for project_id, count in counts.items()})


def copy_releases(conn: Connection, model: Release, versions: Iterable[str]) -> None:
    """Write more releases of the model's package, each with one file."""
    made = list(versions)
    release = _next_id(conn, schema.releases)
    numbered = list(enumerate(made))
    release_rows = (
        {
            "id": release + n,
            "version": version,
            "normalized_version": normalize_version(version),
        }
        for n, version in numbered
    )
    _copy(conn, schema.releases, model.id, release_rows)
    wheels = ((release + n, _wheel(model.name, version)) for n, version in numbered)
    _copy_files(conn, model, wheels)
    _journal(conn, model, ({"package": model.normalized_name} for _ in made))
    _count(conn, model, {model.project_id: len(made)})


def copy_projects(conn: Connection, model: Project, names: Iterable[str]) -> range:
    """Write empty projects beside the model, in its group; return their ids."""
    made = list(names)
    first = _next_id(conn, schema.projects)
    group = model.full_path.rpartition("/")[0]
    empty = {"file_count": 0, "package_bytes": 0, "last_published_at": None}
    rows = (
        {
            "id": first + n,
            "name": name,
            "path": name,
            "full_path": f"{group}/{name}",
            "full_path_key": f"{group}/{name}",
            **empty,
        }
        for n, name in enumerate(made)
    )
    _copy(conn, schema.projects, model.id, rows)
    return range(first, first + len(made))


def _copy(
    conn: Connection,
    table: Table,
    model: object,
    rows: Iterable[Row],
    *,
    may_be_there: bool = False,
) -> None:
    """Write rows that are as the model's, which is named by its key, but for these columns."""
    batches = iter(rows)
    (key,) = table.primary_key
    while batch := list(islice(batches, BATCH)):
        own = batch[0].keys()
        columns = [column for column in table.c if column is not key or key.name in own]
        taken: list[ColumnElement[Any]]
        taken = [_bound(column) if column.name in own else column for column in columns]
        source = select(*taken).where(key == bindparam("model", model, key.type))
        statement = insert(table).from_select([column.name for column in columns], source)
        if may_be_there:
            statement = statement.prefix_with("OR IGNORE")
        conn.execute(statement, [{f"own_{k}": v for k, v in row.items()} for row in batch])


def _bound(column: Column[Any]) -> ColumnElement[Any]:
    return bindparam(f"own_{column.name}", type_=column.type)


def _copy_files(conn: Connection, model: Release, wheels: Iterable[tuple[int, str]]) -> None:
    """Write files of these names into these releases; all digests are of each its own."""
    file = schema.files
    first = conn.scalars(select(file.c.id).where(file.c.release_id == model.id)).first()
    _copy(conn, file, first, (_file(release_id, name) for release_id, name in wheels))


def _file(release_id: int, filename: str) -> Row:
    noise = shake_128(f"{release_id}/{filename}".encode()).hexdigest(112)
    return {
        "release_id": release_id,
        "filename": filename,
        "filename_key": filename_key(filename),
        "sha256": noise[:64],
        "md5": noise[64:96],
        "blake2_256": noise[96:160],
        "metadata_sha256": noise[160:],
    }


def _wheel(name: str, version: str, build: int = 0) -> str:
    number = f"-{build}" if build else ""
    return f"{name.replace('-', '_')}-{version}{number}-py3-none-any.whl"


def _journal(conn: Connection, model: Release, rows: Iterable[Row]) -> None:
    """Write what uploads record; the details are the model's."""
    journal = schema.journal
    first = (
        select(journal.c.serial)
        .where(journal.c.project_id == model.project_id)
        .where(journal.c.package == model.normalized_name)
    )
    _copy(conn, journal, conn.scalars(first.limit(1)).first(), rows)


def _count(conn: Connection, model: Release, counts: Mapping[int, int]) -> None:
    """Let projects' own sums follow: by id, how many files are new."""
    table, projects = schema.files, schema.projects
    size = select(table.c.size).where(table.c.release_id == model.id).limit(1).scalar_subquery()
    more = bindparam("more", type_=Integer)
    statement = (
        update(projects)
        .where(projects.c.id == bindparam("counted"))
        .values(
            file_count=projects.c.file_count + more,
            package_bytes=projects.c.package_bytes + more * size,
            last_published_at=model.created_at,
        )
    )
    conn.execute(statement, [{"counted": key, "more": count} for key, count in counts.items()])


def _next_id(conn: Connection, table: Table) -> int:
    newest: int | None = conn.scalar(select(func.max(table.c.id)))
    return (newest or 0) + 1
