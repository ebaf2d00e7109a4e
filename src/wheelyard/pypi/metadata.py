"""Core metadata: the few fields a registry acts on, read from a file's own METADATA or PKG-INFO.

Everything else stays in the bytes, which are kept whole: a newer metadata version or an unknown
field is no reason to refuse a file (PyPA specification "Core metadata", versions 1.0 to 2.6).
"""

from dataclasses import dataclass

from packaging.metadata import parse_email
from packaging.specifiers import InvalidSpecifier, SpecifierSet

MAX_READ_BYTES = 1024 * 1024
"""Of a file's metadata, from its start: the fields come first, and a description may follow them.
A million headers would take a gigabyte to parse."""

MAX_REQUIRES_PYTHON_LENGTH = 1024
"""Characters.  GitLab cuts at 255, which leaves invalid specifiers; here a longer is refused."""


class InvalidMetadata(ValueError):  # noqa: N818  reads as the sentence that it is
    """Metadata that cannot be acted on; the text says why."""


@dataclass(frozen=True, slots=True)
class CoreMetadata:
    """What a file says of itself.

    ``name`` and ``version`` are as written, ``requires_python`` is ``""`` when absent.
    """

    metadata_version: str
    name: str
    version: str
    requires_python: str
    summary: str
    content: bytes


def parse(content: bytes) -> CoreMetadata:
    """Read the fields.  Raises InvalidMetadata when name or version is absent or unusable.

    A field that may be absent and cannot be used (given twice, or no UTF-8) counts as absent.
    """
    fields, unusable = parse_email(content[:MAX_READ_BYTES])
    for field in ("name", "version"):
        if field in unusable:
            raise InvalidMetadata(f"The metadata of the file has an unusable {field.title()} field")
        if not fields.get(field):
            raise InvalidMetadata(f"The metadata of the file has no {field.title()} field")
    return CoreMetadata(
        metadata_version=fields.get("metadata_version", ""),
        name=fields["name"],
        version=fields["version"],
        requires_python=check_requires_python(fields.get("requires_python", "")),
        summary=fields.get("summary", ""),
        content=content,
    )


def check_requires_python(text: str) -> str:
    """Return the specifier without surrounding space.

    Raises InvalidMetadata for one that no installer could read: a page that carries it would hide
    the file from every resolver, or break them.
    """
    text = text.strip()
    if len(text) > MAX_REQUIRES_PYTHON_LENGTH:
        raise InvalidMetadata(
            f"requires_python has more than {MAX_REQUIRES_PYTHON_LENGTH} characters"
        )
    try:
        SpecifierSet(text)
    except InvalidSpecifier as error:
        raise InvalidMetadata("requires_python is not a valid version specifier") from error
    return text
