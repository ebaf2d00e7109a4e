"""How packages and their files are shown (GitLab documentation, "Packages API").

What GitLab calls a package here is a release of ours; this module translates.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field, structs

from wheelyard import memberships, projects, protection
from wheelyard.access import Permission, Role
from wheelyard.facts import Refused
from wheelyard.packages import File, Release
from wheelyard.projects import Project
from wheelyard.protection import Protection
from wheelyard.web.api.endpoint import Call, Time, show_time

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
    yanked: bool
    """With all of its files (PEP 592); GitLab has neither this nor the next."""

    yanked_reason: str | None


class PackageWithVersions(Package, kw_only=True, frozen=True):
    """A package and the other versions of its name."""

    versions: list[PackageVersion]


class PackageInGroup(Package, kw_only=True, frozen=True):
    """A package, and the project that holds it."""

    project_id: int
    project_path: str


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
    yanked: bool
    """By itself or with its package (PEP 592); GitLab has neither this nor the next."""

    yanked_reason: str | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """A project whose packages are shown, and what decides who may delete them."""

    project: Project
    deleter: Role | None
    """The caller's role where it lets them delete; None where it does not."""

    rules: Protection


def shelf(call: Call, project: Project) -> Shelf:
    """Look up what a project's packages are shown with."""
    return _shelf(call, project, protection.of_project(call.conn, project.id))


def shelves(call: Call, ids: Collection[int]) -> dict[int, Shelf]:
    """Look up the same of several projects, by id."""
    rules = protection.of_projects(call.conn, ids)
    return {
        project.id: _shelf(call, project, rules[project.id])
        for project in projects.find_each(call.conn, ids)
    }


def _shelf(call: Call, project: Project, rules: Protection) -> Shelf:
    deleting = Permission.DELETE_PACKAGES
    try:
        standing = memberships.require(
            call.conn, call.principal, deleting, project.subject, at=call.at
        )
    except Refused:
        return Shelf(project, None, rules)
    return Shelf(project, standing.role, rules)


def show_release(call: Call, release: Release, shelf: Shelf) -> Package:
    """Show a release as GitLab shows a package."""
    project = shelf.project
    deletion: str | UnsetType = UNSET
    if shelf.deleter is not None and shelf.rules.allows_delete(
        call.principal, shelf.deleter, release.name
    ):
        deletion = f"{call.base_url}/api/v4/projects/{project.id}/packages/{release.id}"
    path = f"/{project.full_path}/-/packages/{release.id}"
    return Package(
        id=release.id,
        name=release.name,
        version=release.version,
        links=PackageLinks(web_path=path, delete_api_path=deletion),
        created_at=show_time(release.created_at),
        last_downloaded_at=show_time(release.last_downloaded_at),
        creator_id=release.creator_id,
        yanked=release.yanked is not None,
        yanked_reason=release.yanked or None,
    )


def show_in_group(call: Call, release: Release, shelf: Shelf) -> PackageInGroup:
    """Show a release in a list of those of several projects."""
    shown, project = show_release(call, release, shelf), shelf.project
    return PackageInGroup(
        **structs.asdict(shown), project_id=project.id, project_path=project.full_path
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
        yanked=file.yanked is not None,
        yanked_reason=file.yanked or None,
    )
