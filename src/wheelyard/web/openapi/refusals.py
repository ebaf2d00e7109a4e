"""What every operation may be answered that is no success, and in which shape.

The shapes are those of ``web.errors``; the statuses of one operation follow from its permission,
its path and its parameters, and from what it declares besides.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from wheelyard.access import ON_PACKAGES, Permission
from wheelyard.web import asked
from wheelyard.web.operations import JSON, Operation


class Refusal(Struct, kw_only=True, frozen=True):
    """Why something was not done: a sentence, or what is wrong with each field."""

    message: str | dict[str, list[str]]


class Error(Struct, kw_only=True, frozen=True):
    """What is wrong with parameters, or with a token."""

    error: str
    error_description: str | UnsetType = UNSET
    scope: str | UnsetType = UNSET


SHAPES = (Refusal, Error)

_MEANINGS = {
    400: "A parameter, the path or the body cannot be accepted.",
    401: "Nobody is signed in, or the token is unknown, expired or revoked.",
    403: "The token's scopes or the caller's role do not allow it.",
    404: "There is no such thing, or the caller may not see it.",
    405: "The list cannot be walked by keys in the order asked for.",
    412: "It has changed since the caller looked.",
    429: "Too many requests; `Retry-After` says when to try again.",
    503: "The registry cannot do it now; `Retry-After` says when to try again.",
}

_RETRY = {"Retry-After": "In how many seconds."}
_HEADERS = {
    302: {"Location": "The other address."},
    401: {"WWW-Authenticate": "How to sign in, for clients that send a token only when asked."},
    429: _RETRY,
    503: _RETRY,
}


def components() -> dict[str, Any]:
    """Return the answers that operations refer to."""
    return {_name(status): _response(status, meaning) for status, meaning in _MEANINGS.items()}


def refusals(operation: Operation, permission: Permission | None, path: str) -> dict[str, Any]:
    """Return what an operation may be answered but for its success, by status."""
    usual = {str(status): _reference(status) for status in _usual(operation, permission, path)}
    declared = {str(status): _response(status, text) for status, text in operation.also.items()}
    for status, media_type in operation.also_types.items():
        declared[str(status)]["content"] = {media_type: {"schema": {"type": "string"}}}
    return dict(sorted({**usual, **declared}.items()))


def _usual(operation: Operation, permission: Permission | None, path: str) -> Iterator[int]:
    if permission is None:
        yield 503
        return
    yield from (400, 401, 403, 429, 503)
    if "{" in path or permission in ON_PACKAGES:
        yield 404
    if operation.asked and "pagination" in asked.names_of(operation.asked):
        yield 405
    if operation.asked and "If-Unmodified-Since" in asked.headers_of(operation.asked).values():
        yield 412


def _reference(status: int) -> dict[str, str]:
    return {"$ref": f"#/components/responses/{_name(status)}"}


def _name(status: int) -> str:
    return f"Refused{status}"


def _response(status: int, meaning: str) -> dict[str, Any]:
    headers = {name: header(text) for name, text in _HEADERS.get(status, {}).items()}
    if status < HTTPStatus.BAD_REQUEST or status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        return {"description": meaning, "headers": headers}
    shapes = [{"$ref": f"#/components/schemas/{shape.__name__}"} for shape in SHAPES]
    content = {JSON: {"schema": {"anyOf": shapes}}}
    return {"description": meaning, "headers": headers, "content": content}


def header(description: str) -> dict[str, Any]:
    """Return the description of a header of an answer."""
    return {"description": description, "schema": {"type": "string"}}
