"""Last uses and downloads: counters that are no changes.

They gather in memory and are written in batches, so that a download writes nothing, the journal
hears nothing and no page is dropped.  A process that is killed loses the last few seconds of them.
"""

from datetime import datetime
from threading import Lock

from wheelyard import packages, sessions, tokens
from wheelyard.database.engine import Database
from wheelyard.packages import Download
from wheelyard.pypi.installers import Installer

FLUSH_SECONDS = 10.0


class Usage:
    """What has been used and downloaded when, and how often, and is not yet written."""

    def __init__(self) -> None:
        self._lock = Lock()  # held for moments only: every request takes it
        self._tokens: dict[int, datetime] = {}
        self._releases: dict[int, datetime] = {}
        self._sessions: dict[int, datetime] = {}
        self._counts: dict[Download, int] = {}

    def note_token(self, token_id: int, at: datetime) -> None:
        """Remember a use; cheap enough for every request."""
        with self._lock:
            self._tokens[token_id] = at

    def note_download(self, release_id: int, at: datetime, installer: Installer | None) -> None:
        """Remember a download; cheap enough for every request.

        Without an installer it is a use that counts for nothing, such as a part of a file.
        """
        with self._lock:
            self._releases[release_id] = at
            if installer is not None:
                key = (release_id, at.date(), installer)
                self._counts[key] = self._counts.get(key, 0) + 1

    def note_session(self, session_id: int, at: datetime) -> None:
        """Remember a look at a page; cheap enough for every request."""
        with self._lock:
            self._sessions[session_id] = at

    def flush(self, database: Database) -> None:
        """Write what has gathered, in one transaction; what cannot be written is kept."""
        with self._lock:
            used, self._tokens = self._tokens, {}
            downloaded, self._releases = self._releases, {}
            visited, self._sessions = self._sessions, {}
            counts, self._counts = self._counts, {}
        if not used and not downloaded and not visited:
            return
        try:
            with database.write() as conn:
                tokens.note_use(conn, used)
                packages.note_downloads(conn, downloaded)
                sessions.note_use(conn, visited)
                packages.add_downloads(conn, counts)
        except BaseException:
            with self._lock:  # what came meanwhile is newer
                self._tokens = used | self._tokens
                self._releases = downloaded | self._releases
                self._sessions = visited | self._sessions
                for key, count in counts.items():
                    self._counts[key] = self._counts.get(key, 0) + count
            raise
