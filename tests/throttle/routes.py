"""Every call of the API that asks who calls, with something in the place of each parameter."""

import re
from collections.abc import Iterator

from starlette.routing import Route

from wheelyard.registry import Registry
from wheelyard.web.paths import V4
from wheelyard.web.routes import routes

_PARAMETER = re.compile(r"\{[^}]+\}")


def list_calls(registry: Registry, **names: str) -> Iterator[tuple[str, str]]:
    """Method and path; a parameter that is not among the names is 1."""
    for route in routes(registry):
        if not isinstance(route, Route) or not route.path.startswith(V4):
            continue
        if getattr(route.endpoint, "permission", None) is not None:
            path = _PARAMETER.sub(lambda found: _value(found[0], names), route.path)
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield method, path


def _value(parameter: str, names: dict[str, str]) -> str:
    return names.get(parameter[1:-1].partition(":")[0], "1")
