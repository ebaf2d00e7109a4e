"""Sending a file out of the store: whole, a range of it, or the news that nothing has changed.

A URL names a digest, so what it serves never changes: the ETag is the digest, and clients may keep
the bytes for ever.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

import anyio
from starlette.types import Scope, Send

from wheelyard.facts import Unavailable
from wheelyard.packages import File
from wheelyard.pypi import installers
from wheelyard.pypi.installers import Installer
from wheelyard.registry import Registry
from wheelyard.web.headers import (
    ByteRange,
    Headers,
    UnsatisfiableRange,
    answer,
    answer_not_modified,
    find,
    find_range,
    http_date,
    is_known,
    start,
)

# Of a range.  The server holds some of them for each client that reads slowly.
_CHUNK_BYTES = 64 * 1024

# Kept for ever where only the caller keeps it; shared caches must ask again after ten minutes, lest
# they serve what has become private meanwhile.
_OPEN = b"public, max-age=31536000, s-maxage=600, immutable"
_CLOSED = b"private, max-age=31536000, immutable"


def _is_whole(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Description:
    """What an answer says of a file, in the bytes in which it says it."""

    size: int
    etag: bytes
    modified: bytes
    headers: Headers


@lru_cache(maxsize=10_000)  # describing takes 7 µs, finding it again 0.5
def describe(file: File, is_open: bool) -> Description:  # noqa: FBT001  a positional key is cheaper
    etag = b'"%s"' % file.sha256.encode()
    modified = http_date(file.created_at)
    disposition = (
        f"attachment; filename=\"{file.filename}\"; filename*=UTF-8''{quote(file.filename)}"
    )
    headers: Headers = [
        (b"content-type", b"application/octet-stream"),
        (b"content-disposition", disposition.encode()),
        (b"etag", etag),
        (b"last-modified", modified),
        (b"accept-ranges", b"bytes"),
        (b"cache-control", _OPEN if is_open else _CLOSED),
        (b"vary", b"Authorization"),
        (b"x-content-type-options", b"nosniff"),
    ]
    return Description(size=file.size, etag=etag, modified=modified, headers=headers)


async def deliver(
    registry: Registry, scope: Scope, send: Send, file: File, described: Description, path: Path
) -> None:
    """Send a file as ``send_file`` does, and remember that.  Raises Unavailable."""
    # Each time, which takes 2 µs: the server would call a file absent whose bytes are lost.
    if not _is_whole(path, file.size):
        raise Unavailable("The bytes of the file are not in the store")
    at, sent_whole = registry.clock(), False
    try:
        sent_whole = await send_file(scope, send, described, path)
    finally:
        # A part, nothing new or the headers alone are a use, and no download.
        installer = _read_installer(scope) if sent_whole else None
        registry.usage.note_download(file.release_id, at, installer)


def _read_installer(scope: Scope) -> Installer:
    """Tell what asks."""
    return installers.read((find(scope, b"user-agent") or b"").decode("latin-1"))


async def send_file(scope: Scope, send: Send, file: Description, path: Path) -> bool:
    """Send a file: whole, a range of it, 304 or 416, and for HEAD the headers alone.

    Returns whether the whole file was handed out.
    """
    if is_known(scope, file.etag):
        await answer_not_modified(send, file.headers)
        return False
    try:
        wanted = find_range(scope, size=file.size, etag=file.etag, modified=file.modified)
    except UnsatisfiableRange:
        await answer(send, 416, [*file.headers, (b"content-range", b"bytes */%d" % file.size)])
        return False
    if wanted is not None:
        await _send_range(send, file, path, wanted)
        return False
    await _send_whole(scope, send, file, path)
    method: str = scope["method"]
    return method != "HEAD"


async def _send_whole(scope: Scope, send: Send, file: Description, path: Path) -> None:
    if scope["method"] == "HEAD":
        await send(start(200, file.headers, file.size))
        await send({"type": "http.response.body", "body": b""})
    elif "http.response.pathsend" in scope.get("extensions", {}):
        await send(start(200, file.headers, file.size))
        await send({"type": "http.response.pathsend", "path": str(path)})
    else:
        await _send_bytes(send, path, ByteRange(0, file.size), 200, file.headers)


async def _send_range(send: Send, file: Description, path: Path, wanted: ByteRange) -> None:
    span = b"bytes %d-%d/%d" % (wanted.start, wanted.stop - 1, file.size)
    headers = [*file.headers, (b"content-range", span)]
    await _send_bytes(send, path, wanted, 206, headers)


async def _send_bytes(
    send: Send, path: Path, wanted: ByteRange, status: int, headers: Headers
) -> None:
    async with await anyio.open_file(path, "rb") as file:  # before an answer has begun
        await file.seek(wanted.start)
        left = wanted.stop - wanted.start
        await send(start(status, headers, left))
        while left > 0 and (chunk := await file.read(min(left, _CHUNK_BYTES))):
            left -= len(chunk)
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
