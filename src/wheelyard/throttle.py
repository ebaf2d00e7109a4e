"""How often somebody may do something: counts of one process, in windows of time.

Every window of a kind begins at a whole multiple of its length, for all who are counted in it, as
on GitLab.  So nothing has to be kept of the window before, and forgetting it costs next to nothing;
docs/decisions/0016 says why no library counts here.  Several processes have as many counts.
"""

import hashlib
import ipaddress
import re
import secrets
from array import array
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import Generic, Self, TypeVar

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

V = TypeVar("V")

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


class _Kept(Generic[V]):
    """What is kept in the window that runs, by whoever did it; threads may share it."""

    def __init__(self, limit: int, seconds: int) -> None:
        self.limit = limit
        self.seconds = seconds
        self._lock = Lock()  # held for some microseconds at most
        self._window = 0
        self._kept: OrderedDict[Hashable, V] = OrderedDict()
        self.is_anybody_full = False
        """False as long as nobody can be full: nothing else has to be asked then."""

    @property
    def size(self) -> int:
        """How many are counted."""
        return len(self._kept)

    def _keep(self, key: Hashable, value: V, observed: int) -> None:
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > MAX_KEYS:
            self._kept.popitem(last=False)
        self.is_anybody_full = self.is_anybody_full or observed >= self.limit

    def _turn(self, now: float) -> None:
        window = int(now) // self.seconds
        if window != self._window:
            self._window = window
            self._kept = OrderedDict()
            self.is_anybody_full = False

    def _count(self, observed: int, now: float) -> Count:
        ends_at = (int(now) // self.seconds + 1) * self.seconds
        return Count(self.limit, observed, ends_at, seconds_left=ends_at - int(now))


class Windows(_Kept[int]):
    """Counts something by whoever does it."""

    def add(self, key: Hashable, now: float) -> Count:
        """Count one more, and return how many there are with it.  ``now`` is Unix time."""
        with self._lock:
            self._turn(now)
            observed = self._kept.get(key, 0) + 1
            self._keep(key, observed, observed)
        return self._count(observed, now)

    def find_full(self, key: Hashable, now: float) -> Count | None:
        """Return the count of whoever has come to the limit; None of all others."""
        with self._lock:
            self._turn(now)
            observed = self._kept.get(key, 0)
        return self._count(observed, now) if observed >= self.limit else None


class Guesses(_Kept["array[int]"]):
    """Counts different things by whoever tries them: each once in a window.

    Of each it keeps 64 bits, and of nobody more than the limit, beyond which nothing is tried.
    """

    def add(self, key: Hashable, digest: bytes, now: float) -> Count | None:
        """Count one more; None for what has been counted, or is beyond the limit."""
        number = int.from_bytes(digest[:8], "big")
        with self._lock:
            self._turn(now)
            tried = self._kept.get(key)
            if tried is None:
                tried = array("Q")
            is_new = len(tried) < self.limit and number not in tried
            if is_new:
                tried.append(number)
            observed = len(tried)
            self._keep(key, tried, observed)
        return self._count(observed, now) if is_new else None

    def find_full(self, key: Hashable, now: float) -> Count | None:
        """Return the count of whoever has come to the limit; None of all others."""
        with self._lock:
            self._turn(now)
            observed = len(self._kept.get(key, ()))
        return self._count(observed, now) if observed >= self.limit else None


class Known:
    """Digests of credentials that were found good, the last used at the end."""

    def __init__(self) -> None:
        self._digests: OrderedDict[bytes, None] = OrderedDict()

    @property
    def size(self) -> int:
        """How many are remembered."""
        return len(self._digests)

    def __contains__(self, digest: bytes) -> bool:
        """Whether it was found good."""
        return digest in self._digests

    # Each step is whole by itself for other threads; what comes between two does no harm.
    def add(self, digest: bytes) -> None:
        """Remember it, and forget the one that was not used for longest when there are too many."""
        self._digests[digest] = None
        self._digests.move_to_end(digest)
        if len(self._digests) > MAX_KNOWN:
            self._digests.popitem(last=False)


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
    failures: Guesses | None
    """Wrong credentials, by address."""

    accounts: Windows | None
    """Wrong passwords, by account, whatever address they come from."""

    known: Known = field(default_factory=Known)
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def digest(self, secret: str) -> bytes:
        """Return what equal secrets share, in this process alone."""
        encoded = secret.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(encoded, key=self.key, digest_size=16).digest()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Begin to count, as far as the settings limit anything."""
        seconds = settings.rate_limit_seconds
        anonymous, signed_in = settings.rate_limit_anonymous, settings.rate_limit_user
        failures = settings.auth_failures
        return cls(
            api=Requests(_windows(anonymous, seconds), _windows(signed_in, seconds)),
            pages=Requests(_windows(anonymous, seconds), _windows(signed_in, seconds)),
            failures=Guesses(failures, FAILURE_SECONDS) if failures else None,
            accounts=_windows(failures, ACCOUNT_SECONDS),
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
