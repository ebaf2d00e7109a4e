"""Who may come in again now: requests are counted, and wrong credentials, and too many refused.

An endpoint calls ``require_patience`` before it finds out who asks, which ``identify`` does;
the boundary around all endpoints calls ``judge`` with what they raise.  A request whose caller is
remembered is at most counted, and that only while requests are limited.

Sources: GitLab's administration, "User and IP rate limits" and "Package registry rate limits";
OWASP, "Blocking Brute Force Attacks".
"""

from datetime import UTC, datetime
from math import ceil

import structlog
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.types import Scope

from wheelyard.access import ANONYMOUS, Principal
from wheelyard.facts import Fact, Sentence, Throttled
from wheelyard.registry import Registry
from wheelyard.throttle import Count, Guesses, Windows, network_of
from wheelyard.tokens import Identity
from wheelyard.web import headers
from wheelyard.web.paths import is_of_programs
from wheelyard.web.principal import Dialect, LookedUp, Presented, identify, read_secrets

COUNTED = "counted at the turnstile"
"""Marks a scope whose request has been counted; what is done in two steps asks twice."""

_MINUTE = 60

log = structlog.get_logger()


class Turnstile:
    """The counts of a process, and what they mean for a request."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._throttle = registry.throttle
        api, pages = self._throttle.api, self._throttle.pages
        self.counts = any((api.anonymous, api.signed_in, pages.anonymous, pages.signed_in))
        """Whether requests are limited at all."""

    # Requests ------------------------------------------------------------------------------------

    def count(self, scope: Scope, principal: Principal, at: datetime) -> None:
        """Count a request, once, for whoever makes it.  Raises Throttled."""
        if not self.counts or COUNTED in scope:
            return
        scope[COUNTED] = True
        is_api = is_of_programs(scope)
        kind = "api" if is_api else "web"
        requests = self._throttle.api if is_api else self._throttle.pages
        if principal.is_anonymous:
            windows, name = requests.anonymous, f"throttle_unauthenticated_{kind}"
            key = network_of(address_of(scope))
        else:
            windows, name = requests.signed_in, f"throttle_authenticated_{kind}"
            key = f"user {principal.user_id}"
            if principal.user_id is None:
                key = f"token {principal.token_id}"
        if windows is not None:
            _require_room(windows, windows.add(key, at.timestamp()), name, key)

    # Credentials ---------------------------------------------------------------------------------

    def require_patience(
        self, scope: Scope, presented: Presented, dialect: Dialect, at: datetime
    ) -> None:
        """Raise Throttled for a credential that nobody knows, from where too many came.

        It has not been looked up by then.  What was found good before passes: behind one address
        there may be many machines, of which one has the wrong token.
        """
        failures = self._throttle.failures
        if failures is None or not failures.is_anybody_full:
            return
        full = failures.find_full(network_of(address_of(scope)), at.timestamp())
        if full is None:
            return
        digests = map(self._throttle.digest, read_secrets(presented, dialect))
        if any(digest not in self._throttle.known for digest in digests):
            raise too_many_failures(full.seconds_left)

    def identify(
        self,
        conn: Connection,
        scope: Scope,
        presented: Presented,
        dialect: Dialect,
        at: datetime,
    ) -> Identity:
        """Find out who asks, and count: the request, and secrets that stand for nobody.

        Each of those counts, whatever is answered, once in a window.  One that is expired or
        revoked is no guess, and neither is one that was not looked at.  Raises CredentialRefused
        and Throttled.
        """
        looked_up = LookedUp()
        try:
            identity = identify(conn, presented, dialect, at=at, looked_up=looked_up)
        finally:
            self._note(scope, looked_up, at)
        self.count(scope, identity.principal, at)
        return identity

    def _note(self, scope: Scope, looked_up: LookedUp, at: datetime) -> None:
        throttle = self._throttle
        for secret in looked_up.wrong:
            digest = throttle.digest(secret)
            if digest not in throttle.known:  # else a good one, in a form that is not for its kind
                note_failure(throttle.failures, address_of(scope), digest, at)
        if looked_up.good is not None:
            throttle.known.add(throttle.digest(looked_up.good))

    def judge(self, scope: Scope, error: Exception) -> Exception:
        """Count a request that failed before anybody knew who asks; return how it is answered."""
        is_foreseen = isinstance(error, Fact | HTTPException) and not isinstance(error, Throttled)
        if not is_foreseen or not is_of_programs(scope):
            return error
        try:
            self.count(scope, ANONYMOUS, self._registry.clock())
        except Throttled as fact:
            return fact
        return error


def address_of(scope: Scope) -> str:
    """Return the client's address; a trusted proxy's word about it has been taken by then."""
    client = scope.get("client")
    return client[0] if client else ""


def note_failure(failures: Guesses | None, address: str, digest: bytes, at: datetime) -> None:
    """Count a wrong credential for the address that it came from, once in each window."""
    if failures is None:
        return
    count = failures.add(network_of(address), digest, at.timestamp())
    if count is not None and count.observed == count.limit:  # once in each window
        log.warning(
            "too many wrong credentials",
            address=address,
            failures=count.observed,
            refused_seconds=count.seconds_left,
        )


def too_many_failures(seconds: int) -> Throttled:
    """Return what is raised instead of looking at another credential."""
    return Throttled(
        Sentence("Too many wrong tokens or passwords; try again in %(number)s s", number=seconds),
        seconds,
    )


def _require_room(windows: Windows, count: Count, name: str, key: str) -> None:
    """Say how much is left, in the headers of the answer.  Raises Throttled."""
    # GitLab tells the limit as if the period were a minute, and the rest as it is.
    headers.carry(
        (b"ratelimit-limit", b"%d" % ceil(count.limit * _MINUTE / windows.seconds)),
        (b"ratelimit-name", name.encode()),
        (b"ratelimit-observed", b"%d" % count.observed),
        (b"ratelimit-remaining", b"%d" % max(count.limit - count.observed, 0)),
        (b"ratelimit-reset", b"%d" % count.ends_at),
    )
    if not count.is_over:
        return
    if count.observed == count.limit + 1:  # once in each window
        log.warning("too many requests", limit=name, by=key, refused_seconds=count.seconds_left)
    ends_at = datetime.fromtimestamp(count.ends_at, UTC)
    headers.carry((b"ratelimit-resettime", headers.http_date(ends_at)))
    left = count.seconds_left
    raise Throttled(Sentence("Try again in %(number)s s", number=left), left)
