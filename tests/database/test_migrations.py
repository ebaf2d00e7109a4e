"""The migrations make the schema that the code declares, once, whoever runs them."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from wheelyard.database import migrate, schema
from wheelyard.facts import TooNew, Unavailable


def dump(database: Path) -> list[str]:
    """The whole database as statements."""
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


def test_a_migrated_database_is_the_declared_schema(tmp_path: Path) -> None:
    database = tmp_path / "wheelyard.sqlite"

    migrate.migrate(database)

    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        differences = compare_metadata(context, schema.metadata)
    engine.dispose()
    assert differences == []


def test_a_migrated_database_has_the_declared_tables_word_for_word(tmp_path: Path) -> None:
    """What Alembic does not compare: checks, foreign keys' actions, AUTOINCREMENT."""
    migrated, declared = tmp_path / "migrated.sqlite", tmp_path / "declared.sqlite"
    migrate.migrate(migrated)
    engine = create_engine(f"sqlite:///{declared}")
    schema.metadata.create_all(engine)

    assert _shapes(migrated) == _shapes(declared)
    engine.dispose()


def _shapes(database: Path) -> dict[str, object]:
    engine = create_engine(f"sqlite:///{database}")
    found = inspect(engine)
    shapes: dict[str, object] = {
        table: (
            [{**column, "type": repr(column["type"])} for column in found.get_columns(table)],
            found.get_pk_constraint(table),
            sorted(found.get_foreign_keys(table), key=repr),
            sorted(found.get_unique_constraints(table), key=repr),
            sorted(found.get_check_constraints(table), key=repr),
            sorted(found.get_indexes(table), key=repr),
            found.get_table_options(table),
        )
        for table in found.get_table_names()
        if table != "alembic_version"
    }
    engine.dispose()
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        shapes["autoincrement"] = {name for name, sql in rows if "AUTOINCREMENT" in sql}
    return shapes


def test_the_newest_revision_is_the_last_script() -> None:
    scripts = ScriptDirectory.from_config(migrate.alembic_config(Path("nowhere.sqlite")))

    assert scripts.get_heads() == [migrate.NEWEST]


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    database = tmp_path / "wheelyard.sqlite"
    migrate.migrate(database)
    before = dump(database)

    migrate.migrate(database)

    assert dump(database) == before


def test_a_folder_with_a_percent_sign_is_a_folder(tmp_path: Path) -> None:
    database = tmp_path / "100%d" / "wheelyard.sqlite"
    database.parent.mkdir()

    migrate.migrate(database)

    assert migrate.current(database) == migrate.NEWEST


def test_an_absent_database_has_no_revision_and_is_not_made(tmp_path: Path) -> None:
    database = tmp_path / "wheelyard.sqlite"

    assert migrate.current(database) is None

    assert not database.exists()


def test_two_processes_at_once_are_harmless(tmp_path: Path) -> None:
    database = tmp_path / "wheelyard.sqlite"
    script = (
        "import sys; from pathlib import Path; from wheelyard.database.migrate import migrate;"
        "print('ready', flush=True); sys.stdin.readline(); migrate(Path(sys.argv[1]))"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

    for process in both:
        process.communicate("go\n", timeout=60)

    assert [process.returncode for process in both] == [0, 0]
    alone = tmp_path / "alone.sqlite"
    migrate.migrate(alone)
    assert dump(database) == dump(alone)


def test_a_newer_release_is_refused(tmp_path: Path) -> None:
    database = tmp_path / "wheelyard.sqlite"
    migrate.migrate(database)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'next'")

    with pytest.raises(TooNew, match="made by a newer release"):
        migrate.migrate(database)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    database = tmp_path / "wheelyard.sqlite"
    database.write_bytes(b"a letter to my aunt " * 500)

    with pytest.raises(Unavailable, match="file is not a database"):
        migrate.migrate(database)
