"""The document as people read it: the operations of each resource, line by line."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from wheelyard.web.openapi.document import Document
from wheelyard.web.openapi.parameters import Schema
from wheelyard.web.operations import JSON

_HERE = "{base_url}"
_MAX_DEPTH = 2  # of fields within fields; deeper ones are named by their shape


@dataclass(frozen=True, slots=True)
class Line:
    """A parameter, or a field of an answer."""

    name: str
    kind: str
    text: str = ""
    place: str = ""
    """Where a parameter is: ``path``, ``query``, ``header`` or ``body``."""

    default: str = ""
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Described:
    """One operation."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Line, ...]
    shape: str
    """The name of what is answered, or of each item of it; empty where it has none."""

    fields: tuple[Line, ...]
    is_list: bool
    answers: tuple[tuple[str, str], ...]
    """Statuses of its own and what they mean."""

    refusals: tuple[str, ...]
    """Statuses that mean what they always do."""

    example: str
    """A call for curl; ``{base_url}`` stands for the address of the registry."""

    words: str
    """All that it can be found by, in lower case."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What the operations of one tag are about."""

    name: str
    slug: str
    """Its part of an address."""

    operations: tuple[Described, ...]

    def shows_first(self, operation: Described) -> Described:
        """Return the first operation that answers the same shape as this one."""
        return next(one for one in self.operations if one.shape == operation.shape)


@dataclass(frozen=True, slots=True)
class Outline:
    """The whole."""

    resources: tuple[Resource, ...]
    refusals: tuple[tuple[str, str], ...]
    """What each status of a refusal means."""

    def find(self, slug: str) -> int | None:
        """Return where a resource stands among the others."""
        return next((at for at, one in enumerate(self.resources) if one.slug == slug), None)

    def filtered(self, text: str) -> tuple[Resource, ...]:
        """Return what has all of these words in it."""
        words = text.lower().split()
        found = (
            replace(
                one,
                operations=tuple(
                    operation
                    for operation in one.operations
                    if all(word in operation.words for word in words)
                ),
            )
            for one in self.resources
        )
        return tuple(one for one in found if one.operations)


def outline(document: Document) -> Outline:
    """Return the resources of a document, in its order."""
    reader = _Reader(document)
    described = [
        (operation["tags"][0], reader.describe(path, method.upper(), operation))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    resources = tuple(
        Resource(
            name=tag["name"],
            slug=tag["name"].lower().replace(" ", "-"),
            operations=tuple(one for name, one in described if name == tag["name"]),
        )
        for tag in document["tags"]
    )
    usual = document["components"]["responses"]
    return Outline(resources, tuple((name[-3:], one["description"]) for name, one in usual.items()))


class _Reader:
    """Follows the references of one document."""

    def __init__(self, document: Document) -> None:
        self._server = document["servers"][0]["url"]
        self._components = document["components"]

    def describe(self, path: str, method: str, operation: Mapping[str, Any]) -> Described:
        """Return an operation as people read it."""
        parameters = (*self._parameters(operation), *self._body(operation))
        success = self._success(operation)
        answers = operation["responses"].items()
        text = " ".join((operation["tags"][0], method, path, operation["summary"]))
        return Described(
            name=operation["operationId"],
            method=method,
            path=path,
            summary=operation["summary"],
            description=operation["description"],
            parameters=parameters,
            shape=success.get("items", success).get("$ref", "").rpartition("/")[2],
            fields=tuple(self._fields(success)),
            is_list=self._resolve(success).get("type") == "array",
            answers=tuple((key, one["description"]) for key, one in answers if "$ref" not in one),
            refusals=tuple(key for key, one in answers if "$ref" in one),
            example=_example(
                method, self._server + path, operation, self._needed(operation, parameters)
            ),
            words=text.lower(),
        )

    def _resolve(self, part: Schema) -> Schema:
        while "$ref" in part:
            _, kind, name = part["$ref"].rsplit("/", 2)
            part = self._components[kind][name]
        return part

    def _parameters(self, operation: Mapping[str, Any]) -> Iterator[Line]:
        for one in operation["parameters"]:
            text = one.get("description") or _text(one["schema"])
            yield self._line(
                one["name"], one["schema"], text, one["in"], is_required=one["required"]
            )

    def _body(self, operation: Mapping[str, Any]) -> Iterator[Line]:
        content = operation.get("requestBody", {"content": {}})["content"]
        for shape in list(content.values())[:1]:  # the others are the same in another form
            schema = self._resolve(shape["schema"])
            for name, one in schema["properties"].items():
                text = _text(one)
                is_required = name in schema.get("required", ())
                yield self._line(name, one, text, "body", is_required=is_required)

    def _needed(self, operation: Mapping[str, Any], parameters: Iterable[Line]) -> list[Line]:
        """Return what a call cannot do without; where one of several will do, the first."""
        content = operation.get("requestBody", {"content": {}})["content"]
        shapes = [self._resolve(shape["schema"]) for shape in content.values()]
        either = {choices[0]["required"][0] for shape in shapes if (choices := shape.get("anyOf"))}
        return [one for one in parameters if one.is_required or one.name in either]

    def _line(self, name: str, schema: Schema, text: str, place: str, *, is_required: bool) -> Line:
        default = schema.get("default")
        return Line(
            name=name,
            kind=self._kind(schema),
            text=text,
            place=place,
            default="" if default in (None, "", [], ()) else str(default).lower(),
            is_required=is_required,
        )

    def _success(self, operation: Mapping[str, Any]) -> Schema:
        """Return the schema of what is answered when it is done; empty where that is no JSON."""
        answers = operation["responses"].items()
        success = next(one for status, one in answers if status.startswith("2"))
        schema: Schema = success.get("content", {}).get(JSON, {}).get("schema", {})
        return schema

    def _fields(self, schema: Schema, within: str = "", depth: int = 0) -> Iterator[Line]:
        shape = self._resolve(schema)
        if shape.get("type") == "array":
            shape = self._resolve(shape["items"])
        for name, one in shape.get("properties", {}).items():
            yield Line(
                name=within + name,
                kind=self._kind(one),
                text=_text(one),
                is_required=name in shape.get("required", ()),
            )
            inner = self._shape_within(one)
            if inner is not None and depth + 1 < _MAX_DEPTH:
                yield from self._fields(inner, f"{within}{name}.", depth + 1)

    def _shape_within(self, schema: Schema) -> Schema | None:
        """Return the one shape that a field holds, be it in a list or beside null."""
        for one in schema.get("anyOf", [schema]):
            shape = self._resolve(one)
            if shape.get("type") == "array":
                shape = self._resolve(shape.get("items", {}))
            if "properties" in shape:
                return shape
        return None

    def _kind(self, schema: Schema) -> str:
        """Say what a value is."""
        if "anyOf" in schema:
            return " or ".join(self._kind(one) for one in schema["anyOf"])
        shape = self._resolve(schema)
        if "enum" in shape:
            return " | ".join(str(word) for word in shape["enum"])
        kind = str(shape.get("type", "anything"))
        if kind == "array":
            return f"list of {self._kind(shape.get('items', {}))}"
        if "format" in shape:
            return str(shape["format"])
        return {"string": "text", "integer": "number", "boolean": "true | false"}.get(kind, kind)


def _text(schema: Schema) -> str:
    """Return what is said of a value, or of the one kind that it has beside null."""
    said = (one.get("description") for one in (schema, *schema.get("anyOf", ())))
    return next(filter(None, said), "")


_SAMPLES = {
    "project": "acme%2Ftools",
    "group": "acme",
    "sha256": "0" * 64,
    "filename": "tools-1.0-py3-none-any.whl",
    "content": "@dist/tools-1.0-py3-none-any.whl",
    "name": "tools",
    "version": "1.0",
    "date": "2030-01-01",
    "email": "ada@example.com",
    "username": "ada",
}


def _example(method: str, path: str, operation: Mapping[str, Any], needed: Iterable[Line]) -> str:
    """Write a call for curl, with what it needs and nothing more."""
    parameters = tuple(needed)
    words = ["curl" if method == "GET" else f"curl --request {method}"]
    if operation["security"]:
        words.append('--header "PRIVATE-TOKEN: <your_token>"')
    send = "--form" if "content" in {one.name for one in parameters} else "--data"
    for one in parameters:
        if one.place == "path":
            path = path.replace(f"{{{one.name}}}", _sample(one))
        elif one.place == "body":
            words.append(f'{send} "{one.name}={_sample(one)}"')
    return " \\\n  ".join([*words, f'"{_HERE}{path}"'])


def _sample(line: Line) -> str:
    kind = line.kind.removesuffix(" or null")
    if kind == "number":
        return "1"
    first = kind.removeprefix("list of ").split(" | ")[0]
    return _SAMPLES.get(line.name) or _SAMPLES.get(kind) or first.replace("text", "tools")
