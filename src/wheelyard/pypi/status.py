"""What a package is said to be as a whole (PEP 792).

The PEP calls it the status of a project; here a project is a tenant, and what it speaks of a
package.
"""

from enum import StrEnum


class PackageStatus(StrEnum):
    """The status markers of PEP 792."""

    ACTIVE = "active"
    """As any other; it is what a page without a marker says."""

    ARCHIVED = "archived"
    """Not to be expected to be updated; nothing is uploaded to it."""

    QUARANTINED = "quarantined"
    """Unsafe: nothing of it is listed, downloaded or uploaded."""

    DEPRECATED = "deprecated"
    """Obsolete, perhaps for another's sake; otherwise as an active one."""

    @property
    def takes_uploads(self) -> bool:
        """Whether files may come to it."""
        return self in {PackageStatus.ACTIVE, PackageStatus.DEPRECATED}

    @property
    def offers_files(self) -> bool:
        """Whether its files are listed and downloaded."""
        return self is not PackageStatus.QUARANTINED
