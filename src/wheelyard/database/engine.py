"""How to read and write, and how to notice that somebody else wrote.

Theory of operation, for SQLite:

- The log is written ahead (WAL): readers never wait, and never see half a transaction.
- There is one writer at a time.  Within a process a lock says whose turn it is, without polling,
  though in no order that anybody may rely on; between processes SQLite's own lock does, for which
  ``busy_timeout`` waits.  A write begins IMMEDIATE: a transaction that read first and asked to
  write later could not wait.
- ``synchronous=FULL``: a commit has reached the disk when it returns, power cuts included.
- Read connections are ``query_only``: nothing that reads can write by accident.
- A Watch holds a connection that never writes and asks ``PRAGMA data_version``, which moves exactly
  when any *other* connection, of any process, has committed.  That costs some microseconds, and is
  what lets a page be served from memory and still be fresh.  Before that it looks where SQLite
  would look (see ``walindex``), which costs a tenth of one.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from wheelyard.database.walindex import find_header
from wheelyard.facts import Fact, Unavailable

BUSY_TIMEOUT_MS = 30_000
"""How long a write waits for another process's; longer than any write of ours takes."""


class Database:
    """One SQLite database.  The caller of ``write`` owns the transaction."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.Lock()
        self._reader = self._engine("query_only")
        self._writer = self._engine("foreign_keys")

    def _engine(self, pragma: str) -> Engine:
        engine = create_engine(
            URL.create("sqlite", database=str(self._path)),
            pool_size=40,  # no more than the threads that ask; see anyio's default limiter
            max_overflow=0,
            hide_parameters=True,  # an error that is logged shows no hash of a password
            connect_args={"isolation_level": None},  # the driver begins nothing by itself
        )

        @event.listens_for(engine, "connect")
        def prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
            _set_pragmas(connection, pragma)

        return engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open one consistent view; everything read inside is of one moment."""
        with _translated(), self._reader.connect() as conn:
            conn.exec_driver_sql("BEGIN")
            try:
                yield conn
            finally:
                _roll_back(conn)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction; it is durable when this returns, and gone when this raises.

        Unless it raises a fact that keeps what was changed.
        """
        with self._turn, _translated(), self._writer.connect() as conn:
            conn.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield conn
                conn.exec_driver_sql("COMMIT")
            except BaseException as error:
                if isinstance(error, Fact) and error.keeps_changes:
                    conn.exec_driver_sql("COMMIT")
                _roll_back(conn)  # of what was committed there is nothing to roll back
                raise

    def watch(self) -> "Watch":
        """Begin to notice commits; the result belongs to one thread."""
        return Watch(self._path)

    def check(self) -> str:
        """Return SQLite's own verdict on the file: ``ok``, or what is wrong."""
        with self.read() as conn:
            return str(conn.execute(text("PRAGMA quick_check(1)")).scalar_one())

    def close(self) -> None:
        """Give back every connection."""
        self._reader.dispose()
        self._writer.dispose()


class Watch:
    """Says whether anything was committed, and reads the news.

    Used by one thread only, and by no transaction, so that it always sees the newest state.  It
    raises Unavailable, and remembers nothing: a version counts as seen when its news were read.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._connection = sqlite3.connect(path, isolation_level=None)
        except sqlite3.Error as error:
            raise _unavailable(error) from error
        try:
            _set_pragmas(self._connection, "query_only")
        except sqlite3.Error as error:
            self._connection.close()
            raise _unavailable(error) from error
        self.version()  # by now SQLite has mapped what is looked at
        self._header = find_header(path)

    def mark(self) -> bytes | None:
        """Return bytes that are others after every commit; None where that cannot be seen.

        They may be others without one, too.
        """
        return None if self._header is None else self._header.raw

    def version(self) -> int:
        """Return a number that is another one as soon as another connection has committed."""
        return int(self.rows("PRAGMA data_version")[0][0])

    def rows(self, statement: str, *parameters: int) -> list[tuple[Any, ...]]:
        """Run a prepared query without SQLAlchemy's cost, which would be most of a warm answer."""
        try:
            return self._connection.execute(statement, parameters).fetchall()
        except sqlite3.Error as error:
            raise _unavailable(error) from error

    def close(self) -> None:
        """Give back the connection, and what it has mapped."""
        self._header = None
        self._connection.close()


def _set_pragmas(connection: sqlite3.Connection, pragma: str) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute(f"PRAGMA {pragma} = ON")
    cursor.close()


def _roll_back(conn: Connection) -> None:
    # After some failures, a full disk among them, SQLite has done so by itself.
    driver = conn.connection.driver_connection
    if isinstance(driver, sqlite3.Connection) and driver.in_transaction:
        conn.exec_driver_sql("ROLLBACK")


def _unavailable(error: object) -> Unavailable:
    return Unavailable(f"The database cannot do this now: {error}")


@contextmanager
def _translated() -> Iterator[None]:
    """Turn "locked", "full" and "read-only" into a fact that a person can act on."""
    try:
        yield
    except OperationalError as error:
        raise _unavailable(error.orig) from error
