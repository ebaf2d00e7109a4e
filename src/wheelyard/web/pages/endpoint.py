"""The shape of every page: who looks, at what, then one plain function.

A handler is a synchronous function of a View; it runs in a worker thread and in one transaction,
which a GET only reads; the page is written after it has ended.  Before it runs, its permission has
been decided on the project, the group or the user that the URL names, or on the instance; of a form
its token as well.  What a form's handler refuses is shown by the handler of the page that the form
stands on, beside the fields that are to be mended and with everything that was typed.
"""

from dataclasses import replace

from anyio.to_thread import run_sync
from sqlalchemy import Connection
from starlette.types import Receive, Scope, Send

from wheelyard.facts import (
    Conflict,
    Fact,
    Forbidden,
    Invalid,
    InvalidParameters,
    InvalidRecord,
    InvalidUpload,
    Sentence,
    Throttled,
)
from wheelyard.web import errors, headers, params
from wheelyard.web.pages import visits
from wheelyard.web.pages.admission import Gate, address_as_written, page_of_form
from wheelyard.web.pages.rendering import Made, finish, send_made
from wheelyard.web.pages.view import Answer, Handler, Page, Prepare, Problems, Redirect, View
from wheelyard.web.pages.visits import Visit
from wheelyard.web.params import Params
from wheelyard.web.turns import Turns
from wheelyard.web.uploads import read_whole

_FIELDS = {
    "lock_pypi_package_requests_forwarding": "forwarding_locked",
    "pypi_package_requests_forwarding": "forwarding",
    "pypi_reserved_prefixes": "reserved_prefixes",
    "pypi_upstream_url": "upstream_url",
    "visibility_level": "visibility",
}
"""What the core names as GitLab does, and forms as people do."""


class Look:
    """The endpoint of a page that people look at."""

    def __init__(self, gate: Gate, turns: Turns, handler: Handler) -> None:
        self._gate = gate
        self._turns = turns
        self._handler = handler
        self.permission = gate.permission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the page.  What is raised is shown by ``refusals``."""
        del receive
        visit, sent = visits.read(scope), params.read(scope["query_string"], "", b"")
        view, answer = await run_sync(self._look, scope, visit, sent)
        is_slow = isinstance(answer, Page) and answer.later is not None
        turn = self._turns.lookers if is_slow else None
        await send_made(scope, send, visit, await run_sync(finish, view, answer, limiter=turn))

    def _look(self, scope: Scope, visit: Visit, sent: Params) -> tuple[View, Answer]:
        with self._gate.registry.database.read() as conn:
            view = self._gate.admit(conn, scope, visit, sent)
            right = address_as_written(view)
            return view, self._handler(view) if right == view.here else Redirect(right)


class Form:
    """The endpoint of a form that people send.

    ``prepare`` returns the handler; it comes before the transaction, and where it ``hashes`` it
    takes long on purpose.  ``on`` is the handler of the page that the form stands on.
    """

    def __init__(
        self, gate: Gate, turns: Turns, prepare: Prepare, *, on: Handler | None, hashes: bool
    ) -> None:
        self._gate = gate
        self._turns = turns
        self._prepare = prepare
        self._on = on
        self._hashes = hashes
        self.permission = gate.permission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with what was done.  What is raised is shown by ``refusals``."""
        visit, body = visits.read(scope), await read_whole(scope, receive)
        content_type = headers.find_text(scope, b"content-type") or ""
        sent = params.read(scope["query_string"], content_type, body)
        await send_made(scope, send, visit, await self._answer(scope, visit, sent))

    async def _answer(self, scope: Scope, visit: Visit, sent: Params) -> Made:
        # Decided a first time here, so that who is refused holds up nobody who writes.
        turn = self._turns.hashers if self._hashes else None
        try:
            handler = await run_sync(self._begin, scope, visit, sent, limiter=turn)
        except Throttled as fact:
            return await self._show_again(scope, visit, sent, fact)
        try:
            return await run_sync(
                self._change, handler, scope, visit, sent, limiter=self._turns.writers
            )
        except (Invalid, Conflict, Forbidden) as fact:
            return await self._show_again(scope, visit, sent, fact)

    async def _show_again(self, scope: Scope, visit: Visit, sent: Params, fact: Fact) -> Made:
        if self._on is None or visit.is_new:
            raise fact
        return await run_sync(show_again, self._gate, self._on, scope, visit, sent, fact)

    def _begin(self, scope: Scope, visit: Visit, sent: Params) -> Handler:
        with self._gate.registry.database.read() as conn:
            return self._prepare(self._admit(conn, scope, visit, sent))

    def _change(self, handler: Handler, scope: Scope, visit: Visit, sent: Params) -> Made:
        with self._gate.registry.database.write() as conn:
            view = self._admit(conn, scope, visit, sent)
            answer = handler(view)
        return finish(view, answer)

    def _admit(self, conn: Connection, scope: Scope, visit: Visit, sent: Params) -> View:
        visits.require_own_origin(scope)
        visits.require_form_token(visit, sent.peek_text("form_token"))
        return self._gate.admit(conn, scope, visit, sent)


def show_again(
    gate: Gate, on: Handler, scope: Scope, visit: Visit, sent: Params, fact: Fact
) -> Made:
    """Show the page of a form that was refused."""
    with gate.registry.database.read() as conn:
        view = replace(
            gate.admit(conn, scope, visit, sent),
            problems=problems_of(fact),
            here=page_of_form(scope, headers.requested_path(scope)),
            posted_to=headers.requested_path(scope),
        )
        answer = on(view)
    if isinstance(answer, Page):
        status, more = errors.status_of_form(fact), errors.headers_of(fact)
        answer = replace(answer, status=status, headers=[*answer.headers, *more])
    return finish(view, answer)


def problems_of(fact: Fact) -> Problems:
    """Return what a form says for a refusal."""
    match fact:
        case InvalidRecord():
            said_of = {_FIELDS.get(name, name): said for name, said in fact.problems.items()}
            return Problems(general=said_of.pop("base", ""), fields=said_of)
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
