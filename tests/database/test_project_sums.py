"""A project knows how much it holds, whatever is published and deleted."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select

from tests.actors import Installation
from tests.builders import sdist, wheel
from tests.library import publish
from wheelyard import packages
from wheelyard import projects as projects_
from wheelyard.access import Principal
from wheelyard.database.paging import Window
from wheelyard.database.schema import files, projects, releases
from wheelyard.journal import OPERATOR
from wheelyard.projects import Filter, Project
from wheelyard.registry import Registry

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def project(registry: Registry) -> Project:
    """An empty project."""
    town = Installation(registry.settings.data)
    made = town.project()
    town.close()
    return made


def kept(conn: Connection, project: Project) -> tuple[int, int, datetime | None]:
    """What the project's own row says: files, bytes, last release."""
    columns = projects.c.file_count, projects.c.package_bytes, projects.c.last_published_at
    row = conn.execute(select(*columns).where(projects.c.id == project.id)).one()
    return row[0], row[1], row[2]


def counted(conn: Connection, project: Project) -> tuple[int, int, datetime | None]:
    """The same, counted."""
    of_project = releases.c.project_id == project.id
    row = conn.execute(
        select(func.count(), func.coalesce(func.sum(files.c.size), 0))
        .join_from(files, releases)
        .where(of_project)
    ).one()
    newest = conn.execute(select(func.max(releases.c.created_at)).where(of_project)).scalar()
    return row[0], row[1], newest


def test_the_sums_follow_every_change(registry: Registry, project: Project) -> None:
    one, two, source = wheel(version="1.0"), wheel(version="2.0"), sdist(version="1.0")
    later = NOON + timedelta(hours=1)
    with registry.database.write() as conn:
        assert kept(conn, project) == (0, 0, None)
        old, _ = publish(conn, project, one, NOON)
        new, file = publish(conn, project, two, later)
        publish(conn, project, source, later + timedelta(hours=1))  # a file is no release
        sizes = [len(dist.content) for dist in (one, two, source)]
        assert kept(conn, project) == counted(conn, project) == (3, sum(sizes), later)

        packages.delete_file(conn, new, file, by=OPERATOR, at=later)

        assert kept(conn, project) == counted(conn, project) == (2, sizes[0] + sizes[2], NOON)

        packages.delete_release(conn, old, by=OPERATOR, at=later)

        assert kept(conn, project) == counted(conn, project) == (0, 0, None)


def test_what_is_gone_already_is_not_taken_off_twice(registry: Registry, project: Project) -> None:
    with registry.database.write() as conn:
        release, file = publish(conn, project, wheel(), NOON)
        publish(conn, project, sdist(), NOON)

        for _ in range(2):
            packages.delete_file(conn, release, file, by=OPERATOR, at=NOON)

        assert kept(conn, project) == counted(conn, project)


def test_projects_are_listed_by_what_they_hold(registry: Registry) -> None:
    town = Installation(registry.settings.data)
    empty, small, large = (town.project() for _ in range(3))
    town.close()
    with registry.database.write() as conn:
        publish(conn, large, wheel(files={"data.bin": bytes(range(256)) * 9}), NOON)
        publish(conn, small, wheel(), NOON + timedelta(hours=1))

        assert [project.id for project in listed(conn, "package_bytes")] == [
            *(large.id, small.id, empty.id)
        ]
        by_time = listed(conn, "last_published_at")
        assert [project.id for project in by_time] == [small.id, large.id, empty.id]
        for project in by_time:
            sums = project.file_count, project.package_bytes, project.last_published_at
            assert sums == counted(conn, project)


def listed(conn: Connection, order_by: str) -> list[Project]:
    """Every project, the first in this order first."""
    anybody = Principal(user_id=1, is_admin=True)
    return projects_.list_projects(
        conn, anybody, Filter(), Window(), order_by=order_by, at=NOON
    ).items
