"""Blobs in a folder.

    blobs/
        00/ … ff/               the first two digits of the digest
            00ab…               one blob, named by its whole SHA-256
        staging/
            tmp…                an upload in flight; what a killed process left goes at a start
                                that comes a day later or more

Every path is built from a digest of 64 hex digits, so no name that a client sends can reach here.
"""

import errno
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from wheelyard.blobs.store import Blob, Digests, Hasher, Sha256, StagedBlob
from wheelyard.facts import StoreFull, Unavailable

_DIGEST = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

STALE_SECONDS = 24 * 60 * 60
"""No upload takes a day; a staged file this old was left by a process that was killed."""


class DiskStagedBlob:
    """A file in the staging folder."""

    def __init__(self, folder: Path) -> None:
        descriptor, name = tempfile.mkstemp(dir=folder)
        self.path = Path(name)
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._hasher = Hasher()

    def write(self, chunk: bytes) -> None:
        """Append; raises Unavailable."""
        with _storing():
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


class DiskStore:
    """The default store.  Its folders are made once, so that no upload has to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._staging = folder / "staging"

    def prepare(self) -> None:
        """Make the folders and clear away what killed processes left; raises OSError."""
        for folder in self._folders():
            folder.mkdir(parents=True, exist_ok=True)
        _sync_folder(self._folder)
        for folder in self.unwritable_folders():
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
        oldest = time.time() - STALE_SECONDS
        for left in self._staging.iterdir():
            # Another process that starts may clear the same things away, a running one adopt them.
            with suppress(FileNotFoundError):
                if left.stat().st_mtime < oldest:
                    left.unlink()

    def _folders(self) -> Iterator[Path]:
        yield self._staging
        for first in range(256):
            yield self._folder / f"{first:02x}"

    def unwritable_folders(self) -> Iterator[Path]:
        """Return the folders in which no file can be made; absent ones are among them."""
        return (folder for folder in self._folders() if not os.access(folder, os.W_OK | os.X_OK))

    def stage(self) -> DiskStagedBlob:
        """Begin to receive a blob; raises Unavailable."""
        with _storing():
            return DiskStagedBlob(self._staging)

    def adopt(self, staged: StagedBlob) -> Digests:
        """Sync the bytes, rename them to their digest, sync the folder.  Raises Unavailable.

        The name is replaced even where the blob exists: the bytes are the same, a damaged twin is
        mended, and its modification time says that somebody has just begun to use it.
        """
        assert isinstance(staged, DiskStagedBlob)  # noqa: S101  a store adopts what it staged
        digests = staged.digests()
        target = self.path(digests.sha256)
        with _storing():  # some file systems find room only now
            staged.sync()
            staged.path.replace(target)
            _sync_folder(target.parent)
        return digests

    def put(self, content: bytes) -> Digests:
        """Store a small blob that is already in memory, just as durably."""
        with self.stage() as staged:
            staged.write(content)
            return self.adopt(staged)

    def path(self, sha256: Sha256) -> Path:
        """Where a blob is; raises ValueError for what is no digest."""
        if not _DIGEST.match(sha256):
            raise ValueError("Not a SHA-256 digest")
        return self._folder / sha256[:2] / sha256

    def delete(self, sha256: Sha256) -> None:
        """Remove a blob; one that is absent is no error."""
        self.path(sha256).unlink(missing_ok=True)

    def all_blobs(self) -> Iterator[Blob]:
        """Walk over every blob; one that goes meanwhile is passed over.  Raises Unavailable."""
        for first in range(256):
            try:
                with os.scandir(self._folder / f"{first:02x}") as entries:
                    for entry in entries:
                        if _DIGEST.match(entry.name):
                            yield from _look_at(entry)
            except OSError as error:
                raise Unavailable(f"The blobs cannot be listed: {error.strerror}") from error


def _look_at(entry: os.DirEntry[str]) -> Iterator[Blob]:
    with suppress(FileNotFoundError):
        found = entry.stat(follow_symlinks=False)
        used_at = datetime.fromtimestamp(found.st_mtime, UTC)
        yield Blob(sha256=Sha256(entry.name), size=found.st_size, used_at=used_at)


@contextmanager
def _storing() -> Iterator[None]:
    """Turn a full disk, a quota and a limit on file sizes into StoreFull, others to Unavailable."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StoreFull("No room is left to store the file") from error
        raise Unavailable(f"The file cannot be stored: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    # A rename is durable only when the folder that holds the name is.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
