"""What groups and projects share: the namespaces above them, and how one asks for one's own."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from wheelyard import namespaces
from wheelyard.access import Role, Visibility
from wheelyard.namespaces import Kind, Namespace
from wheelyard.web.api.endpoint import Call
from wheelyard.web.api.keyset import KeysetPaged
from wheelyard.web.asked import LEVELS, AccessLevel, Text


class ListByRole(KeysetPaged, kw_only=True, frozen=True):
    """What lists of groups and of projects have alike."""

    search: Annotated[Text, Meta(description="Part of a name or path.")] = ""
    visibility: Annotated[
        Visibility | None, Meta(description="Only those that are visible to these.")
    ] = None
    owned: Annotated[bool, Meta(description="Only those the caller owns.")] = False
    min_access_level: Annotated[
        AccessLevel | None,
        Meta(description=f"Only those where the caller has at least this role. {LEVELS}"),
    ] = None

    def least_role(self, least: Role = Role.NONE) -> Role:
        """Return the highest role that is asked of the caller."""
        owned = Role.OWNER if self.owned else Role.NONE
        return max(least, owned, Role(self.min_access_level or 0))


class ShownNamespace(Struct, kw_only=True, frozen=True):
    """What a project is in: a group, or a user's own namespace."""

    id: int
    name: str
    path: str
    kind: Kind
    full_path: str
    parent_id: int | None
    avatar_url: str | None = None
    web_url: str


def namespaces_above(call: Call, lineages: Sequence[tuple[int, ...]]) -> Mapping[int, Namespace]:
    """Return everything that these lineages name, by id: one query for a whole list."""
    return namespaces.find_each(call.conn, {number for lineage in lineages for number in lineage})


def full_name(lineage: tuple[int, ...], above: Mapping[int, Namespace]) -> str:
    """Write the names from the root on, as GitLab does."""
    return " / ".join(above[number].name for number in lineage)


def show_namespace(call: Call, namespace: Namespace) -> ShownNamespace:
    """Show what a project is in."""
    return ShownNamespace(
        id=namespace.id,
        name=namespace.name,
        path=namespace.path,
        kind=namespace.kind,
        full_path=namespace.full_path,
        parent_id=namespace.parent_id,
        web_url=web_url(call, namespace),
    )


def web_url(call: Call, namespace: Namespace) -> str:
    """Return the address that GitLab would show a namespace at."""
    prefix = "groups/" if namespace.kind is Kind.GROUP else ""
    return f"{call.base_url}/{prefix}{namespace.full_path}"
