"""Publishing by browser: a file that was dropped or chosen on the Packages page.

The same stream and the same ``publishing.publish`` as for every upload; only who asks is found out
by the session, and name and version are what the file says of itself.
"""

import json
from http import HTTPStatus

from anyio.to_thread import run_sync
from starlette.types import Receive, Scope, Send

from wheelyard import publishing
from wheelyard.access import Permission
from wheelyard.facts import Fact, Forbidden, NotFound, Sentence, Unauthenticated, Unavailable
from wheelyard.registry import Registry
from wheelyard.web import errors, headers
from wheelyard.web.pages import rendering, visits
from wheelyard.web.pages.admission import Gate, speak
from wheelyard.web.pages.endpoint import problems_of, show_again
from wheelyard.web.pages.languages import Language
from wheelyard.web.pages.packages import listing
from wheelyard.web.pages.view import Redirect, View
from wheelyard.web.pages.visits import Visit
from wheelyard.web.params import Params
from wheelyard.web.turns import Turns
from wheelyard.web.uploads import Body, Receiver

_FIELDS = frozenset({"form_token"})


class BrowserUpload:
    """``POST /{project}/-/packages/upload``: one file.

    A script that shows its progress asks for JSON; a form without one gets the page again.
    """

    permission = Permission.PUBLISH

    def __init__(self, registry: Registry, turns: Turns) -> None:
        self._registry = registry
        self._turns = turns
        self._gate = Gate(registry, self.permission)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer when the file is durable and on its page."""
        visit, body = visits.read(scope), Body(scope, receive)
        try:
            visits.require_own_origin(scope)
            view, limit = await run_sync(self._begin, scope, visit)
            await self._receive(scope, body, visit, limit)
        except Fact as fact:
            await body.drain()
            await self._refuse(scope, send, visit, fact)
            return
        except Exception:
            await body.drain()
            raise
        if _wants_json(scope):
            await _answer_json(send, HTTPStatus.CREATED, view.language.gettext("published"))
        else:
            said = Sentence("The file was published.")
            answer = Redirect(f"/{view.project.full_path}/-/packages", said)
            await rendering.send_made(scope, send, visit, rendering.finish(view, answer))

    def _admit(self, scope: Scope, visit: Visit) -> View:
        with self._registry.database.read() as conn:
            return self._gate.admit(conn, scope, visit, Params({}))

    def _begin(self, scope: Scope, visit: Visit) -> tuple[View, int]:
        """Decide, and find how large the file may be."""
        with self._registry.database.read() as conn:
            view = self._gate.admit(conn, scope, visit, Params({}))
            return view, listing.upload_limit(view)

    async def _receive(self, scope: Scope, body: Body, visit: Visit, limit: int) -> None:
        async with Receiver(self._registry.blobs, max_bytes=limit, kept=_FIELDS) as receiver:
            await receiver.receive(scope, body)
            visits.require_form_token(visit, receiver.field("form_token"))
            await run_sync(self._publish, scope, visit, receiver, limiter=self._turns.publishers)

    def _publish(self, scope: Scope, visit: Visit, receiver: Receiver) -> None:
        # Who looks may have signed out meanwhile.
        view = self._admit(scope, visit)
        publishing.publish(
            self._registry.database,
            self._registry.blobs,
            receiver.finish_alone(),
            view.project.id,
            settings=self._registry.settings,
            by=view.principal,
            at=view.at,
        )

    async def _refuse(self, scope: Scope, send: Send, visit: Visit, fact: Fact) -> None:
        if not _wants_json(scope):
            if isinstance(fact, Forbidden | Unauthenticated) or visit.is_new:
                raise fact
            made = await run_sync(
                show_again, self._gate, listing.show, scope, visit, Params({}), fact
            )
            await rendering.send_made(scope, send, visit, made)
            return
        await _answer_json(send, errors.status_of(fact), _said(fact, speak(scope, visit)))


def _said(fact: Fact, language: Language) -> str:
    if isinstance(fact, Unauthenticated):
        return language.gettext("You are signed out: sign in and try again.")
    if isinstance(fact, NotFound):
        return language.gettext("There is no such page")
    if isinstance(fact, Unavailable):
        return language.gettext("The registry cannot do this now")
    problems = problems_of(fact)
    fields = [f"{name} {language.say(said)}" for name, said in problems.fields.items()]
    return language.say(problems.general) or "; ".join(fields)


def _wants_json(scope: Scope) -> bool:
    return headers.find(scope, b"accept") == b"application/json"


async def _answer_json(send: Send, status: int, message: str) -> None:
    sent = [*rendering.HEADERS, (b"content-type", b"application/json")]
    await headers.answer(send, status, sent, json.dumps({"message": message}).encode())
