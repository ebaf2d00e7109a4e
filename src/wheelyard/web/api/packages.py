"""Packages of a project and of a group (GitLab documentation, "Packages API").

What GitLab calls a package here is a release of ours.
"""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct, structs

from wheelyard import access, packages, protection, reaching
from wheelyard.access import Permission
from wheelyard.database.paging import Page
from wheelyard.packages import Filter, ListedRelease, Release, Within
from wheelyard.web.api.conditions import OnCondition, require_unmodified
from wheelyard.web.api.endpoint import NO_CONTENT, Call, Delivery, NoContent, Reply, show_time
from wheelyard.web.api.keyset import BOTH, KeysetPaged
from wheelyard.web.api.named_packages import get_file, get_release
from wheelyard.web.api.paging import DEFAULT_PER_PAGE, Paged, PerPage, Positioned
from wheelyard.web.api.shown_packages import (
    Package,
    PackageFile,
    PackageInGroup,
    PackageStatus,
    PackageType,
    PackageVersion,
    PackageWithVersions,
    Pipeline,
    shelf,
    shelves,
    show_file,
    show_in_group,
    show_release,
)
from wheelyard.web.asked import Direction, Text
from wheelyard.web.operations import also, sends_file
from wheelyard.web.repository import FileConditions

# What is asked for -------------------------------------------------------------------------------


class _ListPackages(KeysetPaged, kw_only=True, frozen=True):
    """What lists of packages have alike."""

    keys: ClassVar = {
        "type": ("id",),
        "project_path": ("project_path", "created_at", "id"),
    }

    package_name: Annotated[Text, Meta(description="Part of a name.")] = ""
    package_version: Annotated[Text, Meta(description="A version, as it was uploaded.")] = ""
    sort: Annotated[Direction, Meta(description="In which direction.")] = "asc"
    package_type: Annotated[
        PackageType, Meta(description="There are none here but those of type `pypi`.")
    ] = "pypi"
    status: Annotated[
        PackageStatus, Meta(description="There are none here but those of status `default`.")
    ] = "default"
    include_versionless: Annotated[
        bool, Meta(description="Also those without a version: there are none here.")
    ] = False


class ListPackages(_ListPackages, kw_only=True, frozen=True):
    """Which packages are wanted."""

    orders: ClassVar = dict.fromkeys(("created_at", "name", "version", "type"), BOTH)

    order_by: Annotated[
        Literal["created_at", "name", "version", "type"],
        Meta(description="What they are sorted by."),
    ] = "created_at"


class ListGroupPackages(_ListPackages, kw_only=True, frozen=True):
    """Which packages are wanted."""

    orders: ClassVar = {**ListPackages.orders, "project_path": BOTH}

    order_by: Annotated[
        Literal["created_at", "name", "version", "type", "project_path"],
        Meta(description="What they are sorted by."),
    ] = "created_at"
    exclude_subgroups: Annotated[
        bool, Meta(description="Only those in projects of the group itself.")
    ] = False


class ListPackageFiles(Paged, kw_only=True, frozen=True):
    """Which files are wanted."""

    order_by: Annotated[
        Literal["id", "created_at", "file_name"], Meta(description="What they are sorted by.")
    ] = "id"
    sort: Annotated[Direction, Meta(description="In which direction.")] = "asc"


class ListPipelines(Struct, kw_only=True, frozen=True):
    """Which pipelines are wanted."""

    per_page: PerPage = DEFAULT_PER_PAGE
    cursor: Annotated[Text, Meta(description="Where a page begins.")] = ""


# Packages ----------------------------------------------------------------------------------------


def list_packages(call: Call, asked: ListPackages) -> Reply[list[Package]]:
    """List the packages of a project."""
    position = asked.position_in(asked.order_by, asked.sort)
    page = _find(call, asked, call.project.id, asked.order_by, position)
    here = shelf(call, call.project)
    return call.paged(page, position, lambda listed: show_release(call, listed.release, here))


def list_group_packages(call: Call, asked: ListGroupPackages) -> Reply[list[PackageInGroup]]:
    """List the packages of a group's projects, as far as the caller may read them."""
    readable = reaching.readable_projects(
        call.conn,
        call.principal,
        under=call.group,
        nested=not asked.exclude_subgroups,
        at=call.at,
    )
    position = asked.position_in(asked.order_by, asked.sort)
    page = _find(call, asked, readable, asked.order_by, position)
    around = shelves(call, {listed.release.project_id for listed in page.items})

    def show(listed: ListedRelease) -> PackageInGroup:
        return show_in_group(call, listed.release, around[listed.release.project_id])

    return call.paged(page, position, show)


def _find(
    call: Call, asked: _ListPackages, within: Within, order_by: str, position: Positioned
) -> Page[ListedRelease]:
    if asked.package_type != "pypi" or asked.status != "default":  # there are no others here
        return Page(items=[], total=0)
    wanted = Filter(
        name=asked.package_name,
        version=asked.package_version,
        order_by=order_by,
        descending=asked.sort == "desc",
    )
    return packages.list_releases(call.conn, within, wanted, position.window)


def get_package(call: Call) -> Reply[PackageWithVersions]:
    """Get a package, with the other versions of its name."""
    release = get_release(call)
    versions = [
        PackageVersion(id=other.id, version=other.version, created_at=show_time(other.created_at))
        for other in packages.other_releases(call.conn, release)
    ]
    shown = show_release(call, release, shelf(call, call.project))
    return Reply(PackageWithVersions(**structs.asdict(shown), versions=versions))


def list_pipelines(call: Call, asked: ListPipelines) -> Reply[list[Pipeline]]:
    """List the pipelines that made a package: there are none here."""
    del asked
    get_release(call)
    return Reply([])


def delete_package(call: Call, asked: OnCondition) -> NoContent:
    """Delete a package and all of its files."""
    release = get_release(call)
    _require_unprotected(call, release)
    require_unmodified(asked, packages.last_change(call.conn, release))
    packages.delete_release(call.conn, release, by=call.actor, at=call.at)
    return NO_CONTENT


# Files -------------------------------------------------------------------------------------------


def list_package_files(call: Call, asked: ListPackageFiles) -> Reply[list[PackageFile]]:
    """List the files of a package."""
    page = packages.list_files(
        call.conn,
        get_release(call),
        asked.position.window,
        order_by=asked.order_by,
        descending=asked.sort == "desc",
    )
    return call.paged(page, asked.position, show_file)


@sends_file
@also(206, "The part that was asked for.")
@also(304, "The client has it already, by its `ETag`.")
@also(416, "The range begins past the end of the file.")
def download_package_file(call: Call, asked: FileConditions) -> Reply[Delivery]:
    """Download a file of a package."""
    del asked  # what sends the file looks at the request itself
    release = get_release(call)
    file = get_file(call, release)
    packages.require_downloads(release)
    is_open = access.may_anybody(Permission.READ_PACKAGES, call.subject)
    return Reply(Delivery(file, is_open=is_open))


def delete_package_file(call: Call, asked: OnCondition) -> NoContent:
    """Delete a file of a package; the package goes with its last file."""
    release = get_release(call)
    file = get_file(call, release)
    _require_unprotected(call, release)
    require_unmodified(asked, file.created_at)
    packages.delete_file(call.conn, release, file, by=call.actor, at=call.at)
    return NO_CONTENT


def _require_unprotected(call: Call, release: Release) -> None:
    protection.require_delete(
        call.conn, call.principal, call.role, release.project_id, release.name
    )
