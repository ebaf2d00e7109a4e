"""Core metadata: the few fields a registry acts on, read from a file's own METADATA or PKG-INFO.

Everything else stays in the bytes, which are kept whole: a newer metadata version or an unknown
field is no reason to refuse a file (PyPA specification "Core metadata", versions 1.0 to 2.6).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from wheelyard.facts import Sentence

MAX_READ_BYTES = 1024 * 1024
"""Of a file's metadata, from its start: the fields come first, and a description may follow them.
A million headers would take a gigabyte to parse."""

MAX_REQUIRES_PYTHON_LENGTH = 1024
"""Characters.  GitLab cuts at 255, which leaves invalid specifiers; here a longer is refused."""


UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of what follows (UAX 9)."""

_RESOLVED = frozenset({"name", "version", "requires-dist", "requires-python", "provides-extra"})
"""What a resolver goes by, in lower case."""


class InvalidMetadata(ValueError):  # noqa: N818  reads as the sentence that it is
    """Metadata that cannot be acted on; the text says why."""


@dataclass(frozen=True, slots=True)
class CoreMetadata:
    """What a file says of itself.

    ``name`` and ``version`` are as written, ``requires_python`` is ``""`` when absent;
    ``summary`` lacks what cannot be seen.
    """

    metadata_version: str
    name: str
    version: str
    requires_python: str
    summary: str
    is_static: bool
    """Whether whatever is built of an sdist says the same of what a resolver goes by (PEP 643)."""

    content: bytes


def parse(content: bytes) -> CoreMetadata:
    """Read the fields.  Raises InvalidMetadata when name or version is absent or given twice."""
    message = BytesHeaderParser().parsebytes(content[:MAX_READ_BYTES])
    return CoreMetadata(
        metadata_version=_find_usable(message, "Metadata-Version"),
        name=_get(message, "Name"),
        version=_get(message, "Version"),
        requires_python=check_requires_python(_find_usable(message, "Requires-Python")),
        summary=UNSEEN.sub("", _find_usable(message, "Summary")),
        is_static=len(content) <= MAX_READ_BYTES and _is_static(message),
        content=content,
    )


def _is_static(message: Message) -> bool:
    """PEP 643: from 2.2 on, what is not named as dynamic stays as it is.

    Of another major version nobody knows yet what it means.
    """
    try:
        version = Version(_find_usable(message, "Metadata-Version"))
    except InvalidVersion:
        return False
    dynamic = {value.strip().lower() for name, value in _fields(message) if name == "dynamic"}
    return version.major == 2 and version.minor >= 2 and not dynamic & _RESOLVED  # noqa: PLR2004  2.2


def _fields(message: Message) -> Iterator[tuple[str, str]]:
    """Yield every field as it is written, its name in lower case."""
    return ((name.lower(), value) for name, value in message.raw_items())


def _get(message: Message, field: str) -> str:
    value = _find(message, field)
    if not value:
        raise InvalidMetadata(
            Sentence("The metadata of the file has no %(field)s field", field=field)
        )
    return value


def _find_usable(message: Message, field: str) -> str:
    """Return the text of a field that need not be there; empty for an unusable one too."""
    try:
        return _find(message, field) or ""
    except InvalidMetadata:
        return ""


def _find(message: Message, field: str) -> str | None:
    """Return a field's text.  Raises InvalidMetadata when it is given twice or is no UTF-8."""
    values = [value for name, value in _fields(message) if name == field.lower()]
    if not values:
        return None
    unusable = InvalidMetadata(
        Sentence("The metadata of the file has an unusable %(field)s field", field=field)
    )
    if len(values) > 1:
        raise unusable
    try:
        # The parser keeps bytes outside of ASCII as surrogates.
        return values[0].encode("ascii", "surrogateescape").decode().strip()
    except UnicodeDecodeError as error:
        raise unusable from error


def check_requires_python(text: str) -> str:
    """Return the specifier without surrounding space.

    Raises InvalidMetadata for one that no installer could read: a page that carries it would hide
    the file from every resolver, or break them.
    """
    text = text.strip()
    if len(text) > MAX_REQUIRES_PYTHON_LENGTH:
        raise InvalidMetadata(
            Sentence(
                "requires_python has more than %(number)s characters",
                number=MAX_REQUIRES_PYTHON_LENGTH,
            )
        )
    try:
        SpecifierSet(text)
    except InvalidSpecifier as error:
        raise InvalidMetadata(
            Sentence("requires_python is not a valid version specifier")
        ) from error
    return text
