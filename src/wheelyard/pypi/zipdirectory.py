"""Where a ZIP's table of contents is, and how large, found before anything is made of it.

Essential reading: sections 4.3.12 to 4.3.16 of the ZIP application note.  It has to be found just
where zipfile will find it, so the two look in the same order; and the archive has to be the whole
file, because with something before or behind it another reader may find another archive.
"""

import io
import struct
import zipfile
from typing import BinaryIO

MEMBER_SIGNATURE = b"PK\1\2"
"""Each entry begins with it."""

# The records behind the entries: signatures, and the parts of fixed length.
_END_SIGNATURE = b"PK\5\6"
_END = struct.Struct("<4s4H2LH")
_END64_SIGNATURE = b"PK\6\6"
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_SIGNATURE = b"PK\6\7"
_LOCATOR = struct.Struct("<4sLQL")
_MAX_COMMENT_BYTES = 65_536  # one too many, as zipfile has it


def find(file: BinaryIO) -> tuple[int, int]:
    """Return where zipfile will find the central directory, and its size.  Raises BadZipFile."""
    length = file.seek(0, io.SEEK_END)
    margin = max(0, length - _END.size - _MAX_COMMENT_BYTES)
    file.seek(margin)
    tail = file.read()
    at = len(tail) - _END.size
    if not tail.startswith(_END_SIGNATURE, max(at, 0)) or not tail.endswith(b"\0\0"):
        at = tail.rfind(_END_SIGNATURE)
    if at < 0 or len(tail) - at < _END.size:
        raise zipfile.BadZipFile
    *_, size, start, comment_bytes = _END.unpack_from(tail, at)
    end = margin + at
    found64 = _find64(file, end)
    if found64 is not None:
        start, size = found64
        end -= _LOCATOR.size + _END64.size
    if start + size != end or at + _END.size + comment_bytes != len(tail):
        raise zipfile.BadZipFile
    return start, size


def _find64(file: BinaryIO, end: int) -> tuple[int, int] | None:
    """Return place and size as a ZIP64 record before the end record tells; None without one.

    The record may lie anywhere and have any length; what writes wheels puts it in the one place
    where no reader overlooks it.
    """
    at = end - _LOCATOR.size
    if at < 0:
        return None
    file.seek(at)
    signature, _, place, _ = _LOCATOR.unpack(file.read(_LOCATOR.size))
    if signature != _LOCATOR_SIGNATURE:
        return None
    if place != at - _END64.size:
        raise zipfile.BadZipFile
    file.seek(place)
    record = _END64.unpack(file.read(_END64.size))
    if record[0] != _END64_SIGNATURE or record[1] != _END64.size - 12:
        raise zipfile.BadZipFile
    return record[9], record[8]
