"""What an operation takes and answers, as its handler declares it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import getdoc, signature
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct

from wheelyard.web.principal import Dialect

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
FILE = "application/octet-stream"

Stored = Annotated[str, Meta(extra_json_schema={"contentMediaType": FILE})]
"""The bytes of a file, in a form."""

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path; what every one of them has, ``web.openapi`` adds."""

    name: str
    """Unique among the operations on the same kind of place."""

    tag: str
    """The resource it belongs to."""

    summary: str
    """One line that begins with a verb."""

    description: str = ""
    asked: type[Struct] | None = None
    """The struct that declares its parameters; None: it has none."""

    body_types: tuple[str, ...] = (JSON, FORM)
    """Of a request that has a body."""

    status: int = 200
    """Of its success."""

    answer: Any = None
    """The type of the body of its success; None: it has no body."""

    answer_type: str = JSON
    also_answers: Mapping[str, Any] = field(default_factory=dict)
    """Other media types in which a success is answered, and the type of the body in each."""

    also: Mapping[int, str] = field(default_factory=dict)
    """What else may be answered, that does not follow from its permission and its parameters."""

    also_types: Mapping[int, str] = field(default_factory=dict)
    """Of those that are no refusals and yet have a body, its type."""

    dialect: Dialect = Dialect.REST
    rotates: bool = False
    """Whether it replaces a token: one that was replaced before must not come for that again."""


def also(status: int, when: str) -> Callable[[F], F]:
    """Declare of a handler what else it may answer, and when."""

    def declare(handler: F) -> F:
        handler.__dict__["also"] = {status: when, **handler.__dict__.get("also", {})}
        return handler

    return declare


def sends_file(handler: F) -> F:
    """Declare of a handler that it answers with the bytes of a file, and not with JSON."""
    handler.__dict__["answer_type"] = FILE
    return handler


def rotates(handler: F) -> F:
    """Declare of a handler that it replaces a token by a successor."""
    handler.__dict__["rotates"] = True
    return handler


def read_operation(handler: Callable[..., Any]) -> Operation:
    """Read what a handler declares.

    Its second parameter is the struct of what is asked for, if it has one.  It returns a
    ``Reply[…]``, which is answered with 200, or that annotated with another status.
    """
    hints = get_type_hints(handler, include_extras=True)
    names = list(signature(handler).parameters)
    status, reply = 200, hints["return"]
    if get_origin(reply) is Annotated:
        reply, status = get_args(reply)
    (answer,) = get_args(reply)
    answer_type = handler.__dict__.get("answer_type", JSON)
    if answer_type != JSON:
        answer = Any
    summary, _, description = (getdoc(handler) or "").partition("\n\n")
    return Operation(
        name=handler.__name__,
        tag=handler.__module__.rpartition(".")[2].replace("_", " ").capitalize(),
        summary=summary.replace("\n", " "),
        description=description.replace("\n", " "),
        asked=hints[names[1]] if len(names) > 1 else None,
        status=status,
        answer=None if answer is type(None) else answer,
        answer_type=answer_type,
        also=handler.__dict__.get("also", {}),
        rotates=handler.__dict__.get("rotates", False),
    )
