"""What a blob store does, and how a blob is received: hashed in one pass, adopted or discarded.

A blob is a run of bytes addressed by its SHA-256.  It is staged on the store's own file system
while it arrives, and adopted under its digest only when somebody has looked at it.  Adopting is
idempotent, so two uploads of one file cannot disturb each other; a crash leaves at worst a staged
file or a blob that nothing names.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NewType, Protocol, Self

Sha256 = NewType("Sha256", str)
"""A SHA-256 digest as 64 lower-case hex digits."""


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


class BlobStore(Protocol):
    """The verbs that every store has."""

    def stage(self) -> StagedBlob:
        """Begin to receive a blob; raises Unavailable."""

    def adopt(self, staged: StagedBlob) -> Digests:
        """Make it durable under its digest: once this returns, a power cut loses nothing.

        Raises Unavailable.
        """

    def put(self, content: bytes) -> Digests:
        """Store a small blob that is already in memory, just as durably; raises Unavailable."""

    def path(self, sha256: Sha256) -> Path:
        """Where a blob can be read; raises ValueError for what is no digest."""

    def delete(self, sha256: Sha256) -> None:
        """Remove a blob; one that is absent is no error."""

    def all_blobs(self) -> Iterator[Blob]:
        """Walk over every blob, in the order of digests' first digits; raises Unavailable."""
