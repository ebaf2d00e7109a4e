"""File downloads.  Hot: the bytes leave through the server's own file sending where it has one."""

from datetime import datetime
from functools import lru_cache

from anyio.to_thread import run_sync
from starlette.types import Receive, Scope, Send

from wheelyard import journal, reaching
from wheelyard.facts import NotFound
from wheelyard.index import Grant, Reach
from wheelyard.packages import File
from wheelyard.registry import Registry
from wheelyard.web import repository
from wheelyard.web.door import Door, Site
from wheelyard.web.paths import require_no_traversal
from wheelyard.web.sending import deliver, describe


class FileDownload:
    """``GET …/files/{sha256}/{filename}``."""

    operation = repository.DOWNLOAD

    def __init__(self, registry: Registry, door: Door, site: Site) -> None:
        self.permission = site.reading
        self._registry = registry
        self._door = door
        self._site = site
        # Making a path of a digest takes 5 µs; a whole warm page takes 7.
        self._path = lru_cache(maxsize=10_000)(registry.blobs.path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the file's own bytes, whole or the range asked for."""
        del receive
        grant = await self._door.admit(scope, self._site, self.permission)
        params = scope["path_params"]
        file = await self._find(grant, params["sha256"].lower(), params["filename"])
        path = self._path(file.sha256)
        await deliver(self._registry, scope, send, file, describe(file, grant.is_open), path)

    async def _find(self, grant: Grant, sha256: str, filename: str) -> File:
        index, asked, clock = self._registry.index, (sha256, filename), self._registry.clock
        sources = index.find_sources(grant, asked, clock)
        kept = index.files.find((grant.key, asked, sources))
        if kept is not None:
            return kept
        require_no_traversal(filename)
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
