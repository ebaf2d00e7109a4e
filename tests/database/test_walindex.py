"""What is looked at in place of asking SQLite changes whenever SQLite's answer does."""

import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from wheelyard.database.engine import Database, Watch
from wheelyard.database.walindex import find_header

Write = Callable[[Path], None]

_PROGRAM = """
import sqlite3, sys
conn = sqlite3.connect(sys.argv[1])
conn.execute("INSERT INTO things VALUES (3)")
conn.commit()
conn.close()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with a table, whose path has a space in it."""
    folder = tmp_path / "a folder"
    folder.mkdir()
    path = folder / "one.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("CREATE TABLE things (number INTEGER)")
    return path


@pytest.fixture
def watch(path: Path) -> Iterator[Watch]:
    """A watch over it."""
    watch = Database(path).watch()
    yield watch
    watch.close()


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        for statement in statements:
            conn.execute(statement).fetchall()


def insert(path: Path) -> None:
    execute(path, "INSERT INTO things VALUES (1)")


def insert_much(path: Path) -> None:
    execute(path, "BEGIN", *["INSERT INTO things VALUES (2)"] * 3000, "COMMIT")


def insert_elsewhere(path: Path) -> None:
    """Commit in another process."""
    subprocess.run([sys.executable, "-c", _PROGRAM, str(path)], check=True)


def insert_after_the_log_began_anew(path: Path) -> None:
    execute(path, "PRAGMA wal_checkpoint(TRUNCATE)", "INSERT INTO things VALUES (4)")


def vacuum(path: Path) -> None:
    execute(path, "VACUUM")


def roll_back(path: Path) -> None:
    execute(path, "BEGIN", "INSERT INTO things VALUES (5)", "ROLLBACK")


def read(path: Path) -> None:
    execute(path, "SELECT * FROM things")


WRITES: tuple[Write, ...] = (
    insert,
    insert_much,
    insert_elsewhere,
    insert_after_the_log_began_anew,
    vacuum,
)


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
def test_every_commit_changes_the_mark(path: Path, watch: Watch, write: Write) -> None:
    insert(path)
    before = watch.mark(), watch.version()

    write(path)

    assert before[0] is not None, "Linux tells where it is"
    assert watch.mark() != before[0]
    assert watch.version() != before[1]


@pytest.mark.parametrize("other", [roll_back, read], ids=lambda other: other.__name__)
def test_what_is_no_commit_leaves_it(path: Path, watch: Watch, other: Write) -> None:
    insert(path)
    before = watch.mark()

    other(path)

    assert watch.mark() == before


def test_an_equal_mark_means_an_equal_version(path: Path, watch: Watch) -> None:
    chosen = random.Random(5)  # noqa: S311  no secret, and the same every time
    mark, version = watch.mark(), watch.version()
    changes = 0
    for _ in range(400):
        chosen.choice((insert, insert, insert_after_the_log_began_anew, vacuum, roll_back, read))(
            path
        )
        seen, answered = watch.mark(), watch.version()
        assert seen != mark or answered == version
        changes += answered != version
        mark, version = seen, answered
    assert changes > 100


def test_a_database_that_nobody_has_open_has_no_header(tmp_path: Path) -> None:
    assert find_header(tmp_path / "absent.sqlite") is None
