"""Seeing that nothing was committed, in the memory that SQLite shares among processes.

A database in WAL mode has an index of its log, a file that every process which has it open maps
into its memory.  It begins with a header of 48 bytes, twice, that every commit writes anew: a
counter of transactions, the number of frames, salts and checksums.  A connection that wonders
whether anybody has committed compares these bytes with those that it saw last, and so does ``PRAGMA
data_version``; but that takes locks, gives up Python's own for the time, and costs twenty times as
much as looking.

So equal bytes mean that SQLite itself would say "nothing", and any others that it has to be asked:
a header that is half written differs too.  Read here is the mapping that SQLite has made, for to
open the file once more would be dangerous: to close it again would give up SQLite's locks on it.

Sources: SQLite, "WAL-mode File Format", section 2, "The WAL-Index File Format".
"""

import ctypes
from pathlib import Path

_HEADER_BYTES = 2 * 48
_MAPPINGS = Path("/proc/self/maps")

Header = ctypes.Array[ctypes.c_char]
"""Both copies, as they are at this moment whenever ``raw`` is read."""


def find_header(database: Path) -> Header | None:
    """Return the header that a connection of this process has mapped; None where none is found.

    It may be read only as long as that connection is open.  Only Linux tells of mappings so.
    """
    wanted = f"{database.resolve()}-shm"
    try:
        mappings = _MAPPINGS.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return None
    for mapping in mappings:
        # 7f0c9a5f8000-7f0c9a600000 rw-s 00000000 08:01 1234  /path/of/the/file
        addresses, access, offset, _, _, *name = mapping.split(maxsplit=5)
        if name == [wanted] and int(offset, 16) == 0 and access.startswith("r"):
            start = int(addresses.partition("-")[0], 16)
            return (ctypes.c_char * _HEADER_BYTES).from_address(start)
    return None
