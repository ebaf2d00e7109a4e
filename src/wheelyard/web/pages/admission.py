"""The way in to every page: who looks, at what, and whether they may."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote, urlsplit

from sqlalchemy import Connection
from starlette.types import Scope

from wheelyard import instance, memberships, namespaces, projects, sessions
from wheelyard.access import (
    ANONYMOUS,
    INSTANCE,
    ON_PACKAGES,
    Permission,
    Principal,
    RegistryAccess,
    Subject,
)
from wheelyard.facts import Forbidden, NotFound, Unauthenticated
from wheelyard.memberships import Standing
from wheelyard.namespaces import Kind, Namespace
from wheelyard.projects import Project
from wheelyard.registry import Registry
from wheelyard.settings import Settings
from wheelyard.web import headers
from wheelyard.web.pages import languages, visits
from wheelyard.web.pages.languages import Language
from wheelyard.web.pages.rendering import AS_IT_IS, NOTICE
from wheelyard.web.pages.view import View
from wheelyard.web.pages.visits import Visit
from wheelyard.web.params import Params
from wheelyard.web.turnstile import Turnstile, address_of

_NOBODY = Standing()


class Gate:
    """Lets those in who have a permission on what the URL names; None lets everybody in."""

    def __init__(self, registry: Registry, permission: Permission | None) -> None:
        self.registry = registry
        self.permission = permission
        self._turnstile = Turnstile(registry)

    def admit(self, conn: Connection, scope: Scope, visit: Visit, sent: Params) -> View:
        """Find out who looks and at what, and decide.  Raises as ``access.require``."""
        at, path = self.registry.clock(), scope["path_params"]
        session = None if visit.is_new else sessions.find(conn, visit.secret, at=at)
        principal = session.principal if session else ANONYMOUS
        self._turnstile.count(scope, principal, at)
        settings = instance.in_force(conn, self.registry.settings)
        project, namespace, subject = _named(conn, path, settings)
        if self.permission in ON_PACKAGES:
            _require_packages(conn, principal, settings, subject, at)
        standing = _NOBODY
        if self.permission is not None:
            standing = _require(conn, principal, self.permission, subject, at)
        if session is not None:
            self.registry.usage.note_session(session.id, at)
        return View(
            conn=conn,
            registry=self.registry,
            visit=visit,
            session=session,
            language=speak(scope, visit),
            path=path,
            params=sent,
            at=at,
            base_url=self.registry.settings.base_url or headers.requested_base_url(scope),
            here=address(scope),
            address=address_of(scope),
            user_agent=headers.find_text(scope, b"user-agent") or "",
            subject=subject or INSTANCE,
            role=standing.role,
            settings=settings,
            project_or_none=project,
            namespace_or_none=namespace,
            notice=visit.passing(NOTICE),
        )


def address(scope: Scope) -> str:
    """Return the path and query that were asked for."""
    query: bytes = scope["query_string"]
    path = headers.requested_path(scope).encode("latin-1")
    return quote(path + b"?" + query if query else path, safe=AS_IT_IS)


def address_as_written(view: View) -> str:
    """Return the address with the path of its place in the case that is its own."""
    place = view.project_or_none or view.namespace_or_none
    asked = view.path.get("project") or view.path.get("group") or view.path.get("place")
    if place is None or asked is None or asked == place.full_path:
        return view.here
    before = "/groups/" if "group" in view.path else "/"
    return before + place.full_path + view.here[len(before) + len(asked) :]


def _require_packages(
    conn: Connection,
    principal: Principal,
    settings: Settings,
    subject: Subject | None,
    at: datetime,
) -> None:
    """Raise NotFound where there are no packages for pages to show, for everybody alike.

    That anybody may pull from a project is said of installers: a page needs it to be seen.
    """
    _require(conn, principal, Permission.READ_PROJECT, subject, at)
    is_off = subject is not None and subject.registry is RegistryAccess.DISABLED
    if is_off or not settings.packages_enabled:
        raise NotFound


def _require(
    conn: Connection,
    principal: Principal,
    permission: Permission,
    subject: Subject | None,
    at: datetime,
) -> Standing:
    """Decide.  Raises as ``access.require``; whom signing in could help is told to."""
    try:
        return memberships.require(conn, principal, permission, subject, at=at)
    except Forbidden as fact:
        if principal.is_anonymous:
            raise Unauthenticated from fact
        raise


def _named(
    conn: Connection, path: Mapping[str, str], settings: Settings
) -> tuple[Project | None, Namespace | None, Subject | None]:
    """Return what the URL names, and what is decided on."""
    if "project" in path:
        project = projects.find_by_path(conn, path["project"])
        return project, None, project.subject_under(settings) if project else None
    if "group" in path:
        group = namespaces.find_by_path(conn, path["group"])
        if group is not None and group.kind is not Kind.GROUP:
            group = None
        return None, group, group.subject if group else None
    if "place" in path:
        namespace = namespaces.find_by_path(conn, path["place"])
        if namespace is not None:
            return None, namespace, namespace.subject
        project = projects.find_by_path(conn, path["place"])
        return project, None, project.subject_under(settings) if project else None
    return None, None, INSTANCE


def speak(scope: Scope, visit: Visit) -> Language:
    """Return the language that a browser has chosen or accepts, in its time zone."""
    accepted = headers.find_text(scope, b"accept-language") or ""
    return languages.speak(languages.choose(visit.preference("language"), accepted), visit.zone)


def page_of_form(scope: Scope, otherwise: str) -> str:
    """Return the page that a form was sent from; browsers tell it to their own origin."""
    parts = urlsplit(headers.find_text(scope, b"referer") or "")
    if parts.netloc != headers.find_text(scope, b"host"):
        return otherwise
    return visits.safe_destination(f"{parts.path}?{parts.query}" if parts.query else parts.path)
