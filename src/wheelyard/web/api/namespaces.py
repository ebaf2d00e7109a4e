"""What groups and projects share: the namespaces above them, and how one asks for one's own."""

from collections.abc import Mapping, Sequence
from typing import Any

from wheelyard import namespaces
from wheelyard.access import GIVEN_ROLES, Role
from wheelyard.namespaces import Kind, Namespace
from wheelyard.web.api.endpoint import Call


def read_least_role(call: Call, least: Role = Role.NONE) -> Role:
    """Return the highest role that ``owned`` and ``min_access_level`` ask of the caller."""
    level = call.params.number_of("min_access_level", GIVEN_ROLES)
    owned = Role.OWNER if call.params.flag("owned") else Role.NONE
    return max(least, owned, Role(level or 0))


def namespaces_above(call: Call, lineages: Sequence[tuple[int, ...]]) -> Mapping[int, Namespace]:
    """Return everything that these lineages name, by id: one query for a whole list."""
    return namespaces.find_each(call.conn, {number for lineage in lineages for number in lineage})


def full_name(lineage: tuple[int, ...], above: Mapping[int, Namespace]) -> str:
    """Write the names from the root on, as GitLab does."""
    return " / ".join(above[number].name for number in lineage)


def show_namespace(call: Call, namespace: Namespace) -> dict[str, Any]:
    """Show what a project is in."""
    return {
        "id": namespace.id,
        "name": namespace.name,
        "path": namespace.path,
        "kind": namespace.kind.value,
        "full_path": namespace.full_path,
        "parent_id": namespace.parent_id,
        "avatar_url": None,
        "web_url": web_url(call, namespace),
    }


def web_url(call: Call, namespace: Namespace) -> str:
    """Return the address that GitLab would show a namespace at."""
    prefix = "groups/" if namespace.kind is Kind.GROUP else ""
    return f"{call.base_url}/{prefix}{namespace.full_path}"
