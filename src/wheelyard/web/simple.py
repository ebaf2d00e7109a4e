"""Simple pages (PEP 503, PEP 691) of one project and of many.  Hot: most of what installers ask."""

import hashlib
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, NoReturn

from anyio.to_thread import run_sync
from sqlalchemy import Connection
from starlette.types import Receive, Scope, Send

from wheelyard import forwarding, instance, journal, namespaces, packages, projects, reaching
from wheelyard.facts import NotFound
from wheelyard.forwarding import Place
from wheelyard.index import BuiltPage, Grant, Reach
from wheelyard.packages import Within
from wheelyard.projects import Project
from wheelyard.pypi import simple
from wheelyard.pypi.names import MAX_LENGTH, NormalizedName, normalize_name
from wheelyard.registry import Registry
from wheelyard.web import repository
from wheelyard.web.compression import PLAIN, compress
from wheelyard.web.details import detail_of
from wheelyard.web.door import Door, Site
from wheelyard.web.errors import NotAcceptable
from wheelyard.web.headers import CREDENTIALS, answer, answer_not_modified, is_known
from wheelyard.web.negotiation import ACCEPTED, Variant, find_variant
from wheelyard.web.paths import require_no_traversal
from wheelyard.web.warm import rest_on

# Kept, but asked for anew each time: the next request sees every change.  What anybody may read is
# the same whoever asks; a cache that others share keeps one copy of it.
_OPEN = (
    (b"vary", b"Accept, Accept-Encoding"),
    (b"cache-control", b"max-age=0, must-revalidate, public"),
)
_CLOSED = (
    (b"vary", b"Accept, Accept-Encoding, " + CREDENTIALS),
    (b"cache-control", b"max-age=0, must-revalidate, private"),
)


class SimpleIndex:
    """``GET …/simple``: the packages of a place."""

    operation = repository.SIMPLE_INDEX

    def __init__(self, registry: Registry, door: Door, site: Site) -> None:
        self.permission = site.reading
        self._door = door
        self._site = site
        self._pages = Pages(registry, site)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the index."""
        del receive
        grant = await self._door.admit(scope, self._site, self.permission)
        wanted = WantedPage(None, _read_variant(scope))
        page = self._pages.find(grant, wanted) or await self._pages.build(grant, wanted)
        self._pages.rest_on(scope, grant, wanted)
        await _send_page(scope, send, grant, page)


class SimplePage:
    """``GET …/simple/{package}``: the files of a package.

    ``for_publishing``, it is where Hatch looks for what is published already, ``…/+simple/``, and
    answers with what is here alone.  Hatch takes each index but the public one for a devpi, whose
    address this is, and reads one anchor in a line, with a file name for its text.
    """

    def __init__(
        self, registry: Registry, door: Door, site: Site, *, for_publishing: bool = False
    ) -> None:
        self.operation = repository.PUBLISHED_PAGE if for_publishing else repository.SIMPLE_PAGE
        self.permission = site.reading
        self._door = door
        self._site = site
        self._pages = Pages(registry, site)
        self._is_forwarding = not for_publishing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the page."""
        del receive
        grant = await self._door.admit(scope, self._site, self.permission)
        requested = scope["path_params"]["package"]
        wanted = WantedPage(_read_name(requested), _read_variant(scope))
        if not self._is_forwarding:
            requested = ""  # which no other index has
        try:
            page = self._pages.find(grant, wanted) or await self._pages.build(
                grant, wanted, requested
            )
        except Elsewhere as elsewhere:
            await _send_on(scope, send, elsewhere.url)
        else:
            self._pages.rest_on(scope, grant, wanted)
            await _send_page(scope, send, grant, page)


@lru_cache(maxsize=10_000)  # reading takes 1 µs, finding it again a tenth
def _read_name(segment: str) -> NormalizedName:
    """Return the package that a URL names, in whatever spelling.

    Raises Invalid for a traversal, and NotFound for a spelling longer than a name can be, which
    would fill memory.
    """
    if len(segment) > MAX_LENGTH:
        raise NotFound("Package")
    require_no_traversal(segment)
    return normalize_name(segment)


def _read_variant(scope: Scope) -> Variant:
    """Return in which form the page is wanted.  Raises NotAcceptable."""
    variant = find_variant(scope)
    if variant is None:
        raise NotAcceptable(ACCEPTED)
    return variant


class Elsewhere(Exception):  # noqa: N818  reads as the fact that it is
    """A package is not here, and the client may look for it at another address."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


class WantedPage(NamedTuple):
    """What a request asks for."""

    name: NormalizedName | None
    """The package; None names the index."""

    variant: Variant


class Pages:
    """Built pages of one kind of place: from memory, or built in a worker thread and remembered."""

    def __init__(self, registry: Registry, site: Site) -> None:
        self._database = registry.database
        self._settings = registry.settings
        self._index = registry.index
        self._clock = registry.clock
        self._site = site

    def find(self, grant: Grant, wanted: WantedPage) -> BuiltPage | None:
        """Return a page that is remembered and fresh."""
        name, variant = wanted
        sources = self._index.find_sources(grant, name, self._clock)
        return self._index.pages.find((grant.key, name, sources, variant))

    def rest_on(self, scope: Scope, grant: Grant, wanted: WantedPage) -> None:
        """Let the answer be given again while this page is fresh."""
        rest_on(scope, grant, self._index.end_of(grant, wanted.name))

    async def build(self, grant: Grant, wanted: WantedPage, requested: str = "") -> BuiltPage:
        """Build a page and remember it.

        Raises NotFound, and Elsewhere for what is ``requested`` of another index then.  Neither is
        remembered: the next request sees what was uploaded meanwhile.
        """
        name, variant = wanted
        page, reach, serial = await run_sync(self._build, grant, wanted, requested, self._clock())
        sources = self._index.keep_reach(grant, name, reach, serial)
        self._index.pages.keep((grant.key, name, sources, variant), page, serial)
        return page

    def _build(
        self, grant: Grant, wanted: WantedPage, requested: str, now: datetime
    ) -> tuple[BuiltPage, Reach | None, int]:
        name, variant = wanted
        root = self._site.root_of(grant.place)
        record: simple.Detail | simple.Listing
        with self._database.read() as conn:
            serial = journal.last_serial(conn)
            sources = reaching.find_sources(conn, grant, name, at=now)
            if name is None:
                record = _list(conn, grant.place, sources.within, root)
            elif page := packages.find_page(conn, sources.within, name, sources.since):
                record = detail_of(name, page, root)
            else:
                self._raise_absent(conn, grant, requested)
        return _built(record, variant), sources.reach, serial

    def _raise_absent(self, conn: Connection, grant: Grant, requested: str) -> NoReturn:
        settings = instance.in_force(conn, self._settings)
        url = forwarding.find_target(conn, grant.principal, grant.place, requested, settings)
        if url is not None:
            raise Elsewhere(url)
        raise NotFound("Package")


def _list(conn: Connection, place: Place, within: Within, root: str) -> simple.Listing:
    return simple.Listing(
        title=_title(conn, place),
        root=f"{root}/simple",
        serial=packages.last_serial(conn, within),
        packages=packages.all_names(conn, within),
    )


def _title(conn: Connection, place: Place) -> str:
    """Return what a place is called now."""
    if place is None:
        return "all projects"
    is_project = isinstance(place, Project)
    return (projects.get if is_project else namespaces.get)(conn, place.id).name


def _built(record: simple.Detail | simple.Listing, variant: Variant) -> BuiltPage:
    plain = simple.render_json(record) if variant.is_json else simple.render_html(record)
    body, coding = compress(plain, variant.coding)
    # Of its form too: a strong tag names one representation (RFC 9110, 8.8.1).
    form = f"{variant.media_type}\n{coding}\n".encode()
    etag = b'"%s"' % hashlib.sha256(form + body).hexdigest()[:32].encode()
    headers = [
        (b"content-type", variant.media_type.encode()),
        (b"etag", etag),
        (b"x-pypi-last-serial", b"%d" % record.serial),
    ]
    if coding != PLAIN:
        headers.append((b"content-encoding", coding.encode()))
    return BuiltPage(body, etag, headers=tuple(headers))


async def _send_page(scope: Scope, send: Send, grant: Grant, page: BuiltPage) -> None:
    caching = _OPEN if grant.is_open else _CLOSED
    if is_known(scope, page.etag):
        await answer_not_modified(send, [(b"etag", page.etag), *caching])
    else:
        headers = [*page.headers, *caching]
        await answer(send, 200, headers, page.body, head=scope["method"] == "HEAD")


# Asked for anew each time: a package that comes here is found here from then on.
_ELSEWHERE = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"cache-control", b"no-store"),
    _CLOSED[0],
]


async def _send_on(scope: Scope, send: Send, url: str) -> None:
    headers = [*_ELSEWHERE, (b"location", url.encode())]
    body = b"The package is not here.  This resource is at another address: " + url.encode() + b"\n"
    await answer(send, 302, headers, body, head=scope["method"] == "HEAD")
