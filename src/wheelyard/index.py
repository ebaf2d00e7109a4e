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
- A row that names a package drops its pages, and the files where it takes some away.  A row that
  creates something else drops nothing, for neither absence nor refusal is ever kept.  Any
  other row, about users, members, tokens, groups or projects, drops every grant; such rows are rare
  beside installs.
- What ends by itself carries its end: a grant is not used past the expiry of its token or of a
  membership that it rests on.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from wheelyard import journal
from wheelyard.access import Permission, Principal
from wheelyard.database.engine import Watch
from wheelyard.journal import Entry
from wheelyard.packages import File
from wheelyard.projects import Project
from wheelyard.pypi.names import NormalizedName

MAX_PAGE_BYTES = 128 * 1024 * 1024
"""The most bytes that all pages together may take."""

MAX_NEWS = 1000
"""Journal entries read before an answer; reading these takes about a millisecond."""

MAX_GRANTS = 50_000
MAX_FILES = 100_000

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class BuiltPage:
    """A simple page as it is sent, and its strong ETag with the quotes."""

    body: bytes
    etag: bytes


@dataclass(frozen=True, slots=True)
class Grant:
    """That one credential has one permission in one project: what ``access`` decided, allowed."""

    principal: Principal
    project: Project
    until: datetime | None
    """The moment at which it ends by itself."""

    max_file_bytes: int
    """The largest file that may be uploaded; 0 is no limit."""

    is_open: bool
    """Whether anybody may read the packages, with or without a credential."""


class Shelf(Generic[K, V]):
    """A bounded cache, least recently used out first, that keeps only what is known to be fresh."""

    def __init__(
        self, index: "Index", capacity: int, size: Callable[[V], int] = lambda _: 1
    ) -> None:
        self._index = index
        self._capacity = capacity
        self._size = size
        self._held = 0
        self._entries: OrderedDict[K, V] = OrderedDict()

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
        while self._held > self._capacity:
            _, oldest = self._entries.popitem(last=False)
            self._held -= self._size(oldest)

    def drop(self, key: K) -> None:
        """Forget one entry."""
        value = self._entries.pop(key, None)
        if value is not None:
            self._held -= self._size(value)

    def clear(self) -> None:
        """Forget every entry."""
        self._entries.clear()
        self._held = 0


PageKey = tuple[int, NormalizedName | None]
"""Project id and package; None is the project's index."""

GrantKey = tuple[bytes, str, Permission]
"""Digest of the credential as presented, the project as the URL names it, the permission."""

FileKey = tuple[int, str, str]
"""Project id, SHA-256, file name."""


class Index:
    """What one process remembers."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._version = -1
        self.serial = journal.last_serial_seen(watch)
        self.pages: Shelf[PageKey, BuiltPage] = Shelf(
            self, MAX_PAGE_BYTES, size=lambda page: len(page.body)
        )
        self.grants: Shelf[GrantKey, Grant] = Shelf(self, MAX_GRANTS)
        self.files: Shelf[FileKey, File] = Shelf(self, MAX_FILES)

    def refresh(self) -> None:
        """Notice everything that was committed before this call.  Raises Unavailable."""
        version = self._watch.version()
        if version == self._version:
            return
        news = journal.news(self._watch, self.serial, limit=MAX_NEWS)
        if len(news) == MAX_NEWS:
            self._forget()
        else:
            for serial, entry in news:
                self._evict(entry)
                self.serial = serial
        # Last: were the news not to be had, the next request has to ask for them again.
        self._version = version

    def _forget(self) -> None:
        """Begin anew, which costs less than to read so much news before an answer."""
        self.serial = journal.last_serial_seen(self._watch)
        self.grants.clear()
        self.pages.clear()
        self.files.clear()

    def _evict(self, entry: Entry) -> None:
        noun, _, verb = entry.action.partition(".")
        if entry.project_id is not None and entry.package is not None:
            self.pages.drop((entry.project_id, None))
            self.pages.drop((entry.project_id, NormalizedName(entry.package)))
            if verb != "published":
                self.files.clear()
        elif verb != "created":
            self.grants.clear()
            if noun == "project" and entry.project_id is not None:
                # Its name is the index's title.  A deleted one's id is never given again, so that
                # what is left of it cannot be reached, and gives way to what is used.
                self.pages.drop((entry.project_id, None))

    def close(self) -> None:
        """Give back the connection."""
        self._watch.close()
