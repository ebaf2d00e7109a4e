"""File downloads.  Hot: the bytes leave through the server's own file sending where it has one."""

from functools import lru_cache

from anyio.to_thread import run_sync
from starlette.types import Receive, Scope, Send

from wheelyard import journal, packages
from wheelyard.access import Permission
from wheelyard.facts import NotFound
from wheelyard.index import FileKey, Grant
from wheelyard.packages import File
from wheelyard.registry import Registry
from wheelyard.web.door import Door
from wheelyard.web.paths import require_no_traversal
from wheelyard.web.sending import deliver, describe


class FileDownload:
    """``GET …/files/{sha256}/{filename}``."""

    permission = Permission.READ_PACKAGES

    def __init__(self, registry: Registry, door: Door) -> None:
        self._registry = registry
        self._door = door
        # Making a path of a digest takes 5 µs; a whole warm page takes 7.
        self._path = lru_cache(maxsize=10_000)(registry.blobs.path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the file's own bytes, whole or the range asked for."""
        del receive
        grant = await self._door.admit(scope, self.permission)
        params = scope["path_params"]
        file = await self._find(grant, params["sha256"].lower(), params["filename"])
        path = self._path(file.sha256)
        await deliver(self._registry, scope, send, file, describe(file, grant.is_open), path)

    async def _find(self, grant: Grant, sha256: str, filename: str) -> File:
        shelf = self._registry.index.files
        key: FileKey = (grant.project.id, sha256, filename)
        kept = shelf.find(key)
        if kept is not None:
            return kept
        require_no_traversal(filename)
        file, serial = await run_sync(self._look_up, key)
        shelf.keep(key, file, serial)
        return file

    def _look_up(self, key: FileKey) -> tuple[File, int]:
        with self._registry.database.read() as conn:
            serial = journal.last_serial(conn)
            file = packages.find_file(conn, *key)
        if file is None:
            raise NotFound("Package")
        return file, serial
