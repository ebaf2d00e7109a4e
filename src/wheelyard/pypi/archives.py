"""What a wheel or an sdist may contain, and its metadata, read without unpacking it.

An archive is refused when an installer could be harmed by it or could not use it: a damaged
container, a name that leaves the folder, a link out of it, a bomb, missing metadata.  Nothing is
ever written to disk here, and no member is held in memory whole but the few small ones we need.

Essential reading: the PyPA specifications "Binary distribution format" (PEP 427), "Recording
installed packages" (RECORD), "Source distribution format" (PEP 625, PEP 643, PEP 721), and section
4.4 of the ZIP application note.
"""

import csv
import errno
import gzip
import io
import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from wheelyard.facts import Sentence
from wheelyard.pypi import metadata, names, zipdirectory

MAX_METADATA_BYTES = 16 * 1024 * 1024
"""Of METADATA, PKG-INFO or RECORD, each of which is read into memory."""

MAX_MEMBERS = 50_000
"""Of one archive; each takes some 30 µs to check."""

MAX_DIRECTORY_BYTES = 16 * 1024 * 1024
"""Of a ZIP's table of contents, which zipfile holds several times over; RECORD has the same names,
with a digest for each."""

MAX_RATIO = 100
"""Unpacked to packed.  Deflate gets past 1000 on runs of one byte, as bombs are made of."""

RATIO_FLOOR_BYTES = 64 * 1024 * 1024
"""Below this, unpacked, the ratio does not matter: nothing can be harmed."""

# Of a member, at a time.
_READ_BYTES = 256 * 1024

# RECORD does not list itself nor the two signatures of PEP 427, now deprecated by PEP 815.
_UNRECORDED = ("RECORD", "RECORD.jws", "RECORD.p7s")

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

# What every installer reads.  Of the others zipfile unpacks whole chunks, however large they are.
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

# ZIP application note, 4.4.4: general purpose bit 0.
_ENCRYPTED = 1

# Of one member; tarfile holds all of it, and it need only hold long names.
_MAX_TAR_HEADER_BYTES = 1024 * 1024

# They hold for every later member, and tarfile gathers them.  git writes one, a comment.
_MAX_GLOBAL_HEADERS = 1000

# All that the standard library raises on damaged containers.
_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


_NO_DAMAGE = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO}
"""What the machine lacks says nothing about the file."""


class InvalidArchive(ValueError):  # noqa: N818  reads as the sentence that it is
    """An archive that cannot be accepted; the text says why."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A checked file: what its name and its metadata say, which agree."""

    filename: names.Filename
    metadata: metadata.CoreMetadata

    @property
    def has_final_metadata(self) -> bool:
        """Whether what is installed of it will say of itself what it says: PEP 658, PEP 643."""
        return self.filename.filetype is names.FileType.WHEEL or self.metadata.is_static


def inspect(path: Path, filename: names.Filename) -> Distribution:
    """Check the archive at ``path`` as the distribution that its file name claims.

    Raises InvalidArchive, and OSError when the file cannot be read.  Takes time in proportion to
    the unpacked size: every checksum is compared.
    """
    try:
        content = _read_metadata(path, filename)
        described = metadata.parse(content)
        _require_agreement(filename, described)
    except metadata.InvalidMetadata as error:
        raise InvalidArchive(*error.args) from error
    except InvalidArchive:
        raise
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.errno in _NO_DAMAGE:
            raise
        raise InvalidArchive(
            Sentence("The file is damaged or not an archive of its type")
        ) from error
    return Distribution(filename=filename, metadata=described)


def _read_metadata(path: Path, filename: names.Filename) -> bytes:
    if filename.text.endswith(".tar.gz"):
        return _read_tar_sdist(path)
    _require_small_directory(path)
    with zipfile.ZipFile(path) as archive:
        _require_safe_zip(archive, path.stat().st_size)
        if filename.filetype is names.FileType.SDIST:
            return _read_zip_sdist(archive)
        return _read_wheel(archive, filename)


def _require_agreement(filename: names.Filename, described: metadata.CoreMetadata) -> None:
    if names.normalize_name(described.name) != filename.name:
        raise InvalidArchive(
            Sentence(
                "The metadata of the file names %(found)s, its file name %(expected)s",
                found=repr(described.name),
                expected=repr(filename.name),
            )
        )
    try:
        version = names.normalize_version(described.version)
    except ValueError as error:
        raise InvalidArchive(Sentence("The metadata of the file has an invalid version")) from error
    if version != filename.version:
        raise InvalidArchive(
            Sentence(
                "The metadata of the file has version %(found)s, its file name %(expected)s",
                found=repr(described.version),
                expected=repr(filename.version),
            )
        )


# ZIP ---------------------------------------------------------------------------------------------


def _require_small_directory(path: Path) -> None:
    """Refuse too many members before zipfile opens the archive; it holds half a KiB for each.

    They are counted: the number that the archive tells of itself is not what zipfile goes by.
    """
    with path.open("rb") as file:
        start, size = zipdirectory.find(file)
        if size > MAX_DIRECTORY_BYTES:
            raise InvalidArchive(
                Sentence(
                    "The table of contents of the archive has more than %(number)s bytes",
                    number=MAX_DIRECTORY_BYTES,
                )
            )
        file.seek(start)
        members = file.read(size).count(zipdirectory.MEMBER_SIGNATURE)
    if members > MAX_MEMBERS:
        raise InvalidArchive(
            Sentence("The archive has more than %(number)s members", number=MAX_MEMBERS)
        )


def _require_safe_zip(archive: zipfile.ZipFile, packed_bytes: int) -> None:
    members = archive.infolist()
    seen: set[str] = set()
    for member in members:
        _require_safe_name(member.filename)
        if member.filename in seen:
            raise InvalidArchive(
                Sentence("The archive has two members named %(name)s", name=repr(member.filename))
            )
        seen.add(member.filename)
        if stat.S_ISLNK(member.external_attr >> 16):
            raise InvalidArchive(
                Sentence("The archive has a link, %(name)s", name=repr(member.filename))
            )
        if member.compress_type not in _COMPRESSIONS:
            raise InvalidArchive(
                Sentence(
                    "The archive has an unusual compression, %(name)s", name=repr(member.filename)
                )
            )
        if member.flag_bits & _ENCRYPTED:
            raise InvalidArchive(
                Sentence(
                    "The archive has an encrypted member, %(name)s", name=repr(member.filename)
                )
            )
    _require_sane_size(sum(member.file_size for member in members), packed_bytes)
    for member in members:
        _require_whole(archive, member)


def _require_whole(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Unpack a member, which compares its checksum; never more of it than its entry says.

    Opening it compares its name with that of its own header, by which a reader that streams goes.
    """
    with archive.open(member) as unpacked:
        size = sum(map(len, iter(lambda: unpacked.read(_READ_BYTES), b"")))
    if size != member.file_size:
        raise zipfile.BadZipFile


def _require_safe_name(name: str) -> None:
    path = PurePosixPath(name)
    if (
        not name
        or path.is_absolute()
        or ".." in path.parts
        or "\\" in name
        or ":" in (path.parts[0] if path.parts else "")
        or _CONTROL.search(name)
    ):
        raise InvalidArchive(
            Sentence(
                "The archive has a member with an unsafe name, %(name)s", name=repr(name[:200])
            )
        )


def _require_sane_size(unpacked_bytes: int, packed_bytes: int) -> None:
    if unpacked_bytes > max(RATIO_FLOOR_BYTES, packed_bytes * MAX_RATIO):
        raise InvalidArchive(
            Sentence(
                "The archive unpacks to more than %(number)s times its size, as a zip bomb does",
                number=MAX_RATIO,
            )
        )


def _read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as member:
            content = member.read(MAX_METADATA_BYTES + 1)
    except KeyError as error:
        raise InvalidArchive(Sentence("The archive has no %(name)s", name=name)) from error
    if len(content) > MAX_METADATA_BYTES:
        raise InvalidArchive(
            Sentence(
                "%(name)s is larger than %(number)s bytes", name=name, number=MAX_METADATA_BYTES
            )
        )
    return content


def _read_wheel(archive: zipfile.ZipFile, filename: names.Filename) -> bytes:
    """PEP 427, "File contents": exactly one .dist-info, with METADATA, WHEEL and RECORD."""
    folders = {name.split("/", 1)[0] for name in archive.namelist() if ".dist-info/" in name}
    folders = {folder for folder in folders if folder.endswith(".dist-info")}
    if len(folders) != 1:
        raise InvalidArchive(
            Sentence("A wheel has exactly one .dist-info folder; this one does not")
        )
    folder = folders.pop()
    if names.normalize_name(folder.removesuffix(".dist-info").split("-")[0]) != filename.name:
        raise InvalidArchive(
            Sentence("The folder %(folder)s of the wheel is of another package", folder=folder)
        )
    _read_member(archive, f"{folder}/WHEEL")
    _require_recorded(archive, folder)
    return _read_member(archive, f"{folder}/METADATA")


def _require_recorded(archive: zipfile.ZipFile, folder: str) -> None:
    """Hold RECORD against the archive, by name.

    The digests in it are left to installers, which check each file as they write it.
    """
    record = io.BytesIO(_read_member(archive, f"{folder}/RECORD"))
    exempt = {f"{folder}/{name}" for name in _UNRECORDED}
    present = {name for name in archive.namelist() if not name.endswith("/")} - exempt
    recorded: set[str] = set()
    try:
        # Row by row: a RECORD of a million names would take more memory than the rest together.
        for name, *_ in filter(None, csv.reader(io.TextIOWrapper(record, "utf-8", newline=""))):
            if name not in present and name not in exempt:
                raise InvalidArchive(
                    Sentence(
                        "RECORD lists %(name)s, which is not in the wheel", name=repr(name[:200])
                    )
                )
            recorded.add(name)
    except (csv.Error, UnicodeDecodeError) as error:
        raise InvalidArchive(Sentence("RECORD is not readable")) from error
    for name in sorted(present - recorded):
        raise InvalidArchive(
            Sentence("RECORD does not list %(name)s, which is in the wheel", name=repr(name))
        )


def _read_zip_sdist(archive: zipfile.ZipFile) -> bytes:
    found = [name for name in archive.namelist() if _is_pkg_info(name)]
    if len(found) != 1:
        raise InvalidArchive(
            Sentence("An sdist has one PKG-INFO in its top folder; this one does not")
        )
    return _read_member(archive, found[0])


# TAR ---------------------------------------------------------------------------------------------


def _is_pkg_info(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return len(parts) == 2 and parts[1] == "PKG-INFO"  # noqa: PLR2004  folder and file


class _BoundedReader(io.RawIOBase):
    """The unpacked bytes of a ``.tar.gz``, refusing to become a bomb while it is read.

    tarfile skips what is in members by seeking; what it reads are headers, which it holds in
    memory.  So what is read counts against an allowance, which each member gets anew.
    """

    def __init__(self, unpacked: gzip.GzipFile, packed_bytes: int) -> None:
        self._unpacked = unpacked
        self._packed_bytes = packed_bytes
        self._allowance = _MAX_TAR_HEADER_BYTES
        self.last = b""

    def allow(self, size: int) -> None:
        """Let so many bytes be read from here on."""
        self._allowance = size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        if not 0 <= size <= self._allowance:
            raise InvalidArchive(Sentence("The archive has an oversized header"))
        self._allowance -= size
        self.last = self._next(size)
        return self.last

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        # Only forward, in steps: a jump would unpack it all before the size is looked at.
        while whence == io.SEEK_SET and (gap := offset - self._unpacked.tell()) > 0:
            if not self._next(min(gap, _MAX_TAR_HEADER_BYTES)):
                break
        return self._unpacked.seek(offset, whence)

    def tell(self) -> int:
        return self._unpacked.tell()

    def require_end(self) -> None:
        """Unpack the rest, which compares the checksum too, and hold that there is nothing in it.

        tarfile takes whatever is no header for the end; another reader may see more.
        """
        rest = self.last
        while rest:
            if rest.strip(b"\0"):
                raise InvalidArchive(Sentence("The archive has something after its end"))
            rest = self._next(_MAX_TAR_HEADER_BYTES)

    def _next(self, size: int) -> bytes:
        content = self._unpacked.read(size)
        _require_sane_size(self._unpacked.tell(), self._packed_bytes)
        return content


def _read_tar_sdist(path: Path) -> bytes:
    found: list[bytes] = []
    with gzip.open(path) as unpacked:
        reader = _BoundedReader(unpacked, path.stat().st_size)
        with tarfile.open(fileobj=reader, mode="r:") as archive:
            for count, member in enumerate(archive):
                if count >= MAX_MEMBERS:
                    raise InvalidArchive(
                        Sentence("The archive has more than %(number)s members", number=MAX_MEMBERS)
                    )
                if len(archive.pax_headers) > _MAX_GLOBAL_HEADERS:
                    raise InvalidArchive(Sentence("The archive has too many global headers"))
                _require_safe_tar_member(member)
                if member.isreg() and _is_pkg_info(member.name):
                    reader.allow(MAX_METADATA_BYTES + _MAX_TAR_HEADER_BYTES)
                    found.append(_read_tar_member(archive, member))
                reader.allow(_MAX_TAR_HEADER_BYTES)
                # tarfile keeps every header otherwise, some 200 MB of them at the limit.
                archive.members = []  # type: ignore[attr-defined]  # not in the stubs
        reader.require_end()
    if len(found) != 1:
        raise InvalidArchive(
            Sentence("An sdist has one PKG-INFO in its top folder; this one does not")
        )
    return found[0]


def _require_safe_tar_member(member: tarfile.TarInfo) -> None:
    """Hold a member to PEP 721's data filter, and to no absolute name, which that would only trim.

    The filter itself asks the file system, which takes long for many members; but for links, a
    safe name is all that it would look at.
    """
    _require_safe_name(member.name)
    try:
        if member.issym() or member.islnk():
            tarfile.data_filter(member, "/nowhere")
        elif not (member.isreg() or member.isdir()):
            raise tarfile.SpecialFileError(member)
    except tarfile.FilterError as error:
        raise InvalidArchive(
            Sentence(
                "The archive has a member that leaves its folder or is no file, %(name)s",
                name=repr(member.name[:200]),
            )
        ) from error


def _read_tar_member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    if member.size > MAX_METADATA_BYTES:
        raise InvalidArchive(
            Sentence("PKG-INFO is larger than %(number)s bytes", number=MAX_METADATA_BYTES)
        )
    reader = archive.extractfile(member)
    if reader is None:
        raise InvalidArchive(Sentence("PKG-INFO is not a file"))
    return b"".join(iter(lambda: reader.read(_MAX_TAR_HEADER_BYTES), b""))
