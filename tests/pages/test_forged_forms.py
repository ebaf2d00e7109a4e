"""What another site makes a browser send is refused, whatever it would have changed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import httpx
import pytest
from starlette.routing import Route

from tests.pages.policy import Kind
from tests.pages.table import FORMS, ROWS, ask, list_page_routes, names_of, outcome_of
from tests.pages.world import Looker, Quarter, World, last_serial
from wheelyard.access import Visibility
from wheelyard.registry import Registry
from wheelyard.web.routes import routes

pytestmark = pytest.mark.xdist_group("page world")

FOREIGN: tuple[Mapping[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example.com"},
    {"Origin": "https://evil.example.com"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://["},
    {"Origin": "http://127.0.0.1.evil.example.com"},
    {"Origin": "http://127.0.0.1:1"},
)
"""What browsers say of a form that another origin's page has sent."""


@pytest.fixture
def quarter(world: World) -> Quarter:
    """The private places."""
    return world.quarters[Visibility.PRIVATE]


@pytest.fixture
def victim(quarter: Quarter) -> Looker:
    """An administrator, who may do everything."""
    return next(who for who in quarter.lookers if who.kind is Kind.ADMINISTRATOR)


def refused(answer: httpx.Response) -> bool:
    """Whether a form was refused for where it came from."""
    return answer.status_code == 403 and "sent by another site" in answer.text


@pytest.mark.parametrize(("method", "path"), FORMS)
def test_a_form_with_a_strange_token_changes_nothing(
    world: World, quarter: Quarter, victim: Looker, method: str, path: str
) -> None:
    key = (method, path)
    names = names_of(world, quarter, ROWS[key], victim)
    before = last_serial(world.town)
    strange = [who.visitor.form_token for who in quarter.lookers if who is not victim]
    right = victim.visitor.form_token

    taken = [
        token
        for token in ("", "x", "é", right.upper(), right[:-1], f"{right} ", *strange)
        if not refused(ask(world, quarter, key, victim, token=token, names=names))
    ]

    assert taken == []
    assert last_serial(world.town) == before


@pytest.mark.parametrize(("method", "path"), FORMS)
def test_a_form_of_another_origin_changes_nothing_with_the_right_token_either(
    world: World, quarter: Quarter, victim: Looker, method: str, path: str
) -> None:
    key = (method, path)
    names = names_of(world, quarter, ROWS[key], victim)
    before = last_serial(world.town)

    taken = [
        headers
        for headers in FOREIGN
        if not refused(
            ask(
                world,
                quarter,
                key,
                victim,
                token=victim.visitor.form_token,
                headers=headers,
                names=names,
            )
        )
    ]

    assert taken == []
    assert last_serial(world.town) == before


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_form_of_our_own_is_taken(
    world: World, quarter: Quarter, victim: Looker, site: str
) -> None:
    key = ("POST", "/{project}/-/settings/permissions")
    for headers in ({"Sec-Fetch-Site": site}, {"Origin": world.town.url}, {}):
        answer = ask(world, quarter, key, victim, headers=headers)
        assert ROWS[key].reached(answer), outcome_of(ROWS[key], answer)


def test_no_page_changes_anything_without_a_form(registry: Registry) -> None:
    assert {method for method, _ in list_page_routes(registry)} == {"GET", "POST"}


def api_calls(registry: Registry, quarter: Quarter, world: World) -> Iterator[tuple[str, str]]:
    """A request for every route of programs."""
    names = {
        "project": str(quarter.project.id),
        "group": str(quarter.group.id),
        "package": str(quarter.release.id),
        "file": str(quarter.file.id),
        "sha256": quarter.file.sha256,
        "filename": quarter.file.filename,
        "user": str(world.bystander.id),
    }
    for route in routes(registry):
        assert isinstance(route, Route)
        if route.path.startswith("/api/"):
            path = route.path.replace(":path}", "}").format_map(defaultdict(lambda: "1", names))
            yield from ((method, path) for method in (route.methods or set()) - {"HEAD"})


@pytest.mark.parametrize("visibility", list(Visibility))
def test_a_session_helps_no_program_to_change_anything(
    world: World, registry: Registry, visibility: Visibility
) -> None:
    quarter = world.quarters[visibility]
    nobody, boss = quarter.lookers[0], quarter.lookers[len(quarter.lookers) - 3]
    assert (nobody.kind, boss.kind) == (Kind.NOBODY, Kind.ADMINISTRATOR)
    before = last_serial(world.town)
    helped = []
    calls = [call for call in api_calls(registry, quarter, world) if call[0] != "GET"]
    for method, path in calls:
        without = nobody.visitor.http.request(method, path)
        answer = boss.visitor.http.request(method, path)
        if (answer.status_code, answer.content) != (without.status_code, without.content):
            helped.append(f"{method} {path}: {without.status_code}, {answer.status_code}")
        assert answer.status_code in {401, 403, 404}, (method, path)

    assert helped == []
    assert last_serial(world.town) == before
