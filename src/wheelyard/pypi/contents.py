"""What is inside a wheel or an sdist, to be looked at without unpacking it.

The archives were checked when they came (``archives.py``), and are read with care all the same:
nothing is written to disk, texts are cut, and of a long archive only a beginning is read.

Essential reading: the PyPA specifications "Binary distribution format", "Recording installed
packages", "Entry points" and "Source distribution format", and PEP 518 for pyproject.toml.
"""

import codecs
import csv
import gzip
import lzma
import struct
import tarfile
import tomllib
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from configparser import ConfigParser, Error
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import IO

from wheelyard.pypi import archives, names

MAX_MEMBERS = archives.MAX_MEMBERS

MAX_METADATA_BYTES = 1024 * 1024
"""Of METADATA or PKG-INFO that are shown."""

MAX_TEXT_BYTES = 64 * 1024
"""Of any other member that is shown."""

MAX_RECORD_BYTES = archives.MAX_METADATA_BYTES

MAX_UNPACKED_BYTES = 512 * 1024 * 1024
"""Of a .tar.gz, which has to be unpacked to find its members; about two seconds."""

MAX_REMEMBERED = 2 * MAX_MEMBERS
"""Members and rows of RECORD that are held in memory, of all archives together; some 20 MB."""

_CHARACTERS_AS_ONE = 200  # of text, which take as much memory as a member

_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)

_MODULE_ENDINGS = (".py", ".pyi", ".so", ".pyd")


class Unreadable(Exception):  # noqa: N818  reads as the sentence that it is
    """An archive that cannot be read as what its file name says; damaged, most likely."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive; ``size`` is in bytes, unpacked.

    ``is_about`` says that it lies in .dist-info or .data, and is not installed as it lies.
    """

    name: str
    size: int
    is_about: bool


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A line of RECORD: the digest is in URL-safe base64; what is not recorded is empty or None."""

    path: str
    algorithm: str
    digest: str
    size: int | None


@dataclass(frozen=True, slots=True)
class BuildSystem:
    """What builds an sdist, as its pyproject.toml says."""

    requires: tuple[str, ...]
    backend: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in an archive; what its kind does not have is empty, or None.

    ``members`` are in the order of their names.  ``is_cut`` says that there is more than was read.
    ``wheel`` has the fields of WHEEL with all their values, ``entry_points`` pairs of name and
    object by group, ``modules`` what can be imported.  ``metadata`` is the text of METADATA or
    PKG-INFO, its first MiB.
    """

    members: tuple[Member, ...]
    unpacked_bytes: int
    is_cut: bool
    metadata: str
    wheel: Mapping[str, tuple[str, ...]]
    entry_points: Mapping[str, tuple[tuple[str, str], ...]]
    modules: tuple[str, ...]
    record: tuple[RecordRow, ...]
    build_system: BuildSystem | None

    @property
    def weight(self) -> int:
        """How much memory it takes, in members."""
        return len(self.members) + len(self.record) + len(self.metadata) // _CHARACTERS_AS_ONE


def look_inside(path: Path, filename: names.Filename) -> Contents:
    """Return what is in the archive at ``path``, which has this file name.

    Raises Unreadable, and OSError when there is no such file.  The answer is remembered for as long
    as the file is the same.
    """
    status = path.stat()
    key = (str(path), status.st_size, status.st_mtime_ns, filename.text)
    return _memory.recall(key, lambda: _look(path, filename))


def read_text(path: Path, filename: names.Filename, member: str) -> str | None:
    """Return the text of a member, its first 64 KiB; None when it is no text or not there.

    Text is UTF-8 without NUL.  Raises Unreadable, and OSError when there is no such file.
    """
    with _opened(path, filename) as archive:
        for entry in archive:
            if entry.name == member:
                return _decode(entry.read(MAX_TEXT_BYTES))
    return None


class _Memory:
    """The archives that were looked into last, until they are too heavy together."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[object, ...], Contents] = OrderedDict()
        self._weight = 0
        self._lock = Lock()

    def recall(self, key: tuple[object, ...], look: Callable[[], Contents]) -> Contents:
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = look()
        with self._lock:
            if key not in self._known:
                self._known[key] = found
                self._weight += found.weight
            while self._weight > MAX_REMEMBERED:
                _, forgotten = self._known.popitem(last=False)
                self._weight -= forgotten.weight
        return found


_memory = _Memory()


# Both kinds of archive ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file in an archive that is open; ``read`` returns at most so many bytes."""

    name: str
    size: int
    read: Callable[[int], bytes]


@contextmanager
def _opened(path: Path, filename: names.Filename) -> Iterator[Iterator[_Entry]]:
    """Open an archive and go through its files, each to be read before the next is asked for."""
    try:
        if filename.text.endswith(".tar.gz"):
            with gzip.open(path) as unpacked, tarfile.open(fileobj=unpacked, mode="r|") as tar:
                yield _walk_tar(tar)
        else:
            with zipfile.ZipFile(path) as archive:
                yield _walk_zip(archive)
    except (*_DAMAGE, gzip.BadGzipFile) as error:
        raise Unreadable(f"{filename.text} cannot be read") from error


def _walk_zip(archive: zipfile.ZipFile) -> Iterator[_Entry]:
    for member in archive.infolist():
        if not member.is_dir():
            yield _Entry(member.filename, member.file_size, _ZipReader(archive, member))


@dataclass(frozen=True, slots=True)
class _ZipReader:
    archive: zipfile.ZipFile
    member: zipfile.ZipInfo

    def __call__(self, limit: int) -> bytes:
        with self.archive.open(self.member) as file:
            return file.read(limit)


def _walk_tar(archive: tarfile.TarFile) -> Iterator[_Entry]:
    for member in archive:
        if member.isreg():
            yield _Entry(member.name, member.size, _TarReader(archive, member))
        # tarfile keeps every header otherwise.
        archive.members = []  # type: ignore[attr-defined]  # not in the stubs


@dataclass(frozen=True, slots=True)
class _TarReader:
    archive: tarfile.TarFile
    member: tarfile.TarInfo

    def __call__(self, limit: int) -> bytes:
        file: IO[bytes] | None = self.archive.extractfile(self.member)
        return file.read(limit) if file else b""


def _decode(content: bytes) -> str | None:
    if b"\0" in content:
        return None
    try:
        # It waits for the rest of a character through which a cut went.
        return codecs.getincrementaldecoder("utf-8")().decode(content)
    except UnicodeDecodeError:
        return None


# What is in them ---------------------------------------------------------------------------------


def _look(path: Path, filename: names.Filename) -> Contents:
    is_wheel = filename.filetype is names.FileType.WHEEL
    kind_of = _kind_in_wheel if is_wheel else _kind_in_sdist
    members: list[Member] = []
    texts: dict[str, bytes] = {}
    unpacked_bytes, is_cut = 0, False
    with _opened(path, filename) as archive:
        for entry in archive:
            unpacked_bytes += entry.size
            if len(members) >= MAX_MEMBERS or _is_far(filename, unpacked_bytes):
                is_cut = True
                break
            members.append(Member(entry.name, entry.size, is_wheel and _is_about(entry.name)))
            kind = kind_of(entry.name)
            if kind and kind not in texts:
                texts[kind] = entry.read(_LIMITS.get(kind, MAX_TEXT_BYTES))
    members.sort(key=lambda member: member.name)
    return Contents(
        members=tuple(members),
        unpacked_bytes=unpacked_bytes,
        is_cut=is_cut,
        metadata=texts.get("METADATA", b"").decode(errors="replace"),
        wheel=_fields(_text(texts, "WHEEL")),
        entry_points=_entry_points(_text(texts, "entry_points.txt")),
        modules=_modules(members, _text(texts, "top_level.txt")) if is_wheel else (),
        record=tuple(_record(_text(texts, "RECORD"))),
        build_system=_build_system(_text(texts, "pyproject.toml")),
    )


_LIMITS = {"METADATA": MAX_METADATA_BYTES, "RECORD": MAX_RECORD_BYTES}


def _is_far(filename: names.Filename, unpacked_bytes: int) -> bool:
    return filename.text.endswith(".tar.gz") and unpacked_bytes > MAX_UNPACKED_BYTES


def _kind_in_wheel(name: str) -> str:
    """Return under which name the text of a member is kept, if it is."""
    folder, _, file = name.partition("/")
    is_kept = file in {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "top_level.txt"}
    return file if is_kept and folder.endswith(".dist-info") else ""


def _kind_in_sdist(name: str) -> str:
    match PurePosixPath(name).parts:
        case (_, "PKG-INFO"):
            return "METADATA"
        case (_, "pyproject.toml"):
            return "pyproject.toml"
        case (*_, folder, "entry_points.txt") if folder.endswith(".egg-info"):
            return "entry_points.txt"
    return ""


def _is_about(name: str) -> bool:
    return name.partition("/")[0].endswith((".dist-info", ".data"))


def _text(texts: Mapping[str, bytes], kind: str) -> str:
    return texts.get(kind, b"").decode(errors="replace")


def _fields(text: str) -> Mapping[str, tuple[str, ...]]:
    message: Message = Parser().parsestr(text, headersonly=True)
    found: dict[str, tuple[str, ...]] = {}
    for name, value in message.items():
        found[name] = (*found.get(name, ()), str(value))
    return found


def _entry_points(text: str) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Entry points specification, "File format"; what is not of it is left out, all of it."""
    parser = ConfigParser(delimiters=("=",), strict=False, interpolation=None, default_section="")
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # names are case-sensitive
    try:
        parser.read_string(text)
    except (Error, ValueError):
        return {}
    return {group: tuple(parser.items(group)) for group in parser.sections()}


def _modules(members: Iterable[Member], top_level: str) -> tuple[str, ...]:
    """Return what setuptools wrote that there is, or what an import would find in the folders."""
    told = [line.strip() for line in top_level.splitlines() if line.strip()]
    return tuple(sorted(set(told) or set(filter(None, map(_module, members)))))


def _module(member: Member) -> str:
    parts = PurePosixPath(member.name).parts
    if len(parts) > 2 and parts[0].endswith(".data") and parts[1] in {"purelib", "platlib"}:  # noqa: PLR2004  folder, scheme, file
        parts = parts[2:]
    elif member.is_about:
        return ""
    name = parts[0].partition(".")[0]
    return name if parts[-1].endswith(_MODULE_ENDINGS) and name.isidentifier() else ""


def _record(text: str) -> Iterator[RecordRow]:
    try:
        for number, (path, digest, size, *_) in enumerate(map(_padded, csv.reader(_lines(text)))):
            if number >= MAX_MEMBERS:
                break
            if path:
                algorithm, _, encoded = digest.rpartition("=")
                count = int(size) if size.isascii() and size.isdigit() and len(size) < 20 else None  # noqa: PLR2004  digits of any real size
                yield RecordRow(path, algorithm, encoded, count)
    except csv.Error:
        return


def _lines(text: str) -> Iterator[str]:
    return iter(text.splitlines(keepends=True))


def _padded(row: list[str]) -> list[str]:
    return [*row, "", "", ""]


def _build_system(text: str) -> BuildSystem | None:
    try:
        table = tomllib.loads(text).get("build-system")
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    if not isinstance(table, dict):
        return None
    requires = table.get("requires", [])
    listed = requires if isinstance(requires, list) else []
    return BuildSystem(tuple(map(str, listed)), str(table.get("build-backend", "")))
