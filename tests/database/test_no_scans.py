"""What installers and uploaders ask reads rows by an index, so that it costs what it brings."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, event

from tests.actors import Installation
from tests.builders import wheel
from tests.library import publish
from wheelyard import packages, reaching
from wheelyard.access import Principal
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.pypi.names import NormalizedName, parse_filename
from wheelyard.registry import Registry

NOW = datetime(2026, 5, 1, tzinfo=UTC)
NAME = NormalizedName("demo")
DIST = wheel("demo", "1.0")
GROWING = ("packages", "releases", "files", "journal", "projects")
"""The tables that a registry fills."""


@pytest.fixture
def town(registry: Registry) -> Iterator[Installation]:
    installation = Installation(registry.settings.data)
    yield installation
    installation.close()


@pytest.fixture
def group(town: Installation) -> Namespace:
    return town.group()


@pytest.fixture
def project(town: Installation, group: Namespace) -> Project:
    return town.project(within=group)


@pytest.fixture
def conn(town: Installation, project: Project) -> Iterator[Connection]:
    with town.database.write() as conn:
        publish(conn, project, DIST, NOW)
        yield conn


@contextmanager
def scanned(conn: Connection) -> Iterator[list[str]]:
    """Gather, of all that is asked meanwhile, the steps that read a growing table whole."""
    asked: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        asked.append((statement, parameters))

    found: list[str] = []
    event.listen(conn, "before_cursor_execute", note)
    yield found
    event.remove(conn, "before_cursor_execute", note)
    assert asked, "nothing was asked"
    for statement, parameters in asked:
        plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        steps = [row.detail for row in plan]
        found += [step for step in steps if step.startswith(tuple(f"SCAN {t}" for t in GROWING))]


def test_a_scan_would_be_seen(conn: Connection) -> None:
    with scanned(conn) as found:
        conn.exec_driver_sql("SELECT count(*) FROM files WHERE size > ?", (1,))

    assert found == ["SCAN files"]


def test_a_project_is_read_by_itself(conn: Connection, project: Project) -> None:
    with scanned(conn) as found:
        assert packages.all_names(conn, project.id)
        assert packages.find_page(conn, project.id, NAME, {})
        assert packages.find_file(conn, project.id, DIST.sha256, DIST.filename)

    assert found == []


def test_a_group_is_read_by_its_projects(
    conn: Connection, project: Project, group: Namespace
) -> None:
    admin = Principal(is_admin=True)
    readable = reaching.readable_projects(conn, admin, under=group, at=NOW)

    with scanned(conn) as found:
        assert packages.all_names(conn, readable)
        assert packages.holders(conn, readable, NAME)
        assert packages.find_page(conn, [project.id], NAME, {})
        assert packages.file_holders(conn, readable, DIST.sha256, DIST.filename)

    assert found == []


def test_an_upload_reads_no_more_than_its_package(conn: Connection, project: Project) -> None:
    with scanned(conn) as found:
        release, _ = publish(conn, project, wheel("demo", "2.0"), NOW)
        packages.find_newest_copy(conn, release, parse_filename("demo-2.0-py3-none-any.whl"))
        publish(conn, project, wheel("another", "1.0"), NOW)

    assert found == []
