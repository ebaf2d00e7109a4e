"""What comes down to a project from the instance and from the groups above it.

Each level says what it wants, or nothing.  Of the largest file, of duplicates and of forwarding the
nearest level that says something counts; a group or the instance may lock forwarding, and then
nothing below it counts.  Reserved prefixes add up on the way down.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from wheelyard import namespaces
from wheelyard.access import Principal
from wheelyard.facts import Forbidden, InvalidRecord, Sentence
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.pypi.names import NormalizedName
from wheelyard.settings import Duplicates, Settings

_NEAREST_COUNTS = ("max_file_bytes", "duplicates", "forwarding")


@dataclass(frozen=True, slots=True)
class Policy:
    """What is in force in one place."""

    max_file_bytes: int
    """The largest file that may be uploaded; 0 is no limit."""

    duplicates: Duplicates
    forwarding: bool
    """Whether clients are sent elsewhere for what is not here; see ``forwarding`` for whom."""

    forwarding_locked: bool
    """Whether what is below has to do the same about forwarding."""

    reserved_prefixes: tuple[NormalizedName, ...]
    """Of names that are never forwarded."""

    origins: Mapping[str, str]
    """By field, the full path of the place that says so; none: the instance."""


def of_instance(settings: Settings) -> Policy:
    """Return what the instance says; the settings are those in force, here and below."""
    return Policy(
        max_file_bytes=settings.max_file_bytes,
        duplicates=settings.duplicates,
        forwarding=settings.forwarding,
        forwarding_locked=settings.forwarding_locked,
        reserved_prefixes=settings.reserved_prefixes,
        origins=MappingProxyType({}),
    )


def of_group(conn: Connection, group: Namespace, settings: Settings) -> Policy:
    """Return what is in force in a group, or in a user's own namespace."""
    return _of(conn, group.lineage, settings)


def of_project(conn: Connection, project: Project, settings: Settings) -> Policy:
    """Return what is in force in a project."""
    return _below(_of(conn, project.lineage, settings), project)


def above(conn: Connection, place: Project | Namespace, settings: Settings) -> Policy:
    """Return what would be in force in a place that said nothing itself."""
    lineage = place.lineage if isinstance(place, Project) else place.lineage[:-1]
    return _of(conn, lineage, settings)


def _of(conn: Connection, lineage: tuple[int, ...], settings: Settings) -> Policy:
    found = namespaces.find_each(conn, lineage)
    return reduce(_below, (found[number] for number in lineage), of_instance(settings))


def _below(policy: Policy, place: Project | Namespace) -> Policy:
    """Go one level down."""
    said = {name: getattr(place, name) for name in _NEAREST_COUNTS}
    values: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
    if policy.forwarding_locked:
        values.pop("forwarding", None)
    elif isinstance(place, Namespace) and place.forwarding_locked:
        values["forwarding_locked"] = True
    origins = {**policy.origins, **dict.fromkeys(values, place.full_path)}
    if isinstance(place, Namespace):
        reserved = {*policy.reserved_prefixes, *place.reserved_prefixes}
        values["reserved_prefixes"] = tuple(sorted(reserved))
    return replace(policy, **values, origins=MappingProxyType(origins))


def require_allowed(principal: Principal, changes: Mapping[str, Any], above: Policy) -> None:
    """Refuse what a place may not say under what comes down to it.

    ``changes`` are columns of a project or a group, those alone that change.  Raises Forbidden
    when somebody else than an administrator goes past the limit from above, and InvalidRecord for
    what is locked.
    """
    if not principal.is_admin:
        _require_within(changes.get("max_file_bytes"), above.max_file_bytes)
    if above.forwarding_locked and (
        changes.get("forwarding") is not None or changes.get("forwarding_locked")
    ):
        raise InvalidRecord(pypi_package_requests_forwarding=_locked(above))


def require_transferable(
    conn: Connection,
    principal: Principal,
    project: Project,
    destination: Namespace,
    settings: Settings,
) -> None:
    """Refuse to carry a project's limit to where it could not be set.

    Raises Forbidden when somebody else than an administrator would go past the limit there.
    """
    there = of_group(conn, destination, settings)
    require_allowed(principal, {"max_file_bytes": project.max_file_bytes}, there)


def _require_within(wanted: int | None, limit: int) -> None:
    """Refuse more bytes than a limit; None is that limit, and a limit of 0 is none."""
    if wanted is not None and limit and not 0 < wanted <= limit:
        raise Forbidden(
            Sentence(
                "Only administrators may allow files of more than %(number)s bytes", number=limit
            )
        )


def _locked(above: Policy) -> Sentence:
    path = above.origins.get("forwarding_locked")
    if path is None:
        return Sentence("is locked for the whole instance")
    return Sentence("is locked by the group %(path)s", path=path)
