"""The URL as it was sent, brought to the form that the route table matches.

Two things are GitLab's and not the framework's: a project's path arrives as one segment with its
slashes encoded (``group%2Fproject``), which servers decode before anybody can see it; and a
trailing slash is accepted everywhere, without a redirect, which no upload client would follow.
"""

import re
from http import HTTPStatus
from urllib.parse import unquote

from starlette.exceptions import HTTPException
from starlette.routing import Match, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from wheelyard.facts import Invalid

V4 = "/api/v4"
PYPI = V4 + "/projects/{project}/packages/pypi"
"""A project's registry; the routes match it, and the links on pages are made of it."""

GROUP_PYPI = V4 + "/groups/{group}/-/packages/pypi"
"""The same of all projects under a group, to be read."""

ALL_PYPI = V4 + "/packages/pypi"
"""The same of the whole instance."""

_OF_PROGRAMS = (b"/api/", b"/-/liveness", b"/-/readiness", b"/-/metrics")

SLASH = "\x1f"
"""Stands for an encoded slash in a path that was read; no path can hold it otherwise."""

_ENCODED_SLASH = re.compile(rb"%2f", re.IGNORECASE)

MAX_REMEMBERED = 10_000
"""Paths, and only answered ones."""

MAX_REMEMBERED_LENGTH = 512
"""Bytes of one; a package's name has more spellings than memory should hold."""


class PathReader:
    """Middleware around the router: reads each path, and remembers where it led.

    Reading and matching a hot path takes 2.5 µs, and the router's own calls come on top; what was
    matched before is one look-up.  Nothing of a caller is remembered here.
    """

    def __init__(self, router: Router) -> None:
        self._router = router
        self._remembered: dict[tuple[str, bytes], tuple[ASGIApp, dict[str, str]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to its endpoint.  Raises Invalid for a path that means nothing."""
        if scope["type"] != "http":
            await self._router(scope, receive, send)
            return
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        found = self._remembered.get((scope["method"], raw))
        if found is not None:
            app, scope["path_params"] = found
            await app(scope, receive, send)
            return
        scope["path"] = read_path(raw)
        scope["app"] = self  # tells the router that its exceptions are handled
        try:
            await self._router(scope, receive, send)
        except HTTPException as error:
            if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
                error.headers = {"Allow": ", ".join(sorted(self._methods(scope)))}
            raise
        self._remember(scope, raw)

    def _methods(self, scope: Scope) -> set[str]:
        """Return what a path answers; each method of it has a route of its own."""
        return {
            method
            for route in self._router.routes
            if isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE
            for method in route.methods or ()
        }

    def _remember(self, scope: Scope, raw: bytes) -> None:
        route = scope["route"]
        # What is mounted needs the path as the mount has cut it.
        if not isinstance(route, Route) or "app_root_path" in scope:
            return
        if len(raw) > MAX_REMEMBERED_LENGTH:
            return
        if len(self._remembered) >= MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[scope["method"], raw] = (route.app, scope["path_params"])


def read_path(raw: bytes) -> str:
    """Decode every escape once, but for slashes, and drop a trailing slash.  Raises Invalid."""
    path = raw.decode("latin-1")
    if "%" in path or not path.isascii():
        path = _decode(raw)
    return path[:-1] if len(path) > 1 and path.endswith("/") else path


def _decode(raw: bytes) -> str:
    try:
        parts = [unquote(part.decode(), errors="strict") for part in _ENCODED_SLASH.split(raw)]
    except UnicodeDecodeError as error:
        raise Invalid("path is invalid") from error
    if any(character < " " or character == "\x7f" for part in parts for character in part):
        raise Invalid("path is invalid")
    return SLASH.join(parts)


def is_of_programs(scope: Scope) -> bool:
    """Whether a path is answered to programs, and never with a page."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw == b"/api" or raw.startswith(_OF_PROGRAMS)


def require_no_traversal(segments: str) -> None:
    """Raise Invalid for what a file system would read as another place; nothing here would."""
    parts = segments.replace(SLASH, "/").replace("\\", "/").split("/")
    if ".." in parts or "." in parts:
        raise Invalid("path traversal is not allowed")


def read_ref(segment: str) -> str:
    """Return the id or full path of a project or group that a path segment holds."""
    return segment.replace(SLASH, "/")
