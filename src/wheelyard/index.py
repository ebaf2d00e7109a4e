"""What a process remembers of callers, pages and files, and how it stays fresh.

Theory of operation:

- Everything here is used by one thread, the event loop's.  Whoever needs what is not here reads the
  database in a worker thread, in one transaction that also reads the journal's last serial, and
  hands the result back with that serial.
- ``refresh`` runs before every use.  When any process has committed since the last time, it reads
  the new journal rows and drops what they touch.  What is found afterwards is as fresh as what
  would be read now.
- A result is kept only when no news has been read since its own serial; otherwise a change could
  slip between reading and keeping.  It is then still served once, being as fresh as its request.
- A row that names a package drops its pages and its files, and all files where it takes some away.
  A row that creates something else drops no grant, for neither absence nor refusal is ever kept.  A
  token that is revoked drops its own: each job of a CI server ends with one.  Any other row, about
  users, members, groups or projects, drops every grant; such rows are rare beside installs.
- A database that was restored while this runs has not the entry that was noticed last, or another
  one under its serial.  Everything is forgotten then.
- What ends by itself carries its end: a grant is not used past the expiry of its token or of a
  membership that it rests on.

A page is remembered in each form that was asked for, by itself, and dropped in all of them at once.

A project's page is the same for all who may read it.  A group's, and the instance's, is made of
those projects that the caller may read, so that two things are remembered in the place of one:

- A Reach says of one name, for one reader in one place, which projects those are.  It holds no
  more of them than their digest, and finding them again costs what the name costs, not what the
  group does: only the projects that hold the name are looked at.  The digest also tells since when
  each is there, for by that it is decided whose files of a version are listed.
- A page is kept by that digest.  Readers who see the same projects share it, and all who read
  everything in a place count as one reader.
- A creation can widen a reach, so every row drops all of them that is not about a package, a
  session or a token: these two read what their user does.  A row that names a package drops the
  reaches and the pages of its name in every place, and the index of every group and the instance.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeAlias, TypeVar

from wheelyard import journal
from wheelyard.access import Permission, Principal
from wheelyard.database.engine import Watch
from wheelyard.forwarding import Place
from wheelyard.journal import Entry
from wheelyard.packages import File
from wheelyard.projects import Project
from wheelyard.pypi import names
from wheelyard.pypi.names import NormalizedName

MAX_PAGE_BYTES = 128 * 1024 * 1024
"""The most bytes that all pages together may take, each of their forms counted."""

PAGE_OVERHEAD = 1200
"""What a page takes beside its body, in bytes: its headers, its key and its label."""

MAX_NEWS = 1000
"""Journal entries read before an answer; reading these takes about a millisecond."""

MAX_GRANTS = 50_000
MAX_FILES = 100_000
MAX_REACHES = 100_000
"""Each takes 400 to 700 bytes."""

PlaceKey = tuple[str, int]
"""What a place is, and its id."""

PROJECT, GROUP, INSTANCE = "project", "group", "instance"


def key_of(place: Place) -> PlaceKey:
    """Return what a place is remembered by."""
    if place is None:
        return INSTANCE, 0
    return (PROJECT if isinstance(place, Project) else GROUP), place.id


Reader = tuple[int | None, ...]
"""Who reads a group's or the instance's index: all that decides what it is made of for them."""

EVERYTHING: Reader = ()
"""All those who may read everything in a place, as one reader."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class BuiltPage:
    """A simple page in one form, as it is sent."""

    body: bytes
    etag: bytes
    """Strong, with the quotes."""

    headers: tuple[tuple[bytes, bytes], ...]
    """What is said with the body, whoever asks; the ETag is among it."""


@dataclass(frozen=True, slots=True)
class Grant:
    """That one credential has one permission in one place: what ``access`` decided, allowed."""

    principal: Principal
    place: Place
    key: PlaceKey
    reader: Reader | None
    """As whom they read what the place holds; None in a project, where all read the same."""

    until: datetime | None
    """The moment at which it ends by itself."""

    max_file_bytes: int
    """The largest file that may be uploaded; 0 is no limit."""

    is_open: bool
    """Whether anybody may read the packages, with or without a credential."""

    @property
    def project(self) -> Project:
        """The project, where it is one."""
        assert isinstance(self.place, Project)  # noqa: S101  who asks came in by a project's URL
        return self.place


@dataclass(frozen=True, slots=True)
class Reach:
    """Which projects of a place one reader may read, of those that hold something."""

    sources: bytes
    """The digest of their ids, and of all else that decides what they make of a page."""

    until: datetime | None
    """The moment from which they may be others, without anything being changed."""


class Shelf(Generic[K, V]):
    """A bounded cache, least recently used out first, that keeps only what is known to be fresh."""

    def __init__(
        self,
        index: "Index",
        capacity: int,
        *,
        size: Callable[[V], int] = lambda _: 1,
        label: Callable[[K, V], Hashable] = lambda _, __: None,
    ) -> None:
        self._index = index
        self._capacity = capacity
        self._size = size
        self._held = 0
        self._entries: OrderedDict[K, V] = OrderedDict()
        self._label = label
        self._labelled: dict[Hashable, set[K]] = {}

    def find(self, key: K) -> V | None:
        """Return what is kept."""
        value = self._entries.get(key)
        if value is not None:
            self._entries.move_to_end(key)
        return value

    def keep(self, key: K, value: V, serial: int) -> None:
        """Keep what was read at a serial, unless news may have overtaken it."""
        size = self._size(value)
        if serial < self._index.serial or size > self._capacity:
            return
        self.drop(key)
        self._entries[key] = value
        self._held += size
        label = self._label(key, value)
        if label is not None:
            self._labelled.setdefault(label, set()).add(key)
        while self._held > self._capacity:
            self.drop(next(iter(self._entries)))

    def drop(self, key: K) -> None:
        """Forget one entry."""
        value = self._entries.pop(key, None)
        if value is None:
            return
        self._held -= self._size(value)
        label = self._label(key, value)
        if label is not None:
            alike = self._labelled[label]
            alike.discard(key)
            if not alike:
                del self._labelled[label]

    def drop_labelled(self, label: Hashable) -> None:
        """Forget every entry that bears a label."""
        for key in list(self._labelled.get(label, ())):
            self.drop(key)

    def clear(self) -> None:
        """Forget every entry."""
        self._entries.clear()
        self._labelled.clear()
        self._held = 0


Asked: TypeAlias = NormalizedName | tuple[str, str] | None
"""What is asked for: a package, a file by SHA-256 and name, or the index."""

PageKey = tuple[PlaceKey, NormalizedName | None, bytes, Hashable]
"""The place, the package, None being the index, the sources, and in which form it is sent."""

OWN = b""
"""The sources of what is a project's own."""

UNKNOWN = b"?"
"""Sources under which nothing is kept."""

_AT_ONCE = datetime.min.replace(tzinfo=UTC)

ReachKey = tuple[PlaceKey, Asked, Reader]

GrantKey = tuple[bytes, str, Permission]
"""Digest of the credential as presented, the place as the URL names it, the permission."""

FileKey = tuple[PlaceKey, tuple[str, str], bytes]
"""The place, SHA-256 and file name, the sources."""

_OF_CREDENTIALS = frozenset({"session", "token"})
"""What reads as its user does, or as it was made for; so that no reach changes with it."""

_ROOT = ""
"""The label of every index; no package is called so."""


def _label_page(key: PageKey, page: BuiltPage) -> Hashable:
    """Return what a page is dropped by, in each of its forms."""
    del page
    place, name, sources, _ = key
    return (place, name) if sources == OWN else (name or _ROOT)


def _size_page(page: BuiltPage) -> int:
    return len(page.body) + PAGE_OVERHEAD


def _label_reach(key: ReachKey, reach: Reach) -> str | None:
    del reach
    asked = key[1]
    return asked if isinstance(asked, str) else None


def _label_file(key: FileKey, file: File) -> str | None:
    """Return the package of a file; its name is told by that of the file."""
    del key
    try:
        return names.parse_filename(file.filename).name
    except names.InvalidFilename:  # taken by an older release
        return None


def _label_grant(key: GrantKey, grant: Grant) -> int | None:
    """Return the token that a grant rests on."""
    del key
    return grant.principal.token_id


class Index:
    """What one process remembers."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._mark: bytes | None = None
        self._version = -1
        self.serial = journal.last_serial_seen(watch)
        """Of the last journal entry that has been noticed."""
        self._moment = journal.find_moment(watch, self.serial)
        self.generation = 0
        """Another one whenever anything was noticed."""
        self.pages: Shelf[PageKey, BuiltPage] = Shelf(
            self, MAX_PAGE_BYTES, size=_size_page, label=_label_page
        )
        self.grants: Shelf[GrantKey, Grant] = Shelf(self, MAX_GRANTS, label=_label_grant)
        self.reaches: Shelf[ReachKey, Reach] = Shelf(self, MAX_REACHES, label=_label_reach)
        self.files: Shelf[FileKey, File] = Shelf(self, MAX_FILES, label=_label_file)

    def refresh(self) -> None:
        """Notice everything that was committed before this call.  Raises Unavailable."""
        mark = self._watch.mark()
        if mark is not None and mark == self._mark:
            return
        version = self._watch.version()
        if version != self._version:
            self._read_news()
        # Last: were the news not to be had, the next request has to ask for them again.
        self._version, self._mark = version, mark

    def _read_news(self) -> None:
        if journal.find_moment(self._watch, self.serial) != self._moment:
            self._forget()  # the database is another one than it was
        news = journal.news(self._watch, self.serial, limit=MAX_NEWS)
        if len(news) == MAX_NEWS:
            self._forget()
        elif news:
            for _, entry in news:
                self._evict(entry)
            self._notice(news[-1][0])

    def _notice(self, serial: int) -> None:
        self._moment = journal.find_moment(self._watch, serial)
        self.serial = serial
        self.generation += 1

    def find_sources(self, grant: Grant, asked: Asked, clock: Callable[[], datetime]) -> bytes:
        """Return under which sources a reader finds what they ask for; UNKNOWN when not known."""
        if grant.reader is None:
            return OWN
        reach = self.reaches.find((grant.key, asked, grant.reader))
        if reach is None or (reach.until is not None and reach.until <= clock()):
            return UNKNOWN
        return reach.sources

    def end_of(self, grant: Grant, asked: Asked) -> datetime | None:
        """Return when a reader may be answered otherwise though nothing was changed; None: never.

        Whoever reaches nothing that is remembered may be at once.
        """
        if grant.reader is None:
            return grant.until
        reach = self.reaches.find((grant.key, asked, grant.reader))
        if reach is None:
            return _AT_ONCE
        ends = (end for end in (grant.until, reach.until) if end is not None)
        return min(ends, default=None)

    def keep_reach(self, grant: Grant, asked: Asked, reach: Reach | None, serial: int) -> bytes:
        """Remember under which sources that is, and return them; None is a project's own."""
        if reach is None or grant.reader is None:
            return OWN
        self.reaches.keep((grant.key, asked, grant.reader), reach, serial)
        return reach.sources

    def _forget(self) -> None:
        """Begin anew, which costs less than to read so much news before an answer."""
        self._notice(journal.last_serial_seen(self._watch))
        self.grants.clear()
        self.reaches.clear()
        self.pages.clear()
        self.files.clear()

    def _evict(self, entry: Entry) -> None:
        if entry.project_id is not None and entry.package is not None:
            self._evict_package(entry, entry.project_id, NormalizedName(entry.package))
            return
        noun, _, verb = entry.action.partition(".")
        if noun not in _OF_CREDENTIALS:
            self.reaches.clear()
        if entry.action == "token.revoked":
            self.grants.drop_labelled(entry.token_id)
        elif verb != "created":
            self.grants.clear()
        # A name is its index's title.  A deleted one's id is never given again, so that what is
        # left of it cannot be reached, and gives way to what is used.
        if noun == "project" and entry.project_id is not None:
            self.pages.drop_labelled(((PROJECT, entry.project_id), None))
        if noun == "group":
            self.pages.drop_labelled(_ROOT)

    def _evict_package(self, entry: Entry, project_id: int, name: NormalizedName) -> None:
        for asked in (None, name):
            self.pages.drop_labelled(((PROJECT, project_id), asked))
        self.pages.drop_labelled(_ROOT)
        self.pages.drop_labelled(name)
        self.reaches.drop_labelled(name)
        if entry.action.endswith(".published"):
            self.files.drop_labelled(name)  # of copies with equal bytes the newest is sent
        else:
            self.files.clear()

    def close(self) -> None:
        """Give back the connection."""
        self._watch.close()
