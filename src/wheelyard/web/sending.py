"""Sending a file, or its metadata, out of the store: whole, a part, or that nothing has changed.

A URL names a digest, so what it serves never changes: the ETag is the digest of what is sent, and
clients may keep the bytes for ever.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

import anyio
from anyio.to_thread import run_sync
from starlette.types import Message, Receive, Scope, Send

from wheelyard.blobs.small import MAX_BLOB_BYTES
from wheelyard.blobs.store import BlobStore, Missing, Sha256, is_whole
from wheelyard.packages import File
from wheelyard.pypi import installers
from wheelyard.pypi.installers import Installer
from wheelyard.registry import Registry
from wheelyard.settings import FileDelivery
from wheelyard.web.headers import (
    CREDENTIALS,
    Headers,
    answer,
    answer_not_modified,
    find,
    http_date,
    start,
)
from wheelyard.web.wanted import UNCHANGED, WHOLE, ByteRange, State, Wanted, read_conditions, select
from wheelyard.web.warm import HAND_ON

METADATA_SUFFIX = ".metadata"
"""Of the URL, and the name, of a file's metadata (PEP 658)."""

ACCEL_ROOT = "/-/blobs"
"""Where nginx has the store, for ``X-Accel-Redirect`` alone; a page has no such path."""

# Kept for ever where only the caller keeps it; shared caches must ask again after ten minutes, lest
# they serve what has become private meanwhile.
_OPEN = b"public, max-age=31536000, s-maxage=600, immutable"
_CLOSED = b"private, max-age=31536000, immutable"


SIGNED_SECONDS = 120
"""How long an address of the object store gives a file; a transfer that has begun goes on."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, and the way to answer it."""

    scope: Scope
    receive: Receive
    send: Send


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
        (b"vary", b"Authorization" if is_open else CREDENTIALS),
        (b"x-content-type-options", b"nosniff"),
    ]
    return Description(sha256, State(size=size, etag=etag, modified=modified), headers)


async def deliver(
    registry: Registry,
    exchange: Exchange,
    file: File,
    described: Description,
    path: Path | None,
    *,
    may_redirect: bool = True,
) -> Installer | None:
    """Send a file, and remember that; ``path`` is where the server finds it, if anywhere.

    ``may_redirect`` is whether the client may be sent to the object store, where an address names
    no file; installers know what they have asked for, people's browsers do not.

    Returns what has downloaded it; None for a part, nothing new or the headers alone.

    Raises Unavailable, and PreconditionFailed for what is asked for only in another state.
    """
    _require_whole(described, path)
    at, sent_whole, installer = registry.clock(), False, None
    try:
        redirects = registry.settings.file_delivery is FileDelivery.REDIRECT
        if redirects and may_redirect and (wanted := _find_away(exchange.scope, described)):
            await _redirect(registry.blobs, exchange.send, described)
            sent_whole = wanted is WHOLE
        else:
            sent_whole = await _send(registry, exchange, described, path)
    finally:
        # A part, nothing new or the headers alone are a use, and no download.
        installer = _read_installer(exchange.scope) if sent_whole else None
        registry.usage.note_download(file.release_id, at, installer)
    return installer


def _read_installer(scope: Scope) -> Installer:
    """Tell what asks."""
    return installers.read((find(scope, b"user-agent") or b"").decode("latin-1"))


async def deliver_metadata(
    registry: Registry, exchange: Exchange, described: Description, path: Path | None
) -> None:
    """Send what resolvers read of a file; it counts as no download.  Raises what deliver does.

    It is never redirected: pip and uv take an address with a signature for another file's.
    """
    _require_whole(described, path)
    await _send(registry, exchange, described, path)


def _require_whole(file: Description, path: Path | None) -> None:
    """Look each time, which takes 2 µs: the server would call absent what has lost its bytes.

    A store that is elsewhere says so when it is asked for them; what needs none, such as a 304, is
    answered without asking it.
    """
    if path is None:
        return
    if not is_whole(path, file.state.size):
        raise Missing


def _find_away(scope: Scope, file: Description) -> Wanted | None:
    """Return what somebody else may send in our place; None for what only we judge rightly."""
    conditions = read_conditions(scope)
    wanted = select(scope["method"], conditions, file.state)
    return wanted if _is_for_others(scope["method"], conditions, wanted) else None


async def _redirect(blobs: BlobStore, send: Send, file: Description) -> None:
    """Send the client to the store; this answer is for it alone, and not to be kept."""
    url = await blobs.find_signed_url(file.sha256, SIGNED_SECONDS)
    assert url is not None  # noqa: S101  the settings allow no other store
    kept_by_nobody = (b"cache-control", b"private, no-store")
    await answer(send, 302, [(b"location", url.encode()), kept_by_nobody])


async def _send(
    registry: Registry, exchange: Exchange, file: Description, path: Path | None
) -> bool:
    """Send a blob: whole, a part of it, 304 or 416, and for HEAD the headers alone.

    Returns whether the whole was handed out.
    """
    blobs, scope, send = registry.blobs, exchange.scope, exchange.send
    method, conditions = scope["method"], read_conditions(scope)
    wanted = select(method, conditions, file.state)
    has_nginx = registry.settings.file_delivery is FileDelivery.X_ACCEL
    if has_nginx and path is not None and _is_for_others(method, conditions, wanted):
        await _hand_on(send, file, path, wanted)
        return wanted is WHOLE
    if wanted is WHOLE:
        return await _send_whole(registry, exchange, file, path)
    if wanted.part is not None:
        await _send_part(blobs, exchange, file, wanted.part)
    elif wanted is UNCHANGED:
        await answer_not_modified(send, file.headers)
    else:
        await _refuse_range(send, file)
    return False


def _is_for_others(method: str, conditions: Mapping[bytes, bytes], wanted: Wanted) -> bool:
    """Whether nginx, or an object store, would send what is wanted.

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
    await answer(send, 200, [*said, (HAND_ON, inside.encode())])


async def _send_whole(
    registry: Registry, exchange: Exchange, file: Description, path: Path | None
) -> bool:
    blobs, size, scope, send = registry.blobs, file.state.size, exchange.scope, exchange.send
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
            content = await run_sync(small.fetch, file.sha256, limiter=small.readers)
        await answer(send, 200, file.headers, content)
        return True
    if path is not None and "http.response.pathsend" in scope.get("extensions", {}):
        await send(start(200, file.headers, size))
        await send({"type": "http.response.pathsend", "path": str(path)})
        return True
    begin = start(200, file.headers, size)
    return await _send_bytes(blobs, exchange, file, ByteRange(0, size), begin)


async def _send_part(
    blobs: BlobStore, exchange: Exchange, file: Description, part: ByteRange
) -> None:
    span = b"bytes %d-%d/%d" % (part.start, part.stop - 1, file.state.size)
    headers = [*file.headers, (b"content-range", span)]
    await _send_bytes(blobs, exchange, file, part, start(206, headers, part.stop - part.start))


async def _refuse_range(send: Send, file: Description) -> None:
    """Say how long the file is; nobody may keep the refusal as long as they may the file."""
    said = [header for header in file.headers if header[0] in _OF_REFUSED_RANGE]
    span = b"bytes */%d" % file.state.size
    await answer(send, 416, [*said, (b"cache-control", b"no-store"), (b"content-range", span)])


_OF_REFUSED_RANGE = {b"accept-ranges", b"etag", b"last-modified", b"vary"}


async def _send_bytes(
    blobs: BlobStore, exchange: Exchange, file: Description, part: ByteRange, begin: Message
) -> bool:
    """Send bytes as fast as the client takes them; tell whether it has stayed to the end."""
    send = exchange.send
    found = blobs.stream(file.sha256, size=file.state.size, start=part.start, stop=part.stop)
    async with found as pieces:  # before an answer has begun
        await send(begin)
        with _while_there(exchange.receive) as going:
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
    return not going.cancel_called


@contextmanager
def _while_there(receive: Receive) -> Iterator[anyio.CancelScope]:
    """End what is done when the client has left: the server takes bytes for nobody as well."""
    with anyio.CancelScope() as going:
        watching = asyncio.create_task(_end_with_client(receive, going))
        try:
            yield going
        finally:
            watching.cancel()


async def _end_with_client(receive: Receive, going: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass  # the body of a GET, which says nothing
    going.cancel()
