"""Archives that no build tool makes: damaged, lying, hostile."""

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping

from tests.builders import metadata

WHEEL_NAME = "demo-1.0-py3-none-any.whl"
SDIST_NAME = "demo-1.0.tar.gz"
ZIP_SDIST_NAME = "demo-1.0.zip"

ABOUT = metadata("demo", "1.0")
KIND = b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel_members(**changes: bytes | None) -> dict[str, bytes]:
    """The members of a sound wheel; METADATA, WHEEL and RECORD may be changed or left out."""
    about: dict[str, bytes | None] = {
        "METADATA": ABOUT,
        "WHEEL": KIND,
        "RECORD": record("demo/__init__.py", *(f"demo-1.0.dist-info/{n}" for n in _FILES)),
        **changes,
    }
    found = {f"demo-1.0.dist-info/{n}": text for n, text in about.items() if text is not None}
    return {"demo/__init__.py": b"", **found}


_FILES = ("METADATA", "WHEEL", "RECORD")


def record(*names: str) -> bytes:
    """A RECORD of these names."""
    return "".join(f"{name},,\n" for name in names).encode()


def zipped(members: Iterable[tuple[zipfile.ZipInfo | str, bytes]]) -> bytes:
    """A ZIP archive of these members, names given twice included."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members:
            archive.writestr(member, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def wheel_with(name: str, content: bytes = b"", *, mode: int = 0o644) -> bytes:
    """A sound wheel but for one more member, which its RECORD lists."""
    members = wheel_members()
    members["demo-1.0.dist-info/RECORD"] += record(name)
    extra = zipfile.ZipInfo("placeholder")
    extra.filename = name  # the constructor would clean it
    extra.external_attr = mode << 16
    return zipped([*members.items(), (extra, content)])


def lying_zip(members: Mapping[str, bytes], liar: str, *, claimed: int) -> bytes:
    """A ZIP archive in which one member claims another unpacked size, in both of its headers."""
    content = bytearray(zipped(members.items()))
    actual = struct.pack("<I", len(members[liar]))
    for signature, size_at, name_at in ((b"PK\3\4", 22, 30), (b"PK\1\2", 24, 46)):
        place = content.find(signature)
        while content[place + name_at : place + name_at + len(liar)] != liar.encode():
            place = content.index(signature, place + 1)
        assert content[place + size_at : place + size_at + 4] == actual
        content[place + size_at : place + size_at + 4] = struct.pack("<I", claimed)
    return bytes(content)


def overlapping_bomb(copies: int, size: int) -> bytes:
    """A ZIP archive whose table names one member's bytes again and again."""
    kernel = b"\0" * size
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = compressor.compress(kernel) + compressor.flush()
    crc = zlib.crc32(kernel)
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 33, crc, len(packed), size, 1, 0)
    body = local + b"a" + packed
    table = b"".join(
        struct.pack(
            *("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 33, crc, len(packed), size),
            *(len(f"a{number}"), 0, 0, 0, 0, 0, 0),
        )
        + f"a{number}".encode()
        for number in range(copies)
    )
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, copies, copies, len(table), len(body), 0)
    return body + table + end


def tarred(members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    """A tar archive of these members, with their own sizes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    """The header of a member."""
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, link
    return member


def sdist_with(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """A sound sdist but for these members."""
    sound = [(entry("demo-1.0/PKG-INFO"), ABOUT), (entry("demo-1.0/setup.py"), b"")]
    return gzip.compress(tarred([*sound, *members]), mtime=0)


def raw_header(name: bytes, kind: bytes, size: int) -> bytes:
    """A ustar header by hand, of a size that need not be true."""
    fields = b"%s%s%s%s%012o%s" % (
        name.ljust(100, b"\0"),
        b"0000644\0",
        b"0000000\0",
        b"0000000\0",
        size,
        b"00000000000\0",
    )
    rest = kind + b"\0" * 100 + b"ustar\00000" + b"\0" * 247
    block = fields + b" " * 8 + rest
    return fields + b"%06o\0 " % sum(block) + rest


def padded(content: bytes) -> bytes:
    """The content filled up to whole blocks."""
    return content + b"\0" * (-len(content) % 512)


def long_directory(
    members: int, *, name_length: int = 6, claimed: int | None = None, is_zip64: bool = False
) -> bytes:
    """A ZIP archive that is nothing but a table of contents of so many empty members."""
    name = b"\xdb"  # of two bytes in memory, in the old encoding of names
    fixed = struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", 20, 20, *([0] * 4), 0, 0, 0, name_length, *([0] * 6)
    )
    entries = (fixed + b"%06d" % number + name * (name_length - 6) for number in range(members))
    table = b"".join(entries)
    count, size, place = members if claimed is None else claimed, len(table), 0
    end64 = b""
    if is_zip64:
        end64 = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, place)
        end64 += struct.pack("<4sIQI", b"PK\6\7", 0, len(table), 1)
        count, size, place = 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF
    return table + end64 + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, size, place, 0)
