"""The way in to a registry: credential, place and permission of a hot request.

A place is a project, or what is read as one index over many: a group, or the whole instance.  What
was allowed is remembered as a Grant, for one credential, one place and one permission, and dropped
when the journal says that anything changed that could decide otherwise.  A request that finds its
Grant costs no query and no thread.  A refusal is never remembered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from anyio.to_thread import run_sync
from sqlalchemy import Connection
from starlette.types import Scope

from wheelyard import access, forwarding, instance, journal, memberships, namespaces, projects
from wheelyard.access import Permission, Principal, Role, Subject, TokenKind
from wheelyard.facts import NotFound
from wheelyard.forwarding import Place
from wheelyard.index import EVERYTHING, Grant, GrantKey, Reader, key_of
from wheelyard.projects import Project
from wheelyard.registry import Registry
from wheelyard.settings import Settings
from wheelyard.web import params
from wheelyard.web.paths import ALL_PYPI, GROUP_PYPI, PYPI, read_ref
from wheelyard.web.principal import Dialect, Presented, presented_key, read_presented
from wheelyard.web.turnstile import Turnstile


@dataclass(frozen=True, slots=True)
class Site:
    """One of the three kinds of place, as the URL space has it."""

    root: str
    """Of its routes, and of the links on its pages."""

    parameter: str | None
    """What names the place in the root; None where there is only one."""

    reading: Permission
    find: Callable[[Connection, str, Settings], tuple[Place, Subject | None]]
    """Find a place by id or full path, and what decides who may do what there."""

    def root_of(self, place: Place) -> str:
        """Return the root-relative URL of a place's registry, by id as on GitLab.

        Root-relative, because it is right behind every proxy and with or without a trailing slash.
        """
        return self.root if place is None else self.root.format(**{self.parameter or "": place.id})


def _find_project(conn: Connection, ref: str, settings: Settings) -> tuple[Place, Subject | None]:
    project = projects.find(conn, ref)
    return project, project.subject_under(settings) if project else None


def _find_group(conn: Connection, ref: str, settings: Settings) -> tuple[Place, Subject | None]:
    del settings
    group = namespaces.find_group(conn, ref)
    return group, group.subject if group else None


def _find_instance(conn: Connection, ref: str, settings: Settings) -> tuple[Place, Subject | None]:
    del conn, ref, settings
    return None, access.INSTANCE


A_PROJECT = Site(PYPI, "project", Permission.READ_PACKAGES, _find_project)
A_GROUP = Site(GROUP_PYPI, "group", Permission.READ_GROUP_PACKAGES, _find_group)
THE_INSTANCE = Site(ALL_PYPI, None, Permission.READ_ALL_PACKAGES, _find_instance)


class Door:
    """Admits requests to the place that their URL names; the endpoints of a process share one."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._turnstile = Turnstile(registry)

    async def admit(self, scope: Scope, site: Site, permission: Permission) -> Grant:
        """Return what the caller may use.

        Raises NotFound, Unauthenticated, Forbidden, InsufficientScope and CredentialRefused, in
        the order of ``access.decide``; while packages are switched off for the instance, NotFound;
        and Throttled.
        """
        self._registry.index.refresh()
        now = self._registry.clock()
        query = scope["query_string"]
        presented = read_presented(scope, params.read(query, "", b"").peek_text if query else None)
        segment = scope["path_params"][site.parameter] if site.parameter else ""
        key = (presented_key(presented), segment, permission)
        grant = self._registry.index.grants.find(key)
        if grant is None or (grant.until is not None and grant.until <= now):
            grant = await self._decide(scope, site, presented, key, now)
        elif self._turnstile.counts:
            self._turnstile.count(scope, grant.principal, now)
        if grant.principal.token_id is not None:
            self._registry.usage.note_token(grant.principal.token_id, now)
        return grant

    async def _decide(
        self, scope: Scope, site: Site, presented: Presented, key: GrantKey, now: datetime
    ) -> Grant:
        grant, serial = await run_sync(self._look_up, scope, site, presented, key, now)
        # A stranger's wrong passwords must not push out what callers were granted.
        if presented == () or not grant.principal.is_anonymous:
            self._registry.index.grants.keep(key, grant, serial)
        return grant

    def _look_up(
        self, scope: Scope, site: Site, presented: Presented, key: GrantKey, now: datetime
    ) -> tuple[Grant, int]:
        _, segment, permission = key
        self._turnstile.require_patience(scope, presented, Dialect.PACKAGING, now)
        with self._registry.database.read() as conn:
            serial = journal.last_serial(conn)
            settings = instance.in_force(conn, self._registry.settings)
            if not settings.packages_enabled:
                raise NotFound
            identity = self._turnstile.identify(conn, scope, presented, Dialect.PACKAGING, now)
            principal = identity.principal
            place, subject = site.find(conn, read_ref(segment), settings)
            # GitLab's PyPI routes do not say what was not found.
            standing = memberships.require(
                conn, principal, permission, subject, at=now, challenge=True
            )
            policy = forwarding.policy_of(conn, place, settings)
        assert subject is not None  # noqa: S101  otherwise there was nothing to allow it on
        ends = [moment for moment in (identity.until, standing.until) if moment is not None]
        grant = Grant(
            principal=principal,
            place=place,
            key=key_of(place),
            reader=_reader(principal, place, subject, standing.role),
            until=min(ends, default=None),
            max_file_bytes=policy.max_file_bytes,
            is_open=_is_open(place, subject),
        )
        return grant, serial


def _reader(principal: Principal, place: Place, subject: Subject, role: Role) -> Reader | None:
    if isinstance(place, Project):
        return None
    if access.reaches_all(principal, subject, role):
        return EVERYTHING
    if principal.token_kind is TokenKind.DEPLOY:
        return (principal.token_id,)
    return principal.user_id, principal.job_project_id, principal.is_admin


def _is_open(place: Place, subject: Subject) -> bool:
    """Whether all who ask are answered the same, by a project alone."""
    return isinstance(place, Project) and access.may_anybody(Permission.READ_PACKAGES, subject)
