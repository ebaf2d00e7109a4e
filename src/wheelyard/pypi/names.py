"""Names, versions and file names, and when two of them are the same.

Essential reading: PEP 503 (normalised names), PEP 440 (versions), PEP 427 and PEP 625 (the file
names of wheels and sdists), all kept current in the PyPA specifications.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    canonicalize_version,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from wheelyard.facts import Sentence

NormalizedName = NewType("NormalizedName", str)
"""A package name after PEP 503: lower case, each run of ``-_.`` one hyphen."""

NormalizedVersion = NewType("NormalizedVersion", str)
"""A version in PEP 440's normal form, trailing zeros stripped: equal versions are equal text."""

MAX_LENGTH = 255
"""Names, versions and file names, in characters; also what common file systems take."""

# Core metadata, "Name".  The end is \Z because $ would admit a final line feed.
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z", re.ASCII)

# What the names of wheels and sdists are made of, and nothing that a path could mean.
_FILENAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+!-]*\Z", re.ASCII)


class InvalidFilename(ValueError):  # noqa: N818  reads as the sentence that it is
    """Not the file name of a wheel or an sdist; the text says what is wrong."""


class InvalidPrefix(ValueError):  # noqa: N818  as above
    """Not the beginning of package names; the text is what was written."""


class FileType(StrEnum):
    """The kinds of distribution file, as the upload form calls them (PEP 527, PEP 715)."""

    WHEEL = "bdist_wheel"
    SDIST = "sdist"


@dataclass(frozen=True, slots=True)
class Filename:
    """A file name of a wheel or an sdist, and what it claims."""

    text: str
    filetype: FileType
    name: NormalizedName
    version: NormalizedVersion

    @property
    def key(self) -> str:
        """The name in the form in which names of the same file are equal text."""
        return filename_key(self.text)


def is_name(text: str) -> bool:
    """Whether the text is a valid package name (core metadata, "Name")."""
    return len(text) <= MAX_LENGTH and _NAME.match(text) is not None


def normalize_name(text: str) -> NormalizedName:
    """Normalise a name; any text is taken, so that a lookup need not be valid to miss."""
    return NormalizedName(canonicalize_name(text))


def normalize_prefixes(texts: Iterable[str]) -> tuple[NormalizedName, ...]:
    """Normalise beginnings of names, in order and each once; empty texts are passed over.

    Raises InvalidPrefix: a prefix is what could be a name (PEP 752).
    """
    prefixes = set()
    for text in map(str.strip, texts):
        if text and not is_name(text):
            raise InvalidPrefix(text)
        if text:
            prefixes.add(normalize_name(text))
    return tuple(sorted(prefixes))


def is_under(name: NormalizedName, prefix: NormalizedName) -> bool:
    """Whether a prefix covers a name: itself, and what goes on after a hyphen (PEP 752)."""
    return name == prefix or name.startswith(f"{prefix}-")


def normalize_version(text: str) -> NormalizedVersion:
    """Bring a version to the form in which equal versions are equal text.

    ``1.0`` and ``1.0.0`` are equal (PEP 440, "Version comparison"), so trailing zeros of the
    release are stripped.  Raises InvalidVersion.
    """
    if len(text) > MAX_LENGTH:
        raise InvalidVersion(f"A version may have at most {MAX_LENGTH} characters")
    if not text.isascii():
        raise InvalidVersion("A version has no characters outside of ASCII")
    return NormalizedVersion(canonicalize_version(Version(text)))


def parse_filename(text: str) -> Filename:
    """Read a wheel's or an sdist's file name.  Raises InvalidFilename with the reason."""
    if len(text) > MAX_LENGTH:
        raise InvalidFilename(
            Sentence("The file name has more than %(number)s characters", number=MAX_LENGTH)
        )
    if not _FILENAME.match(text):
        raise InvalidFilename(Sentence("The file name has characters that no wheel or sdist has"))
    if not text.endswith((".whl", ".tar.gz", ".zip")):
        raise InvalidFilename(Sentence("Only wheels (.whl) and sdists (.tar.gz, .zip) are taken"))
    try:
        if text.endswith(".whl"):
            filetype = FileType.WHEEL
            name, version, _, _ = parse_wheel_filename(text)
        else:
            filetype = FileType.SDIST
            name, version = parse_sdist_filename(text)
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion) as error:
        raise InvalidFilename(str(error)) from error
    return Filename(
        text, filetype, normalize_name(name), NormalizedVersion(canonicalize_version(version))
    )


def filename_key(text: str) -> str:
    """Bring a valid file name to the form in which names of the same file are equal text.

    ``Foo.Bar-1.0.tar.gz`` and ``foo_bar-1.0.tar.gz`` are one sdist, and a wheel's build number and
    tags mean the same in another spelling or order (PEP 427, PEP 425).
    """
    stem, ending = _split_ending(text)
    if ending != ".whl":
        name, _, version = stem.rpartition("-")
        return f"{normalize_name(name)}-{normalize_version(version)}{ending}"
    name, version, *build, pythons, abis, platforms = stem.split("-")
    parts = [normalize_name(name), normalize_version(version), *map(_build_key, build)]
    tags = (".".join(sorted(set(tag.lower().split(".")))) for tag in (pythons, abis, platforms))
    return "-".join([*parts, *tags]) + ending


def _split_ending(text: str) -> tuple[str, str]:
    ending = next(ending for ending in (".whl", ".tar.gz", ".zip") if text.endswith(ending))
    return text.removesuffix(ending), ending


def _build_key(build: str) -> str:
    digits = len(build) - len(build.lstrip("0123456789"))
    return f"{int(build[:digits])}{build[digits:]}"
