"""How often somebody may do something: counts of one process, in windows of time.

Every window of a kind begins at a whole multiple of its length, for all who are counted in it, as
on GitLab.  So nothing has to be kept of the window before, and forgetting it costs next to nothing;
docs/decisions/0016 says why no library counts here.  Several processes have as many counts.
"""

import ipaddress
import re
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import Self

from wheelyard.settings import Settings

FAILURE_SECONDS = 60
"""The window in which wrong credentials are counted for each address."""

ACCOUNT_SECONDS = 300
"""The window in which wrong passwords are counted for each account."""

MAX_KEYS = 50_000
"""Who is counted in one window; beyond, whoever was longest quiet is forgotten.  Some 10 MB."""

MAX_KNOWN = 50_000

_IPV6_NETWORK = 64
"""Bits.  Whoever has one address of such a network has them all (RFC 6177, section 2)."""

_WITH_PORT = re.compile(r"(?:([0-9.]+)|\[([0-9A-Fa-f:.]+)\]):\d+\Z")


@dataclass(frozen=True, slots=True)
class Count:
    """How often it was done in the window that runs, and how often it may be."""

    limit: int
    observed: int
    ends_at: int
    """In seconds of Unix time."""

    seconds_left: int

    @property
    def is_over(self) -> bool:
        """Whether it was done more often than it may be."""
        return self.observed > self.limit


class Windows:
    """Counts something by whoever does it; threads may share it."""

    def __init__(self, limit: int, seconds: int) -> None:
        self.limit = limit
        self.seconds = seconds
        self._lock = Lock()  # held for less than a microsecond
        self._window = 0
        self._counts: OrderedDict[Hashable, int] = OrderedDict()
        self.is_anybody_full = False
        """False as long as nobody can be full: nothing else has to be asked then."""

    @property
    def size(self) -> int:
        """How many are counted."""
        return len(self._counts)

    def add(self, key: Hashable, now: float) -> Count:
        """Count one more, and return how many there are with it.  ``now`` is Unix time."""
        with self._lock:
            self._turn(now)
            observed = self._counts.pop(key, 0) + 1
            self._counts[key] = observed
            if len(self._counts) > MAX_KEYS:
                self._counts.popitem(last=False)
            self.is_anybody_full = self.is_anybody_full or observed >= self.limit
        return self._count(observed, now)

    def find_full(self, key: Hashable, now: float) -> Count | None:
        """Return the count of whoever has come to the limit; None of all others."""
        with self._lock:
            self._turn(now)
            observed = self._counts.get(key, 0)
        return self._count(observed, now) if observed >= self.limit else None

    def _turn(self, now: float) -> None:
        window = int(now) // self.seconds
        if window != self._window:
            self._window = window
            self._counts = OrderedDict()
            self.is_anybody_full = False

    def _count(self, observed: int, now: float) -> Count:
        ends_at = (int(now) // self.seconds + 1) * self.seconds
        return Count(self.limit, observed, ends_at, seconds_left=ends_at - int(now))


class Known:
    """Digests of credentials that were found good, the last used at the end."""

    def __init__(self) -> None:
        self._digests: OrderedDict[bytes, None] = OrderedDict()

    @property
    def size(self) -> int:
        """How many are remembered."""
        return len(self._digests)

    def __contains__(self, digest: bytes) -> bool:
        """Whether it was found good, and bad never since."""
        return digest in self._digests

    # Each step is whole by itself for other threads; what comes between two does no harm.
    def add(self, digest: bytes) -> None:
        """Remember it, and forget the one that was not used for longest when there are too many."""
        self._digests[digest] = None
        self._digests.move_to_end(digest)
        if len(self._digests) > MAX_KNOWN:
            self._digests.popitem(last=False)

    def discard(self, digest: bytes) -> None:
        """Forget it."""
        self._digests.pop(digest, None)


@dataclass(frozen=True, slots=True)
class Requests:
    """What is counted of requests of one kind; None is no limit."""

    anonymous: Windows | None
    """By address."""

    signed_in: Windows | None
    """By user, or by token where none stands for a user."""


@dataclass(frozen=True, slots=True)
class Throttle:
    """All that one process counts."""

    api: Requests
    pages: Requests
    failures: Windows | None
    """Wrong credentials, by address."""

    accounts: Windows | None
    """Wrong passwords, by account, whatever address they come from."""

    known: Known = field(default_factory=Known)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Begin to count, as far as the settings limit anything."""
        seconds = settings.rate_limit_seconds
        anonymous, signed_in = settings.rate_limit_anonymous, settings.rate_limit_user
        return cls(
            api=Requests(_windows(anonymous, seconds), _windows(signed_in, seconds)),
            pages=Requests(_windows(anonymous, seconds), _windows(signed_in, seconds)),
            failures=_windows(settings.auth_failures, FAILURE_SECONDS),
            accounts=_windows(settings.auth_failures, ACCOUNT_SECONDS),
        )


def _windows(limit: int, seconds: int) -> Windows | None:
    return Windows(limit, seconds) if limit else None


@lru_cache(maxsize=10_000)
def network_of(address: str) -> str:
    """Return what addresses of one household or machine have in common.

    It is the address itself, and of IPv6 its network of 64 bits.  Some proxies tell a port as well.
    """
    if found := _WITH_PORT.match(address):
        address = found[1] or found[2]
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(read, ipaddress.IPv6Address):
        if read.ipv4_mapped:
            return str(read.ipv4_mapped)
        return str(ipaddress.ip_network((read, _IPV6_NETWORK), strict=False))
    return str(read)
