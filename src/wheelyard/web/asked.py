"""What a call asks for, declared: one struct for each call that has parameters.

::

    class ListThings(Paged):
        search: Annotated[Text, Meta(description="Part of a name.")] = ""
        order_by: Annotated[Literal["id", "name"], Meta(description="The order.")] = "id"

A field's type says how its parameter is read, by one of the readers of ``Params``.  Its default
stands for a parameter that is absent or empty; a field without one is required.  The default
``UNSET`` tells a parameter that was not sent from one that is null.  ``needs_one_of``, a class
variable, names parameters of which at least one must be sent.

The same declaration is what ``/api/v4/openapi.json`` shows: what is read is described.  Own fields
are read before inherited ones, and what is wrong is told in that order.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

from msgspec import NODEFAULT, Meta, Struct, inspect

from wheelyard.lines import CONTROLS
from wheelyard.web.params import Params

S = TypeVar("S", bound=Struct)

Text = Annotated[str, Meta(max_length=255)]
"""Text, of several lines perhaps; ``max_length`` can be declared anew."""

FilledText = Annotated[str, Meta(min_length=1, max_length=255)]
"""Text of a parameter that is required, and that must not be empty therefore."""

Line = Annotated[
    str,
    Meta(min_length=1, max_length=255, pattern=f"^[^{CONTROLS}]+$", extra={"read": "line"}),
]
"""One line that, when it is sent, is not empty; spaces around it are dropped."""

AnyLine = Annotated[str, Meta(max_length=255, pattern=f"^[^{CONTROLS}]*$")]
"""One line, perhaps empty."""

Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""A whole number that a column holds."""

AccessLevel = Literal[10, 20, 30, 40, 50]
LEVELS = "10: Guest, 20: Reporter, 30: Developer, 40: Maintainer, 50: Owner."
"""Says what the numbers mean."""

Direction = Literal["asc", "desc"]

Moment = Annotated[datetime, Meta(extra_json_schema={"format": "date-time"})]
"""An ISO 8601 date or time; a date is its first moment, in UTC."""

FutureDay = Annotated[
    datetime, Meta(extra={"read": "future day"}, extra_json_schema={"format": "date"})
]
"""The day on which something ends; it does so as that day begins, in UTC."""


ONLY = "x-only"
"""What a schema says of the words of a list: msgspec lets nobody say it of its items."""


def only(choices: Iterable[StrEnum]) -> Meta:
    """Say which of an enumeration's words a list may hold."""
    words = [choice.value for choice in choices]
    return Meta(extra={"only": words}, extra_json_schema={ONLY: words})


def header(name: str) -> Meta:
    """Say that a field is a header of the request, and no parameter."""
    return Meta(extra={"header": name})


def prepare(asked: type[Struct]) -> None:
    """Find the readers, before anybody asks.  Raises TypeError for a type that none fits."""
    _fields(asked)


FindHeader = Callable[[bytes], str | None]


def _no_header(name: bytes) -> None:
    del name


def read(
    asked: type[S], params: Params, *, at: datetime, find_header: FindHeader = _no_header
) -> S:
    """Read what is declared.  Raises InvalidParameters, which names everything that is wrong."""
    values = dict(_read_each(asked, params, at, find_header))
    params.check()
    return asked(**values)


def _read_each(
    asked: type[Struct], params: Params, at: datetime, find_header: FindHeader
) -> Iterator[tuple[str, Any]]:
    together = needed_together(asked)
    for field in _fields(asked):
        if field.name in together[:1]:
            params.needs_one_of(*together)
        value = _find(field, find_header) if field.header else field.read(params, at)
        if value is not None or (field.may_be_unset and params.has(field.parameter)):
            yield field.name, value


def _find(field: "_Field", find_header: FindHeader) -> str | None:
    return find_header(field.header.lower().encode())


def names_of(asked: type[Struct]) -> list[str]:
    """Return the names of what is asked for, in the order in which it is read."""
    return [field.encode_name for field in _described(asked)]


@cache
def headers_of(asked: type[Struct]) -> Mapping[str, str]:
    """Return the fields that are headers, and their names."""
    extras = {field.encode_name: _unwrap(field.type)[1] for field in _described(asked)}
    return {name: extra["header"] for name, extra in extras.items() if "header" in extra}


def needed_together(asked: type[Struct]) -> tuple[str, ...]:
    """Return the parameters of which at least one must be sent."""
    names: tuple[str, ...] = getattr(asked, "needs_one_of", ())
    return names


# What is declared --------------------------------------------------------------------------------

Read = Callable[[Params, datetime], Any]


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    parameter: str
    read: Read
    header: str
    """Its name; empty: it is a parameter."""

    may_be_unset: bool


@cache
def _fields(asked: type[Struct]) -> tuple[_Field, ...]:
    return tuple([_field(field) for field in _described(asked)])


def _described(asked: type[Struct]) -> list[inspect.Field]:
    described = inspect.type_info(asked)
    assert isinstance(described, inspect.StructType)  # noqa: S101  of a Struct nothing else is made
    # Inherited fields come first in a Struct; of the list's length nobody wants to hear first.
    return sorted(described.fields, key=lambda field: _generation(asked, field.name))


def _generation(asked: type[Struct], name: str) -> int:
    """Return how far up a field comes from; 0 is its own."""
    above = [parent for parent in asked.__mro__[1:] if parent not in Struct.__mro__]
    return sum(name in parent.__struct_fields__ for parent in above if issubclass(parent, Struct))


def _field(field: inspect.Field) -> _Field:
    kind, extra = _unwrap(field.type)
    has_default = field.default is not NODEFAULT or field.default_factory is not NODEFAULT
    return _Field(
        name=field.name,
        parameter=field.encode_name,
        read=_reader(kind, extra, field.encode_name, required=field.required),
        header=extra.get("header", ""),
        may_be_unset=not field.required and not has_default,  # UNSET counts as no default there
    )


def _unwrap(kind: inspect.Type) -> tuple[inspect.Type, dict[str, Any]]:
    """Return what a type is beneath its annotations and beside None, and what they say."""
    if isinstance(kind, inspect.Metadata):
        inner, extra = _unwrap(kind.type)
        return inner, {**extra, **(kind.extra or {})}
    if isinstance(kind, inspect.UnionType):
        (kind,) = (one for one in kind.types if not isinstance(one, inspect.NoneType))
        return _unwrap(kind)
    return kind, {}


def _reader(  # noqa: PLR0911  as many as there are kinds
    kind: inspect.Type, extra: dict[str, Any], name: str, *, required: bool
) -> Read:
    match kind:
        case inspect.StrType() if "header" in extra:
            return lambda _, __: None  # it is found in another place
        case inspect.StrType() if extra.get("read") == "line":
            return lambda params, _: params.line(name, required=required)
        case inspect.StrType(max_length=int(longest)):
            return lambda params, _: params.text(name, required=required, max_length=longest)
        case inspect.BoolType():
            return lambda params, _: params.flag(name, required=required)
        case inspect.IntType(ge=low, le=high):
            least, most = low or 0, 2**63 - 1 if high is None else high
            return lambda params, _: params.number(name, required=required, low=least, high=most)
        case inspect.DateTimeType() if not required:
            if extra.get("read") == "future day":
                return lambda params, at: params.future_day(name, after=at)
            return lambda params, _: params.moment(name)
    return _reader_of_choices(kind, extra, name, required=required)


def _reader_of_choices(
    kind: inspect.Type, extra: dict[str, Any], name: str, *, required: bool
) -> Read:
    match kind:
        case inspect.LiteralType(values=(int(), *_) as numbers):
            levels = [int(number or 0) for number in numbers]
            return lambda params, _: params.number_of(name, levels, required=required)
        case inspect.LiteralType(values=values):
            words = [str(word) for word in values]
            return lambda params, _: params.word(name, words, required=required)
        case inspect.EnumType(cls=choices):
            return lambda params, _: params.choice(name, choices, required=required)
        case inspect.VarTupleType(item_type=inspect.EnumType(cls=choices)):
            return _reader_of_words(name, choices, extra.get("only"), required=required)
        case inspect.VarTupleType() if not required:
            return lambda params, _: params.several(name)
    raise TypeError(f"{name}: there is no reader for {kind}")


def _reader_of_words(
    name: str, choices: type[Enum], known: Iterable[str] | None, *, required: bool
) -> Read:
    taken = tuple(known or [choice.value for choice in choices])

    def words(params: Params, at: datetime) -> tuple[Enum, ...]:
        del at
        # What is none of them has been noted, and nothing comes of it.
        sent = params.words(name, taken, required=required)
        return tuple([choices(word) for word in sent if word in taken])

    return words
