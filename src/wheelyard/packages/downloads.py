"""How often and when releases are downloaded: counters, which are no changes."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, update

from wheelyard.database.schema import UtcDateTime, releases

_DOWNLOADED_AT = bindparam("downloaded_at", type_=UtcDateTime)
_NOTE_DOWNLOAD = (
    update(releases)
    .where(
        releases.c.id == bindparam("release"),
        or_(
            releases.c.last_downloaded_at.is_(None), releases.c.last_downloaded_at < _DOWNLOADED_AT
        ),
    )
    .values(last_downloaded_at=_DOWNLOADED_AT)
)


def note_downloads(conn: Connection, downloaded_at: Mapping[int, datetime]) -> None:
    """Write when releases were last downloaded; no change, so the journal hears nothing."""
    rows = [{"release": release, "downloaded_at": at} for release, at in downloaded_at.items()]
    if rows:
        conn.execute(_NOTE_DOWNLOAD, rows)
