"""One table: what each fact of the core becomes on the wire; and the boundary that applies it.

Every refusal is JSON, in GitLab's two shapes: ``message`` for what the application says, ``error``
for parameters and OAuth.  People read these sentences through twine, uv and curl, so each can
stand alone.
"""

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from wheelyard import facts
from wheelyard.web import requestids
from wheelyard.web.headers import Headers, answer
from wheelyard.web.paths import is_of_programs

CHALLENGE = (b"www-authenticate", b'Basic realm="GitLab Packages Registry"')
"""GitLab's realm, word for word: keyrings and netrc helpers may be set to it."""

_JSON = (b"content-type", b"application/json")

# A cache may keep a 404 (RFC 9111, 4.2.2), and what is not here now may be published any moment.
_NOT_KEPT = (b"cache-control", b"no-store")

log = structlog.get_logger()

Rendered = tuple[int, dict[str, Any], Headers]


class RequestTimeout(Exception):  # noqa: N818  reads as the fact that it is
    """The request's body came too slowly; nothing of it was kept."""


class ClientGone(Exception):  # noqa: N818  as above
    """The client ended its side before the body was whole; it may still read an answer."""


class NotAcceptable(Exception):  # noqa: N818  as above
    """The client takes none of the forms that there are; the text names these."""


class KeysetUnavailable(Exception):  # noqa: N818  as above
    """The list cannot be walked by keys in the order asked for."""


def _message(status: int, text: str) -> Rendered:
    return status, {"message": f"{status} {text}"}, []


def _credential_refused(fact: facts.CredentialRefused) -> Rendered:
    if fact.kind == "blocked":
        return _message(403, f"Forbidden - {fact}")
    if fact.kind == "unknown":
        return 401, {"message": "401 Unauthorized"}, [CHALLENGE]
    return 401, {"error": "invalid_token", "error_description": str(fact)}, [CHALLENGE]


def _insufficient_scope(fact: facts.InsufficientScope) -> Rendered:
    body = {
        "error": "insufficient_scope",
        "error_description": str(fact),
        "scope": " ".join(fact.scopes),
    }
    return 403, body, []


def _invalid_rule(fact: facts.InvalidRule) -> Rendered:
    """Write whole sentences, as Rails does: "Package name pattern has already been taken"."""
    said = [
        problem if field == "base" else f"{field.replace('_', ' ').capitalize()} {problem}"
        for field, problem in fact.problems.items()
    ]
    return 422, {"message": {"error": said}}, []


_PHRASES = {404: "Not Found", 405: "Not Allowed"}  # of the API framework that GitLab uses

TABLE: dict[type[Exception], Callable[[Any], Rendered]] = {
    facts.Unauthenticated: lambda _: (401, {"message": "401 Unauthorized"}, [CHALLENGE]),
    facts.CredentialRefused: _credential_refused,
    facts.InsufficientScope: _insufficient_scope,
    facts.Forbidden: lambda f: _message(403, f"Forbidden - {f}" if f.reason else "Forbidden"),
    facts.NotFound: lambda f: _message(404, f"{f.noun} Not Found".strip()),
    facts.InvalidParameters: lambda f: (400, {"error": str(f)}, []),
    facts.InvalidRule: _invalid_rule,
    facts.InvalidRecord: lambda f: (
        400,
        {"message": {field: [problem] for field, problem in f.problems.items()}},
        [],
    ),
    facts.FileTooLarge: lambda _: _message(400, "Bad request - File is too large"),
    facts.Invalid: lambda f: _message(400, f"Bad request - {f}"),
    facts.Conflict: lambda f: (409, {"message": str(f)}, []),
    facts.Throttled: lambda f: (
        429,
        {"message": f"429 Too Many Requests - {f}"},
        [(b"retry-after", b"%d" % f.seconds)],
    ),
    facts.PreconditionFailed: lambda _: _message(412, "Precondition Failed"),
    facts.Unavailable: lambda f: (
        503,
        {"message": f"503 Service Unavailable - {f}"},
        [(b"retry-after", b"5")],
    ),
    facts.StoreFull: lambda f: _message(507, f"Insufficient Storage - {f}"),
    RequestTimeout: lambda _: _message(408, "Request Timeout - the upload came too slowly"),
    ClientGone: lambda _: _message(400, "Bad request - The body of the request broke off"),
    NotAcceptable: lambda e: (
        406,
        {"message": f"406 Not Acceptable - There are {e}"},
        [(b"vary", b"Accept")],
    ),
    KeysetUnavailable: lambda _: (
        405,
        {"error": "Keyset pagination is not yet available for this type of request"},
        [],
    ),
    HTTPException: lambda e: (
        e.status_code,
        {"error": f"{e.status_code} {_PHRASES.get(e.status_code, e.detail)}"},
        [(key.lower().encode(), value.encode()) for key, value in (e.headers or {}).items()],
    ),
}
"""Of an exception its own class counts, or else the nearest of those that it derives from."""


def render(error: Exception) -> Rendered | None:
    """Return status, body and headers; None for what is not in the table."""
    for kind in type(error).__mro__:
        if kind in TABLE:
            return TABLE[kind](error)
    return None


def status_of(fact: facts.Fact) -> int:
    """Return the status of a fact; every one is in the table."""
    rendered = render(fact)
    assert rendered is not None  # noqa: S101  see above
    return rendered[0]


def headers_of(fact: facts.Fact) -> Headers:
    """Return the headers of a fact, such as when to try again."""
    rendered = render(fact)
    return rendered[2] if rendered else []


def status_of_form(fact: facts.Fact) -> int:
    """Return the status of a form that is shown again because of a fact.

    That of the table; but where the request was understood, and only what people typed into it has
    to be mended, 422 in the place of 400 (RFC 9110, 15.5.21).
    """
    status = status_of(fact)
    return HTTPStatus.UNPROCESSABLE_ENTITY if status == HTTPStatus.BAD_REQUEST else status


ShowRefusal = Callable[[Scope, Send, Exception, Rendered], Awaitable[None]]
"""Answers a person's browser with a page that says what was refused."""


Judge = Callable[[Scope, Exception], Exception]
"""Takes note of what was raised, and returns it or what is to be answered in its place."""


class ErrorBoundary:
    """Middleware around all that raises: a request ends in an answer, whatever happened.

    On the paths of programs that is JSON; on all others ``show`` makes a page of it.
    """

    def __init__(self, app: ASGIApp, show: ShowRefusal, judge: Judge) -> None:
        self._app = app
        self._show = show
        self._judge = judge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for what the application raises."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except Exception as raised:
            error = self._judge(scope, raised)
            rendered = render(error)
            if rendered is None:
                log.exception("request failed", method=scope["method"], path=scope["path"])
            status, body, headers = rendered or _message(500, "Internal Server Error")
            if rendered and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                log.warning("request failed", path=scope["path"], status=status, reason=str(error))
            if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                body["request_id"] = requestids.current()
            if not is_of_programs(scope):
                await self._show(scope, send, error, (status, body, headers))
                return
            # An answer that has begun cannot be taken back: the server refuses this one then, and
            # cuts the connection, by which the client sees that what it has is not whole.
            await answer(send, status, [_JSON, _NOT_KEPT, *headers], json.dumps(body).encode())
