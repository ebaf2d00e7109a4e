"""python-gitlab drives every route that it has an object for."""

import os
import subprocess
import sys
from pathlib import Path

from starlette.routing import Match, Route

from tests.api.python_gitlab.recorder import NOTED
from wheelyard.registry import Registry
from wheelyard.web.paths import V4, read_path
from wheelyard.web.routes import routes

FOLDER = Path(__file__).parent

REGISTRY = "/packages/pypi"
"""Of installers and uploaders, whose own tests are in tests/clients."""

WITHOUT_OBJECT = {
    "GET /projects/{project}/packages/{package}/package_files/{file}/download",
    "GET /openapi.json",
    "GET /metadata",
    "POST /user/personal_access_tokens",
    "GET /application/plan_limits",
    "PUT /application/plan_limits",
    # Ours, as are those that follow.
    "POST /projects/{project}/job_tokens",
    "DELETE /projects/{project}/job_tokens/{token}",
    *(
        f"{method} /projects/{{project}}/packages/{{package}}{path}/yank"
        for method in ("PUT", "DELETE")
        for path in ("", "/package_files/{file}")
    ),
}


def test_every_route_is_driven_but_those_without_an_object(
    registry: Registry, tmp_path: Path
) -> None:
    table = {
        f"{method} {route.path.removeprefix(V4)}": route
        for route in routes(registry)
        if isinstance(route, Route) and route.path.startswith(V4) and REGISTRY not in route.path
        for method in (route.methods or set()) - {"HEAD"}
    }

    driven = {find_route(table, line) for line in drive(tmp_path / "noted").splitlines()}

    assert set(table) - driven - WITHOUT_OBJECT == set()
    assert driven & WITHOUT_OBJECT == set()


def drive(noted: Path) -> str:
    """Run the other tests here once more, and return the requests that succeeded."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "tests.api.python_gitlab.recorder"),
            *("-p", "no:cacheprovider", "--ignore", __file__, FOLDER),
        ],
        env={**kept, NOTED: str(noted)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    return noted.read_text()


def find_route(table: dict[str, Route], line: str) -> str:
    """The route, by its name in the table, that answers a request first."""
    method, path = line.split(" ", maxsplit=1)
    scope = {"type": "http", "method": method, "path": read_path(path.encode()), "headers": []}
    return next(name for name, route in table.items() if route.matches(scope)[0] is Match.FULL)
