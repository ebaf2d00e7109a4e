"""What a blob store does, and how a blob is received: hashed in one pass, adopted or discarded.

A blob is a run of bytes addressed by its SHA-256.  It is staged on a disk of this machine while it
arrives, and adopted under its digest only when somebody has looked at it.  Adopting is
idempotent, so two uploads of one file cannot disturb each other; a crash leaves at worst a staged
file or a blob that nothing names.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NewType, Protocol, Self

from wheelyard.facts import Sentence, Unavailable

Sha256 = NewType("Sha256", str)
"""A SHA-256 digest as 64 lower-case hex digits."""

_DIGEST = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)

PIECE_BYTES = 64 * 1024
"""Of what is read at once; the server holds some of them for each client that reads slowly."""

MISSING = "The bytes of the file are not in the store"


def is_digest(text: str) -> bool:
    """Whether a text is a SHA-256 digest as it is written here."""
    return _DIGEST.match(text) is not None


def place(sha256: Sha256) -> str:
    """Where every store keeps a blob, below its root; raises ValueError for what is no digest."""
    if not is_digest(sha256):
        raise ValueError("Not a SHA-256 digest")
    return f"{sha256[:2]}/{sha256}"


def is_whole(path: Path, size: int) -> bool:
    """Whether a file is there with all of its bytes; takes 2 µs."""
    try:
        return path.stat().st_size == size
    except OSError:
        return False


class Missing(Unavailable):
    """A blob that a row names is not in the store, or not whole."""

    def __init__(self) -> None:
        super().__init__(MISSING)


@dataclass(frozen=True, slots=True)
class Digests:
    """The digests of one run of bytes, in lower-case hex, and how many bytes there were.

    These three are what upload clients send: ``sha256_digest``, ``md5_digest`` and
    ``blake2_256_digest`` (BLAKE2b with a 32 byte digest).
    """

    sha256: Sha256
    md5: str
    blake2_256: str
    size: int


@dataclass(frozen=True, slots=True)
class Blob:
    """One blob of a store, as it lies there."""

    sha256: Sha256
    size: int
    used_at: datetime
    """When somebody last began to use it: a row that names it may be about to be written."""


class Hasher:
    """Takes all digests in one pass."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        # MD5 is compared with what old clients send and shown as GitLab shows it, never trusted.
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._blake2 = hashlib.blake2b(digest_size=32)
        self._size = 0

    def update(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._sha256.update(chunk)
        self._md5.update(chunk)
        self._blake2.update(chunk)
        self._size += len(chunk)

    def digests(self) -> Digests:
        """Return the digests of all bytes so far."""
        return Digests(
            sha256=Sha256(self._sha256.hexdigest()),
            md5=self._md5.hexdigest(),
            blake2_256=self._blake2.hexdigest(),
            size=self._size,
        )


class StagedBlob(Protocol):
    """Bytes on their way in; a context manager that discards what was not adopted."""

    @property
    def path(self) -> Path:
        """Where the bytes can be read until then."""

    def write(self, chunk: bytes) -> None:
        """Append; raises Unavailable."""

    def digests(self) -> Digests:
        """Return the digests of what was written."""

    def discard(self) -> None:
        """Forget the bytes; safe to call again, and after adoption."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """What keeps a store from being used, and what to do about it."""

    sentence: Sentence
    remedy: Sentence


class BlobStore(Protocol):
    """The verbs that every store has.

    Each raises ValueError for what is no digest, and Unavailable when the store does not do it now.
    """

    def prepare(self) -> None:
        """Make it ready at a start; raises OSError too, for a folder of this machine."""

    def shortcomings(self) -> Iterator[Shortcoming]:
        """Look whether it can be written and read."""

    def stage(self) -> StagedBlob:
        """Begin to receive a blob."""

    def adopt(self, staged: StagedBlob) -> Digests:
        """Make it durable under its digest: once this returns, a power cut loses nothing."""

    def put(self, content: bytes) -> Digests:
        """Store a small blob that is already in memory, just as durably."""

    def find_path(self, sha256: Sha256) -> Path | None:
        """Where the blob would be as a file that the server can send by itself; None without."""

    def find_size(self, sha256: Sha256) -> int | None:
        """Return how many bytes a blob has; None for one that is absent."""

    def read(self, sha256: Sha256) -> bytes:
        """Return a small blob.  Raises Missing."""

    def pieces(self, sha256: Sha256) -> Iterator[bytes]:
        """Read a blob from its beginning to its end.  Raises Missing."""

    def local_copy(self, sha256: Sha256) -> AbstractContextManager[Path]:
        """Give a file with the blob's bytes, only to be read.  Raises Missing."""

    def stream(
        self, sha256: Sha256, *, size: int, start: int, stop: int
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Read a part of a blob as fast as somebody takes it.

        Entering raises Missing where the blob is absent or has not ``size`` bytes.
        """

    async def require_whole(self, sha256: Sha256, size: int) -> None:
        """Raise Missing for a blob that is absent or has not ``size`` bytes."""

    async def find_signed_url(self, sha256: Sha256, seconds: int) -> str | None:
        """Return an address that gives the blob's bytes to anybody for some seconds.

        None where the store gives nothing to anybody but us.
        """

    def delete(self, sha256: Sha256) -> None:
        """Remove a blob; one that is absent is no error."""

    def all_blobs(self) -> Iterator[Blob]:
        """Walk over every blob, in the order of their digests' first digits."""
