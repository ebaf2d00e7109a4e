"""The way in to a project's registry: credential, project and permission of a hot request.

What was allowed is remembered as a Grant, for one credential, one project and one permission, and
dropped when the journal says that anything changed that could decide otherwise.  A request that
finds its Grant costs no query and no thread.  A refusal is never remembered.
"""

import asyncio
from datetime import datetime

from anyio.to_thread import run_sync
from starlette.types import Scope

from wheelyard import access, instance, journal, memberships, policies, projects
from wheelyard.access import ANONYMOUS, Decision, Permission, Role
from wheelyard.facts import NotFound
from wheelyard.index import Grant, GrantKey
from wheelyard.registry import Registry
from wheelyard.web.paths import read_ref
from wheelyard.web.principal import (
    Dialect,
    Presented,
    identify,
    presented_key,
    read_presented,
)


class Door:
    """Admits requests to the project that their URL names; the endpoints of a process share one."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._is_current = False

    async def admit(self, scope: Scope, permission: Permission) -> Grant:
        """Return what the caller may use.

        Raises NotFound, Unauthenticated, Forbidden, InsufficientScope and CredentialRefused, in
        the order of ``access.decide``; while packages are switched off for the instance, NotFound.
        """
        self._notice_changes()
        now = self._registry.clock()
        presented = read_presented(scope)
        key = (presented_key(presented), scope["path_params"]["project"], permission)
        grant = self._registry.index.grants.find(key)
        if grant is None or (grant.until is not None and grant.until <= now):
            grant = await self._decide(presented, key, now)
        if grant.principal.token_id is not None:
            self._registry.usage.note_token(grant.principal.token_id, now)
        return grant

    def _notice_changes(self) -> None:
        """Refresh the index, once for all requests that wait in the event loop's queue.

        The queue is first in, first out, and ``_expire`` is in it before the database is asked: who
        is admitted before it runs was here when that was asked, and cannot have come after a change
        that was missed.  docs/performance.md says what it saves.
        """
        if not self._is_current:
            asyncio.get_running_loop().call_soon(self._expire)
            self._registry.index.refresh()
            self._is_current = True

    def _expire(self) -> None:
        self._is_current = False

    async def _decide(self, presented: Presented, key: GrantKey, now: datetime) -> Grant:
        grant, serial = await run_sync(self._look_up, presented, key, now)
        # A stranger's wrong passwords must not push out what callers were granted.
        if presented == () or not grant.principal.is_anonymous:
            self._registry.index.grants.keep(key, grant, serial)
        return grant

    def _look_up(self, presented: Presented, key: GrantKey, now: datetime) -> tuple[Grant, int]:
        _, segment, permission = key
        with self._registry.database.read() as conn:
            serial = journal.last_serial(conn)
            settings = instance.in_force(conn, self._registry.settings)
            if not settings.packages_enabled:
                raise NotFound
            identity = identify(conn, presented, Dialect.PACKAGING, at=now)
            principal = identity.principal
            project = projects.find(conn, read_ref(segment))
            subject = project.subject_under(settings) if project else None
            # GitLab's PyPI routes do not say what was not found.
            standing = memberships.require(
                conn, principal, permission, subject, at=now, challenge=True
            )
            assert project is not None  # noqa: S101  otherwise there was no subject to allow it on
            policy = policies.of_project(conn, project, settings)
        anybody = access.decide(ANONYMOUS, Permission.READ_PACKAGES, subject, Role.NONE)
        ends = [moment for moment in (identity.until, standing.until) if moment is not None]
        grant = Grant(
            principal=principal,
            project=project,
            until=min(ends, default=None),
            max_file_bytes=policy.max_file_bytes,
            is_open=anybody is Decision.ALLOWED,
        )
        return grant, serial
