"""Packages, releases and files: find, list, delete.

A package is a normalised name inside a project and owns one simple page; a release is one version
of it; a file is one wheel or sdist.  A release may hold several files of one name: the newest is
the one listed, each stays reachable by its own digest.
"""

from wheelyard.packages.downloads import note_downloads
from wheelyard.packages.reading import (
    Filter,
    all_names,
    find_file,
    find_file_of,
    find_newest_copy,
    find_page,
    find_release,
    list_files,
    list_releases,
    other_releases,
)
from wheelyard.packages.records import File, PackagePage, Release, StoredFile
from wheelyard.packages.writing import add_file, delete_file, delete_release, ensure_release

__all__ = [
    "File",
    "Filter",
    "PackagePage",
    "Release",
    "StoredFile",
    "add_file",
    "all_names",
    "delete_file",
    "delete_release",
    "ensure_release",
    "find_file",
    "find_file_of",
    "find_newest_copy",
    "find_page",
    "find_release",
    "list_files",
    "list_releases",
    "note_downloads",
    "other_releases",
]
