"""The shape of every REST endpoint: who asks, for what, on what, then one plain function.

A handler is a synchronous function of a Call; it runs in a worker thread and in one transaction,
which a GET only reads.  Before it runs, its permission has been decided on the project or the group
that the URL names, or on the instance; a route cannot be made without naming one.

What it declares is what the API's document tells: its docstring, whose first line is a summary; its
second parameter, a struct of what is asked for (``web.asked``), which has been read by then; and
what it returns, such as ``Reply[Package]``, ``Created[Project]`` or ``NoContent``.

::

    def list_packages(call: Call, asked: ListPackages) -> Reply[list[Package]]:
        "List the packages of a project."
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Generic, TypeVar, overload

import msgspec
from anyio.to_thread import run_sync
from sqlalchemy import Connection
from starlette.types import Receive, Scope, Send

from wheelyard import instance, memberships, namespaces, projects, tokens, users
from wheelyard.access import INSTANCE, ON_PACKAGES, Actor, Permission, Principal, Role, Subject
from wheelyard.database.paging import Page
from wheelyard.facts import CredentialRefused, NotFound
from wheelyard.namespaces import Namespace
from wheelyard.packages import File
from wheelyard.projects import Project
from wheelyard.registry import Registry
from wheelyard.settings import Settings
from wheelyard.users import PasswordHash
from wheelyard.web import asked, headers, params, sending
from wheelyard.web.api.paging import Positioned
from wheelyard.web.operations import read_operation
from wheelyard.web.params import Params
from wheelyard.web.paths import read_ref
from wheelyard.web.principal import Dialect, Presented, read_presented
from wheelyard.web.turns import Turns
from wheelyard.web.turnstile import Turnstile
from wheelyard.web.uploads import read_whole

T = TypeVar("T")
B = TypeVar("B")

Time = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]
"""A moment as GitLab writes it, see ``show_time``."""

Date = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date"})]


@dataclass(frozen=True, slots=True)
class Reply(Generic[B]):
    """What a handler answers, with the status that it declares; None is no body at all."""

    body: B
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)


Created = Annotated[Reply[T], 201]
NoContent = Annotated[Reply[None], 204]
Accepted = Annotated[Reply[T], 202]


class Message(msgspec.Struct, frozen=True):
    """What has become of a request, in a sentence."""

    message: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file of the store as the body: whole, a part of it, or the news that it is known."""

    file: File
    is_open: bool
    """Whether anybody may read it."""


NO_CONTENT = Reply(None)
ACCEPTED = Reply(Message("202 Accepted"))
"""GitLab deletes groups and projects later; here they are gone when this is said."""


@dataclass(frozen=True, slots=True)
class Call:
    """One REST call that has been allowed."""

    conn: Connection
    principal: Principal
    path: Mapping[str, str]
    at: datetime
    base_url: str
    url: str
    query: bytes = field(repr=False)  # it may hold a token
    password_hash: PasswordHash | None = field(repr=False)
    """Of the parameter ``password``, when it can be one and the route hashes it."""

    settings: Settings
    """Those in force, whether the environment or an administrator decided on them."""

    environment: Settings
    """Those that the environment gave at the start."""

    subject: Subject
    """What the permission was decided on: the project, the group or the instance."""

    role: Role
    project_or_none: Project | None
    group_or_none: Namespace | None

    @property
    def project(self) -> Project:
        """The project that the URL names."""
        assert self.project_or_none is not None  # noqa: S101  the route has {project}
        return self.project_or_none

    @property
    def group(self) -> Namespace:
        """The group that the URL names."""
        assert self.group_or_none is not None  # noqa: S101  the route has {group}
        return self.group_or_none

    @property
    def actor(self) -> Actor:
        """Who the journal names."""
        return self.principal.actor

    @property
    def user_id(self) -> int:
        """The user who asks; the permission needs somebody signed in."""
        assert self.principal.user_id is not None  # noqa: S101  see access.Rule.signed_in
        return self.principal.user_id

    def number(self, name: str) -> int:
        """Return a number that the path holds.  Raises NotFound: no such thing has such an id."""
        text = self.path[name]
        if not namespaces.is_id(text):
            raise NotFound
        return int(text)

    def paged(self, page: Page[T], position: Positioned, show: Callable[[T], B]) -> Reply[list[B]]:
        """Answer with a page of a list."""
        return Reply(
            body=[show(item) for item in page.items],
            headers=position.headers(page, url=self.url, query=self.query),
        )


Handler = Callable[..., Reply[Any]]
"""A function of a Call and, where it declares parameters, of what is asked for."""


class Api:
    """An endpoint of the REST API."""

    def __init__(
        self,
        registry: Registry,
        turns: Turns,
        handler: Handler,
        permission: Permission,
        *,
        hashes_password: bool,
    ) -> None:
        self._registry = registry
        self._turnstile = Turnstile(registry)
        self._turns = turns
        self._handler = handler
        self.operation = read_operation(handler)
        if self.operation.asked is not None:
            asked.prepare(self.operation.asked)
        self._hashes_password = hashes_password
        self.permission = permission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        body = await read_whole(scope, receive)
        content_type = headers.find_text(scope, b"content-type") or ""
        read = params.read(scope["query_string"], content_type, body)
        presented = read_presented(scope, read.peek_text)
        try:
            reply = await run_sync(self._look, scope, presented, read)
        except CredentialRefused as refused:
            if self.operation.rotates and refused.token_id is not None:
                await run_sync(self._note_reuse, refused.token_id, limiter=self._turns.writers)
            raise
        if reply is None:
            hashed = None
            if self._hashes_password:
                hashed = await run_sync(_hash_password, read, limiter=self._turns.hashers)
            change = partial(self._change, scope, presented, read, hashed)
            reply = await run_sync(change, limiter=self._turns.writers)
        if isinstance(reply.body, Delivery):
            await self._deliver(sending.Exchange(scope, receive, send), reply.body)
            return
        fixed = [(b"cache-control", b"max-age=0, private, must-revalidate"), *reply.headers]
        shown = b""
        if reply.body is not None:
            fixed = [(b"content-type", b"application/json"), *fixed]
            shown = msgspec.json.encode(reply.body)
        status = self.operation.status
        await headers.answer(send, status, fixed, shown, head=scope["method"] == "HEAD")

    async def _deliver(self, exchange: sending.Exchange, body: Delivery) -> None:
        described = sending.describe(body.file, body.is_open)
        path = self._registry.blobs.find_path(body.file.sha256)
        await sending.deliver(self._registry, exchange, body.file, described, path)

    def _look(self, scope: Scope, presented: Presented, read: Params) -> Reply[Any] | None:
        """Answer what only reads.  What changes something is decided on and left to ``_change``."""
        now = self._registry.clock()
        self._turnstile.require_patience(scope, presented, Dialect.REST, now)
        with self._registry.database.read() as conn:
            call = self._admit(conn, scope, presented)
            answer = self._prepare(scope, read, call)
            return answer() if scope["method"] in {"GET", "HEAD"} else None

    def _change(
        self, scope: Scope, presented: Presented, read: Params, hashed: PasswordHash | None
    ) -> Reply[Any]:
        # Decided a second time, of the same moment as the change; the first time is for those who
        # are refused, lest they hold up the one writer.
        with self._registry.database.write() as conn:
            call = self._admit(conn, scope, presented, hashed)
            return self._prepare(scope, read, call)()

    def _note_reuse(self, token_id: int) -> None:
        """Revoke what a token was rotated into that is presented to be rotated once more."""
        with self._registry.database.write() as conn:
            token = tokens.find_any(conn, token_id)
            if token is not None:
                by = Actor(user_id=token.holder.user_id, token_id=token.id)
                tokens.revoke_family(conn, token, by=by, at=self._registry.clock())

    def _prepare(self, scope: Scope, read: Params, call: Call) -> Callable[[], Reply[Any]]:
        """Read what is asked for.  Raises InvalidParameters."""
        if self.operation.asked is None:
            return partial(self._handler, call)
        find = partial(headers.find_text, scope)
        wanted = asked.read(self.operation.asked, read, at=call.at, find_header=find)
        return partial(self._handler, call, wanted)

    def _admit(
        self,
        conn: Connection,
        scope: Scope,
        presented: Presented,
        hashed: PasswordHash | None = None,
    ) -> Call:
        settings, at = instance.in_force(conn, self._registry.settings), self._registry.clock()
        if self.permission in ON_PACKAGES and not settings.packages_enabled:
            raise NotFound
        identity = self._turnstile.identify(conn, scope, presented, Dialect.REST, at)
        principal = identity.principal
        path = scope["path_params"]
        project = projects.find(conn, read_ref(path["project"])) if "project" in path else None
        group = namespaces.find_group(conn, read_ref(path["group"])) if "group" in path else None
        subject, noun = _subject(path, project, group, settings)
        standing = memberships.require(conn, principal, self.permission, subject, at=at, noun=noun)
        assert subject is not None  # noqa: S101  otherwise there was nothing to allow it on
        if principal.token_id is not None:
            self._registry.usage.note_token(principal.token_id, at)
        base_url = settings.base_url or headers.requested_base_url(scope)
        return Call(
            conn=conn,
            principal=principal,
            path=path,
            at=at,
            base_url=base_url,
            url=base_url + headers.requested_path(scope),
            query=scope["query_string"],
            password_hash=hashed,
            settings=settings,
            environment=self._registry.settings,
            subject=subject,
            role=standing.role,
            project_or_none=project,
            group_or_none=group,
        )


def _hash_password(read: Params) -> PasswordHash | None:
    """Hash before the transaction, for which others wait; what is wrong the handler says."""
    password = read.peek_text("password")
    return users.hash_password(password) if users.is_password(password) else None


def _subject(
    path: Mapping[str, str], project: Project | None, group: Namespace | None, settings: Settings
) -> tuple[Subject | None, str]:
    if "project" in path:
        return (project.subject_under(settings) if project else None), "Project"
    if "group" in path:
        return (group.subject if group else None), "Group"
    return INSTANCE, ""


@overload
def show_time(moment: datetime) -> str: ...
@overload
def show_time(moment: datetime | None) -> str | None: ...
def show_time(moment: datetime | None) -> str | None:
    """Write a moment as GitLab does: UTC, milliseconds, ``Z``."""
    if moment is None:
        return None
    return (
        moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
    )


def show_date(moment: datetime | None) -> str | None:
    """Write the day of a moment."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d")
