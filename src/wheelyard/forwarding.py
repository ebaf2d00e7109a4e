"""Whom a client is sent to for a package that is not here, and when it is not sent anywhere.

That a name is free on a public index is what an attacker waits for: whoever publishes there under
a name that is private here would be installed instead (dependency confusion).  Hence the rules of
``find_target``; docs/decisions/0014 says why each of them is as it is.
"""

from collections.abc import Iterable
from urllib.parse import quote

from sqlalchemy import Connection, select

from wheelyard import access, addresses, namespaces, policies
from wheelyard.access import Principal, TokenKind
from wheelyard.database.schema import known_names
from wheelyard.namespaces import Namespace
from wheelyard.policies import Policy
from wheelyard.projects import Project
from wheelyard.pypi import names
from wheelyard.pypi.names import NormalizedName
from wheelyard.settings import Settings

Place = Project | Namespace | None
"""A project, a group, or the whole instance."""


def find_target(
    conn: Connection, principal: Principal, place: Place, requested_name: str, settings: Settings
) -> str | None:
    """Return where a client finds a package that the place does not have; None: nowhere.

    The settings are those in force.  Nobody is sent on who is anonymous or whose token opens no
    packages; and for no name that was ever on this instance, be it where the caller cannot see it,
    or that lies under a prefix reserved above the place or inside it, or that is no name.  The
    address ends in the name as it was requested.
    """
    if not _is_known_reader(principal):
        return None
    if not has_upstream(settings) or not names.is_name(requested_name):
        return None
    policy = policy_of(conn, place, settings)
    if not policy.forwarding:
        return None
    name = names.normalize_name(requested_name)
    reserved = (*policy.reserved_prefixes, *_reserved_inside(conn, place))
    if is_reserved(name, reserved) or is_known(conn, name):
        return None
    return f"{settings.upstream_url}/{quote(requested_name, safe='')}/"


def _is_known_reader(principal: Principal) -> bool:
    """Whether it is known who asks, and that they may read packages at all.

    Other tokens without the scope are refused before anything is looked for; a deploy token reads
    what is public, whatever it says.
    """
    if principal.token_kind is TokenKind.DEPLOY:
        return access.may_read_reached(principal)
    return not principal.is_anonymous


def is_on(conn: Connection, place: Place, settings: Settings) -> bool:
    """Whether anybody is sent anywhere for what a place does not have."""
    return has_upstream(settings) and policy_of(conn, place, settings).forwarding


def has_upstream(settings: Settings) -> bool:
    """Whether there is another index to send anybody to."""
    url = settings.upstream_url
    return bool(url) and not addresses.is_same_server(url, settings.base_url)


def policy_of(conn: Connection, place: Place, settings: Settings) -> Policy:
    """Return what is in force in a project, a group or the instance."""
    if place is None:
        return policies.of_instance(settings)
    if isinstance(place, Project):
        return policies.of_project(conn, place, settings)
    return policies.of_group(conn, place, settings)


def _reserved_inside(conn: Connection, place: Place) -> Iterable[NormalizedName]:
    """Return what the groups inside a place reserve: their packages are sought there as well."""
    if isinstance(place, Project):
        return ()
    return namespaces.reserved_prefixes_under(conn, place)


def is_reserved(name: NormalizedName, prefixes: Iterable[NormalizedName]) -> bool:
    """Whether a name lies under one of the prefixes."""
    return any(names.is_under(name, prefix) for prefix in prefixes)


def is_known(conn: Connection, name: NormalizedName) -> bool:
    """Whether a package of this name is anywhere here, or ever was."""
    known = select(known_names.c.normalized_name).where(known_names.c.normalized_name == name)
    return conn.execute(known).first() is not None
