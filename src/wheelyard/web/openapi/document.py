"""The document: every route of the API, described by what its endpoint declares."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import msgspec
from starlette.routing import BaseRoute, Route

from wheelyard.access import ON_PACKAGES, RULES, Permission, Role, Rule
from wheelyard.web.asked import ONLY
from wheelyard.web.openapi import parameters, refusals
from wheelyard.web.openapi.parameters import REFERENCE, Schema
from wheelyard.web.operations import Operation
from wheelyard.web.paths import V4
from wheelyard.web.principal import Dialect

Document = dict[str, Any]

_INTRODUCTION = """\
The API of Wheelyard, a Python package registry, in the shape of GitLab's REST API, version 4.

Parameters are taken from the query and from the body alike, which may be JSON, a form or multipart;
lists as arrays, or separated by commas.  What is not known is ignored.  `HEAD` is answered wherever
`GET` is, and a trailing slash is accepted everywhere.  Lists come in pages."""


@dataclass(frozen=True, slots=True)
class _Described:
    method: str
    path: str
    operation: Operation
    permission: Permission | None


def describe(routes: Iterable[BaseRoute]) -> Document:
    """Return the document of those routes that are the API's."""
    found = list(_operations(routes))
    names = Counter(one.operation.name for one in found)
    paths: dict[str, dict[str, Any]] = {}
    for one in found:
        shown = _show(one, is_alone=names[one.operation.name] == 1)
        paths.setdefault(parameters.plain_path(one.path), {})[one.method.lower()] = shown
    document: Document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Wheelyard",
            "version": version("wheelyard"),
            "description": _INTRODUCTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": V4, "description": "This registry."}],
        "tags": [{"name": tag} for tag in dict.fromkeys(one.operation.tag for one in found)],
        "paths": paths,
        "components": {
            "schemas": _schemas(found),
            "responses": refusals.components(),
            "securitySchemes": _SECURITY,
        },
    }
    return {part: _settle(one) for part, one in document.items()}


def _operations(routes: Iterable[BaseRoute]) -> Iterator[_Described]:
    for route in routes:
        if not isinstance(route, Route) or not route.path.startswith(V4):
            continue
        endpoint: Any = route.endpoint  # each of ours has these two
        for method in sorted((route.methods or set()) - {"HEAD"}):
            path = route.path.removeprefix(V4)
            yield _Described(method, path, endpoint.operation, endpoint.permission)


def _show(one: _Described, *, is_alone: bool) -> Schema:
    operation = one.operation
    shown: Schema = {
        "operationId": operation.name if is_alone else f"{operation.name}_{_place(one.path)}",
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": "  ".join(filter(None, (operation.description, _who_may(one)))),
        "security": _security(one),
        "parameters": parameters.parameters(one.method, one.path, operation),
        "responses": {
            str(operation.status): _success(one.method, operation),
            **refusals.refusals(operation, one.permission, one.path),
        },
    }
    body = parameters.body(one.method, operation)
    if body is not None:
        shown["requestBody"] = body
    return shown


def _place(path: str) -> str:
    """Return what kind of place a path is about."""
    return {"projects": "of_project", "groups": "of_group"}.get(path.split("/")[1], "of_instance")


# Who may -----------------------------------------------------------------------------------------

_SECURITY = {
    "private_token": {"type": "apiKey", "in": "header", "name": "PRIVATE-TOKEN"},
    "private_token_in_query": {"type": "apiKey", "in": "query", "name": "private_token"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "job_token": {"type": "apiKey", "in": "header", "name": "JOB-TOKEN"},
    "deploy_token": {"type": "apiKey", "in": "header", "name": "Deploy-Token"},
    "basic": {"type": "http", "scheme": "basic"},
}


def _security(one: _Described) -> list[dict[str, list[str]]]:
    """Return the ways to sign in of which any will do; the empty one is not to."""
    if one.permission is None:
        return []
    ways = ["private_token", "private_token_in_query", "bearer"]
    if one.permission in ON_PACKAGES:
        ways.append("job_token")
    if one.operation.dialect is Dialect.PACKAGING:
        ways += ["deploy_token", "basic"]
    shown: list[dict[str, list[str]]] = [{way: []} for way in ways]
    rule = RULES[one.permission]
    return shown if rule.signed_in or rule.role > Role.NONE else [*shown, {}]


def _who_may(one: _Described) -> str:
    """Say who has the permission."""
    if one.permission is None:
        return "Open to everybody."
    rule = RULES[one.permission]
    said = [_needs(rule)]
    if rule.deploy_scopes and one.operation.dialect is Dialect.PACKAGING:
        said.append(f"A deploy token needs the scope {_either(rule.deploy_scopes)}.")
    if rule.people_only:
        said.append("Bots may not.")
    return " ".join(said)


def _needs(rule: Rule) -> str:
    token = f"a token of scope {_either(rule.scopes)}" if rule.scopes else "a token of any scope"
    if rule.administrator:
        return f"Needs to be an administrator, and {token}."
    if rule.role is Role.OWNER:
        return f"Needs the role Owner, and {token}."
    if rule.role > Role.NONE:
        return f"Needs the role {rule.role.name.title()} or a higher one, and {token}."
    if rule.signed_in:
        return f"Needs {token}."
    return f"Open to whoever can see it; {token} for what is not public."


def _either(scopes: Iterable[str]) -> str:
    return " or ".join(f"`{scope}`" for scope in scopes)


# What is answered --------------------------------------------------------------------------------

_PAGING_TEXTS = {
    "X-Total": "How many there are in all.",
    "X-Total-Pages": "How many pages.",
    "X-Page": "Which page this is.",
    "X-Per-Page": "How many a page.",
    "X-Next-Page": "The next page; empty on the last.",
    "X-Prev-Page": "The page before; empty on the first.",
    "Link": "The addresses of the first, the last and the neighbouring pages (RFC 8288).",
}
_PAGING = {name: refusals.header(text) for name, text in _PAGING_TEXTS.items()}


def _success(method: str, operation: Operation) -> Schema:
    meaning = "What was asked for." if method == "GET" else "It is done."
    shown: Schema = {"description": meaning}
    if operation.asked is not None and parameters.is_paged(operation.asked):
        shown["headers"] = _PAGING
    if operation.answer is not None:
        answers = {operation.answer_type: operation.answer, **operation.also_answers}
        schemas, _ = msgspec.json.schema_components(answers.values(), ref_template=REFERENCE)
        shown["content"] = {
            media_type: {"schema": schema}
            for media_type, schema in zip(answers, schemas, strict=True)
        }
    return shown


def _schemas(found: Iterable[_Described]) -> dict[str, Schema]:
    """Return every shape that an operation names.  Raises ValueError when two have one name."""
    types: list[Any] = list(refusals.SHAPES)
    spread: set[str] = set()
    needs: dict[str, Schema] = {}
    for one in found:
        asked, answer = one.operation.asked, one.operation.answer
        types += [kind for kind in (asked, answer) if kind is not None]
        types += one.operation.also_answers.values()
        if asked is None:
            continue
        needs[asked.__name__] = {**parameters.needs(asked), "properties": parameters.order(asked)}
        if parameters.body(one.method, one.operation) is None:
            spread.add(asked.__name__)  # over the parameters, each by itself
    _, schemas = msgspec.json.schema_components(types, ref_template=REFERENCE)
    for name in schemas:
        if "." in name:
            raise ValueError(f"two shapes of the API have one name: {name}")
    whole = {name: one | needs.get(name, {}) for name, one in schemas.items()}
    return {name: one for name, one in whole.items() if name not in spread}


def _settle(part: Any) -> Any:  # noqa: ANN401  whatever JSON can hold
    """Say of the items of a list what was said of the list: see ``asked.only``."""
    if isinstance(part, dict):
        settled = {key: _settle(one) for key, one in part.items() if key != ONLY}
        if ONLY in part:
            settled["items"] = {"type": "string", "enum": part[ONLY]}
        return settled
    if isinstance(part, list | tuple):
        return [_settle(one) for one in part]
    return part
