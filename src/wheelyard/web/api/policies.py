"""What the instance, groups and projects say of their packages, in one form for all three.

The names are GitLab's where it has one.  Its forwarding comes down from the instance and groups;
its limit belongs to the instance, and it has no setting for duplicates.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from wheelyard import instance, policies
from wheelyard.namespaces import Namespace
from wheelyard.policies import Policy
from wheelyard.projects import Project
from wheelyard.settings import MAX_FILE_BYTES_LIMIT, Duplicates
from wheelyard.web.api.endpoint import Call
from wheelyard.web.asked import Text

FileSize = Annotated[
    int,
    Meta(ge=0, le=MAX_FILE_BYTES_LIMIT, description="The largest file, in bytes; 0: no limit."),
]
Prefixes = Annotated[
    tuple[Text, ...],
    Meta(description="Names never forwarded: `acme` stands for `acme` and all of `acme-…`."),
]
Changes = dict[str, Any]
"""Columns of a project or a group, or fields of the instance, and their new values."""


class Said(Struct, kw_only=True, frozen=True):
    """What is to be said; null: what comes from above, or from the environment."""

    pypi_max_file_size: FileSize | UnsetType | None = UNSET
    pypi_duplicates: Annotated[
        Duplicates | UnsetType | None,
        Meta(description="What becomes of a file name that comes again."),
    ] = UNSET
    pypi_package_requests_forwarding: Annotated[
        bool | UnsetType | None,
        Meta(description="Whether clients are sent to the upstream for what is not here."),
    ] = UNSET


class SaidForAll(Said, kw_only=True, frozen=True):
    """What is to be said for all that is below as well."""

    lock_pypi_package_requests_forwarding: Annotated[
        bool | UnsetType | None,
        Meta(description="Whether what is below has to do the same about forwarding."),
    ] = UNSET
    pypi_reserved_prefixes: Prefixes | UnsetType | None = UNSET


class InForce(Struct, kw_only=True, frozen=True):
    """What counts, wherever it comes from."""

    pypi_max_file_size: FileSize
    pypi_duplicates: Duplicates
    pypi_package_requests_forwarding: bool
    pypi_package_requests_forwarding_locked: Annotated[
        bool, Meta(description="Whether that was locked, here or above.")
    ]


def read(asked: Said) -> Changes:
    """Return what was sent, by column.  Raises InvalidRecord."""
    sent: Changes = {
        "max_file_bytes": asked.pypi_max_file_size,
        "duplicates": asked.pypi_duplicates,
        "forwarding": asked.pypi_package_requests_forwarding,
    }
    if isinstance(asked, SaidForAll):
        prefixes = asked.pypi_reserved_prefixes
        sent["forwarding_locked"] = asked.lock_pypi_package_requests_forwarding
        sent["reserved_prefixes"] = (
            instance.read_prefixes(prefixes) if isinstance(prefixes, tuple) else prefixes
        )
    return {column: value for column, value in sent.items() if value is not UNSET}


def require_allowed(call: Call, place: Project | Namespace, changes: Mapping[str, Any]) -> None:
    """Refuse what does not go with what comes from above; clients send back what they read.

    Raises as ``policies.require_allowed``.
    """
    new = {name: value for name, value in changes.items() if value != getattr(place, name)}
    above = policies.above(call.conn, place, call.settings)
    policies.require_allowed(call.principal, new, above)


def show(policy: Policy) -> InForce:
    """Show what is in force."""
    return InForce(
        pypi_max_file_size=policy.max_file_bytes,
        pypi_duplicates=policy.duplicates,
        pypi_package_requests_forwarding=policy.forwarding,
        pypi_package_requests_forwarding_locked=policy.forwarding_locked,
    )
