"""Blobs in an object store: S3 and what speaks like it, Google Cloud Storage, Azure.

Below the bucket and prefix of ``WHEELYARD_BLOBS_URL`` the names are those of the store in a folder:
``00/00ab…`` is one blob.  An upload is staged on this machine's disk, where it is hashed and looked
into, and goes to the store in one piece, or from 8 MiB on in parts that become an object only with
the last of them: a crash leaves at worst parts that nobody sees (have the bucket drop them after a
day), or a blob that nothing names.

The store may be slow or dead: each request to it ends by a time that is set here, a few are made
again, and then Unavailable is raised.

The library runs threads of its own, which a fork does not take along: nothing may be asked before
the server has made its worker processes.  That is why ``prepare`` asks in a process of its own.
"""

import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import anyio
import obstore
from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, S3Store, from_url

from wheelyard.blobs.refusals import Refusal, read_refusal
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
    place,
)
from wheelyard.facts import Unavailable

CALL_SECONDS = 60
"""Of one request that is answered at once or takes a part of a file: 8 MiB at 150 KB a second."""

ANSWER_SECONDS = 15
"""Until the store begins to answer, or goes on; retries are in it."""

SLOWEST_SECONDS = 24 * 60 * 60
"""Of a whole file: whoever downloads it may be slow, and the store is not to blame."""

PART_BYTES = 8 * 1024 * 1024
_MAX_PARTS = 10_000  # S3's limit
_PARTS_AT_ONCE = 2  # of one upload: so many are in memory

_RETRIES: Any = {
    "max_retries": 3,
    "retry_timeout": timedelta(seconds=8),
    "backoff": {
        "init_backoff": timedelta(milliseconds=100),
        "max_backoff": timedelta(seconds=2),
        "base": 2,
    },
}

# Blobs are shared by files of several names, so none can be told here; but no browser shows one.
_ATTRIBUTES: Any = {
    "Content-Type": "application/octet-stream",
    "Content-Disposition": "attachment",
}


class ObjectStore:
    """A bucket, or a part of one; uploads wait in a folder of this machine."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._staging = folder / "staging"

    def prepare(self) -> None:
        """Make the folder for uploads, and try the store.  Raises OSError and Unavailable."""
        self._staging.mkdir(parents=True, exist_ok=True)
        clear_away(self._staging)
        # See the module: here a worker process is yet to be forked.
        asked = subprocess.run(  # noqa: S603  our own words
            [sys.executable, "-m", "wheelyard.blobs.trial", self._url, str(self._staging.parent)],
            check=False,
            capture_output=True,
            text=True,
        )
        if asked.returncode:
            raise Unavailable(asked.stdout.strip() or "The object store cannot be tried")

    def shortcomings(self) -> Iterator[Shortcoming]:
        """Write, read, list and delete a small object."""
        name = f"trial-{secrets.token_hex(8)}"  # others may try it as well just now
        try:
            with _asking():
                obstore.put(self._calls, name, b"trial")
                obstore.get(self._calls, name).bytes()
                next(iter(obstore.list(self._calls, chunk_size=1)), None)
                obstore.delete(self._calls, name)
        except Refusal as refusal:
            yield refusal.shortcoming(self._url)

    def stage(self) -> StagedFile:
        """Begin to receive a blob; raises Unavailable."""
        with storing():
            return StagedFile(self._staging)

    def adopt(self, staged: StagedBlob) -> Digests:
        """Put the bytes under their digest; the store has confirmed them when this returns.

        As in a folder, the object is replaced even where it exists.  Raises Unavailable.
        """
        digests = staged.digests()
        self._put(digests.sha256, staged.path, digests.size)
        return digests

    def put(self, content: bytes) -> Digests:
        """Store a small blob that is already in memory, just as durably.  Raises Unavailable."""
        with self.stage() as staged:
            staged.write(content)
            return self.adopt(staged)

    def _put(self, sha256: Sha256, content: Path, size: int) -> None:
        with _asking():
            obstore.put(
                self._calls,
                place(sha256),
                content,
                attributes=_ATTRIBUTES,
                use_multipart=size > PART_BYTES,
                chunk_size=max(PART_BYTES, -(-size // _MAX_PARTS)),
                max_concurrency=_PARTS_AT_ONCE,
            )
        if self.find_size(sha256) != size:
            raise Unavailable("The object store has not kept the file as it was sent")

    def find_path(self, sha256: Sha256) -> Path | None:
        """Return None: a blob is on no disk of ours."""
        place(sha256)
        return None

    def find_size(self, sha256: Sha256) -> int | None:
        """Return how many bytes a blob has; None for one that is absent.  Raises Unavailable."""
        with suppress(FileNotFoundError), _asking(absent=FileNotFoundError):
            return obstore.head(self._reads, place(sha256))["size"]
        return None

    def read(self, sha256: Sha256) -> bytes:
        """Return a small blob.  Raises Missing and Unavailable."""
        with _asking(absent=Missing):
            return bytes(obstore.get(self._reads, place(sha256)).bytes())

    def pieces(self, sha256: Sha256) -> Iterator[bytes]:
        """Read a blob from its beginning to its end.  Raises Missing and Unavailable."""
        with _asking(absent=Missing):
            found = obstore.get(self._reads, place(sha256))
            yield from found.stream(min_chunk_size=PIECE_BYTES)

    @contextmanager
    def local_copy(self, sha256: Sha256) -> Iterator[Path]:
        """Give a copy of a blob, which is gone afterwards.  Raises Missing and Unavailable."""
        with storing():
            copy = NamedTemporaryFile(dir=self._staging)  # noqa: SIM115  what follows may not store
        with copy:
            for piece in self.pieces(sha256):
                with storing():
                    copy.write(piece)
            with storing():
                copy.flush()
            yield Path(copy.name)

    @asynccontextmanager
    async def stream(
        self, sha256: Sha256, *, size: int, start: int, stop: int
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Read a part of a blob as fast as somebody takes it.

        Raises Missing and Unavailable, and so does what it gives.
        """
        options: Any = None if (start, stop) == (0, size) else {"range": (start, stop)}
        with _asking(absent=Missing), anyio.fail_after(ANSWER_SECONDS):
            found = await obstore.get_async(self._reads, place(sha256), options=options)
        if found.meta["size"] != size:
            raise Missing
        yield _read_on(aiter(found.stream(min_chunk_size=PIECE_BYTES)))

    async def require_whole(self, sha256: Sha256, size: int) -> None:
        """Raise Missing for a blob that is absent or has not ``size`` bytes; or Unavailable."""
        with _asking(absent=Missing), anyio.fail_after(ANSWER_SECONDS):
            found = await obstore.head_async(self._reads, place(sha256))
        if found["size"] != size:
            raise Missing

    async def find_signed_url(self, sha256: Sha256, seconds: int) -> str | None:
        """Return an address that gives the blob to anybody for some seconds.

        Raises Unavailable where no credentials are to be had to sign it with.
        """
        end = timedelta(seconds=seconds)
        with _asking(), anyio.fail_after(ANSWER_SECONDS):
            return await obstore.sign_async(self._calls, "GET", place(sha256), end)

    def delete(self, sha256: Sha256) -> None:
        """Remove a blob; one that is absent is no error.  Raises Unavailable."""
        with suppress(FileNotFoundError), _asking(absent=FileNotFoundError):
            obstore.delete(self._calls, place(sha256))

    def all_blobs(self) -> Iterator[Blob]:
        """Walk over every blob, a thousand for each request.  Raises Unavailable."""
        with _asking():
            for found in obstore.list(self._reads, chunk_size=1000):
                for entry in found:
                    name = entry["path"].rpartition("/")[2]
                    if is_digest(name):
                        yield Blob(Sha256(name), entry["size"], entry["last_modified"])

    @cached_property
    def _calls(self) -> S3Store | GCSStore | AzureStore:
        return _open(self._url, {"timeout": timedelta(seconds=CALL_SECONDS)})

    @cached_property
    def _reads(self) -> S3Store | GCSStore | AzureStore:
        patience = timedelta(seconds=ANSWER_SECONDS / 2)
        return _open(
            self._url,
            {"timeout": timedelta(seconds=SLOWEST_SECONDS), "read_timeout": patience},
        )


def _open(url: str, patience: Any) -> S3Store | GCSStore | AzureStore:  # noqa: ANN401  theirs
    # Without TLS only where an address of the environment begins with http://.
    options = {"connect_timeout": timedelta(seconds=5), "allow_http": True, **patience}
    open_url: Any = from_url  # its annotation would have each cloud's options apart
    opened = open_url(url, client_options=options, retry_config=_RETRIES)
    assert isinstance(opened, S3Store | GCSStore | AzureStore)  # noqa: S101  settings know no other
    return opened


async def _read_on(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        with _asking(), anyio.fail_after(ANSWER_SECONDS):
            piece = await anext(pieces, b"")
        if not piece:
            return
        yield bytes(piece)


@contextmanager
def _asking(absent: type[Exception] = Unavailable) -> Iterator[None]:
    """Turn what the library raises into Refusal, or into ``absent`` where there is no object."""
    try:
        yield
    except FileNotFoundError as error:
        if absent is Unavailable:
            raise read_refusal(str(error)) from error
        raise absent from error
    except TimeoutError as error:
        raise read_refusal("") from error
    except BaseError as error:
        raise read_refusal(str(error)) from error
