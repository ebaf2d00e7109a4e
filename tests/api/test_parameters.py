"""What a call may look like: its body, its URL, its token."""

import json
from typing import Any

import pytest

from tests.actors import Actor, Installation
from wheelyard.access import Role
from wheelyard.projects import Project
from wheelyard.settings import MAX_FILE_BYTES_LIMIT

NAME = "Zoë's tools & more"


@pytest.fixture
def url(project: Project) -> str:
    return f"/api/v4/projects/{project.id}"


@pytest.mark.parametrize(
    "request_of",
    [
        {"json": {"name": NAME}},
        {"data": {"name": NAME}},
        {"files": {"name": (None, NAME)}},
        {"params": {"name": NAME}},
        {
            # As curl sends --data: not encoded at all.
            "content": "name=Zoë's tools %26 more".encode(),
            "headers": {"content-type": "application/x-www-form-urlencoded"},
        },
        {
            "content": json.dumps({"name": NAME}).encode(),
            "headers": {"content-type": "application/json; charset=utf-8"},
        },
        {"json": {"name": NAME}, "params": {"name": "the body wins"}},
    ],
    ids=["json", "form", "multipart", "query", "raw form", "json with charset", "both"],
)
def test_parameters_come_in_every_form(root: Actor, url: str, request_of: dict[str, Any]) -> None:
    answer = root.http.put(url, **request_of)

    assert (answer.status_code, answer.json()["name"]) == (200, NAME)


@pytest.mark.parametrize("query", ["search=a&search[]=b", "search[]=b&search=a", "search[]=a"])
def test_a_parameter_in_two_forms_is_no_surprise(root: Actor, query: str) -> None:
    assert root.http.get(f"/api/v4/projects?{query}").status_code in {200, 400}


@pytest.mark.parametrize(
    "request_of",
    [
        {"json": {"scopes": ["read_registry", "read_repository"]}},
        {"json": {"scopes": "read_registry, read_repository"}},
        {"data": {"scopes[]": ["read_registry", "read_repository"]}},
        {"data": {"scopes": "read_registry,read_repository"}},
        {
            "files": [
                ("scopes[]", (None, "read_registry")),
                ("scopes[]", (None, "read_repository")),
            ]
        },
    ],
    ids=["array", "commas in json", "brackets", "commas", "multipart brackets"],
)
def test_lists_come_in_every_form(root: Actor, url: str, request_of: dict[str, Any]) -> None:
    answer = root.http.post(f"{url}/deploy_tokens?name=ci", **request_of)

    assert answer.json()["scopes"] == ["read_registry", "read_repository"]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [(True, True), ("true", True), ("1", True), (1, True), (False, False), ("0", False)],
)
def test_true_and_false_come_in_every_form(
    root: Actor, url: str, sent: object, shown: object
) -> None:
    answer = root.http.put(url, json={"packages_enabled": sent})

    assert answer.json()["packages_enabled"] is shown


@pytest.mark.parametrize(
    ("content_type", "body", "message"),
    [
        ("application/json", b"{", "400 Bad request - The body is not valid JSON"),
        ("application/json", b"[" * 100_000, "400 Bad request - The body is not valid JSON"),
        ("application/json", b'{"name": "\xff"}', "400 Bad request - The body is not valid JSON"),
        ("application/json", b"[1]", "400 Bad request - The body is not a JSON object"),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nnonsense",
            "400 Bad request - The multipart body is malformed",
        ),
        (
            "multipart/form-data",
            b"--x--",
            "400 Bad request - The multipart body is malformed",
        ),
        (
            "application/json",
            b" " * (1024 * 1024 + 1),
            "400 Bad request - The body has more than 1048576 bytes",
        ),
    ],
    ids=["cut off", "too deep", "not UTF-8", "a list", "no part", "no boundary", "too long"],
)
def test_a_body_that_cannot_be_read_is_refused(
    root: Actor, url: str, content_type: str, body: bytes, message: str
) -> None:
    answer = root.http.put(url, content=body, headers={"content-type": content_type})

    assert (answer.status_code, answer.json()) == (400, {"message": message})


@pytest.mark.parametrize(
    "value",
    [{"a": 1}, ["a"], "\0", "a\nb", "\u2028", "x" * 256, "\x85", "a\u202eb", "\u200fa", "a\u2069"],
    ids=repr,
)
def test_a_name_is_one_line_of_text(root: Actor, url: str, value: object) -> None:
    answer = root.http.put(url, json={"name": value})

    assert (answer.status_code, answer.json()) == (400, {"error": "name is invalid"})


@pytest.mark.parametrize("value", [2**63, 2**50 + 1, -1, 1.5, "9" * 30, "1" + "0" * 254, "\u0661"])
def test_a_number_that_no_column_holds_is_refused(
    root: Actor, url: str, value: float | str
) -> None:
    answer = root.http.put(url, json={"pypi_max_file_size": value})

    assert (answer.status_code, answer.json()) == (400, {"error": "pypi_max_file_size is invalid"})


def test_the_largest_number_is_taken(root: Actor, url: str) -> None:
    answer = root.http.put(url, json={"pypi_max_file_size": MAX_FILE_BYTES_LIMIT})

    assert (answer.status_code, answer.json()["pypi_max_file_size"]) == (200, 2**50)


@pytest.mark.parametrize("value", [5, 5.0, "5"])
def test_a_whole_number_comes_in_every_form(root: Actor, url: str, value: object) -> None:
    answer = root.http.put(url, json={"pypi_max_file_size": value})

    assert (answer.status_code, answer.json()["pypi_max_file_size"]) == (200, 5)


@pytest.mark.parametrize(("value", "text"), [(False, "false"), (True, "true"), (7, "7")])
def test_what_is_no_text_is_read_as_json_writes_it(
    root: Actor, url: str, value: object, text: str
) -> None:
    answer = root.http.put(url, json={"description": value})

    assert (answer.status_code, answer.json()["description"]) == (200, text)


@pytest.mark.parametrize("end", ["", "/"])
def test_a_slash_at_the_end_changes_nothing(root: Actor, url: str, end: str) -> None:
    read = root.http.get(f"{url}{end}")
    changed = root.http.put(f"{url}{end}", json={"description": "changed"})
    listed = root.http.get(f"{url}/members{end}")

    assert (read.status_code, changed.status_code, listed.status_code) == (200, 200, 200)


def test_head_answers_as_get_without_the_body(root: Actor, url: str) -> None:
    seen, asked = root.http.get(url), root.http.head(url)

    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-length"] == str(len(seen.content))


@pytest.mark.parametrize(
    "path", ["/nothing", "/projects/1/2/3", "/personal_access_tokens/self/other", ""]
)
def test_a_route_that_is_not_there_is_not_found(root: Actor, path: str) -> None:
    answer = root.http.get(f"/api/v4{path}")

    assert (answer.status_code, answer.json()) == (404, {"error": "404 Not Found"})


def test_a_method_that_is_not_there_is_not_allowed(root: Actor) -> None:
    answer = root.http.patch("/api/v4/projects")

    assert (answer.status_code, answer.json()) == (405, {"error": "405 Not Allowed"})


@pytest.mark.parametrize("form", ["header", "bearer", "query", "body-less bearer in lower case"])
def test_a_token_is_taken_in_every_form(town: Installation, project: Project, form: str) -> None:
    secret = town.token(town.join(town.user(), project, Role.GUEST)).secret
    headers, params = {
        "header": ({"PRIVATE-TOKEN": secret}, {}),
        "bearer": ({"Authorization": f"Bearer {secret}"}, {}),
        "query": ({}, {"private_token": secret}),
        "body-less bearer in lower case": ({"Authorization": f"bearer {secret}"}, {}),
    }[form]

    with town.anonymous() as caller:
        answer = caller.http.get(f"/api/v4/projects/{project.id}", headers=headers, params=params)

    assert answer.status_code == 200


def test_of_a_header_that_is_sent_twice_the_first_counts(town: Installation, url: str) -> None:
    secret = town.token(town.user(is_admin=True)).secret
    good, bad = ("PRIVATE-TOKEN", secret), ("PRIVATE-TOKEN", "glpat-unknown")

    with town.anonymous() as caller:
        statuses = [
            caller.http.get(url, headers=headers).status_code
            for headers in ([good, bad], [bad, good])
        ]

    assert statuses == [200, 401]


@pytest.mark.parametrize("name", ["liveness", "readiness"])
def test_health_is_asked_for_without_a_token(town: Installation, name: str) -> None:
    with town.anonymous() as caller:
        told, asked = caller.http.get(f"/-/{name}"), caller.http.head(f"/-/{name}")

    assert (told.status_code, told.json()) == (200, {"status": "ok"})
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-length"] == "15"


def test_answers_are_kept_by_no_shared_cache(root: Actor, url: str) -> None:
    answer = root.http.get(url)

    assert answer.headers["cache-control"] == "max-age=0, private, must-revalidate"
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/v4/projects", "GET, HEAD, POST"),
        ("/api/v4/projects/1/", "DELETE, GET, HEAD, PUT"),
        ("/-/liveness", "GET, HEAD"),
    ],
)
def test_another_method_is_told_those_there_are(root: Actor, path: str, allowed: str) -> None:
    for _ in range(2):
        answer = root.http.request("PATCH", path)

        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
