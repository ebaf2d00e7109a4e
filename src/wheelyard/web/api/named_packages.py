"""Packages and files that a call names in its path, by GitLab's ids."""

from wheelyard import packages
from wheelyard.facts import NotFound
from wheelyard.packages import File, Release
from wheelyard.web.api.endpoint import Call


def get_release(call: Call) -> Release:
    """Return the release that GitLab calls a package.  Raises NotFound."""
    release = packages.find_release(call.conn, call.project.id, call.number("package"))
    if release is None:
        raise NotFound("Package")
    return release


def get_file(call: Call, release: Release) -> File:
    """Return the file of a release.  Raises NotFound."""
    file = packages.find_file_of(call.conn, release, call.number("file"))
    if file is None:
        raise NotFound
    return file
