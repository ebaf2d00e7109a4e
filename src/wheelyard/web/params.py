"""Parameters of a REST call, from the query and the body alike, as GitLab reads them.

What is wrong gathers, so that one answer names every problem: ``{"error": "name is missing, …"}``.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeGuard, TypeVar
from urllib.parse import parse_qsl

import msgspec
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from wheelyard.facts import Invalid, InvalidParameters, Sentence
from wheelyard.lines import is_line

E = TypeVar("E", bound=Enum)

_TRUE = frozenset({"true", "t", "1", "yes", "on"})
_FALSE = frozenset({"false", "f", "0", "no", "off"})
_MAX_PARTS = 200


class Params:
    """The parameters of one call.  A reader returns None for what is absent."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._problems: list[tuple[str, Sentence]] = []

    def check(self) -> None:
        """Raise InvalidParameters when anything read so far was wrong."""
        if self._problems:
            raise InvalidParameters(self._problems)

    def _note(self, names: str, problem: Sentence) -> None:
        self._problems.append((names, problem))

    def has(self, name: str) -> bool:
        """Whether a parameter was sent, be it as null."""
        return name in self._values

    def needs_one_of(self, *names: str) -> None:
        """Note that something is missing when none of these was sent."""
        if all(self._values.get(name) in (None, "") for name in names):
            said = Sentence("are missing, at least one parameter must be provided")
            self._note(", ".join(names), said)

    def text(self, name: str, *, required: bool = False, max_length: int = 255) -> str | None:
        """Read text, of several lines perhaps."""
        value = self._values.get(name)
        if value is None or value == "":
            if required:
                missing, empty = Sentence("is missing"), Sentence("is empty")
                self._note(name, missing if value is None else empty)
            return None if value is None else ""
        value = _as_text(value)
        if not _is_text(value, max_length):
            self._note(name, Sentence("is invalid"))
            return None
        return value

    def peek_text(self, name: str, *, max_length: int = 255) -> str:
        """Return what ``text`` would read, and note no problem; empty for what it would refuse."""
        value = _as_text(self._values.get(name))
        return value if _is_text(value, max_length) else ""

    def line(self, name: str, *, required: bool = False) -> str | None:
        """Read one line that, when it is sent, is not empty."""
        value = self.text(name, required=required)
        if value is None or (required and not value):
            return None
        if not is_line(value):
            self._note(name, Sentence("is invalid"))
        elif not value.strip():
            self._note(name, Sentence("is empty"))
        return value.strip()

    def filled_line(self, name: str) -> str | None:
        """Read one line of a field that may be left empty; None when it is."""
        return self.line(name) if (self.text(name) or "").strip() else None

    def choice(self, name: str, choices: type[E], *, required: bool = False) -> E | None:
        """Read one of an enumeration's values."""
        value = self.text(name, required=required)
        if not value:
            return None
        if value not in {choice.value for choice in choices}:
            self._note(name, Sentence("does not have a valid value"))
            return None
        return choices(value)

    def word(self, name: str, choices: Collection[str], *, required: bool = False) -> str | None:
        """Read one of some words."""
        value = self.text(name, required=required)
        if not value:
            return None
        if value not in choices:
            self._note(name, Sentence("does not have a valid value"))
            return None
        return value

    def one_of(self, name: str, choices: Collection[str], default: str) -> str:
        """Read one of some words, with a default."""
        return self.word(name, choices) or default

    def flag(self, name: str, *, required: bool = False) -> bool | None:
        """Read true or false."""
        value = self.text(name, required=required)
        if not value:
            return None
        if value.lower() in _TRUE:
            return True
        if value.lower() not in _FALSE:
            self._note(name, Sentence("is invalid"))
        return False

    def _digits(self, name: str, *, required: bool) -> str | None:
        value = self._values.get(name)
        if isinstance(value, float) and value.is_integer():
            return str(int(value))  # to JSON, 1.0 is as whole as 1
        return self.text(name, required=required)

    def number(
        self, name: str, *, required: bool = False, low: int = 0, high: int = 2**63 - 1
    ) -> int | None:
        """Read a whole number."""
        value = self._digits(name, required=required)
        if not value:
            return None
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            self._note(name, Sentence("is invalid"))
            return None
        return int(value)

    def number_of(
        self, name: str, choices: Collection[int], *, required: bool = False
    ) -> int | None:
        """Read one of some whole numbers."""
        value = self._digits(name, required=required)
        if not value:
            return None
        if value not in {str(int(choice)) for choice in choices}:
            self._note(name, Sentence("does not have a valid value"))
            return None
        return int(value)

    def words(self, name: str, choices: Iterable[str], *, required: bool = False) -> list[str]:
        """Read a list of words, sent as an array or separated by commas."""
        value = self._values.get(name)
        if isinstance(value, str):
            value = value.split(",")
        if value is None:
            value = []
            if required:
                self._note(name, Sentence("is missing"))
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            self._note(name, Sentence("is invalid"))
            return []
        words = [word.strip() for word in value if word.strip()]
        if not set(words) <= set(choices):
            self._note(name, Sentence("does not have a valid value"))
        return words

    def several(self, name: str, *, max_length: int = 255) -> tuple[str, ...] | None:
        """Read a list of any texts, sent as an array or separated by commas."""
        value = self._values.get(name)
        if value is None:
            return None
        found = value.split(",") if isinstance(value, str) else value
        if not isinstance(found, list) or not all(_is_text(text, max_length) for text in found):
            self._note(name, Sentence("is invalid"))
            return None
        return tuple(text.strip() for text in found if text.strip())

    def texts(self, name: str) -> list[str]:
        """Read a list of texts, such as the boxes of a form that were marked."""
        value = self._values.get(name)
        found = value if isinstance(value, list) else [value]
        return [text for text in found if _is_text(text, 255)]

    def moment(self, name: str) -> datetime | None:
        """Read an ISO 8601 date or time; a date is its first moment, in UTC."""
        value = self.text(name)
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError):  # the first and the last day lack some hours of UTC
            self._note(name, Sentence("is invalid"))
            return None

    def future_day(self, name: str, *, after: datetime) -> datetime | None:
        """Read the day on which something ends; it does so as that day begins, in UTC."""
        moment = self.moment(name)
        if moment is None:
            return None
        day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        if day <= after:
            self._note(name, Sentence("must be a date in the future"))
        return day


def _as_text(value: Any) -> Any:  # noqa: ANN401  whatever JSON can hold
    """Return the text that a form would have for a number, true or false; others as they are."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _is_text(value: Any, max_length: int) -> TypeGuard[str]:  # noqa: ANN401  as above
    return isinstance(value, str) and len(value) <= max_length and "\0" not in value


def read(query: bytes, content_type: str, body: bytes) -> Params:
    """Read query and body; the body wins.  Raises Invalid for one that cannot be read."""
    values = _gather(parse_qsl(query.decode("utf-8", "replace"), keep_blank_values=True))
    if body:
        values.update(_read_body(content_type, body))
    return Params(values)


def _read_body(content_type: str, body: bytes) -> dict[str, Any]:
    kind, options = parse_options_header(content_type)
    if kind == "application/json":
        try:
            values = msgspec.json.decode(body)
        except (ValueError, RecursionError) as error:  # of msgspec, of UTF-8, and too deep
            raise Invalid(Sentence("The body is not valid JSON")) from error
        if not isinstance(values, dict):
            raise Invalid(Sentence("The body is not a JSON object"))
        return values
    if kind == "multipart/form-data":
        return _gather(_read_multipart(options.get("boundary", ""), body))
    return _gather(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _read_multipart(boundary: str, body: bytes) -> Iterable[tuple[str, str]]:
    pairs: list[tuple[str, bytes]] = []
    try:
        with PushMultipartParser(boundary, max_segment_count=_MAX_PARTS, strict=True) as parser:
            for event in parser.parse(body):
                if isinstance(event, MultipartSegment):
                    pairs.append((event.name, b""))
                elif event:
                    pairs[-1] = (pairs[-1][0], pairs[-1][1] + bytes(event))
        return [(name, value.decode()) for name, value in pairs]
    except (MultipartError, UnicodeDecodeError) as error:
        raise Invalid(Sentence("The multipart body is malformed")) from error


def _gather(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Make lists of ``name[]=``, as Rails does."""
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name.endswith("[]"):
            gathered = values.get(name[:-2])
            values[name[:-2]] = [*gathered, value] if isinstance(gathered, list) else [value]
        else:
            values[name] = value
    return values
