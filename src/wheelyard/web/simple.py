"""The simple pages of a project (PEP 503).  Hot: nearly every request of an installer ends here."""

import hashlib
from functools import lru_cache
from urllib.parse import quote

from anyio.to_thread import run_sync
from sqlalchemy import Connection
from starlette.types import Receive, Scope, Send

from wheelyard import journal, packages, projects
from wheelyard.access import Permission
from wheelyard.facts import NotFound
from wheelyard.index import BuiltPage, Grant, PageKey
from wheelyard.packages import File
from wheelyard.pypi import simple
from wheelyard.pypi.names import MAX_LENGTH, NormalizedName, normalize_name
from wheelyard.registry import Registry
from wheelyard.web.door import Door
from wheelyard.web.headers import Headers, answer, answer_not_modified, is_known
from wheelyard.web.paths import PYPI, require_no_traversal

_TYPE = (b"content-type", simple.HTML_TYPE.encode())
_VARY = (b"vary", b"Accept, Authorization")
# Kept, but asked for anew each time: the next request sees every change.
_OPEN = (b"cache-control", b"max-age=0, must-revalidate, public")
_CLOSED = (b"cache-control", b"max-age=0, must-revalidate, private")


class SimpleIndex:
    """``GET …/simple``: the packages of a project."""

    permission = Permission.READ_PACKAGES

    def __init__(self, registry: Registry, door: Door) -> None:
        self._door = door
        self._pages = Pages(registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the index."""
        del receive
        grant = await self._door.admit(scope, self.permission)
        key = (grant.project.id, None)
        page = self._pages.find(key) or await self._pages.build(key)
        await _send_page(scope, send, grant, page)


class SimplePage:
    """``GET …/simple/{package}``: the files of a package."""

    permission = Permission.READ_PACKAGES

    def __init__(self, registry: Registry, door: Door) -> None:
        self._door = door
        self._pages = Pages(registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the page."""
        del receive
        grant = await self._door.admit(scope, self.permission)
        name = _read_name(scope["path_params"]["package"])
        key = (grant.project.id, name)
        page = self._pages.find(key) or await self._pages.build(key)
        await _send_page(scope, send, grant, page)


@lru_cache(maxsize=10_000)  # reading takes 1 µs, of some 7 for a warm page
def _read_name(segment: str) -> NormalizedName:
    """Return the package that a URL names, in whatever spelling.

    Raises Invalid for a traversal, and NotFound for a spelling longer than a name can be, which
    would fill memory.
    """
    if len(segment) > MAX_LENGTH:
        raise NotFound("Package")
    require_no_traversal(segment)
    return normalize_name(segment)


class Pages:
    """Built pages: from memory, or built in a worker thread and remembered."""

    def __init__(self, registry: Registry) -> None:
        self._database = registry.database
        self._shelf = registry.index.pages

    def find(self, key: PageKey) -> BuiltPage | None:
        """Return a page that is remembered and fresh."""
        return self._shelf.find(key)

    async def build(self, key: PageKey) -> BuiltPage:
        """Build a page and remember it; raises NotFound."""
        page, serial = await run_sync(self._build, key)
        self._shelf.keep(key, page, serial)
        return page

    def _build(self, key: PageKey) -> tuple[BuiltPage, int]:
        project_id, name = key
        with self._database.read() as conn:
            serial = journal.last_serial(conn)
            if name is None:
                return _build_index(conn, project_id), serial
            return _build_page(conn, project_id, name), serial


def _build_index(conn: Connection, project_id: int) -> BuiltPage:
    project = projects.get(conn, project_id)
    names = packages.all_names(conn, project_id)
    return _built(simple.render_index(project.name, names, f"{_root(project_id)}/simple"))


def _build_page(conn: Connection, project_id: int, name: NormalizedName) -> BuiltPage:
    page = packages.find_page(conn, project_id, name)
    if page is None:
        raise NotFound("Package")
    files = (_link(project_id, file) for file in page.files)
    return _built(simple.render_package(page.name, files))


def _built(body: bytes) -> BuiltPage:
    return BuiltPage(body=body, etag=b'"%s"' % hashlib.sha256(body).hexdigest()[:32].encode())


def _root(project_id: int) -> str:
    """Return the root-relative URL of a project's registry, by id as on GitLab.

    Root-relative, because it is right behind every proxy and with or without a trailing slash.
    """
    return PYPI.format(project=project_id)


def _link(project_id: int, file: File) -> simple.SimpleFile:
    # A local version has a "+", which is sent encoded lest somebody read it as a space.
    return simple.SimpleFile(
        filename=file.filename,
        url=f"{_root(project_id)}/files/{file.sha256}/{quote(file.filename)}",
        sha256=file.sha256,
        requires_python=file.requires_python,
    )


async def _send_page(scope: Scope, send: Send, grant: Grant, page: BuiltPage) -> None:
    cache = _OPEN if grant.is_open else _CLOSED
    headers: Headers = [_TYPE, _VARY, cache, (b"etag", page.etag)]
    if is_known(scope, page.etag):
        await answer_not_modified(send, headers)
    else:
        await answer(send, 200, headers, page.body, head=scope["method"] == "HEAD")
