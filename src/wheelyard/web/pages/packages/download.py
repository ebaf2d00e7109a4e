"""Downloading by browser, with a session in the place of a token."""

from dataclasses import replace

from anyio.to_thread import run_sync
from starlette.types import Receive, Scope, Send

from wheelyard import packages
from wheelyard.access import Permission
from wheelyard.facts import NotFound
from wheelyard.packages import File
from wheelyard.registry import Registry
from wheelyard.web.pages import visits
from wheelyard.web.pages.admission import Gate
from wheelyard.web.params import Params
from wheelyard.web.sending import Exchange, deliver, describe

# A browser may not give it again after its user has signed out.
_BY_NOBODY = (b"cache-control", b"private, no-store")


class BrowserDownload:
    """``GET /{project}/-/packages/{release}/files/{file}/download``."""

    permission = Permission.READ_PACKAGES

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._gate = Gate(registry, self.permission)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the file's own bytes."""
        file = await run_sync(self._find, scope)
        path = self._registry.blobs.find_path(file.sha256)
        described = describe(file, False)
        kept = [header for header in described.headers if header[0] != _BY_NOBODY[0]]
        described = replace(described, headers=[*kept, _BY_NOBODY])
        await deliver(
            self._registry,
            Exchange(scope, receive, send),
            file,
            described,
            path,
            may_redirect=False,
        )

    def _find(self, scope: Scope) -> File:
        with self._registry.database.read() as conn:
            view = self._gate.admit(conn, scope, visits.read(scope), Params({}))
            release = packages.find_release(conn, view.project.id, view.number("release"))
            if release is None:
                raise NotFound
            file = packages.find_file_of(conn, release, view.number("file"))
        if file is None:
            raise NotFound
        packages.require_downloads(release)
        return file
