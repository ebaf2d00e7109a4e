"""What is known of a release and of a file, and how it is read from a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from wheelyard.blobs.store import Digests, Sha256
from wheelyard.database.schema import packages, releases
from wheelyard.pypi.names import NormalizedName


@dataclass(frozen=True, slots=True)
class Release:
    """One version of a package."""

    id: int
    package_id: int
    project_id: int
    name: str
    """The package's, as first uploaded."""

    normalized_name: NormalizedName
    version: str
    creator_id: int | None
    created_at: datetime
    last_downloaded_at: datetime | None


@dataclass(frozen=True, slots=True)
class File:
    """One wheel or sdist of a release; its bytes are the blob of its SHA-256."""

    id: int
    release_id: int
    filename: str
    size: int
    sha256: Sha256
    md5: str
    requires_python: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What is known of a file's bytes once they are in the store."""

    digests: Digests
    metadata_sha256: Sha256
    """Of the blob that holds the file's own METADATA or PKG-INFO."""

    requires_python: str


@dataclass(frozen=True, slots=True)
class PackagePage:
    """What a simple page lists: the newest file of each name, in the order of first upload.

    Spellings of one name count as one: of two links to the same wheel an installer takes either.
    """

    name: str
    files: Sequence[File]


def release_from_row(row: Row[Any]) -> Release:
    """Make a record of a row of ``select_releases``."""
    return Release(
        id=row.id,
        package_id=row.package_id,
        project_id=row.project_id,
        name=row.name,
        normalized_name=row.normalized_name,
        version=row.version,
        creator_id=row.creator_id,
        created_at=row.created_at,
        last_downloaded_at=row.last_downloaded_at,
    )


def select_releases() -> Select[Any]:
    """Select releases with what their packages say of them."""
    return select(releases, packages.c.name, packages.c.normalized_name).join_from(
        releases, packages, releases.c.package_id == packages.c.id
    )


def file_from_row(row: Row[Any]) -> File:
    """Make a record of a row of the table."""
    return File(
        id=row.id,
        release_id=row.release_id,
        filename=row.filename,
        size=row.size,
        sha256=row.sha256,
        md5=row.md5,
        requires_python=row.requires_python,
        created_at=row.created_at,
    )
