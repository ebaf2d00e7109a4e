"""Storage: who holds how much, and what is on the disk."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from babel.numbers import format_percent

from wheelyard import census, packages
from wheelyard.blobs.store import Blob
from wheelyard.web.pages import paging
from wheelyard.web.pages.view import Answer, Page, View

_MAX_SECONDS = 20.0
"""Of the walk over the blobs; a page that takes longer looks broken."""

_BATCH = 500
"""Blobs that are looked up at once."""

_FRESH = timedelta(hours=1)
"""A blob this new may be an upload's whose row is written next."""


@dataclass(slots=True)
class Counted:
    """What the walk has found so far."""

    number: int = 0
    bytes: int = 0
    orphans: int = 0
    orphan_bytes: int = 0
    is_cut: bool = False
    """Whether the time ran out before the last blob."""

    seconds: float = 0.0


def show(view: View) -> Answer:
    """``GET /admin/storage``; with ``count``, the blobs are counted as well."""
    window, sums = paging.read_window(view), census.sum_files(view.conn)

    def percent(part: int) -> str:
        share = part / (sums.bytes or 1)
        return format_percent(share, format="#,##0.0\u00a0%", locale=view.language.code)

    found = census.list_projects(view.conn, window, order_by="size", descending=True)
    return Page(
        "administration/storage.html",
        {
            "sums": sums,
            "percent": percent,
            "found": found,
            "pager": paging.make_pager(view, window, found.total, {}),
            "disk": shutil.disk_usage(view.settings.blobs_path),
            "database_bytes": _database_bytes(view.settings.database_path),
            "counted": None,
        },
        later=partial(_count, view) if view.params.peek_text("count") else None,
    )


def _database_bytes(path: Path) -> int:
    """Return the bytes of the database with its log."""
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def _count(view: View) -> dict[str, object]:
    counted, begun = Counted(), time.monotonic()
    blobs = _walk(view.registry.blobs.all_blobs(), counted, end=begun + _MAX_SECONDS)
    # No transaction is as long as the walk: SQLite's log would grow all the while.
    while batch := list(islice(blobs, _BATCH)):
        with view.registry.database.read() as conn:
            for orphan in packages.unnamed_blobs(conn, batch):
                if orphan.used_at < view.at - _FRESH:
                    counted.orphans += 1
                    counted.orphan_bytes += orphan.size
    counted.seconds = time.monotonic() - begun
    return {"counted": counted}


def _walk(blobs: Iterator[Blob], counted: Counted, *, end: float) -> Iterator[Blob]:
    for blob in blobs:
        if time.monotonic() > end:
            counted.is_cut = True
            return
        counted.number += 1
        counted.bytes += blob.size
        yield blob
