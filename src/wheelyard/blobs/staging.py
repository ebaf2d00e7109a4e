"""Uploads in flight, whichever store they are for: files in a folder of this machine."""

import errno
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from wheelyard.blobs.store import Digests, Hasher
from wheelyard.facts import StoreFull, Unavailable

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

_SHARED_MODE = 0o640

STALE_SECONDS = 24 * 60 * 60
"""No upload takes a day; a staged file this old was left by a process that was killed."""


class StagedFile:
    """A file in the staging folder."""

    def __init__(self, folder: Path, *, is_shared: bool = False) -> None:
        descriptor, name = tempfile.mkstemp(dir=folder)  # for its owner alone
        if is_shared:
            os.fchmod(descriptor, _SHARED_MODE)
        self.path = Path(name)
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._hasher = Hasher()

    def write(self, chunk: bytes) -> None:
        """Append; raises Unavailable."""
        with storing():
            written = 0
            while written < len(chunk):
                written += self._file.write(memoryview(chunk)[written:]) or 0
        self._hasher.update(chunk)

    def digests(self) -> Digests:
        """Return the digests of what was written."""
        return self._hasher.digests()

    def sync(self) -> None:
        """Bring the bytes to the disk."""
        os.fsync(self._file.fileno())

    def discard(self) -> None:
        """Forget the bytes; safe to call again, and after adoption."""
        self._file.close()
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()


def clear_away(staging: Path) -> None:
    """Remove what killed processes left; raises OSError."""
    oldest = time.time() - STALE_SECONDS
    for left in staging.iterdir():
        # Another process that starts may clear the same things away, a running one adopt them.
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < oldest:
                left.unlink()


@contextmanager
def storing() -> Iterator[None]:
    """Turn a full disk, a quota and a limit on file sizes into StoreFull, others to Unavailable."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StoreFull("No room is left to store the file") from error
        raise Unavailable(f"The file cannot be stored: {error.strerror}") from error
