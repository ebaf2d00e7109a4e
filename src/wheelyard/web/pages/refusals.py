"""The page that says what was refused, why, and where to go on."""

from http import HTTPStatus
from urllib.parse import quote

import structlog
from anyio.to_thread import run_sync
from starlette.types import Scope, Send

from wheelyard.facts import Sentence, Unauthenticated
from wheelyard.registry import Registry
from wheelyard.web import headers, params, requestids
from wheelyard.web.errors import Rendered
from wheelyard.web.headers import Headers
from wheelyard.web.pages import rendering, visits
from wheelyard.web.pages.admission import Gate, address, page_of_form
from wheelyard.web.pages.rendering import Made, finish, send_made
from wheelyard.web.pages.view import Page, View
from wheelyard.web.pages.visits import Visit
from wheelyard.web.turnstile import COUNTED

log = structlog.get_logger()

_LAST_RESORT = (
    b"<!doctype html><html lang=en><title>Wheelyard</title><h1>Something went wrong here</h1>"
    b"<p>The page could not be made. Load it again in a while; nothing was changed.</p>"
    b"<p>Request: <code>%s</code></p></html>"
)


class Refusals:
    """Shows refusals to people; the boundary calls it for every path that is not a program's."""

    def __init__(self, registry: Registry) -> None:
        self._gate = Gate(registry, None)

    async def __call__(
        self, scope: Scope, send: Send, error: Exception, rendered: Rendered
    ) -> None:
        """Answer with a page of the refusal's status, or ask who it is."""
        if isinstance(error, Unauthenticated):
            await send_made(scope, send, visits.read(scope), _to_sign_in(scope))
            return
        status, _, sent = rendered
        if status == HTTPStatus.UNAUTHORIZED:  # browsers would ask for a name and a password
            sent = []

        visit = visits.read(scope)
        try:
            made = await run_sync(self._make, scope, visit, error, status, sent)
            await send_made(scope, send, visit, made)
        except Exception:
            # The database may be what has failed.
            log.exception("a refusal could not be shown", path=scope["path"])
            fixed = [*rendering.HEADERS, rendering.HTML, *sent]
            # What can stand in an id means nothing in HTML.
            shown = _LAST_RESORT % requestids.current().encode()
            await headers.answer(send, status, fixed, shown)

    def _make(
        self, scope: Scope, visit: Visit, error: Exception, status: int, sent: Headers
    ) -> Made:
        asked = {**scope, "path_params": {}, COUNTED: True}
        if not headers.is_host_sound(scope):
            asked["headers"] = [pair for pair in scope["headers"] if pair[0] != b"host"]
        with self._gate.registry.database.read() as conn:
            view = self._gate.admit(conn, asked, visit, params.read(scope["query_string"], "", b""))
        words = _words(view, status, error)
        return finish(view, Page("refused.html", words, status=status, headers=sent))


def _to_sign_in(scope: Scope) -> Made:
    """Ask who it is; what a form was to do is not done."""
    is_look = scope["method"] in {"GET", "HEAD"}
    wanted = address(scope) if is_look else page_of_form(scope, "/")
    location = f"/users/sign_in?return_to={quote(wanted, safe='/')}"
    return HTTPStatus.SEE_OTHER, [(b"location", location.encode())], b""


def _words(view: View, status: int, error: Exception) -> dict[str, object]:
    _ = view.language.gettext
    title, text = {
        HTTPStatus.FORBIDDEN: (
            _("You may not do this"),
            _("Your role does not allow it. Ask an owner of the project or group for another one."),
        ),
        HTTPStatus.NOT_FOUND: (
            _("There is no such page"),
            _("It does not exist, or it has moved, or you may not see it."),
        ),
        HTTPStatus.METHOD_NOT_ALLOWED: (
            _("This page cannot be used like that"),
            _("Go to the page itself and use its form."),
        ),
        HTTPStatus.TOO_MANY_REQUESTS: (
            _("Not so fast"),
            "",
        ),
        HTTPStatus.SERVICE_UNAVAILABLE: (
            _("The registry cannot do this now"),
            _("Nothing was changed. Try again in a while, and tell an administrator if it stays."),
        ),
    }.get(
        HTTPStatus(status),
        (
            _("Something went wrong here"),
            _("It is not your fault, and it was written to the log. Nothing was changed."),
        )
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR
        else (_("This cannot be done"), _("What was sent cannot be understood.")),
    )
    said = error.args[0] if error.args else ""
    is_said = status in {
        HTTPStatus.FORBIDDEN,
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
    if is_said and isinstance(said, Sentence):
        text = view.language.say(said)
    can_sign_in = status == HTTPStatus.NOT_FOUND and view.session is None
    if can_sign_in:
        text = _("It does not exist, or you have to sign in to see it.")
    # The log has a line of it where it was no fault of the reader's.
    request_id = requestids.current() if status >= HTTPStatus.INTERNAL_SERVER_ERROR else ""
    return {
        "code": status,
        "title": title,
        "text": text,
        "can_sign_in": can_sign_in,
        "request_id": request_id,
    }
