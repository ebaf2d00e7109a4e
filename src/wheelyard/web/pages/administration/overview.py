"""The overview: how much there is, how it is, and what happened last."""

import os
from importlib import metadata

from wheelyard import census, doctor, journal
from wheelyard.census import UserFilter
from wheelyard.database.paging import Window
from wheelyard.doctor import Depth
from wheelyard.web.pages.administration import sentences
from wheelyard.web.pages.view import Answer, Page, View

_NEWEST = 8


def show(view: View) -> Answer:
    """``GET /admin``."""
    findings = doctor.examine(view.settings, os.environ, depth=Depth.QUICK)
    entries = journal.list_entries(view.conn, journal.Filter(), limit=_NEWEST)
    newest = census.list_users(view.conn, UserFilter.ALL, Window(limit=_NEWEST))
    return Page(
        "administration/overview.html",
        {
            "counts": census.count(view.conn, at=view.at),
            "version": metadata.version("wheelyard"),
            "problems": [finding for finding in findings if not finding.ok],
            "told": sentences.tell_all(view, entries),
            "newest": newest.items,
        },
    )
