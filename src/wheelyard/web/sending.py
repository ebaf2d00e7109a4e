"""Sending a file, or its metadata, out of the store: whole, a part, or that nothing has changed.

A URL names a digest, so what it serves never changes: the ETag is the digest of what is sent, and
clients may keep the bytes for ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from anyio.to_thread import run_sync
from starlette.types import Message, Scope, Send

from wheelyard.blobs.small import MAX_BLOB_BYTES
from wheelyard.blobs.store import BlobStore, Missing, Sha256
from wheelyard.packages import File
from wheelyard.pypi import installers
from wheelyard.pypi.installers import Installer
from wheelyard.registry import Registry
from wheelyard.settings import FileDelivery
from wheelyard.web.headers import (
    Headers,
    answer,
    answer_not_modified,
    find,
    http_date,
    start,
)
from wheelyard.web.wanted import UNCHANGED, WHOLE, ByteRange, State, Wanted, read_conditions, select

METADATA_SUFFIX = ".metadata"
"""Of the URL, and the name, of a file's metadata (PEP 658)."""

ACCEL_ROOT = "/-/blobs"
"""Where nginx has the store, for ``X-Accel-Redirect`` alone; a page has no such path."""

# Kept for ever where only the caller keeps it; shared caches must ask again after ten minutes, lest
# they serve what has become private meanwhile.
_OPEN = b"public, max-age=31536000, s-maxage=600, immutable"
_CLOSED = b"private, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Description:
    """What an answer says of a file, in the bytes in which it says it."""

    sha256: Sha256
    state: State
    headers: Headers


@lru_cache(maxsize=10_000)  # describing takes 7 µs, finding it again 0.5
def describe(file: File, is_open: bool) -> Description:  # noqa: FBT001  a positional key is cheaper
    """Describe the file itself."""
    return _describe(file, file.filename, file.sha256, file.size, is_open=is_open)


@lru_cache(maxsize=10_000)  # as above
def describe_metadata(file: File, sha256: Sha256, size: int, is_open: bool) -> Description:  # noqa: FBT001  as above
    """Describe the metadata that is served beside a file."""
    return _describe(file, file.filename + METADATA_SUFFIX, sha256, size, is_open=is_open)


def _describe(
    file: File, filename: str, sha256: Sha256, size: int, *, is_open: bool
) -> Description:
    etag = b'"%s"' % sha256.encode()
    modified = http_date(file.created_at)
    disposition = f"attachment; filename=\"{filename}\"; filename*=UTF-8''{quote(filename)}"
    headers: Headers = [
        # The metadata's too, as the public index has it: it is a file's bytes, for programs.
        (b"content-type", b"application/octet-stream"),
        (b"content-disposition", disposition.encode()),
        (b"etag", etag),
        (b"last-modified", modified),
        (b"accept-ranges", b"bytes"),
        (b"cache-control", _OPEN if is_open else _CLOSED),
        (b"vary", b"Authorization"),
        (b"x-content-type-options", b"nosniff"),
    ]
    return Description(sha256, State(size=size, etag=etag, modified=modified), headers)


async def deliver(
    registry: Registry,
    scope: Scope,
    send: Send,
    file: File,
    described: Description,
    path: Path | None,
) -> Installer | None:
    """Send a file, and remember that; ``path`` is where the server finds it, if anywhere.

    Returns what has downloaded it; None for a part, nothing new or the headers alone.

    Raises Unavailable, and PreconditionFailed for what is asked for only in another state.
    """
    _require_whole(described, path)
    at, sent_whole, installer = registry.clock(), False, None
    try:
        sent_whole = await _send(registry, scope, send, described, path)
    finally:
        # A part, nothing new or the headers alone are a use, and no download.
        installer = _read_installer(scope) if sent_whole else None
        registry.usage.note_download(file.release_id, at, installer)
    return installer


def _read_installer(scope: Scope) -> Installer:
    """Tell what asks."""
    return installers.read((find(scope, b"user-agent") or b"").decode("latin-1"))


async def deliver_metadata(
    registry: Registry, scope: Scope, send: Send, described: Description, path: Path | None
) -> None:
    """Send what resolvers read of a file; it counts as no download.  Raises what deliver does."""
    _require_whole(described, path)
    await _send(registry, scope, send, described, path)


def _require_whole(file: Description, path: Path | None) -> None:
    """Look each time, which takes 2 µs: the server would call absent what has lost its bytes.

    A store that is elsewhere says so when it is asked for them; what needs none, such as a 304, is
    answered without asking it.
    """
    if path is None:
        return
    try:
        is_whole = path.stat().st_size == file.state.size
    except OSError:
        is_whole = False
    if not is_whole:
        raise Missing


async def _send(
    registry: Registry, scope: Scope, send: Send, file: Description, path: Path | None
) -> bool:
    """Send a blob: whole, a part of it, 304 or 416, and for HEAD the headers alone.

    Returns whether the whole was handed out.
    """
    blobs, method, conditions = registry.blobs, scope["method"], read_conditions(scope)
    wanted = select(method, conditions, file.state)
    has_nginx = registry.settings.file_delivery is FileDelivery.X_ACCEL
    if has_nginx and path is not None and _is_for_nginx(method, conditions, wanted):
        await _hand_on(send, file, path, wanted)
        return wanted is WHOLE
    if wanted is WHOLE:
        return await _send_whole(registry, scope, send, file, path)
    if wanted.part is not None:
        await _send_part(blobs, send, file, wanted.part)
    elif wanted is UNCHANGED:
        await answer_not_modified(send, file.headers)
    else:
        await _refuse_range(send, file)
    return False


def _is_for_nginx(method: str, conditions: Mapping[bytes, bytes], wanted: Wanted) -> bool:
    """Whether nginx would send what is wanted.

    What it judges by itself is the method, ``Range`` and ``If-Range``, the latter by our headers;
    other conditions by headers that are not ours, and of a range that is to be ignored it thinks
    otherwise.  Those few are answered here.
    """
    if method != "GET" or conditions.keys() & _MISJUDGED:
        return False
    return wanted.part is not None if b"range" in conditions else wanted is WHOLE


_MISJUDGED = {b"if-match", b"if-modified-since", b"if-none-match", b"if-unmodified-since"}


async def _hand_on(send: Send, file: Description, path: Path, wanted: Wanted) -> None:
    """Have nginx send it, which takes this for the address of a file: docs/nginx.md."""
    inside = f"{ACCEL_ROOT}/{path.parent.name}/{path.name}"
    # To the whole nginx adds that it takes ranges, and Poetry reads no list of two.
    said = file.headers
    if wanted is WHOLE:
        said = [header for header in said if header[0] != b"accept-ranges"]
    await answer(send, 200, [*said, (b"x-accel-redirect", inside.encode())])


async def _send_whole(
    registry: Registry, scope: Scope, send: Send, file: Description, path: Path | None
) -> bool:
    blobs, size = registry.blobs, file.state.size
    if scope["method"] == "HEAD":
        if path is None:
            await blobs.require_whole(file.sha256, size)
        await send(start(200, file.headers, size))
        await send({"type": "http.response.body", "body": b""})
        return False
    if size <= MAX_BLOB_BYTES:
        small = registry.small
        content = small.find(file.sha256)
        if content is None:
            content = await run_sync(small.fetch, file.sha256)
        await answer(send, 200, file.headers, content)
    elif path is not None and "http.response.pathsend" in scope.get("extensions", {}):
        await send(start(200, file.headers, size))
        await send({"type": "http.response.pathsend", "path": str(path)})
    else:
        await _send_bytes(blobs, send, file, ByteRange(0, size), start(200, file.headers, size))
    return True


async def _send_part(blobs: BlobStore, send: Send, file: Description, part: ByteRange) -> None:
    span = b"bytes %d-%d/%d" % (part.start, part.stop - 1, file.state.size)
    headers = [*file.headers, (b"content-range", span)]
    await _send_bytes(blobs, send, file, part, start(206, headers, part.stop - part.start))


async def _refuse_range(send: Send, file: Description) -> None:
    """Say how long the file is; nobody may keep the refusal as long as they may the file."""
    said = [header for header in file.headers if header[0] in _OF_REFUSED_RANGE]
    span = b"bytes */%d" % file.state.size
    await answer(send, 416, [*said, (b"cache-control", b"no-store"), (b"content-range", span)])


_OF_REFUSED_RANGE = {b"accept-ranges", b"etag", b"last-modified", b"vary"}


async def _send_bytes(
    blobs: BlobStore, send: Send, file: Description, part: ByteRange, begin: Message
) -> None:
    found = blobs.stream(file.sha256, size=file.state.size, start=part.start, stop=part.stop)
    async with found as pieces:  # before an answer has begun
        await send(begin)
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
