"""What packages are said to be as a whole (PEP 792); GitLab has none of this.

A package here is a name with all of its versions.
"""

from typing import Annotated

from msgspec import Meta, Struct

from wheelyard import packages
from wheelyard.packages import Standing
from wheelyard.pypi.status import PackageStatus
from wheelyard.web.api.endpoint import Call, Reply
from wheelyard.web.asked import AnyLine


class ChangeStatus(Struct, kw_only=True, frozen=True):
    """What a package is, and why."""

    status: Annotated[
        PackageStatus,
        Meta(
            description=(
                "`archived` takes no uploads, `quarantined` no uploads and no downloads; "
                "`deprecated` tells installers alone."
            )
        ),
    ]
    reason: Annotated[
        AnyLine, Meta(description="One line, which clients show; an active package keeps none.")
    ] = ""


class PackageStanding(Struct, kw_only=True, frozen=True):
    """What a package is said to be."""

    name: str
    status: PackageStatus
    reason: str


def get_package_status(call: Call) -> Reply[PackageStanding]:
    """Get the status of a package."""
    return Reply(_show(_named(call)))


def change_package_status(call: Call, asked: ChangeStatus) -> Reply[PackageStanding]:
    """Change the status of a package."""
    changed = packages.change_status(
        call.conn, _named(call), asked.status, asked.reason, by=call.actor, at=call.at
    )
    return Reply(_show(changed))


def _named(call: Call) -> Standing:
    return packages.get_standing(call.conn, call.project.id, call.path["package"])


def _show(standing: Standing) -> PackageStanding:
    return PackageStanding(name=standing.name, status=standing.status, reason=standing.reason)
