"""The shape of every page: who looks, at what, then one plain function.

A handler is a synchronous function of a View; it runs in a worker thread and in one transaction,
which a GET only reads.  Before it runs, its permission has been decided on the project, the group
or the user that the URL names, or on the instance; of a form its token as well.  What a form's
handler refuses is shown by the handler of the page that the form stands on, beside the fields that
are to be mended and with everything that was typed.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from anyio.to_thread import run_sync
from sqlalchemy import Connection
from starlette.types import Receive, Scope, Send

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
from wheelyard.facts import (
    Conflict,
    Fact,
    Forbidden,
    Invalid,
    InvalidParameters,
    InvalidRecord,
    InvalidUpload,
    NotFound,
    Sentence,
    Unauthenticated,
)
from wheelyard.memberships import Standing
from wheelyard.namespaces import Kind, Namespace
from wheelyard.projects import Project
from wheelyard.registry import Registry
from wheelyard.settings import Settings
from wheelyard.web import errors, headers, params
from wheelyard.web.headers import Headers
from wheelyard.web.pages import languages, rendering, visits
from wheelyard.web.pages.languages import Language
from wheelyard.web.pages.view import Answer, Handler, Page, Problems, Redirect, View
from wheelyard.web.pages.visits import Visit
from wheelyard.web.params import Params
from wheelyard.web.turns import Turns
from wheelyard.web.uploads import read_whole

NOTICE = "notice"
"""The cookie that carries one sentence over a redirect."""

_NOBODY = Standing()

_AS_IT_IS = "/?#[]@!$&'()*+,;=:%"
"""In an address: what has a meaning there, or is an escape already (RFC 3986, 2.2)."""

_FIELDS = {"visibility_level": "visibility", "namespace": "namespace_id"}
"""What the core names as GitLab does, and forms as people do."""


Made = tuple[int, Headers, bytes]
"""An answer as it is sent: its status, its own headers, its body."""


class PageEndpoint:
    """An endpoint that people look at.

    ``prepare`` is what must be done before the transaction of a form, because it takes long on
    purpose: passwords are hashed there.  ``form`` is the handler of the page that a form stands on.
    """

    def __init__(
        self,
        registry: Registry,
        turns: Turns,
        handler: Handler,
        permission: Permission | None,
        *,
        form: Handler | None = None,
        prepare: Callable[[View], Any] | None = None,
    ) -> None:
        self._registry = registry
        self._turns = turns
        self._handler = handler
        self._form = form
        self._prepare = prepare
        self.permission = permission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a page.  What is raised is shown by ``refusals``."""
        visit = visits.read(scope)
        await send_made(scope, send, visit, await self._answer(scope, receive, visit))

    async def _answer(self, scope: Scope, receive: Receive, visit: Visit) -> Made:
        query = scope["query_string"]
        if scope["method"] in {"GET", "HEAD"}:
            return await run_sync(self._look, scope, visit, params.read(query, "", b""))
        body = await read_whole(scope, receive)
        content_type = headers.find_text(scope, b"content-type") or ""
        sent = params.read(query, content_type, body)
        # Decided a first time here, so that who is refused holds up nobody who writes.
        turn = self._turns.hashers if self._prepare else None
        prepared = await run_sync(self._run_prepare, scope, visit, sent, limiter=turn)
        try:
            return await run_sync(
                self._change, scope, visit, sent, prepared, limiter=self._turns.writers
            )
        except (Invalid, Conflict, Forbidden) as fact:
            if self._form is None or visit.is_new:
                raise
            return await run_sync(self.show_again, scope, visit, sent, fact)

    def _look(self, scope: Scope, visit: Visit, read: Params) -> Made:
        with self._registry.database.read() as conn:
            view = self.admit(conn, scope, visit, read)
            right = _address_as_written(view)
            answer = self._handler(view) if right == view.here else Redirect(right)
            return self.finish(view, answer)

    def _run_prepare(self, scope: Scope, visit: Visit, read: Params) -> Any:  # noqa: ANN401  each route's own
        with self._registry.database.read() as conn:
            view = self._admit_form(conn, scope, visit, read)
            return self._prepare(view) if self._prepare else None

    def _change(self, scope: Scope, visit: Visit, read: Params, prepared: object) -> Made:
        with self._registry.database.write() as conn:
            view = replace(self._admit_form(conn, scope, visit, read), prepared=prepared)
            return self.finish(view, self._handler(view))

    def show_again(self, scope: Scope, visit: Visit, read: Params, fact: Fact) -> Made:
        """Show the page of a form that was refused."""
        assert self._form is not None  # noqa: S101  see above
        with self._registry.database.read() as conn:
            view = replace(
                self.admit(conn, scope, visit, read),
                problems=problems_of(fact),
                here=_page_of_form(scope),
                posted_to=headers.requested_path(scope),
            )
            answer = self._form(view)
            if isinstance(answer, Page):
                answer = replace(answer, status=errors.status_of_form(fact))
            return self.finish(view, answer)

    def _admit_form(self, conn: Connection, scope: Scope, visit: Visit, read: Params) -> View:
        visits.require_own_origin(scope)
        visits.require_form_token(visit, read.peek_text("form_token"))
        return self.admit(conn, scope, visit, read)

    def admit(self, conn: Connection, scope: Scope, visit: Visit, read: Params) -> View:
        """Find out who looks and at what, and decide.  Raises as ``access.require``."""
        at, path = self._registry.clock(), scope["path_params"]
        session = None if visit.is_new else sessions.find(conn, visit.secret, at=at)
        principal = session.principal if session else ANONYMOUS
        project, namespace, subject = _named(conn, path)
        settings = instance.in_force(conn, self._registry.settings)
        if self.permission in ON_PACKAGES and _are_off(settings, subject):
            raise NotFound  # for everybody alike: the page is not there
        standing = _NOBODY
        if self.permission is not None:
            standing = _require(conn, principal, self.permission, subject, at)
        if session is not None:
            self._registry.usage.note_session(session.id, at)
        client = scope.get("client")
        return View(
            conn=conn,
            registry=self._registry,
            visit=visit,
            session=session,
            language=speak(scope, visit),
            path=path,
            params=read,
            at=at,
            base_url=self._registry.settings.base_url or headers.requested_base_url(scope),
            here=_here(scope),
            address=client[0] if client else "",
            user_agent=headers.find_text(scope, b"user-agent") or "",
            subject=subject or INSTANCE,
            role=standing.role,
            settings=settings,
            project_or_none=project,
            namespace_or_none=namespace,
            notice=visit.passing(NOTICE),
        )

    def finish(self, view: View, answer: Answer) -> Made:
        """Write what a handler has answered."""
        if isinstance(answer, Redirect):
            location = quote(answer.to, safe=_AS_IT_IS).encode()
            sent: Headers = [(b"location", location), *answer.headers]
            if answer.notice:
                sent.append(visits.keep_passing(view.visit, NOTICE, answer.notice))
            return HTTPStatus.SEE_OTHER, sent, b""
        body = rendering.render(view, answer.template, answer.values)
        sent = [rendering.HTML, *answer.headers]
        if view.notice:
            sent.append(visits.keep_passing(view.visit, NOTICE, ""))
        return answer.status, sent, body


async def send_made(scope: Scope, send: Send, visit: Visit, made: Made) -> None:
    """Send an answer with the headers that guard every page."""
    status, sent, body = made
    given = visits.keep_secret(visit, visit.secret) if visit.is_new else []
    # A handler that gives the browser another secret comes last, and wins.
    sent = [*rendering.HEADERS, *given, *sent]
    await headers.answer(send, status, sent, body, head=scope["method"] == "HEAD")


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
    conn: Connection, path: Mapping[str, str]
) -> tuple[Project | None, Namespace | None, Subject | None]:
    """Return what the URL names, and what is decided on."""
    if "project" in path:
        project = projects.find_by_path(conn, path["project"])
        return project, None, project.subject if project else None
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
        return project, None, project.subject if project else None
    return None, None, INSTANCE


def _address_as_written(view: View) -> str:
    """Return the address with the path of its place in the case that is its own."""
    place = view.project_or_none or view.namespace_or_none
    asked = view.path.get("project") or view.path.get("group") or view.path.get("place")
    if place is None or asked is None or asked == place.full_path:
        return view.here
    before = "/groups/" if "group" in view.path else "/"
    return before + place.full_path + view.here[len(before) + len(asked) :]


def _are_off(settings: Settings, subject: Subject | None) -> bool:
    """Whether there are no packages, in this project or at all."""
    if not settings.packages_enabled:
        return True
    return subject is not None and subject.registry is RegistryAccess.DISABLED


def _here(scope: Scope) -> str:
    query: bytes = scope["query_string"]
    path = headers.requested_path(scope).encode("latin-1")
    return quote(path + b"?" + query if query else path, safe=_AS_IT_IS)


def _page_of_form(scope: Scope) -> str:
    """Return the page that a form was sent from; browsers tell it to their own origin."""
    parts = urlsplit(headers.find_text(scope, b"referer") or "")
    if parts.netloc == headers.find_text(scope, b"host"):
        return visits.safe_destination(parts.path)
    return headers.requested_path(scope)


def speak(scope: Scope, visit: Visit) -> Language:
    """Return the language that a browser has chosen or accepts, in its time zone."""
    accepted = headers.find_text(scope, b"accept-language") or ""
    return languages.speak(languages.choose(visit.preference("language"), accepted), visit.zone)


def to_sign_in(scope: Scope) -> Made:
    """Ask who it is; what a form was to do is not done."""
    wanted = _here(scope) if scope["method"] in {"GET", "HEAD"} else "/"
    location = f"/users/sign_in?return_to={quote(wanted, safe='/')}"
    return HTTPStatus.SEE_OTHER, [(b"location", location.encode())], b""


def problems_of(fact: Fact) -> Problems:
    """Return what a form says for a refusal."""
    match fact:
        case InvalidRecord():
            return Problems(
                fields={_FIELDS.get(name, name): said for name, said in fact.problems.items()}
            )
        case InvalidParameters():
            return Problems(
                fields={name: said for names, said in fact.problems for name in names.split(", ")}
            )
        case Forbidden():
            refused = Sentence("You are not allowed to do this")
            return Problems(general=fact.reason or refused)
        case InvalidUpload():
            return Problems(general=_reason(fact.args[0]))
    return Problems(general=fact.args[0] if fact.args else str(fact))


def _reason(said: str) -> str:
    """Return what follows on GitLab's first words, where it has them."""
    reason = said.parts.get("reason") if isinstance(said, Sentence) else None
    return reason if isinstance(reason, str) else said

