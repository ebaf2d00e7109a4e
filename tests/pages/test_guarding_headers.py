"""The headers that guard every page, pages of errors too; and how pages and programs stay apart."""

import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from starlette.routing import Route

from tests.actors import Installation
from tests.pages.policy import Kind
from tests.pages.table import PAGES, ROWS, ask, names_of
from tests.pages.visitor import Visitor
from tests.pages.world import Looker, Quarter, World
from tests.servers import Server, running
from wheelyard.access import Visibility
from wheelyard.registry import Registry
from wheelyard.web.routes import routes

pytestmark = pytest.mark.xdist_group("page world")

DOWNLOAD = "/{project}/-/packages/{release}/files/{file}/download"
ASSET = "/assets/{digest}/{name}"
EXPORTS = {"/admin/journal.csv", "/admin/journal.jsonl"}
WRITTEN = [key for key in PAGES if key[1] not in {DOWNLOAD, ASSET, *EXPORTS}]
"""The pages that the server writes itself."""


@pytest.fixture
def quarter(world: World) -> Quarter:
    """The public places."""
    return world.quarters[Visibility.PUBLIC]


@pytest.fixture
def boss(quarter: Quarter) -> Looker:
    """An administrator."""
    return next(who for who in quarter.lookers if who.kind is Kind.ADMINISTRATOR)


@pytest.fixture
def broken(tmp_path: Path, prepared: Path) -> Iterator[Server]:
    """A server of its own, which a test may break."""
    data = shutil.copytree(prepared, tmp_path / "data")
    with running(data) as server:
        yield server


def require_guarded(answer: httpx.Response) -> None:
    """Raise AssertionError unless an answer has every header that a page must have."""
    headers = answer.headers
    policy = dict(
        rule.strip().split(" ", 1) for rule in headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "private, no-store"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "www-authenticate" not in headers
    assert "access-control-allow-origin" not in headers
    for name in set(headers):
        if name != "set-cookie":
            assert len(headers.get_list(name)) == 1, f"{name} is sent twice"
    if not answer.is_redirect:
        assert headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(("method", "path"), WRITTEN)
def test_a_page_is_guarded(
    world: World, quarter: Quarter, boss: Looker, method: str, path: str
) -> None:
    for who in (boss, quarter.lookers[0], quarter.lookers[1]):
        require_guarded(ask(world, quarter, (method, path), who))


@pytest.mark.parametrize(("method", "path"), PAGES)
def test_a_page_answers_head_and_with_a_trailing_slash(
    world: World, quarter: Quarter, boss: Looker, method: str, path: str
) -> None:
    names = names_of(world, quarter, ROWS[method, path], boss)
    address, http = path.format(**names), boss.visitor.http
    query = {name: text for name, text in names.items() if name.endswith("[]")} or None

    whole = http.get(address, params=query)
    head = http.head(address, params=query)
    slashed = http.get(f"{address.rstrip('/')}/", params=query)

    assert whole.status_code in {200, 303}
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers.get("content-type") == whole.headers.get("content-type")
    assert slashed.status_code == whole.status_code


def test_a_download_is_kept_from_being_shown(world: World, quarter: Quarter, boss: Looker) -> None:
    answer = ask(world, quarter, ("GET", DOWNLOAD), boss)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"].startswith("private")


def test_an_asset_is_for_everybody(world: World, quarter: Quarter) -> None:
    answer = ask(world, quarter, ("GET", ASSET), quarter.lookers[0])

    assert answer.headers["cache-control"].startswith("public")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing/here", 404),
        ("HEAD", "/nothing/here", 404),
        ("GET", "/assets/0/style.css", 404),
        ("GET", "/favicon.ico", 404),
        ("GET", "/robots.txt", 404),
        ("GET", "/admin/nothing", 404),
        ("GET", "/%ff", 400),
        ("GET", "/%00", 400),
        ("GET", "/-/user_settings/nothing", 404),
        ("GET", "/apis", 404),
        ("GET", "/-/liveness/more", 404),
        ("DELETE", "/explore", 405),
        ("PUT", "/", 405),
        ("OPTIONS", "/explore", 405),
        ("POST", "/explore", 405),
        ("GET", "/users/sign_out", 404),
        ("GET", "/-/preferences", 405),
        ("POST", "/users/sign_in", 403),
        ("POST", "/users/sign_out", 403),
    ],
)
def test_a_page_of_an_error_is_guarded(
    boss: Looker, quarter: Quarter, method: str, path: str, status: int
) -> None:
    for who in (boss, quarter.lookers[0]):
        answer = who.visitor.http.request(method, path)
        if path.startswith("/-/liveness"):  # of programs
            assert answer.headers["content-type"] == "application/json"
            continue
        assert answer.status_code == status
        require_guarded(answer)
        assert ("allow" in answer.headers) is (status == 405)


def test_a_failure_is_a_guarded_page(broken: Server) -> None:
    town = Installation(broken.data)
    town.project(visibility=Visibility.PUBLIC)
    town.close()
    with Visitor(broken.url) as visitor:
        _break(broken, "UPDATE projects SET registry_access_level = 'nonsense'")
        answer = visitor.get("/explore")

    assert answer.status_code == 500
    require_guarded(answer)
    assert "Something went wrong here" in answer.text
    assert "nonsense" not in answer.text
    assert "Traceback" not in answer.text


def test_a_failure_of_everything_is_a_guarded_page(broken: Server) -> None:
    with Visitor(broken.url) as visitor:
        visitor.get("/explore")
        _break(broken, "ALTER TABLE sessions RENAME TO gone")
        answer = visitor.get("/explore")

    assert answer.status_code == 503
    require_guarded(answer)
    assert "Something went wrong here" in answer.text


def _break(server: Server, statement: str) -> None:
    with closing(sqlite3.connect(server.data / "wheelyard.sqlite")) as conn:
        conn.execute(statement)
        conn.commit()


def test_what_cannot_be_done_now_is_a_guarded_page(
    world: World, quarter: Quarter, boss: Looker, server: Server
) -> None:
    digest = quarter.file.sha256
    (blob,) = (path for path in server.data.rglob("*") if path.name == digest)
    moved = blob.rename(blob.with_name(f"{digest}.moved"))
    try:
        answer = ask(world, quarter, ("GET", DOWNLOAD), boss)
    finally:
        moved.rename(blob)

    assert answer.status_code == 503
    require_guarded(answer)
    assert "retry-after" in answer.headers


def test_programs_are_never_answered_with_a_page(
    world: World, registry: Registry, quarter: Quarter, boss: Looker
) -> None:
    names = {
        "project": str(quarter.project.id),
        "group": str(quarter.group.id),
        "package": str(quarter.release.id),
        "file": str(quarter.file.id),
        "sha256": quarter.file.sha256,
        "filename": quarter.file.filename,
        "user": str(world.bystander.id),
    }
    paths = {
        route.path.replace(":path}", "}").format_map(defaultdict(lambda: "1", names))
        for route in routes(registry)
        if isinstance(route, Route) and route.path.startswith(("/api/", "/-/liveness"))
    }
    strange = {
        "/api",
        "/api/",
        "/api/v4",
        "/api/v4/nothing",
        "/api/v5/x",
        "/api/%ff",
        "/api/v4/%00",
    }
    wrong = []
    for path in sorted(paths | strange):
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            answer = boss.visitor.http.request(method, path, headers={"Accept": "text/html"})
            is_simple = "/packages/pypi/simple" in path and answer.status_code == 200
            kind = answer.headers.get("content-type", "")
            if (kind.startswith("text/html") and not is_simple) or "set-cookie" in answer.headers:
                wrong.append(f"{method} {path}: {answer.status_code} {kind}")

    assert wrong == []


def test_another_case_of_a_path_leads_to_the_right_one(quarter: Quarter, boss: Looker) -> None:
    project, group = quarter.project.full_path, quarter.group.full_path
    asked: Callable[[str], httpx.Response] = boss.visitor.http.get
    for right in (
        f"/{project}",
        f"/{group}",
        f"/{project}/-/packages",
        f"/{project}/-/packages?q=a%2Fb&page=2",
        f"/{project}/-/packages/{quarter.release.id}/files",
        f"/{project}/-/settings/general",
        f"/groups/{group}/-/group_members",
    ):
        path = right.replace(project, project.upper()).replace(group, group.upper())
        answer = asked(path)
        assert (answer.status_code, answer.headers.get("location")) == (303, right)
        require_guarded(answer)
