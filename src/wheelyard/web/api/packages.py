"""Packages and package files (GitLab documentation, "Packages API").

What GitLab calls a package here is a release of ours; this module alone translates.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field, structs

from wheelyard import access, packages, protection
from wheelyard.access import Permission
from wheelyard.database.paging import Page
from wheelyard.facts import NotFound, PreconditionFailed
from wheelyard.packages import File, Filter, ListedRelease, Release
from wheelyard.protection import Protection
from wheelyard.web.api.endpoint import NO_CONTENT, Call, NoContent, Reply, Time, show_time
from wheelyard.web.api.paging import Paged
from wheelyard.web.asked import Direction, Text, header

# What is asked for -------------------------------------------------------------------------------

PackageType = Literal[
    "composer",
    "conan",
    "debian",
    "generic",
    "golang",
    "helm",
    "maven",
    "ml_model",
    "npm",
    "nuget",
    "pypi",
    "rpm",
    "rubygems",
    "terraform_module",
]
PackageStatus = Literal[
    "default", "hidden", "processing", "error", "pending_destruction", "deprecated"
]


class ListPackages(Paged, kw_only=True, frozen=True):
    """Which packages are wanted."""

    package_name: Annotated[Text, Meta(description="Part of a name.")] = ""
    package_version: Annotated[Text, Meta(description="A version, in any spelling.")] = ""
    order_by: Annotated[
        Literal["created_at", "name", "version", "type"],
        Meta(description="What they are sorted by."),
    ] = "created_at"
    sort: Annotated[Direction, Meta(description="In which direction.")] = "asc"
    package_type: Annotated[
        PackageType, Meta(description="There are none here but those of type `pypi`.")
    ] = "pypi"
    status: Annotated[
        PackageStatus, Meta(description="There are none here but those of status `default`.")
    ] = "default"


class ListPackageFiles(Paged, kw_only=True, frozen=True):
    """Which files are wanted."""

    order_by: Annotated[
        Literal["id", "created_at", "file_name"], Meta(description="What they are sorted by.")
    ] = "id"
    sort: Annotated[Direction, Meta(description="In which direction.")] = "asc"


class DeletePackage(Struct, kw_only=True, frozen=True):
    """Under which condition."""

    if_unmodified_since: Annotated[
        Text | None,
        header("If-Unmodified-Since"),
        Meta(description="An HTTP date: refuse when it has changed since."),
    ] = None


# What is answered --------------------------------------------------------------------------------


class PackageLinks(Struct, kw_only=True, frozen=True):
    """Where else a package is."""

    web_path: str
    delete_api_path: str | UnsetType = UNSET
    """For those who may delete it."""


class Pipeline(Struct, frozen=True):
    """A pipeline of a CI; there is none here."""


class PackageVersion(Struct, kw_only=True, frozen=True):
    """Another version of the same name."""

    id: int
    version: str
    created_at: Time
    tags: list[str] = []
    pipelines: list[Pipeline] = []


class Package(Struct, kw_only=True, frozen=True):
    """A package, which is one version of a name."""

    id: int
    name: str
    version: str
    package_type: PackageType = "pypi"
    status: PackageStatus = "default"
    links: PackageLinks = field(name="_links")
    created_at: Time
    last_downloaded_at: Time | None
    creator_id: int | None
    tags: list[str] = []
    pipelines: list[Pipeline] = []


class PackageWithVersions(Package, kw_only=True, frozen=True):
    """A package and the other versions of its name."""

    versions: list[PackageVersion]


class PackageFile(Struct, kw_only=True, frozen=True):
    """A file of a package."""

    id: int
    package_id: int
    created_at: Time
    file_name: str
    size: int
    file_md5: str
    file_sha1: str | None = None
    file_sha256: str
    pipelines: list[Pipeline] = []


# Calls -------------------------------------------------------------------------------------------


def list_packages(call: Call, asked: ListPackages) -> Reply[list[Package]]:
    """List the packages of a project."""
    wanted = Filter(
        name=asked.package_name,
        version=asked.package_version,
        order_by=asked.order_by,
        descending=asked.sort == "desc",
    )
    page: Page[ListedRelease] = Page(items=[], total=0)
    if asked.package_type == "pypi" and asked.status == "default":  # there are no others here
        page = packages.list_releases(call.conn, call.project.id, wanted, asked.position.window)
    rules = protection.of_project(call.conn, call.project.id)
    return call.paged(
        page, asked.position, lambda listed: show_release(call, listed.release, rules)
    )


def get_package(call: Call) -> Reply[PackageWithVersions]:
    """Get a package, with the other versions of its name."""
    release = _release(call)
    versions = [
        PackageVersion(id=other.id, version=other.version, created_at=show_time(other.created_at))
        for other in packages.other_releases(call.conn, release)
    ]
    shown = show_release(call, release, protection.of_project(call.conn, call.project.id))
    return Reply(PackageWithVersions(**structs.asdict(shown), versions=versions))


def delete_package(call: Call, asked: DeletePackage) -> NoContent:
    """Delete a package and all of its files."""
    release = _release(call)
    _require_unprotected(call, release)
    _require_unmodified(asked, release)
    packages.delete_release(call.conn, release, by=call.actor, at=call.at)
    return NO_CONTENT


def list_package_files(call: Call, asked: ListPackageFiles) -> Reply[list[PackageFile]]:
    """List the files of a package."""
    page = packages.list_files(
        call.conn,
        _release(call),
        asked.position.window,
        order_by=asked.order_by,
        descending=asked.sort == "desc",
    )
    return call.paged(page, asked.position, show_file)


def delete_package_file(call: Call) -> NoContent:
    """Delete a file of a package; the package goes with its last file."""
    release = _release(call)
    file = packages.find_file_of(call.conn, release, call.number("file"))
    if file is None:
        raise NotFound
    _require_unprotected(call, release)
    packages.delete_file(call.conn, release, file, by=call.actor, at=call.at)
    return NO_CONTENT


def _release(call: Call) -> Release:
    release = packages.find_release(call.conn, call.project.id, call.number("package"))
    if release is None:
        raise NotFound("Package")
    return release


def _require_unprotected(call: Call, release: Release) -> None:
    protection.require_delete(
        call.conn, call.principal, call.role, release.project_id, release.name
    )


def _require_unmodified(asked: DeletePackage, release: Release) -> None:
    """RFC 9110, section 13.1.4; the header's resolution is a second."""
    seen = _read_date(asked.if_unmodified_since or "")
    if seen is not None and release.created_at.replace(microsecond=0) > seen:
        raise PreconditionFailed


def _read_date(text: str) -> datetime | None:
    """Return the moment, None for what is no date: a recipient ignores such a condition."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # RFC 5322, section 3.3: "-0000" is UTC, from somebody who does not tell their zone.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def show_release(call: Call, release: Release, rules: Protection) -> Package:
    """Show a release as GitLab shows a package."""
    project = call.project
    path = f"/{project.full_path}/-/packages/{release.id}"
    deletion: str | UnsetType = UNSET
    decision = access.decide(call.principal, Permission.DELETE_PACKAGES, project.subject, call.role)
    if decision is access.Decision.ALLOWED and rules.allows_delete(
        call.principal, call.role, release.name
    ):
        deletion = f"{call.base_url}/api/v4/projects/{project.id}/packages/{release.id}"
    return Package(
        id=release.id,
        name=release.name,
        version=release.version,
        links=PackageLinks(web_path=path, delete_api_path=deletion),
        created_at=show_time(release.created_at),
        last_downloaded_at=show_time(release.last_downloaded_at),
        creator_id=release.creator_id,
    )


def show_file(file: File) -> PackageFile:
    """Show a package file."""
    return PackageFile(
        id=file.id,
        package_id=file.release_id,
        created_at=show_time(file.created_at),
        file_name=file.filename,
        size=file.size,
        file_md5=file.md5,
        file_sha256=file.sha256,
    )
