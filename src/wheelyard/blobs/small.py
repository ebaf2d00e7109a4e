"""Small blobs, held in memory: to open a file takes longer than to send fifty kilobytes.

A blob is what its digest says, so that nothing here is ever out of date.  Whether somebody may
have it is decided before it is asked for.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from anyio import CapacityLimiter

from wheelyard.blobs.store import Missing, Sha256

MAX_BLOB_BYTES = 128 * 1024
"""Of one; larger ones leave by the server's own file sending."""

MAX_BYTES = 64 * 1024 * 1024
"""Of all together."""


MAX_READERS = 16
"""Threads that wait for the store at a time: one that hangs leaves the others for pages."""


class SmallBlobs:
    """The small blobs that were asked for last."""

    def __init__(self, read: Callable[[Sha256], bytes]) -> None:
        self.readers = CapacityLimiter(MAX_READERS)
        self._read = read
        self._lock = Lock()
        self._held = 0
        self._blobs: OrderedDict[Sha256, bytes] = OrderedDict()

    def find(self, sha256: Sha256) -> bytes | None:
        """Return a blob that is in memory."""
        with self._lock:
            content = self._blobs.get(sha256)
            if content is not None:
                self._blobs.move_to_end(sha256)
        return content

    def fetch(self, sha256: Sha256) -> bytes:
        """Read a blob, and keep it if it is small.  Blocks on the store.

        Raises Unavailable where the store has lost it or damaged it.
        """
        content = self._read(sha256)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Missing
        if len(content) > MAX_BLOB_BYTES:
            return content
        with self._lock:
            if sha256 not in self._blobs:
                self._blobs[sha256] = content
                self._held += len(content)
            while self._held > MAX_BYTES:
                _, oldest = self._blobs.popitem(last=False)
                self._held -= len(oldest)
        return content
