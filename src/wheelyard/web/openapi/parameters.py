"""What an operation takes: of the path, the query, the headers and the body."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from wheelyard.web import asked
from wheelyard.web.operations import JSON, Operation

Schema = dict[str, Any]

REFERENCE = "#/components/schemas/{name}"

_IN_PATH = re.compile(r"\{(\w+)(:path)?\}")
_BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})

# See ``web.paths.read_path``.
_REF = {"type": "string", "pattern": "^[^\\x00-\\x1f\\x7f]+$"}
_PLACES = {
    "project": ("The project, by id or by its full path with encoded slashes.", _REF),
    "group": ("The group, by id or by its full path with encoded slashes.", _REF),
    "user": ("The user's id.", {"type": "integer"}),
    "package": ("The package's id.", {"type": "integer"}),
    "file": ("The package file's id.", {"type": "integer"}),
    "token": ("The token's id.", {"type": "integer"}),
    "rule": ("The rule's id.", {"type": "integer"}),
    "target": ("The id of the project or group that is admitted.", {"type": "integer"}),
    "sha256": ("The SHA-256 of the file.", {"type": "string", "pattern": "^[0-9a-fA-F]{64}$"}),
    "filename": ("The name of the file.", _REF),
    "package:path": ("The name of the package, in any spelling.", _REF),
}
"""What each name in a path stands for."""

_EXCEPTIONS = {("/users/{user}/projects", "user"): ("The user, by id or username.", _REF)}


def plain_path(path: str) -> str:
    """Return a route's path as OpenAPI writes it."""
    return _IN_PATH.sub(r"{\1}", path)


def parameters(method: str, path: str, operation: Operation) -> list[Schema]:
    """Return everything that is not in the body."""
    found = list(_of_path(path))
    if operation.asked is not None:
        found += _of_struct(operation.asked, with_query=method not in _BODY_METHODS)
    return found


def _of_path(path: str) -> Iterator[Schema]:
    for name, rest in _IN_PATH.findall(path):
        usual = _PLACES.get(name + rest) or _PLACES[name]
        text, schema = _EXCEPTIONS.get((path, name), usual)
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": text,
            "schema": schema,
        }


def _of_struct(struct: type[Struct], *, with_query: bool) -> Iterator[Schema]:
    headers = asked.headers_of(struct)
    schema = described(struct)
    for name in asked.names_of(struct):
        one = schema["properties"][name]
        header = headers.get(name)
        if not header and not with_query:
            continue
        shown, text = _without_null(one)
        yield {
            "name": header or name,
            "in": "header" if header else "query",
            "required": name in schema.get("required", ()),
            **({"description": text} if text else {}),
            "schema": shown,
        }


def body(method: str, operation: Operation) -> Schema | None:
    """Return what the body may hold; None when there is nothing that it could."""
    struct = operation.asked
    if method not in _BODY_METHODS or struct is None:
        return None
    schema = described(struct)
    if not schema["properties"].keys() - asked.headers_of(struct):
        return None
    whole = {"schema": {"$ref": REFERENCE.format(name=struct.__name__)}}
    form = _in_form({**schema, **needs(struct)})
    content = {kind: whole if kind == JSON else form for kind in operation.body_types}
    return {"required": bool(schema.get("required")), "content": content}


def _in_form(schema: Schema) -> Schema:
    """Return what the fields of a form may hold: nothing is null, and lists go by commas."""
    properties = {}
    for name, one in schema["properties"].items():
        shown, text = _without_null(one)
        properties[name] = {**({"description": text} if text else {}), **shown}
    lists = [name for name, one in properties.items() if one.get("type") == "array"]
    encoding = {name: {"style": "form", "explode": False} for name in lists}
    shape = {name: one for name, one in schema.items() if name != "title"}
    return {
        "schema": {**shape, "properties": properties},
        **({"encoding": encoding} if encoding else {}),
    }


def described(struct: type[Struct]) -> Schema:
    """Return the schema of one struct, which may refer to those of others."""
    _, components = msgspec.json.schema_components([struct], ref_template=REFERENCE)
    schema: Schema = components[struct.__name__]
    return schema


def needs(struct: type[Struct]) -> Schema:
    """Return what the schema of a struct cannot say of its properties one by one."""
    together = asked.needed_together(struct)
    return {"anyOf": [{"required": [name]} for name in together]} if together else {}


def order(struct: type[Struct]) -> Schema:
    """Return the properties of a struct in the order in which they are read and told."""
    properties = described(struct)["properties"]
    return {name: properties[name] for name in asked.names_of(struct)}


def is_paged(struct: type[Struct]) -> bool:
    """Whether a page of a list is asked for."""
    return "per_page" in asked.names_of(struct)


def _without_null(schema: Mapping[str, Any]) -> tuple[Schema, str]:
    """Return the schema of what stands in a query, where nothing can be null, and its text."""
    shown = dict(schema)
    text = shown.pop("description", "")
    if shown.get("default", ...) is None:
        del shown["default"]
    kinds = [one for one in shown.pop("anyOf", []) if one != {"type": "null"}]
    if len(kinds) == 1:
        shown = {**kinds[0], **shown}
    return shown, text
