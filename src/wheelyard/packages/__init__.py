"""Packages, releases and files: find, list, delete.

A package is a normalised name inside a project and owns one simple page; a release is one version
of it; a file is one wheel or sdist.  A release may hold several files of one name: the newest is
the one listed, each stays reachable by its own digest.
"""

from wheelyard.packages.downloads import (
    Download,
    DownloadCounts,
    add_downloads,
    download_counts,
    note_downloads,
)
from wheelyard.packages.listing import (
    Filter,
    all_files,
    count_versions,
    find_listed,
    latest_packages,
    list_releases,
    list_versions,
    newest_ids,
    recent_releases,
    search_packages,
)
from wheelyard.packages.reading import (
    all_names,
    file_holders,
    find_file,
    find_file_of,
    find_newest_copy,
    find_page,
    find_release,
    find_releases,
    holders,
    last_change,
    list_files,
    other_releases,
    unnamed_blobs,
)
from wheelyard.packages.records import (
    Creator,
    File,
    FileDetails,
    FoundPackage,
    ListedRelease,
    PackagePage,
    Release,
    StoredFile,
    Within,
)
from wheelyard.packages.writing import (
    add_file,
    delete_file,
    delete_release,
    ensure_release,
    forget_name,
)

__all__ = [
    "Creator",
    "Download",
    "DownloadCounts",
    "File",
    "FileDetails",
    "Filter",
    "FoundPackage",
    "ListedRelease",
    "PackagePage",
    "Release",
    "StoredFile",
    "Within",
    "add_downloads",
    "add_file",
    "all_files",
    "all_names",
    "count_versions",
    "delete_file",
    "delete_release",
    "download_counts",
    "ensure_release",
    "file_holders",
    "find_file",
    "find_file_of",
    "find_listed",
    "find_newest_copy",
    "find_page",
    "find_release",
    "find_releases",
    "forget_name",
    "holders",
    "last_change",
    "latest_packages",
    "list_files",
    "list_releases",
    "list_versions",
    "newest_ids",
    "note_downloads",
    "other_releases",
    "recent_releases",
    "search_packages",
    "unnamed_blobs",
]
