"""Packages and package files (GitLab documentation, "Packages API").

What GitLab calls a package here is a release of ours; this module alone translates.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from wheelyard import access, packages
from wheelyard.access import Permission
from wheelyard.database.paging import Page
from wheelyard.facts import NotFound, PreconditionFailed
from wheelyard.packages import File, Filter, ListedRelease, Release
from wheelyard.web.api.endpoint import NO_CONTENT, Call, Reply, show_time

_STATUSES = ("default", "hidden", "processing", "error", "pending_destruction", "deprecated")
_TYPES = (
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
)


def list_packages(call: Call) -> Reply:
    """``GET /projects/:id/packages``."""
    wanted = Filter(
        name=call.params.text("package_name") or "",
        version=call.params.text("package_version") or "",
        order_by=call.params.one_of(
            "order_by", ("created_at", "name", "version", "type"), "created_at"
        ),
        descending=call.params.descending(),
    )
    kind = call.params.one_of("package_type", _TYPES, "pypi")
    status = call.params.one_of("status", _STATUSES, "default")
    position = call.position()
    page: Page[ListedRelease] = Page(items=[], total=0)
    if kind == "pypi" and status == "default":  # there are no others here
        page = packages.list_releases(call.conn, call.project.id, wanted, position.window)
    return call.paged(page, position, lambda listed: show_release(call, listed.release))


def get_package(call: Call) -> Reply:
    """``GET /projects/:id/packages/:package_id``."""
    release = _release(call)
    others = packages.other_releases(call.conn, release)
    versions: list[dict[str, Any]] = [
        {
            "id": other.id,
            "version": other.version,
            "created_at": show_time(other.created_at),
            "tags": [],
            "pipelines": [],
        }
        for other in others
    ]
    return Reply({**show_release(call, release), "versions": versions})


def delete_package(call: Call) -> Reply:
    """``DELETE /projects/:id/packages/:package_id``."""
    release = _release(call)
    _require_unmodified(call, release)
    packages.delete_release(call.conn, release, by=call.actor, at=call.at)
    return NO_CONTENT


def list_package_files(call: Call) -> Reply:
    """``GET /projects/:id/packages/:package_id/package_files``."""
    order_by = call.params.one_of("order_by", ("id", "created_at", "file_name"), "id")
    descending = call.params.descending()
    position = call.position()
    page = packages.list_files(
        call.conn, _release(call), position.window, order_by=order_by, descending=descending
    )
    return call.paged(page, position, show_file)


def delete_package_file(call: Call) -> Reply:
    """``DELETE …/package_files/:package_file_id``; the release goes with its last file."""
    release = _release(call)
    file = packages.find_file_of(call.conn, release, call.number("file"))
    if file is None:
        raise NotFound
    packages.delete_file(call.conn, release, file, by=call.actor, at=call.at)
    return NO_CONTENT


def _release(call: Call) -> Release:
    release = packages.find_release(call.conn, call.project.id, call.number("package"))
    if release is None:
        raise NotFound("Package")
    return release


def _require_unmodified(call: Call, release: Release) -> None:
    """RFC 9110, section 13.1.4; the header's resolution is a second."""
    seen = _read_date(call.if_unmodified_since or "")
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


def show_release(call: Call, release: Release) -> dict[str, Any]:
    """Show a release as GitLab shows a package."""
    project = call.project
    links = {"web_path": f"/{project.full_path}/-/packages/{release.id}"}
    decision = access.decide(call.principal, Permission.DELETE_PACKAGES, project.subject, call.role)
    if decision is access.Decision.ALLOWED:
        links["delete_api_path"] = (
            f"{call.base_url}/api/v4/projects/{project.id}/packages/{release.id}"
        )
    return {
        "id": release.id,
        "name": release.name,
        "version": release.version,
        "package_type": "pypi",
        "status": "default",
        "_links": links,
        "created_at": show_time(release.created_at),
        "last_downloaded_at": show_time(release.last_downloaded_at),
        "creator_id": release.creator_id,
        "tags": [],
        "pipelines": [],
    }


def show_file(file: File) -> dict[str, Any]:
    """Show a package file."""
    return {
        "id": file.id,
        "package_id": file.release_id,
        "created_at": show_time(file.created_at),
        "file_name": file.filename,
        "size": file.size,
        "file_md5": file.md5,
        "file_sha1": None,
        "file_sha256": file.sha256,
        "pipelines": [],
    }
