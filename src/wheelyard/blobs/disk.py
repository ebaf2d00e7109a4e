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
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import anyio

from wheelyard.blobs.staging import StagedFile, clear_away, storing
from wheelyard.blobs.store import (
    PIECE_BYTES,
    Blob,
    Digests,
    Missing,
    Sha256,
    Shortcoming,
    StagedBlob,
    is_digest,
    is_whole,
    place,
)
from wheelyard.facts import Sentence, Unavailable

OWN_FOLDER = Sentence("Give the folder to the user that the registry runs as.")


class DiskStore:
    """The default store.  Its folders are made once, so that no upload has to.

    Where it ``is_shared``, the group of the registry's user can read what is stored from then on.
    """

    def __init__(self, folder: Path, *, is_shared: bool = False) -> None:
        self._folder = folder
        self._is_shared = is_shared
        self._staging = folder / "staging"

    def prepare(self) -> None:
        """Make the folders and clear away what killed processes left; raises OSError."""
        for folder in self._folders():
            folder.mkdir(parents=True, exist_ok=True)
        _sync_folder(self._folder)
        for folder in self.unwritable_folders():
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
        clear_away(self._staging)

    def _folders(self) -> Iterator[Path]:
        yield self._staging
        for first in range(256):
            yield self._folder / f"{first:02x}"

    def unwritable_folders(self) -> Iterator[Path]:
        """Return the folders in which no file can be made; absent ones are among them."""
        return (folder for folder in self._folders() if not os.access(folder, os.W_OK | os.X_OK))

    def shortcomings(self) -> Iterator[Shortcoming]:
        """Look for folders in which nothing can be made."""
        for folder in self.unwritable_folders():
            said = Sentence("No file can be made in the folder %(folder)s.", folder=folder)
            yield Shortcoming(said, OWN_FOLDER)

    def stage(self) -> StagedFile:
        """Begin to receive a blob; raises Unavailable."""
        with storing():
            return StagedFile(self._staging, is_shared=self._is_shared)

    def adopt(self, staged: StagedBlob) -> Digests:
        """Sync the bytes, rename them to their digest, sync the folder.  Raises Unavailable.

        The name is replaced even where the blob exists: the bytes are the same, a damaged twin is
        mended, and its modification time says that somebody has just begun to use it.
        """
        assert isinstance(staged, StagedFile)  # noqa: S101  a store adopts what it staged
        digests = staged.digests()
        target = self.path(digests.sha256)
        with storing():  # some file systems find room only now
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
        return self._folder / place(sha256)

    def find_path(self, sha256: Sha256) -> Path | None:
        """Where a blob is, or would be."""
        return self.path(sha256)

    def find_size(self, sha256: Sha256) -> int | None:
        """Return how many bytes a blob has; None for one that is absent.  Raises Unavailable."""
        try:
            return self.path(sha256).stat().st_size
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(f"The file cannot be read: {error.strerror}") from error

    def read(self, sha256: Sha256) -> bytes:
        """Return a small blob.  Raises Missing and Unavailable."""
        with _reading(), self.path(sha256).open("rb") as file:
            return file.read()

    def pieces(self, sha256: Sha256) -> Iterator[bytes]:
        """Read a blob from its beginning to its end.  Raises Missing and Unavailable."""
        with _reading(), self.path(sha256).open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield piece

    @contextmanager
    def local_copy(self, sha256: Sha256) -> Iterator[Path]:
        """Give the blob's own file, only to be read.  Raises Missing."""
        path = self.path(sha256)
        if not path.is_file():
            raise Missing
        yield path

    @asynccontextmanager
    async def stream(
        self, sha256: Sha256, *, size: int, start: int, stop: int
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Read a part of a blob as fast as somebody takes it.  Raises Missing."""
        await self.require_whole(sha256, size)
        async with await anyio.open_file(self.path(sha256), "rb") as file:
            await file.seek(start)
            yield _read_on(file, stop - start)

    async def require_whole(self, sha256: Sha256, size: int) -> None:
        """Raise Missing for a blob that is absent or has not ``size`` bytes."""
        if not is_whole(self.path(sha256), size):
            raise Missing

    async def find_signed_url(self, sha256: Sha256, seconds: int) -> str | None:
        """Return None: what is on this machine is given out by it alone."""
        del sha256, seconds
        return None

    def delete(self, sha256: Sha256) -> None:
        """Remove a blob; one that is absent is no error."""
        self.path(sha256).unlink(missing_ok=True)

    def all_blobs(self) -> Iterator[Blob]:
        """Walk over every blob; one that goes meanwhile is passed over.  Raises Unavailable."""
        for first in range(256):
            try:
                with os.scandir(self._folder / f"{first:02x}") as entries:
                    for entry in entries:
                        if is_digest(entry.name):
                            yield from _look_at(entry)
            except OSError as error:
                raise Unavailable(f"The blobs cannot be listed: {error.strerror}") from error


def _look_at(entry: os.DirEntry[str]) -> Iterator[Blob]:
    with suppress(FileNotFoundError):
        found = entry.stat(follow_symlinks=False)
        used_at = datetime.fromtimestamp(found.st_mtime, UTC)
        yield Blob(sha256=Sha256(entry.name), size=found.st_size, used_at=used_at)


async def _read_on(file: anyio.AsyncFile[bytes], left: int) -> AsyncIterator[bytes]:
    while left > 0 and (piece := await file.read(min(left, PIECE_BYTES))):
        left -= len(piece)
        yield piece


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise Missing from error
    except OSError as error:
        raise Unavailable(f"The file cannot be read: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    # A rename is durable only when the folder that holds the name is.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
