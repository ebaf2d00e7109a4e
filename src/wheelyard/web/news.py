"""Noticing what has changed, once for all requests that wait at the same time."""

import asyncio

from wheelyard.index import Index


def notice(index: Index) -> None:
    """Refresh the index, unless that was done since this request came.  Raises Unavailable.

    The event loop's queue is first in, first out, and ``expire`` is in it before the database is
    asked: whoever is answered before it runs was here when that was asked, and cannot have come
    after a change that was missed.  docs/performance.md says what it saves.
    """
    if not index.is_current:
        asyncio.get_running_loop().call_soon(index.expire)
        index.refresh()
        index.is_current = True
