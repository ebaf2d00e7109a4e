"""What is known of a release and of a file, and how it is read from a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from packaging.version import Version
from sqlalchemy import ColumnElement, Row, Select, func, select

from wheelyard.blobs.store import Digests, Sha256
from wheelyard.database.schema import files, packages, releases
from wheelyard.pypi.names import NormalizedName
from wheelyard.pypi.status import PackageStatus

Within: TypeAlias = int | Sequence[int] | Select[Any]
"""One project by id, or several: their ids, or a SELECT of these."""


def is_within(column: ColumnElement[int], within: Within) -> ColumnElement[bool]:
    """Whether a column names one of the projects."""
    return column == within if isinstance(within, int) else column.in_(within)


@dataclass(frozen=True, slots=True)
class Holder:
    """A project that holds what is sought, and when it came to be where it is sought."""

    project_id: int
    moved_at: datetime | None
    """When it last came into another namespace."""

    widened_at: datetime | None
    """When its packages were last opened to more readers."""


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
    summary: str
    creator_id: int | None
    created_at: datetime
    last_downloaded_at: datetime | None
    downloads: int
    yanked: str | None
    """Why it is yanked with all its files, later ones too (PEP 592), perhaps empty; or None."""

    status: PackageStatus
    """Its package's (PEP 792)."""

    status_reason: str
    """Perhaps empty."""


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
    yanked: str | None
    """Why it is yanked, by itself or with its release (PEP 592), perhaps empty; or None."""

    core_metadata: Sha256 | None
    """Of the blob that is served beside it as its metadata (PEP 658, PEP 714); None: none is."""


@dataclass(frozen=True, slots=True)
class Creator:
    """Who uploaded something, as far as a list shows it."""

    id: int
    username: str
    name: str
    is_bot: bool = False


class PublisherKind(StrEnum):
    """What a publisher was."""

    USER = "user"
    DEPLOY = "deploy"


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who uploaded something, as they were called then; they may be gone."""

    name: str
    """A username, of a user or of a deploy token."""

    kind: PublisherKind


@dataclass(frozen=True, slots=True)
class ListedRelease:
    """A release with what a list shows beside it."""

    release: Release
    file_count: int
    size_bytes: int
    """Of all its files together."""

    creator: Creator | None
    """None for a deploy token, and for a user who is gone."""

    publisher: Publisher | None
    """None for the command line, and where nobody knows any more."""

    @property
    def is_prerelease(self) -> bool:
        """Whether installers pass it over unless told (PEP 440, "Handling of pre-releases")."""
        return Version(self.release.version).is_prerelease


@dataclass(frozen=True, slots=True)
class FileDetails:
    """A file with all that is known of it; the hot path needs less."""

    file: File
    filetype: str
    """``bdist_wheel`` or ``sdist``."""

    blake2_256: str
    metadata_version: str
    metadata_sha256: Sha256
    """Of the blob that holds the file's own METADATA or PKG-INFO."""

    creator: Creator | None
    publisher: Publisher | None
    is_yanked_alone: bool
    """Whether it is yanked by itself, be its release or not."""

    is_listed: bool
    """Whether the simple page lists it; it does not list an older copy of the same name."""


@dataclass(frozen=True, slots=True)
class FoundPackage:
    """A package that somebody sought, and its highest version: a final one if there is one."""

    project_id: int
    project_full_path: str
    name: str
    release_id: int
    version: str
    published_at: datetime


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
    serial: int
    """Of the newest change of the package, in whichever of the projects."""

    versions: Sequence[str]
    """Each version once, as it is first written; those too that have no file here."""

    files: Sequence[File]
    status: PackageStatus
    """Where several projects have the package, as the oldest of those that offer files says."""

    status_reason: str
    """Perhaps empty."""


def release_from_row(row: Row[Any]) -> Release:
    """Make a record of a row of ``select_releases``."""
    return Release(
        id=row.id,
        package_id=row.package_id,
        project_id=row.project_id,
        name=row.name,
        normalized_name=row.normalized_name,
        version=row.version,
        summary=row.summary,
        creator_id=row.creator_id,
        created_at=row.created_at,
        last_downloaded_at=row.last_downloaded_at,
        downloads=row.downloads,
        yanked=row.yanked,
        status=PackageStatus(row.status),
        status_reason=row.status_reason,
    )


def select_releases() -> Select[Any]:
    """Select releases with what their packages say of them."""
    return select(
        releases,
        packages.c.name,
        packages.c.normalized_name,
        packages.c.status,
        packages.c.status_reason,
    ).join_from(releases, packages, releases.c.package_id == packages.c.id)


FILE_COLUMNS: Sequence[ColumnElement[Any]] = (
    *(column for column in files.c if column is not files.c.yanked),
    func.coalesce(files.c.yanked, releases.c.yanked).label("yanked"),
)
"""What ``file_from_row`` reads, and more; where they are selected, the releases are joined."""


def select_files() -> Select[Any]:
    """Select files with what their releases say of them."""
    return select(*FILE_COLUMNS).join_from(files, releases, files.c.release_id == releases.c.id)


def file_from_row(row: Row[Any]) -> File:
    """Make a record of a row of ``select_files``."""
    return File(
        id=row.id,
        release_id=row.release_id,
        filename=row.filename,
        size=row.size,
        sha256=row.sha256,
        md5=row.md5,
        requires_python=row.requires_python,
        created_at=row.created_at,
        yanked=row.yanked,
        core_metadata=row.metadata_sha256 if row.serves_metadata else None,
    )
