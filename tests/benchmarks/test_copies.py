"""What the benchmark copies is what as many uploads would have left."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from benchmarks.copies import copy_packages, copy_projects, copy_releases
from sqlalchemy import Connection, Table, select

from tests.actors import Installation
from tests.builders import Dist, wheel
from tests.library import publish
from wheelyard import packages, projects
from wheelyard.database import schema
from wheelyard.packages import Release
from wheelyard.projects import Project
from wheelyard.registry import Registry

CONTENT = b"the bytes of a wheel"
NOW = datetime(2026, 5, 1, tzinfo=UTC)
TABLES = (schema.packages, schema.known_names, schema.releases, schema.files, schema.journal)
DIGESTS = {"sha256", "md5", "blake2_256", "metadata_sha256"}


def dist(name: str, version: str) -> Dist:
    """Wheels of one size, whatever they are called."""
    return replace(wheel(name, version), content=CONTENT)


@pytest.fixture
def town(registry: Registry) -> Iterator[Installation]:
    installation = Installation(registry.settings.data)
    yield installation
    installation.close()


@pytest.fixture
def project(town: Installation) -> Project:
    return town.project()


@pytest.fixture
def conn(town: Installation, project: Project) -> Iterator[Connection]:
    del project  # made before, for there is one writer at a time
    with town.database.write() as conn:
        yield conn


@pytest.fixture
def model(conn: Connection, project: Project) -> Release:
    release, _ = publish(conn, project, dist("other-0", "1.0"), NOW)
    return release


def newest(conn: Connection, table: Table, *unlike: str) -> dict[str, Any]:
    """The last row, without its key, its digests and what it tells of these."""
    key = next(iter(table.primary_key))
    order = table.c.id if "id" in table.c else key
    row = conn.execute(select(table).order_by(order.desc()).limit(1)).mappings().one()
    left_out = {"id", "serial", "details", "release_id", "package_id", *DIGESTS, *unlike}
    return {name: value for name, value in row.items() if name not in left_out}


def test_a_copied_package_is_as_an_uploaded_one(
    conn: Connection, project: Project, model: Release
) -> None:
    publish(conn, project, dist("other-a", "1.0"), NOW)
    uploaded = [newest(conn, table) for table in TABLES]
    copy_packages(conn, model, [(project.id, "other-b")])
    copied = [newest(conn, table) for table in TABLES]

    renamed = str(uploaded).replace("other-a", "other-b").replace("other_a", "other_b")
    assert str(copied) == renamed
    assert all("other-b" in str(copied[number]) for number in (0, 1, 3, 4))


def test_a_copied_release_is_as_an_uploaded_one(
    conn: Connection, project: Project, model: Release
) -> None:
    publish(conn, project, dist("other-0", "7.1"), NOW)
    uploaded = [newest(conn, table) for table in TABLES]
    copy_releases(conn, model, ["7.2"])
    copied = [newest(conn, table) for table in TABLES]

    assert str(copied) == str(uploaded).replace("7.1", "7.2")


def test_what_is_copied_is_listed(conn: Connection, project: Project, model: Release) -> None:
    copy_packages(conn, model, [(project.id, "more-1"), (project.id, "more-2")], files=3)
    copy_releases(conn, model, ["1.1", "1.10"])

    names = [listed.name for listed in packages.all_names(conn, project.id)]
    assert names == ["more-1", "more-2", "other-0"]
    more, own = (packages.find_page(conn, project.id, name, {}) for name in (names[0], names[2]))
    assert more is not None
    assert own is not None
    assert [file.filename for file in more.files] == [
        "more_1-1.0-py3-none-any.whl",
        "more_1-1.0-1-py3-none-any.whl",
        "more_1-1.0-2-py3-none-any.whl",
    ]
    assert [file.filename for file in own.files] == [
        "other_0-1.0-py3-none-any.whl",
        "other_0-1.1-py3-none-any.whl",
        "other_0-1.10-py3-none-any.whl",
    ]


def test_the_sums_of_a_project_count_copies(
    conn: Connection, project: Project, model: Release
) -> None:
    copy_packages(conn, model, [(project.id, "more-1"), (project.id, "more-2")], files=3)
    copy_releases(conn, model, ["1.1"])

    row = conn.execute(select(schema.projects).where(schema.projects.c.id == project.id)).one()
    assert (row.file_count, row.package_bytes) == (8, 8 * len(CONTENT))


def test_a_copied_project_stands_beside_its_model_and_is_empty(
    conn: Connection, project: Project, model: Release
) -> None:
    ids = copy_projects(conn, project, ["twin-1", "twin-2"])

    twins = [projects.get(conn, number) for number in ids]
    group = project.full_path.rpartition("/")[0]
    assert [twin.full_path for twin in twins] == [f"{group}/twin-1", f"{group}/twin-2"]
    assert {twin.namespace_id for twin in twins} == {project.namespace_id}
    assert packages.all_names(conn, ids) == []
    row = conn.execute(select(schema.projects).where(schema.projects.c.id == ids[0])).one()
    assert (row.file_count, row.package_bytes, row.last_published_at) == (0, 0, None)
    assert model.project_id == project.id
