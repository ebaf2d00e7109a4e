"""Passwords that are typed into forms: whether one is right, and how many may be tried."""

from collections.abc import Hashable
from secrets import token_bytes

import structlog

from wheelyard import sessions, users
from wheelyard.throttle import network_of
from wheelyard.users import User
from wheelyard.web.pages.view import View
from wheelyard.web.turnstile import note_failure, too_many_failures

MAX_LENGTH = 1000
"""Characters of one that is looked at."""

log = structlog.get_logger()


def is_right(view: View, login: str, user: User | None, typed: str) -> bool:
    """Compare a password, which takes long on purpose.  Raises Throttled, before it does.

    ``login`` is what was typed for the user; what names nobody is counted in the same way, lest it
    be told from what does.
    """
    account = user.id if user else login.lower()[:MAX_LENGTH]
    _require_patience(view, user, account)
    if users.has_password(view.conn, user, typed):
        return True
    throttle = view.registry.throttle
    # Each time, also the same: to compare it takes long.
    note_failure(throttle.failures, view.address, token_bytes(8), view.at)
    if throttle.accounts is not None:
        count = throttle.accounts.add(account, view.at.timestamp())
        if count.observed == count.limit:  # once in each window
            # Not what was typed, for people type passwords there too.
            number = user.id if user else None
            log.warning("too many wrong passwords for an account", user=number, limit=count.limit)
    return False


def _require_patience(view: View, user: User | None, account: Hashable) -> None:
    throttle, now = view.registry.throttle, view.at.timestamp()
    if throttle.failures is not None:
        full = throttle.failures.find_full(network_of(view.address), now)
        if full is not None:
            raise too_many_failures(full.seconds_left)
    if throttle.accounts is not None:
        full = throttle.accounts.find_full(account, now)
        if full is not None and not _is_at_home(view, user):
            raise too_many_failures(full.seconds_left)


def _is_at_home(view: View, user: User | None) -> bool:
    """Whether the user is signed in at this address already.

    Guesses from anywhere else must not keep the owner of an account out of it.
    """
    if user is None:
        return False
    here = network_of(view.address)
    begun = sessions.all_sessions(view.conn, user, at=view.at)
    return any(network_of(session.address) == here for session in begun)
