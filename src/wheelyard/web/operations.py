"""What an operation takes and answers, as its handler declares it."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import getdoc, signature
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from msgspec import Struct


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    summary: str
    """One line that begins with a verb: the first of the handler's docstring."""

    description: str
    """The rest of it."""

    asked: type[Struct] | None
    """The struct that declares its parameters; None: it has none."""

    status: int
    """Of its success."""

    answer: Any
    """The type of the body of its success; None: it has no body."""


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
    (answer,) = get_args(reply) or (Any,)
    summary, _, description = (getdoc(handler) or "").partition("\n\n")
    return Operation(
        summary=summary.replace("\n", " "),
        description=description,
        asked=hints[names[1]] if len(names) > 1 else None,
        status=status,
        answer=None if answer is type(None) else answer,
    )
