"""An upgrade keeps every row, and fills in what is new from what was there."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command

from wheelyard.database import migrate

FILLED = """
INSERT INTO users VALUES
    (1, 'ada', 'ada', 'Ada', 'ada@example.com', 'ada@example.com', '', 0, 'active', '2026-01-01');
INSERT INTO namespaces VALUES
    (1, 'user', NULL, 1, 'Ada', 'ada', 'ada', 'ada', '/1/', '', 'public', '2026-01-01');
INSERT INTO projects VALUES
    (1, 1, 'Tools', 'tools', 'ada/tools', 'ada/tools', '', 'private', 'enabled', NULL, NULL, 0, 1,
     '2026-01-01', '2026-01-01'),
    (2, 1, 'Empty', 'empty', 'ada/empty', 'ada/empty', '', 'private', 'enabled', NULL, NULL, 0, 1,
     '2026-01-01', '2026-01-01');
INSERT INTO packages VALUES
    (1, 1, 'demo', 'Demo', '2026-01-02'),
    (2, 1, 'other', 'other', '2026-01-03');
INSERT INTO releases VALUES
    (1, 1, '1.0', '1', 'A demo.', 1, '2026-01-02 03:04:05.000006', '2026-02-01 00:00:00.000000'),
    (2, 1, '2.0', '2', '', NULL, '2026-01-04 03:04:05.000006', NULL),
    (3, 2, '0.1', '0.1', '', 1, '2026-01-03 03:04:05.000006', NULL),
    (9, 2, '0.9', '0.9', '', 1, '2026-01-09 03:04:05.000006', NULL);
INSERT INTO files VALUES
    (1, 1, 'demo-1.0.tar.gz', 'k', 'sdist', 100, 'a', 'b', 'c', '', '2.1', 'd', 1, '2026-01-02'),
    (2, 1, 'demo-1.0-py3-none-any.whl', 'l', 'bdist_wheel', 20, 'a', 'b', 'c', '', '2.1', 'd', 1,
     '2026-01-02'),
    (3, 2, 'demo-2.0.tar.gz', 'm', 'sdist', 3, 'a', 'b', 'c', '', '2.1', 'd', 1, '2026-01-04'),
    (4, 3, 'other-0.1.tar.gz', 'n', 'sdist', 5000000000, 'a', 'b', 'c', '', '2.1', 'd', 1,
     '2026-01-03');
DELETE FROM releases WHERE id = 9;
INSERT INTO journal (at, action, project_id, package, details) VALUES
    ('2026-01-01 00:00:00.000000', 'release.deleted', NULL, 'gone', '{}'),
    ('2026-01-05 00:00:00.000000', 'file.published', 1, 'demo', '{}'),
    ('2026-01-06 00:00:00.000000', 'file.published', 1, 'demo', '{}'),
    ('2026-01-07 00:00:00.000000', 'release.deleted', 1, 'gone', '{}'),
    ('2026-01-08 00:00:00.000000', 'project.edited', 1, NULL, '{}'),
    ('2026-01-09 00:00:00.000000', 'file.published', 3, 'other', '{}');
"""


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A database of the first release, with a project in it."""
    database = tmp_path / "wheelyard.sqlite"
    command.upgrade(migrate.alembic_config(database), "0001")
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(FILLED)
    return database


@pytest.fixture
def upgraded(first: Path) -> Iterator[sqlite3.Connection]:
    """The same, brought to this release's schema."""
    migrate.migrate(first)
    with closing(sqlite3.connect(first)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        yield connection


def test_releases_learn_their_project_and_keep_everything_else(
    upgraded: sqlite3.Connection,
) -> None:
    columns = "id, package_id, project_id, version, summary, creator_id, downloads"
    rows = upgraded.execute(f"SELECT {columns} FROM releases ORDER BY id")  # noqa: S608  a constant
    moments = upgraded.execute("SELECT created_at, last_downloaded_at FROM releases ORDER BY id")

    assert rows.fetchall() == [
        (1, 1, 1, "1.0", "A demo.", 1, 0),
        (2, 1, 1, "2.0", "", None, 0),
        (3, 2, 1, "0.1", "", 1, 0),
    ]
    assert moments.fetchall() == [
        ("2026-01-02 03:04:05.000006", "2026-02-01 00:00:00.000000"),
        ("2026-01-04 03:04:05.000006", None),
        ("2026-01-03 03:04:05.000006", None),
    ]


def test_who_published_is_named_as_far_as_it_is_known(upgraded: sqlite3.Connection) -> None:
    ada, nobody = ("ada", "user"), (None, None)

    for table, who in (("releases", [ada, nobody, ada]), ("files", [ada, ada, ada, ada])):
        columns = "publisher, publisher_kind"
        rows = upgraded.execute(f"SELECT {columns} FROM {table} ORDER BY id")  # noqa: S608  constants
        assert rows.fetchall() == who


def test_projects_learn_how_much_they_hold_and_when_they_published(
    upgraded: sqlite3.Connection,
) -> None:
    columns = "id, path, package_bytes, file_count, last_published_at"

    assert upgraded.execute(f"SELECT {columns} FROM projects").fetchall() == [  # noqa: S608  a constant
        (1, "tools", 5_000_000_123, 4, "2026-01-04 03:04:05.000006"),
        (2, "empty", 0, 0, None),
    ]


def test_the_id_of_a_deleted_release_is_not_given_again(upgraded: sqlite3.Connection) -> None:
    upgraded.execute(
        "INSERT INTO releases (package_id, project_id, version, normalized_version, summary,"
        " created_at) VALUES (1, 1, '3', '3', '', '2026-01-10')"
    )

    assert upgraded.execute("SELECT max(id) FROM releases").fetchone() == (10,)


def test_every_name_that_was_ever_here_is_known(upgraded: sqlite3.Connection) -> None:
    names = upgraded.execute("SELECT normalized_name, first_seen_at FROM known_names ORDER BY 1")

    assert names.fetchall() == [
        ("demo", "2026-01-02"),
        ("gone", "2026-01-01 00:00:00.000000"),
        ("other", "2026-01-03"),
    ]


def test_packages_and_projects_learn_their_newest_change(upgraded: sqlite3.Connection) -> None:
    of_packages = upgraded.execute("SELECT normalized_name, serial FROM packages ORDER BY 1")
    of_projects = upgraded.execute("SELECT id, packages_serial FROM projects ORDER BY 1")

    assert of_packages.fetchall() == [("demo", 3), ("other", 0)]
    assert of_projects.fetchall() == [(1, 4), (2, 0)]


def test_nothing_is_yanked_and_every_package_is_active(upgraded: sqlite3.Connection) -> None:
    for table in ("releases", "files"):
        yanked = upgraded.execute(f"SELECT DISTINCT yanked FROM {table}")  # noqa: S608  constants
        assert yanked.fetchall() == [(None,)]
    statuses = upgraded.execute("SELECT DISTINCT status, status_reason FROM packages")
    assert statuses.fetchall() == [("active", "")]


def test_wheels_serve_their_metadata_and_sdists_whose_metadata_can_be_relied_on(
    first: Path, tmp_path: Path
) -> None:
    """PEP 643; one of the blobs is lost, and another is no metadata."""
    for name, content in (
        ("static", b"Metadata-Version: 2.2\nName: demo\nVersion: 1.0\n"),
        ("dynamic", b"Metadata-Version: 2.2\nName: demo\nVersion: 1.0\nDynamic: Requires-Dist\n"),
        ("nothing", b"\0"),
    ):
        (tmp_path / name).write_bytes(content)
    with closing(sqlite3.connect(first)) as connection, connection:
        for number, blob in ((1, "static"), (2, "lost"), (3, "dynamic"), (4, "nothing")):
            connection.execute("UPDATE files SET metadata_sha256 = ? WHERE id = ?", (blob, number))

    migrate.migrate(first, lambda sha256: tmp_path / sha256)

    with closing(sqlite3.connect(first)) as connection:
        rows = connection.execute("SELECT filename, serves_metadata FROM files ORDER BY id")
        assert rows.fetchall() == [
            ("demo-1.0.tar.gz", 1),
            ("demo-1.0-py3-none-any.whl", 1),
            ("demo-2.0.tar.gz", 0),
            ("other-0.1.tar.gz", 0),
        ]


def test_every_reference_leads_to_a_row(upgraded: sqlite3.Connection) -> None:
    assert upgraded.execute("PRAGMA foreign_key_check").fetchall() == []
    assert upgraded.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert upgraded.execute("SELECT count(*) FROM files").fetchone() == (4,)


@pytest.mark.parametrize("table", ["projects", "packages"])
def test_what_is_inside_still_goes_with_what_holds_it(
    upgraded: sqlite3.Connection, table: str
) -> None:
    upgraded.execute("INSERT INTO downloads VALUES (1, '2026-01-05', 'pip', '3.12', 7)")

    upgraded.execute(f"DELETE FROM {table}")  # noqa: S608  one of two constants

    for emptied in ("releases", "files", "downloads"):
        assert upgraded.execute(f"SELECT count(*) FROM {emptied}").fetchone() == (0,)  # noqa: S608  as above


def test_a_database_without_releases_is_upgraded_too(tmp_path: Path) -> None:
    database = tmp_path / "wheelyard.sqlite"
    command.upgrade(migrate.alembic_config(database), "0001")

    migrate.migrate(database)

    assert migrate.current(database) == migrate.NEWEST
