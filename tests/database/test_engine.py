"""Reading, writing, and noticing that somebody else wrote."""

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError, StatementError

from wheelyard import journal
from wheelyard.database.engine import Database, Watch
from wheelyard.database.migrate import migrate
from wheelyard.database.schema import journal as table
from wheelyard.database.schema import memberships, users
from wheelyard.facts import Unavailable
from wheelyard.journal import OPERATOR, Entry
from wheelyard.registry import utc_now

WRITE = """
import sys
from pathlib import Path
from wheelyard import journal
from wheelyard.database.engine import Database
from wheelyard.registry import utc_now
database = Database(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    with database.write() as conn:
        entry = journal.Entry(f"thing{number}.created")
        journal.record(conn, entry, by=journal.OPERATOR, at=utc_now())
database.close()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with the schema and nothing in it."""
    path = tmp_path / "wheelyard.sqlite"
    migrate(path)
    return path


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    """The same, open."""
    database = Database(path)
    yield database
    database.close()


def record(database: Database, action: str) -> None:
    """Change something."""
    with database.write() as conn:
        journal.record(conn, Entry(action), by=OPERATOR, at=utc_now())


def count(database: Database) -> int:
    """How many changes are on record."""
    with database.read() as conn:
        return conn.execute(select(func.count()).select_from(table)).scalar_one()


def write_elsewhere(path: Path, times: int = 1) -> None:
    """Let another process change something."""
    subprocess.run([sys.executable, "-c", WRITE, str(path), str(times)], check=True, timeout=60)


# Watching ----------------------------------------------------------------------------------------


@pytest.fixture
def watch(database: Database) -> Iterator[Watch]:
    """A watch over it."""
    watch = database.watch()
    yield watch
    watch.close()


def test_a_watch_notices_the_commits_of_other_processes(path: Path, watch: Watch) -> None:
    before = watch.version()

    write_elsewhere(path, times=2)

    after = watch.version()
    assert after != before
    assert [entry.action for _, entry in journal.news(watch, 0, limit=10)] == [
        "thing0.created",
        "thing1.created",
    ]
    assert watch.version() == after


def test_a_watch_notices_the_commits_of_its_own_process(database: Database, watch: Watch) -> None:
    before = watch.version()

    record(database, "thing.created")

    assert watch.version() != before


def test_a_watch_does_not_move_for_readings_and_failures(database: Database, watch: Watch) -> None:
    before = watch.version()

    count(database)
    with contextlib.suppress(ZeroDivisionError), database.write() as conn:
        journal.record(conn, Entry("thing.created"), by=OPERATOR, at=utc_now())
        raise ZeroDivisionError

    assert watch.version() == before


def test_a_watch_that_cannot_read_says_so_as_a_fact(path: Path, watch: Watch) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("DROP TABLE journal")

    with pytest.raises(Unavailable, match="cannot do this now: no such table: journal"):
        journal.news(watch, 0, limit=10)


def test_a_watch_over_what_is_no_database_says_so_as_a_fact(tmp_path: Path) -> None:
    path = tmp_path / "letter.sqlite"
    path.write_bytes(b"a letter to my aunt " * 500)

    with pytest.raises(Unavailable, match="cannot do this now: file is not a database"):
        Watch(path)


# Writing -----------------------------------------------------------------------------------------


def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    with contextlib.suppress(ZeroDivisionError), database.write() as conn:
        journal.record(conn, Entry("thing.created"), by=OPERATOR, at=utc_now())
        raise ZeroDivisionError

    assert count(database) == 0


def test_a_commit_that_fails_leaves_nothing_and_the_next_write_works(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as conn:  # noqa: PT012  the end fails
        conn.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        orphan = {"namespace_id": None, "project_id": 99, "role": 30, "created_at": utc_now()}
        conn.execute(insert(memberships).values(user_id=99, **orphan))
        journal.record(conn, Entry("thing.created"), by=OPERATOR, at=utc_now())

    record(database, "another.created")

    assert count(database) == 1


def test_an_error_shows_no_value_that_was_to_be_written(database: Database) -> None:
    user = {
        "username": "ada",
        "username_key": "ada",
        "name": "Ada",
        "email": "ada@example.com",
        "email_key": "ada@example.com",
        "password_hash": "the hash of a password",
        "is_admin": False,
        "state": "active",
        "created_at": utc_now(),
    }

    with pytest.raises(IntegrityError) as raised, database.write() as conn:
        conn.execute(insert(users), [user, user])

    assert "UNIQUE constraint failed" in str(raised.value)
    assert "the hash of a password" not in str(raised.value)


def test_a_moment_without_a_zone_is_not_stored(database: Database) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001  that is what must be refused

    with pytest.raises(StatementError, match="A moment has a time zone"), database.write() as conn:
        journal.record(conn, Entry("thing.created"), by=OPERATOR, at=naive)

    assert count(database) == 0


def test_writes_of_many_threads_and_processes_are_all_kept(path: Path, database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        processes = [pool.submit(write_elsewhere, path, 50) for _ in range(2)]
        threads = [pool.submit(record, database, "thread.created") for _ in range(100)]
        for end in [*processes, *threads]:
            end.result()

    assert count(database) == 200


def test_serials_rise_and_are_never_given_again(database: Database) -> None:
    for number in range(3):
        record(database, f"thing{number}.created")
    with database.write() as conn:
        conn.execute(table.delete())

    record(database, "another.created")

    with database.read() as conn:
        assert journal.last_serial(conn) == 4


def test_what_is_committed_is_synced_fully(database: Database) -> None:
    with database.write() as conn:
        pragmas = {
            name: conn.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


# Reading -----------------------------------------------------------------------------------------


def test_a_reading_is_of_one_moment(database: Database) -> None:
    record(database, "first.created")
    with database.read() as conn:
        before = journal.last_serial(conn)
        record(database, "second.created")
        after = journal.last_serial(conn)

    assert (before, after) == (1, 1)
    assert count(database) == 2


def test_a_reading_does_not_wait_for_a_writer(database: Database) -> None:
    with ThreadPoolExecutor(1) as pool, database.write() as conn:
        journal.record(conn, Entry("thing.created"), by=OPERATOR, at=utc_now())

        assert pool.submit(count, database).result(timeout=10) == 0


def test_a_reading_cannot_write(database: Database) -> None:
    with (
        pytest.raises(Unavailable, match="attempt to write a readonly database"),
        database.read() as conn,
    ):
        conn.execute(insert(table).values(at=utc_now(), action="thing.created", details="{}"))
