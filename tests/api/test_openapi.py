"""The API's own description is there for everybody, is valid, and names every route."""

import re
from typing import Any

import httpx
import pytest
import schemathesis
from starlette.routing import Route

from tests.actors import Actor, Installation
from wheelyard.registry import Registry
from wheelyard.web.openapi.document import describe
from wheelyard.web.openapi.outline import outline
from wheelyard.web.routes import routes

URL = "/api/v4/openapi.json"


@pytest.fixture
def document(town: Installation) -> dict[str, Any]:
    with town.anonymous() as caller:
        told: dict[str, Any] = caller.http.get(URL).json()
    return told


@pytest.fixture
def answer(town: Installation) -> httpx.Response:
    with town.anonymous() as caller:
        return caller.http.get(URL)


def test_everybody_may_read_it(answer: httpx.Response) -> None:
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["openapi"] == "3.1.0"


def test_it_is_not_sent_to_who_has_it(town: Installation, answer: httpx.Response) -> None:
    with town.anonymous() as caller:
        again = caller.http.get(URL, headers={"If-None-Match": answer.headers["etag"]})
        asked = caller.http.head(URL)

    assert (again.status_code, again.content) == (304, b"")
    assert (asked.status_code, asked.content) == (200, b"")


def test_it_is_valid(document: dict[str, Any]) -> None:
    schemathesis.openapi.from_dict(document).validate()


def test_what_is_not_valid_would_be_found(document: dict[str, Any]) -> None:
    document["paths"]["/version"]["get"]["responses"] = []

    with pytest.raises(Exception, match="responses"):
        schemathesis.openapi.from_dict(document).validate()


def test_it_names_every_route_and_no_other(registry: Registry, document: dict[str, Any]) -> None:
    told = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }
    there = {
        (method, re.sub(r":path\}", "}", route.path.removeprefix("/api/v4")))
        for route in routes(registry)
        if isinstance(route, Route) and route.path.startswith("/api/v4/")
        for method in (route.methods or set()) - {"HEAD"}
    }

    assert told == there


def test_each_operation_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    names = [
        one["operationId"] for methods in document["paths"].values() for one in methods.values()
    ]

    assert sorted(names) == sorted(set(names))


def test_each_operation_says_in_a_sentence_what_it_does(document: dict[str, Any]) -> None:
    silent = [
        (method, path, one["summary"])
        for path, methods in document["paths"].items()
        for method, one in methods.items()
        if not re.fullmatch(r"[A-Z].{5,}\.", one["summary"])
    ]

    assert silent == []


def test_each_parameter_says_what_it_is(document: dict[str, Any]) -> None:
    silent = [
        (operation.name, line.name)
        for resource in outline(document).resources
        for operation in resource.operations
        for line in operation.parameters
        if not line.text
    ]

    assert silent == []


@pytest.mark.parametrize("place", ["/projects/{project}", "/groups/{group}/-", ""])
def test_being_sent_to_another_index_is_told_with_its_text(
    document: dict[str, Any], place: str
) -> None:
    page = document["paths"][f"{place}/packages/pypi/simple/{{package}}"]["get"]

    assert page["responses"]["302"]["content"] == {"text/plain": {"schema": {"type": "string"}}}
    assert "Location" in page["responses"]["302"]["headers"]


def test_an_operation_is_told_whole(document: dict[str, Any]) -> None:
    told = document["paths"]["/projects/{project}/packages"]["get"]

    assert told["summary"] == "List the packages of a project."
    assert "a token of scope `api` or `read_api`" in told["description"]
    assert {} in told["security"]
    assert {"job_token": []} in told["security"]
    assert [one["name"] for one in told["parameters"]][-2:] == ["page", "per_page"]
    assert next(one for one in told["parameters"] if one["name"] == "sort")["schema"] == {
        "enum": ["asc", "desc"],
        "default": "asc",
    }
    assert told["responses"]["200"]["content"]["application/json"]["schema"] == {
        "type": "array",
        "items": {"$ref": "#/components/schemas/Package"},
    }
    assert "X-Total" in told["responses"]["200"]["headers"]
    assert {"400", "401", "403", "404", "429", "503"} < told["responses"].keys()


def test_a_body_is_told_with_what_it_needs(document: dict[str, Any]) -> None:
    told = document["paths"]["/projects/{project}/members"]["post"]

    assert told["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/AddMember"
    }
    shape = document["components"]["schemas"]["AddMember"]
    assert shape["required"] == ["access_level"]
    assert shape["anyOf"] == [{"required": ["user_id"]}, {"required": ["username"]}]
    assert shape["properties"]["access_level"]["enum"] == [10, 20, 30, 40, 50]


def test_a_condition_is_a_header(document: dict[str, Any]) -> None:
    told = document["paths"]["/projects/{project}/packages/{package}"]["delete"]

    assert [(one["name"], one["in"]) for one in told["parameters"]] == [
        ("project", "path"),
        ("package", "path"),
        ("If-Unmodified-Since", "header"),
    ]
    assert "412" in told["responses"]
    assert "requestBody" not in told


def test_it_names_nothing_of_the_instance(root: Actor, registry: Registry) -> None:
    assert root.http.get(URL).json() == describe(routes(registry))
