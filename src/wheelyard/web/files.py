"""File downloads.  Hot: the bytes leave through the server's own file sending where it has one."""

from datetime import datetime
from functools import lru_cache

from anyio.to_thread import run_sync
from starlette.types import Receive, Scope, Send

from wheelyard import journal, reaching
from wheelyard.blobs.store import Sha256
from wheelyard.facts import NotFound
from wheelyard.index import Grant, Reach
from wheelyard.packages import File
from wheelyard.registry import Registry
from wheelyard.web import repository
from wheelyard.web.door import Door, Site
from wheelyard.web.paths import require_no_traversal
from wheelyard.web.sending import (
    METADATA_SUFFIX,
    Exchange,
    deliver,
    deliver_metadata,
    describe,
    describe_metadata,
)
from wheelyard.web.warm import rest_on

_MOST_MEASURED = 100_000
"""Blobs of metadata of which the size is remembered; each takes some 150 bytes."""


class FileDownload:
    """``GET …/files/{sha256}/{filename}``, and ``….metadata`` beside it (PEP 658, PEP 714)."""

    operation = repository.DOWNLOAD

    def __init__(self, registry: Registry, door: Door, site: Site) -> None:
        self.permission = site.reading
        self._registry = registry
        self._door = door
        self._site = site
        # Making a path of a digest takes 5 µs.
        self._path = lru_cache(maxsize=10_000)(registry.blobs.find_path)
        self._sizes: dict[Sha256, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the file's own bytes, or its metadata's: whole or the range asked for."""
        exchange = Exchange(scope, receive, send)
        grant = await self._door.admit(scope, self._site, self.permission)
        params = scope["path_params"]
        filename = params["filename"].removesuffix(METADATA_SUFFIX)
        asked = params["sha256"].lower(), filename
        file = await self._find(grant, asked)
        # At once: sending takes its time, and what the reader reaches may end meanwhile.
        end = self._registry.index.end_of(grant, asked)
        if filename == params["filename"]:
            await self._send_file(exchange, grant, file, end)
        else:
            await self._send_metadata(exchange, grant, file, end)

    async def _send_file(
        self, exchange: Exchange, grant: Grant, file: File, end: datetime | None
    ) -> None:
        path = self._path(file.sha256)
        described = describe(file, grant.is_open)
        installer = await deliver(self._registry, exchange, file, described, path)
        stored = None if path is None else (path, file.size)
        rest_on(exchange.scope, grant, end, file.release_id, installer, stored)

    async def _send_metadata(
        self, exchange: Exchange, grant: Grant, file: File, end: datetime | None
    ) -> None:
        """Send what resolvers read; it counts as no download."""
        sha256 = file.core_metadata
        if sha256 is None:
            raise NotFound("Package")
        size = self._sizes.get(sha256)
        if size is None:
            size = await run_sync(self._measure, sha256, limiter=self._registry.small.readers)
            if len(self._sizes) >= _MOST_MEASURED:
                self._sizes.clear()
            self._sizes[sha256] = size
        described = describe_metadata(file, sha256, size, grant.is_open)
        path = self._path(sha256)
        await deliver_metadata(self._registry, exchange, described, path)
        stored = None if path is None else (path, size)
        rest_on(exchange.scope, grant, end, stored=stored)

    def _measure(self, sha256: Sha256) -> int:
        """Return the size of a blob that no row tells.  Raises Unavailable, as ``fetch`` does."""
        return len(self._registry.small.fetch(sha256))

    async def _find(self, grant: Grant, asked: tuple[str, str]) -> File:
        """Find a file by its digest and name.  Raises NotFound."""
        index, clock = self._registry.index, self._registry.clock
        sources = index.find_sources(grant, asked, clock)
        kept = index.files.find((grant.key, asked, sources))
        if kept is not None:
            return kept
        require_no_traversal(asked[1])
        file, reach, serial = await run_sync(self._look_up, grant, asked, clock())
        sources = index.keep_reach(grant, asked, reach, serial)
        index.files.keep((grant.key, asked, sources), file, serial)
        return file

    def _look_up(
        self, grant: Grant, asked: tuple[str, str], now: datetime
    ) -> tuple[File, Reach | None, int]:
        with self._registry.database.read() as conn:
            serial = journal.last_serial(conn)
            found = reaching.find_file(conn, grant, *asked, at=now)
        if found is None:
            raise NotFound("Package")
        return *found, serial
