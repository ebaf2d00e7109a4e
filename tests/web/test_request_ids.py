"""Each request has an id: its answer carries it, its log lines and its error page name it."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.actors import Actor, Installation, pypi
from tests.architecture.repository import SRC
from tests.builders import wheel
from tests.pages.visitor import Visitor
from tests.servers import Server, running
from wheelyard.access import Visibility
from wheelyard.projects import Project

DRAWN = re.compile(r"[0-9a-f]{20}\Z")
DIST = wheel("named", "1.0", files={"data.bin": bytes(range(256)) * 400})
PROXY = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}


@pytest.fixture
def broken(tmp_path: Path, prepared: Path) -> Iterator[Server]:
    """A server whose projects cannot be read."""
    data = shutil.copytree(prepared, tmp_path / "data")
    with running(data) as server:
        town = Installation(data)
        town.project(visibility=Visibility.PUBLIC)
        town.close()
        with closing(sqlite3.connect(data / "wheelyard.sqlite")) as conn:
            conn.execute("UPDATE projects SET registry_access_level = 'nonsense'")
            conn.commit()
        yield server


def test_every_answer_of_a_repository_carries_an_id(developer: Actor, project: Project) -> None:
    file = f"{pypi(project)}/files/{DIST.sha256}/{DIST.filename}"
    answers = [
        developer.publish(project, DIST),
        page := developer.simple(project, "named"),
        developer.http.get(page.url, headers={"If-None-Match": page.headers["etag"]}),
        developer.http.head(page.url),
        developer.simple(project),
        developer.simple(project, "absent"),
        developer.http.get(file),
        developer.http.get(file, headers={"Range": "bytes=5-80000"}),
        developer.http.get(file, headers={"Range": "bytes=9999999-"}),
        developer.http.get(file, headers={"If-None-Match": f'"{DIST.sha256}"'}),
        developer.http.head(file),
        developer.publish(project, DIST, name=None),
    ]

    statuses = [answer.status_code for answer in answers]
    assert statuses == [201, 200, 304, 200, 200, 404, 200, 206, 416, 304, 200, 400]
    require_ids(answers)


def test_every_other_answer_carries_an_id(root: Actor, server: Server) -> None:
    with httpx.Client(base_url=server.url) as nobody:
        shown = nobody.get("/users/sign_in")
        asset = re.findall(r'"(/assets/[^"]+)"', shown.text)[0]
        answers = [
            shown,
            nobody.get(asset),
            nobody.get("/no/such/page"),
            nobody.get("/admin"),
            nobody.post("/users/sign_in", data={}),
            nobody.get("/-/liveness"),
            nobody.get("/-/readiness"),
            nobody.get("/api/v4/nothing"),
            nobody.get("/api/v4/user"),
            nobody.delete("/api/v4/version"),
            root.api("GET", "/user"),
            root.api("DELETE", "/projects/999999999"),
            root.http.get("/%ff"),
        ]

    statuses = [answer.status_code for answer in answers]
    assert statuses == [200, 200, 404, 303, 403, 200, 200, 404, 401, 405, 200, 404, 400]
    require_ids(answers)


def require_ids(answers: list[httpx.Response]) -> None:
    """Each has one id, which no other has."""
    ids = [answer.headers.get_list("x-request-id") for answer in answers]
    assert all(len(each) == 1 and DRAWN.match(each[0]) for each in ids), ids
    assert len({each[0] for each in ids}) == len(answers)


def test_answers_are_begun_in_one_place_which_adds_the_id() -> None:
    begun = [
        str(path.relative_to(SRC))
        for path in SRC.rglob("*.py")
        if "http.response.start" in path.read_text()
    ]

    assert begun == ["web/headers.py"]


def test_an_id_that_a_client_makes_up_is_not_taken_over(server: Server) -> None:
    for headers in ({}, PROXY):
        brought = {"X-Request-Id": "made-up", **headers}
        answer = httpx.get(f"{server.url}/api/v4/user", headers=brought)

        assert DRAWN.match(answer.headers["x-request-id"])


def test_an_id_of_a_trusted_proxy_is_taken_over_when_it_is_harmless(
    tmp_path: Path, prepared: Path
) -> None:
    data = shutil.copytree(prepared, tmp_path / "data")
    taken = ["a", "01JD4T-9.x_Y:z", "Root=1-67891233-abcdef", "x" * 64]
    drawn = ["", "x" * 65, "two words", 'quo"te', "<b>", "semi;colon", "ä", "per%0Acent", "back\\"]
    with running(data, WHEELYARD_TRUSTED_PROXIES="127.0.0.1") as server:
        ids = {
            brought: httpx.get(
                f"{server.url}/-/liveness",
                headers=[(b"X-Request-Id", brought.encode()), (b"X-Forwarded-For", b"192.0.2.7")],
            ).headers["x-request-id"]
            for brought in (*taken, *drawn)
        }

    assert [ids[brought] for brought in taken] == taken
    assert [brought for brought in drawn if not DRAWN.match(ids[brought])] == []


def test_whom_a_proxy_is_not_trusted_for_gets_an_id_of_ours(tmp_path: Path, prepared: Path) -> None:
    data = shutil.copytree(prepared, tmp_path / "data")
    with running(data, WHEELYARD_TRUSTED_PROXIES="192.0.2.0/24,2001:db8::/32") as server:
        brought = {"X-Request-Id": "made-up", **PROXY}
        answer = httpx.get(f"{server.url}/-/liveness", headers=brought)

    assert DRAWN.match(answer.headers["x-request-id"])


def test_a_failure_of_a_call_names_its_request_as_the_log_does(broken: Server) -> None:
    answer = httpx.get(f"{broken.url}/api/v4/projects/1/packages/pypi/simple/")

    request_id = answer.headers["x-request-id"]
    assert (answer.status_code, answer.json()) == (
        500,
        {"message": "500 Internal Server Error", "request_id": request_id},
    )
    assert lines(broken, "request failed", request_id), broken.log.read_text()


def test_a_failure_of_a_page_names_its_request_as_the_log_does(broken: Server) -> None:
    with Visitor(broken.url) as visitor:
        answer = visitor.get("/explore")
        absent = visitor.get("/no/such/page")

    request_id = answer.headers["x-request-id"]
    assert answer.status_code == 500
    assert f"<code>{request_id}</code>" in answer.text
    assert lines(broken, "request failed", request_id)
    assert absent.headers["x-request-id"] not in absent.text


def test_a_line_from_a_worker_thread_names_the_request(broken: Server) -> None:
    with Visitor(broken.url) as visitor:
        answers = [visitor.sign_in("root", "not the password") for _ in range(2)]

    for answer in answers:
        assert lines(broken, "sign-in refused", answer.headers["x-request-id"])


def lines(server: Server, event: str, request_id: str) -> list[str]:
    """The log's lines of an event and a request."""
    return [
        line
        for line in server.log.read_text().splitlines()
        if f'event="{event}"' in line and f"request_id={request_id}" in line
    ]
