"""Every route by every credential, scope, role and visibility.

The cells are made from the route table itself: a route that has no row here fails the test, as does
a row that has no route.  What each cell must answer is told by ``policy``, not by the code.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from tests.access.credentials import Credential, Kind
from tests.access.policy import (
    ANY,
    REACHED,
    READ,
    ROTATE,
    USER,
    WRITE,
    Expected,
    Open,
    Policy,
    Pull,
    PullOfAll,
    PullOfGroup,
    Push,
    Rest,
)
from tests.access.world import DIST, Quarter, World
from tests.actors import Installation
from wheelyard.access import Role, Visibility
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.registry import Registry
from wheelyard.web.routes import routes

MAINTAINER, OWNER = Role.MAINTAINER, Role.OWNER
V4 = "/api/v4"


Names = dict[str, str]
"""What stands in the place of a path's parameters."""


@dataclass(frozen=True)
class Row:
    """One route: who may use it, and a request that shows whether the way was open.

    An open way leads to ``reached``, a status and, where a refusal has the same status, a message.
    Nothing that other cells need is changed: what is asked for is incomplete, or is not there, or
    is made for this one cell by ``fresh``, or ``spends`` a token of its own.
    """

    policy: Policy
    reached: int
    message: str | None = None
    params: dict[str, Any] | None = None
    names: Names = field(default_factory=dict)
    fresh: Callable[[World, Quarter, Credential], tuple[Names, Credential]] | None = None
    spends: bool = False

    def was_reached(self, answer: httpx.Response) -> bool:
        """Whether the request got past every permission."""
        if answer.status_code != self.reached:
            return False
        return self.message is None or answer.json().get("message") == self.message


def new_project(world: World, quarter: Quarter, who: Credential) -> tuple[Names, Credential]:
    """A project that this cell may spoil."""
    made = world.town.project(within=quarter.group, visibility=quarter.visibility)
    return {"project": str(made.id)}, world.within(made, who)


def new_group(world: World, quarter: Quarter, who: Credential) -> tuple[Names, Credential]:
    """A group that this cell may spoil; roles come down from the one above it."""
    made = world.town.group(parent=quarter.group, visibility=quarter.visibility)
    return {"group": str(made.id)}, who


def new_user(world: World, quarter: Quarter, who: Credential) -> tuple[Names, Credential]:
    """A user whom this cell may spoil."""
    del quarter
    return {"user": str(world.town.user().id)}, who


def new_token(world: World, quarter: Quarter, who: Credential) -> tuple[Names, Credential]:
    """A token of the caller's, which this cell may spoil: a bot has no other than its own."""
    del quarter
    if who.kind is Kind.ACCESS:
        who = world.renewed(who)
        return {"token": str(who.token_id)}, who
    assert who.user is not None
    return {"token": str(world.town.token(who.user).token.id)}, who


def old_project_token(world: World, quarter: Quarter, who: Credential) -> tuple[Names, Credential]:
    """A revoked access token of the project, which nobody can rotate."""
    return _revoked(world, quarter.project), who


def old_group_token(world: World, quarter: Quarter, who: Credential) -> tuple[Names, Credential]:
    """The same of the group."""
    return _revoked(world, quarter.group), who


def _revoked(world: World, place: Project | Namespace) -> Names:
    minted = world.town.access_token(place)
    world.town.revoke(minted)
    return {"token": str(minted.token.id)}


def file_of_project(world: World, quarter: Quarter, who: Credential) -> tuple[Names, Credential]:
    """The file of the project's release."""
    del world
    return {"file": str(quarter.file_id)}, who


def reading(role: Role = Role.NONE) -> Row:
    """A route that is read with this role, or by anybody who can see the thing."""
    return Row(Rest(role), 200)


def changing(role: Role, reached: int = 400, **more: Any) -> Row:
    """A route for those who are signed in and have this role."""
    return Row(Rest(role, WRITE, signed_in=True), reached, **more)


def by_people(role: Role, reached: int = 400, **more: Any) -> Row:
    """The same, but for bots."""
    return Row(Rest(role, WRITE, signed_in=True, people_only=True), reached, **more)


def on_packages(role: Role = Role.NONE, reached: int = 200, **more: Any) -> Row:
    """A route of the packages API, which job tokens are for too."""
    scopes = READ if role is Role.NONE else WRITE
    return Row(Rest(role, scopes, about_packages=True), reached, **more)


def on_own_token(reached: int, scopes: frozenset[str] = ANY, **more: Any) -> Row:
    """A route about the token that asks."""
    policy = Rest(scopes=scopes, signed_in=True, about_instance=True, about_token=True)
    return Row(policy, reached, **more)


def on_instance(reached: int, scopes: frozenset[str] = READ, **more: Any) -> Row:
    """A route about no project and no group, for whoever is signed in."""
    return Row(Rest(scopes=scopes, signed_in=True, about_instance=True), reached, **more)


def administering(reached: int, scopes: frozenset[str] = WRITE, **more: Any) -> Row:
    """A route for administrators."""
    policy = Rest(scopes=scopes, signed_in=True, admin=True, about_instance=True)
    return Row(policy, reached, **more)


def rows_of_place(place: str, manager: Role, deployer: Role) -> dict[tuple[str, str], Row]:
    """The routes that projects and groups have alike."""
    member = f"{place}/members/{{user}}"
    token = f"{place}/deploy_tokens/{{token}}"
    noun = "project" if place == PROJECT else "group"
    no_member, no_token = "404 Member Not Found", "404 Not Found"
    return {
        ("GET", f"{place}/members"): Row(Rest(signed_in=True), 200),
        ("GET", f"{place}/members/all"): Row(Rest(signed_in=True), 200),
        ("GET", f"{place}/members/all/{{user}}"): Row(Rest(signed_in=True), 404, no_member),
        ("GET", member): Row(Rest(signed_in=True), 404, no_member),
        ("POST", f"{place}/members"): changing(manager),
        ("PUT", member): changing(manager),
        ("DELETE", member): changing(manager, 404, message=no_member),
        ("GET", f"{place}/deploy_tokens"): reading(MAINTAINER),
        ("GET", token): Row(Rest(MAINTAINER), 404, no_token),
        ("GET", f"{place}/access_tokens"): Row(Rest(manager, signed_in=True), 200),
        ("POST", f"{place}/access_tokens"): by_people(manager),
        ("POST", f"{place}/access_tokens/self/rotate"): Row(
            Rest(scopes=ROTATE, signed_in=True), 400, params={"expires_at": "nonsense"}
        ),
        ("GET", f"{place}/access_tokens/{{token}}"): Row(
            Rest(manager, signed_in=True), 404, f"404 {noun} Access Token Not Found"
        ),
        ("DELETE", f"{place}/access_tokens/{{token}}"): by_people(
            manager, 404, message=f"404 {noun} Access Token Not Found"
        ),
        ("POST", f"{place}/access_tokens/{{token}}/rotate"): by_people(
            manager, fresh=old_project_token if place == PROJECT else old_group_token
        ),
        ("POST", f"{place}/deploy_tokens"): Row(Rest(deployer, WRITE), 400),
        ("DELETE", token): Row(Rest(deployer, WRITE), 404, no_token),
    }


PROJECT, GROUP = f"{V4}/projects/{{project}}", f"{V4}/groups/{{group}}"
RULES = f"{PROJECT}/packages/protection/rules"
USER_PATH = f"{V4}/users/{{user}}"
PACKAGE = f"{PROJECT}/packages/{{package}}"
PAT = f"{V4}/personal_access_tokens"
NONSENSE = {"visibility": "nonsense"}

ROWS: dict[tuple[str, str], Row] = {
    ("GET", f"{PROJECT}/packages/pypi/simple/{{package:path}}"): Row(Pull(), 200),
    ("GET", f"{PROJECT}/packages/pypi/files/{{sha256}}/{{filename:path}}"): Row(Pull(), 200),
    ("GET", f"{PROJECT}/packages/pypi/simple"): Row(Pull(), 200),
    ("POST", f"{PROJECT}/packages/pypi"): Row(Push(), 400),
    ("GET", f"{PROJECT}/packages/pypi/+simple/{{package:path}}"): Row(Pull(), 200),
    ("GET", f"{GROUP}/-/packages/pypi/simple/{{package:path}}"): Row(PullOfGroup(), 200),
    ("GET", f"{GROUP}/-/packages/pypi/files/{{sha256}}/{{filename:path}}"): Row(PullOfGroup(), 200),
    ("GET", f"{GROUP}/-/packages/pypi/simple"): Row(PullOfGroup(is_index=True), 200),
    ("GET", f"{V4}/packages/pypi/simple/{{package:path}}"): Row(PullOfAll(), 200),
    ("GET", f"{V4}/packages/pypi/files/{{sha256}}/{{filename:path}}"): Row(PullOfAll(), 200),
    ("GET", f"{V4}/packages/pypi/simple"): Row(PullOfAll(is_index=True), 200),
    ("GET", f"{PROJECT}/packages"): on_packages(),
    ("GET", PACKAGE): on_packages(),
    ("DELETE", PACKAGE): on_packages(
        MAINTAINER, 404, message="404 Package Not Found", names={"package": "0"}
    ),
    ("GET", f"{PACKAGE}/package_files"): on_packages(),
    ("DELETE", f"{PACKAGE}/package_files/{{file}}"): on_packages(
        MAINTAINER, 404, message="404 Not Found"
    ),
    ("GET", f"{PACKAGE}/pipelines"): on_packages(),
    ("GET", f"{PACKAGE}/package_files/{{file}}/download"): on_packages(fresh=file_of_project),
    ("PUT", f"{PACKAGE}/yank"): on_packages(
        MAINTAINER, 404, message="404 Package Not Found", names={"package": "0"}
    ),
    ("DELETE", f"{PACKAGE}/yank"): on_packages(
        MAINTAINER, 404, message="404 Package Not Found", names={"package": "0"}
    ),
    ("PUT", f"{PACKAGE}/package_files/{{file}}/yank"): on_packages(
        MAINTAINER, 404, message="404 Not Found"
    ),
    ("DELETE", f"{PACKAGE}/package_files/{{file}}/yank"): on_packages(
        MAINTAINER, 404, message="404 Not Found"
    ),
    ("GET", f"{PROJECT}/packages/pypi/status/{{package:path}}"): on_packages(),
    ("PUT", f"{PROJECT}/packages/pypi/status/{{package:path}}"): on_packages(MAINTAINER, 400),
    ("GET", f"{GROUP}/packages"): on_packages(),
    ("GET", RULES): Row(Rest(MAINTAINER, signed_in=True), 200),
    ("POST", RULES): changing(MAINTAINER),
    ("PATCH", f"{RULES}/{{rule}}"): changing(MAINTAINER, 404, message="404 Not Found"),
    ("DELETE", f"{RULES}/{{rule}}"): changing(MAINTAINER, 404, message="404 Not Found"),
    ("GET", f"{V4}/openapi.json"): Row(Open(), 200),
    ("GET", f"{V4}/version"): on_instance(200, USER),
    ("GET", f"{V4}/metadata"): on_instance(200, USER),
    ("GET", f"{V4}/application/settings"): administering(200, READ),
    ("PUT", f"{V4}/application/settings"): administering(400, params={"packages_enabled": "x"}),
    ("GET", f"{V4}/application/plan_limits"): administering(200, READ),
    ("PUT", f"{V4}/application/plan_limits"): administering(400),
    ("GET", f"{V4}/user"): on_instance(200, USER),
    ("GET", f"{V4}/users"): on_instance(200, USER),
    ("POST", f"{V4}/users"): administering(400),
    ("GET", USER_PATH): on_instance(200, USER),
    ("PUT", USER_PATH): administering(400, params={"email": "no address"}),
    ("DELETE", USER_PATH): administering(204, fresh=new_user),
    ("POST", f"{USER_PATH}/block"): administering(201, fresh=new_user),
    ("POST", f"{USER_PATH}/unblock"): administering(201, fresh=new_user),
    ("GET", f"{USER_PATH}/projects"): Row(Rest(about_instance=True), 200),
    ("POST", f"{USER_PATH}/personal_access_tokens"): administering(400),
    ("GET", f"{V4}/projects"): Row(Rest(about_instance=True), 200),
    ("POST", f"{V4}/projects"): on_instance(400, WRITE),
    ("GET", PROJECT): reading(),
    ("PUT", PROJECT): changing(MAINTAINER, params=NONSENSE),
    ("DELETE", PROJECT): changing(OWNER, 202, fresh=new_project),
    ("POST", f"{PROJECT}/archive"): changing(OWNER, 201, fresh=new_project),
    ("POST", f"{PROJECT}/unarchive"): changing(OWNER, 201, fresh=new_project),
    ("PUT", f"{PROJECT}/transfer"): changing(OWNER),
    ("GET", f"{V4}/groups"): Row(Rest(about_instance=True), 200),
    ("POST", f"{V4}/groups"): Row(
        Rest(scopes=WRITE, signed_in=True, about_instance=True, people_only=True), 400
    ),
    ("GET", GROUP): reading(),
    ("PUT", GROUP): changing(OWNER, params=NONSENSE),
    ("DELETE", GROUP): changing(OWNER, 202, fresh=new_group),
    ("GET", f"{GROUP}/projects"): reading(),
    ("GET", f"{GROUP}/subgroups"): reading(),
    ("GET", f"{GROUP}/descendant_groups"): reading(),
    **rows_of_place(PROJECT, manager=MAINTAINER, deployer=MAINTAINER),
    **rows_of_place(GROUP, manager=OWNER, deployer=OWNER),
    ("GET", f"{V4}/deploy_tokens"): administering(200, READ),
    ("GET", PAT): on_instance(200),
    ("GET", f"{PAT}/self"): on_own_token(200),
    ("DELETE", f"{PAT}/self"): on_own_token(204, spends=True),
    ("POST", f"{PAT}/self/rotate"): on_own_token(200, ROTATE, spends=True),
    ("GET", f"{PAT}/{{token}}"): on_instance(200, fresh=new_token),
    ("DELETE", f"{PAT}/{{token}}"): on_instance(204, WRITE, fresh=new_token),
    ("POST", f"{PAT}/{{token}}/rotate"): on_instance(200, WRITE, fresh=new_token),
    ("POST", f"{V4}/user/personal_access_tokens"): Row(
        Rest(scopes=WRITE, signed_in=True, about_instance=True, people_only=True), 400
    ),
    ("POST", f"{PROJECT}/job_tokens"): Row(Rest(scopes=WRITE, signed_in=True, admin=True), 400),
    ("DELETE", f"{PROJECT}/job_tokens/{{token}}"): Row(
        Rest(scopes=WRITE, signed_in=True, admin=True), 404, "404 Not Found"
    ),
    ("GET", f"{PROJECT}/job_token_scope"): Row(Rest(MAINTAINER, signed_in=True), 200),
    ("PATCH", f"{PROJECT}/job_token_scope"): changing(MAINTAINER),
    **{
        ("GET", f"{PROJECT}/job_token_scope/{kind}"): Row(Rest(MAINTAINER, signed_in=True), 200)
        for kind in ("allowlist", "groups_allowlist")
    },
    **{
        ("POST", f"{PROJECT}/job_token_scope/{kind}"): changing(MAINTAINER)
        for kind in ("allowlist", "groups_allowlist")
    },
    **{
        ("DELETE", f"{PROJECT}/job_token_scope/{kind}/{{target}}"): changing(
            MAINTAINER, 404, message=f"404 Target {noun} Not Found"
        )
        for kind, noun in (("allowlist", "project"), ("groups_allowlist", "group"))
    },
    ("GET", "/-/liveness"): Row(Open(), 200),
    ("GET", "/-/readiness"): Row(Open(), 200),
}


@pytest.fixture(scope="module")
def world(town: Installation) -> Iterator[World]:
    """The people and things of the matrix."""
    world = World(town)
    yield world
    world.close()


def table(registry: Registry) -> set[tuple[str, str]]:
    """The method and path of every route but those of pages, which tests/pages looks after."""
    found = set()
    for route in routes(registry):
        assert isinstance(route, Route)
        if is_page(route):
            continue
        assert route.methods is not None, f"{route.path} answers every method"
        found |= {(method, route.path) for method in route.methods - {"HEAD"}}
    return found


def is_page(route: Route) -> bool:
    """Whether people look at it, signed in by a session in the place of a token."""
    return type(route.endpoint).__module__.startswith("wheelyard.web.pages")


def test_every_route_has_its_row_and_every_row_its_route(registry: Registry) -> None:
    assert table(registry) == set(ROWS)


def test_every_endpoint_names_its_permission(registry: Registry) -> None:
    silent = [
        route.path
        for route in routes(registry)
        if isinstance(route, Route) and not hasattr(route.endpoint, "permission")
    ]

    assert silent == []


@pytest.mark.parametrize("visibility", list(Visibility))
@pytest.mark.parametrize(("method", "path"), list(ROWS))
def test_a_route(
    world: World,
    method: str,
    path: str,
    visibility: Visibility,
    record_property: Callable[[str, object], None],
) -> None:
    row, quarter = ROWS[method, path], world.quarters[visibility]
    wrong = []
    for who in quarter.credentials:
        is_rest_of_group = isinstance(row.policy, Rest) and path.startswith(GROUP)
        there = who.in_group() if is_rest_of_group else who
        expected = row.policy.expect(there, visibility, method)
        answer = ask(world, quarter, row, who, method, path, expected)
        if not agrees(row, answer, expected):
            wrong.append(f"{who.label}: {answer.status_code} {answer.text[:100]}, not {expected}")
    record_property("cells", len(quarter.credentials))

    assert wrong == []


def agrees(row: Row, answer: httpx.Response, expected: Expected) -> bool:
    """Whether an answer is the one expected."""
    if expected == REACHED:
        return row.was_reached(answer)
    return answer.status_code == expected and not row.was_reached(answer)


def ask(
    world: World,
    quarter: Quarter,
    row: Row,
    who: Credential,
    method: str,
    path: str,
    expected: Expected,
) -> httpx.Response:
    """Make the request of one cell."""
    names = {
        "project": str(quarter.project.id),
        "group": str(quarter.group.id),
        "package": str(quarter.release_id),
        "file": "0",
        "target": "0",
        "sha256": DIST.sha256,
        "filename": DIST.filename,
        "user": str(world.bystander.id),
        "token": "0",
        "rule": "0",
    }
    names |= row.names
    if expected == REACHED and row.fresh is not None:
        made, who = row.fresh(world, quarter, who)
        names |= made
    if expected == REACHED and row.spends:
        who = world.renewed(who)
    url = path.replace("{package:path}", DIST.name).replace(":path}", "}").format(**names)
    is_upload = isinstance(row.policy, Push)
    params = None if method == "GET" or is_upload else row.params or {}
    return world.inside.ask(
        method,
        f"{url}?{who.query}",
        headers=who.headers,
        auth=who.auth,
        params=params,
        uploads=is_upload,
    )
