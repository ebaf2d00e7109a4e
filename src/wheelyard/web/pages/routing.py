"""The rows of the tables of pages: a page to look at, and a form to send."""

import re

from starlette.convertors import Convertor
from starlette.routing import Route

from wheelyard.access import Permission
from wheelyard.registry import Registry
from wheelyard.web.pages.admission import Gate
from wheelyard.web.pages.endpoint import Form, Look
from wheelyard.web.pages.view import Handler, Prepare
from wheelyard.web.turns import Turns

_SEGMENT = "[A-Za-z0-9_.][A-Za-z0-9_.-]*"


class FullPath(Convertor[str]):
    """A full path: segments without a hyphen at the start, and no address of another kind."""

    regex = rf"(?!(?:api|assets|groups)(?:/|\Z)){_SEGMENT}(?:/{_SEGMENT})*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class Rows:
    """Makes the routes of pages; each names the permission that it needs, or None."""

    def __init__(self, registry: Registry, turns: Turns) -> None:
        self._registry = registry
        self._turns = turns

    def look(self, path: str, handler: Handler, permission: Permission | None) -> Route:
        """Return the route of a page."""
        endpoint = Look(Gate(self._registry, permission), self._turns, handler)
        return Route(_typed(path), endpoint, methods=["GET"])

    def form(
        self,
        path: str,
        handler: Handler,
        permission: Permission | None,
        *,
        on: Handler | None = None,
    ) -> Route:
        """Return the route of a form; ``on`` is the handler of the page that it stands on."""
        return self._form(path, lambda _: handler, permission, on, hashes=False)

    def form_with_password(
        self,
        path: str,
        prepare: Prepare,
        permission: Permission | None,
        *,
        on: Handler,
    ) -> Route:
        """Return the route of a form before whose transaction ``prepare`` hashes a password."""
        return self._form(path, prepare, permission, on, hashes=True)

    def _form(
        self,
        path: str,
        prepare: Prepare,
        permission: Permission | None,
        on: Handler | None,
        *,
        hashes: bool,
    ) -> Route:
        gate = Gate(self._registry, permission)
        endpoint = Form(gate, self._turns, prepare, on=on, hashes=hashes)
        return Route(_typed(path), endpoint, methods=["POST"])


def _typed(path: str) -> str:
    return re.sub(r"\{(project|group|place)\}", r"{\1:full_path}", path)
