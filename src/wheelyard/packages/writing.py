"""Adding and deleting releases and files, each with its entry in the journal."""

from datetime import datetime

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from wheelyard import journal
from wheelyard.access import Actor
from wheelyard.database.rows import add_row
from wheelyard.database.schema import (
    files,
    known_names,
    packages,
    projects,
    releases,
    tokens,
    users,
)
from wheelyard.facts import Conflict, Invalid, Sentence
from wheelyard.journal import Entry
from wheelyard.packages.records import (
    File,
    PublisherKind,
    Release,
    StoredFile,
    file_from_row,
    release_from_row,
    select_files,
    select_releases,
)
from wheelyard.projects import Project
from wheelyard.pypi.archives import Distribution
from wheelyard.pypi.names import NormalizedName, normalize_name, normalize_version


def ensure_release(
    conn: Connection,
    project: Project,
    *,
    name: str,
    version: str,
    summary: str,
    by: Actor,
    at: datetime,
) -> Release:
    """Find or make the package and the release that a file belongs to; both keep their spelling."""
    package_id = _ensure_package(conn, project, name, at=at)
    normalized = normalize_version(version)
    row = conn.execute(
        select_releases().where(
            releases.c.package_id == package_id, releases.c.normalized_version == normalized
        )
    ).first()
    if row is None:
        release_id = add_row(
            conn,
            releases,
            package_id=package_id,
            project_id=project.id,
            version=version,
            normalized_version=normalized,
            summary=summary,
            creator_id=by.user_id,
            created_at=at,
            **_publisher(conn, by),
        )
        row = conn.execute(select_releases().where(releases.c.id == release_id)).one()
    return release_from_row(row)


def _ensure_package(conn: Connection, project: Project, name: str, *, at: datetime) -> int:
    normalized = normalize_name(name)
    package_id: int | None = conn.execute(
        select(packages.c.id).where(
            packages.c.project_id == project.id, packages.c.normalized_name == normalized
        )
    ).scalar()
    if package_id is not None:
        return package_id
    _remember_name(conn, normalized, at=at)
    return add_row(
        conn, packages, project_id=project.id, normalized_name=normalized, name=name, created_at=at
    )


def _remember_name(conn: Connection, name: NormalizedName, *, at: datetime) -> None:
    """Keep a name until it is forgotten, so that nobody is sent elsewhere for it."""
    known = known_names.c.normalized_name
    if conn.execute(select(known).where(known == name)).first() is None:
        conn.execute(insert(known_names).values(normalized_name=name, first_seen_at=at))


def forget_name(conn: Connection, name: str, *, by: Actor, at: datetime) -> None:
    """Let clients be sent elsewhere again for a name that was here, in any spelling.

    Raises Conflict while a project has a package of it, and Invalid for one that is not known.
    """
    normalized = normalize_name(name)
    holder = (
        select(projects.c.full_path)
        .join_from(projects, packages, packages.c.project_id == projects.c.id)
        .where(packages.c.normalized_name == normalized)
        .order_by(packages.c.id)
    )
    path = conn.scalars(holder.limit(1)).first()
    if path is not None:
        raise Conflict(
            Sentence("The project %(path)s has a package %(name)s", path=path, name=normalized)
        )
    known = known_names.c.normalized_name
    if not conn.execute(delete(known_names).where(known == normalized)).rowcount:
        raise Invalid(Sentence("There is no package name %(name)s to forget", name=normalized))
    journal.record(conn, Entry("name.forgotten", package=normalized), by=by, at=at)


def add_file(
    conn: Connection,
    release: Release,
    distribution: Distribution,
    stored: StoredFile,
    *,
    by: Actor,
    at: datetime,
) -> File:
    """Add a file to a release, and say so in the journal."""
    filename, digests = distribution.filename, stored.digests
    file_id = add_row(
        conn,
        files,
        release_id=release.id,
        filename=filename.text,
        filename_key=filename.key,
        filetype=filename.filetype.value,
        size=digests.size,
        sha256=digests.sha256,
        md5=digests.md5,
        blake2_256=digests.blake2_256,
        requires_python=stored.requires_python,
        # Any is taken, and only shown; one too long for the column is whole in the blob.
        metadata_version=distribution.metadata.metadata_version[:16],
        metadata_sha256=stored.metadata_sha256,
        serves_metadata=distribution.has_final_metadata,
        creator_id=by.user_id,
        created_at=at,
        **_publisher(conn, by),
    )
    _count(conn, release.project_id, count=1, size=digests.size)
    journal.record(
        conn,
        _entry("file.published", release),
        by=by,
        at=at,
        version=release.version,
        filename=filename.text,
        sha256=digests.sha256,
        size=digests.size,
    )
    return file_from_row(conn.execute(select_files().where(files.c.id == file_id)).one())


def _publisher(conn: Connection, by: Actor) -> dict[str, str | None]:
    """Return the columns that name who publishes, also when they are gone."""
    if by.user_id is not None:
        kind, name = PublisherKind.USER, select(users.c.username).where(users.c.id == by.user_id)
    elif by.token_id is not None:
        kind = PublisherKind.DEPLOY
        name = select(tokens.c.username).where(tokens.c.id == by.token_id)
    else:
        return {}
    return {"publisher": conn.scalar(name), "publisher_kind": kind.value}


def delete_release(conn: Connection, release: Release, *, by: Actor, at: datetime) -> None:
    """Remove a release with its files, and the package with its last release."""
    held = conn.execute(
        select(func.count(), func.coalesce(func.sum(files.c.size), 0)).where(
            files.c.release_id == release.id
        )
    ).one()
    conn.execute(delete(releases).where(releases.c.id == release.id))
    _drop_empty_package(conn, release)
    _count(conn, release.project_id, count=-held[0], size=-held[1])
    entry = _entry("release.deleted", release)
    journal.record(conn, entry, by=by, at=at, version=release.version)


def delete_file(conn: Connection, release: Release, file: File, *, by: Actor, at: datetime) -> None:
    """Remove a file, and the release with its last file."""
    deleted = conn.execute(delete(files).where(files.c.id == file.id)).rowcount
    if conn.execute(select(files.c.id).where(files.c.release_id == release.id)).first() is None:
        conn.execute(delete(releases).where(releases.c.id == release.id))
        _drop_empty_package(conn, release)
    _count(conn, release.project_id, count=-deleted, size=-deleted * file.size)
    journal.record(
        conn,
        _entry("file.deleted", release),
        by=by,
        at=at,
        version=release.version,
        filename=file.filename,
        sha256=file.sha256,
    )


def _drop_empty_package(conn: Connection, release: Release) -> None:
    has_release = exists().where(releases.c.package_id == packages.c.id)
    conn.execute(delete(packages).where(packages.c.id == release.package_id, ~has_release))


_NEWEST_RELEASE = (
    select(func.max(releases.c.created_at))
    .where(releases.c.project_id == projects.c.id)
    .scalar_subquery()
)


def _count(conn: Connection, project_id: int, *, count: int, size: int) -> None:
    """Let the project's own sums follow its files and releases."""
    conn.execute(
        update(projects)
        .where(projects.c.id == project_id)
        .values(
            file_count=projects.c.file_count + count,
            package_bytes=projects.c.package_bytes + size,
            last_published_at=_NEWEST_RELEASE,
        )
    )


def _entry(action: str, release: Release) -> Entry:
    return Entry(action, project_id=release.project_id, package=release.normalized_name)
