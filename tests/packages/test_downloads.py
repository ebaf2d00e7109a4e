"""Downloads are counted once each, by day, version, Python and installer."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from tests.actors import Installation
from tests.builders import wheel
from tests.library import publish
from wheelyard import packages
from wheelyard.database.engine import Database
from wheelyard.database.schema import downloads, releases
from wheelyard.facts import Unavailable
from wheelyard.journal import OPERATOR
from wheelyard.packages import DownloadCounts, Release
from wheelyard.projects import Project
from wheelyard.pypi.installers import Installer
from wheelyard.pypi.names import NormalizedName
from wheelyard.registry import Registry

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TODAY = NOON.date()
PIP, UV = Installer("pip", "3.11"), Installer("uv", "3.12")
DEMO = NormalizedName("demo")


@pytest.fixture
def project(registry: Registry) -> Iterator[Project]:
    """A project."""
    town = Installation(registry.settings.data)
    yield town.project()
    town.close()


@pytest.fixture
def old_and_new(registry: Registry, project: Project) -> list[Release]:
    """Two releases of one package."""
    with registry.database.write() as conn:
        return [publish(conn, project, wheel("demo", v), NOON)[0] for v in ("1.0", "2.0")]


def totals(conn: Connection) -> list[int]:
    """What each release's own row says."""
    return list(conn.scalars(select(releases.c.downloads).order_by(releases.c.id)))


def test_counts_add_up_from_flush_to_flush(
    registry: Registry, project: Project, old_and_new: list[Release]
) -> None:
    old, new = old_and_new
    for at, installer in ((NOON, PIP), (NOON, PIP), (NOON + timedelta(days=1), UV)):
        registry.usage.note_download(new.id, at, installer)
    registry.usage.flush(registry.database)
    registry.usage.note_download(new.id, NOON, PIP)
    registry.usage.note_download(old.id, NOON, Installer("curl", ""))
    registry.usage.note_download(old.id, NOON, None)
    registry.usage.flush(registry.database)
    registry.usage.flush(registry.database)

    with registry.database.read() as conn:
        assert totals(conn) == [1, 4]
        assert packages.download_counts(conn, project.id, DEMO, TODAY) == DownloadCounts(
            total=5,
            by_day={TODAY: 4, date(2026, 1, 2): 1},
            by_version={"2.0": 4, "1.0": 1},
            by_python={"3.11": 3, "3.12": 1, "": 1},
            by_installer={"pip": 3, "uv": 1, "curl": 1},
        )
        later = packages.download_counts(conn, project.id, DEMO, TODAY + timedelta(days=1))
        assert later.by_version == {"2.0": 1}
        absent = packages.download_counts(conn, project.id, NormalizedName("absent"), TODAY)
        assert absent == DownloadCounts(0, {}, {}, {}, {})


def test_a_release_that_is_gone_meanwhile_is_no_error(
    registry: Registry, old_and_new: list[Release]
) -> None:
    old, new = old_and_new
    registry.usage.note_download(old.id, NOON, PIP)
    registry.usage.note_download(new.id, NOON, PIP)
    with registry.database.write() as conn:
        packages.delete_release(conn, old, by=OPERATOR, at=NOON)

    registry.usage.flush(registry.database)

    with registry.database.read() as conn:
        assert totals(conn) == [1]
        assert list(conn.scalars(select(downloads.c.release_id))) == [new.id]


def test_what_could_not_be_written_is_counted_once(
    registry: Registry, old_and_new: list[Release]
) -> None:
    old, _ = old_and_new
    absent = Database(registry.settings.data / "no-such-folder" / "wheelyard.sqlite")
    registry.usage.note_download(old.id, NOON, PIP)

    with pytest.raises(Unavailable):
        registry.usage.flush(absent)
    registry.usage.note_download(old.id, NOON, PIP)
    registry.usage.flush(registry.database)
    registry.usage.flush(registry.database)

    with registry.database.read() as conn:
        assert totals(conn) == [2, 0]


def test_a_transaction_that_breaks_counts_nothing(
    registry: Registry, old_and_new: list[Release]
) -> None:
    old, _ = old_and_new
    with registry.database.write() as conn:
        conn.exec_driver_sql(
            "CREATE TRIGGER broken BEFORE UPDATE OF downloads ON releases"
            " BEGIN SELECT raise(ABORT, 'no'); END"
        )
    registry.usage.note_download(old.id, NOON, PIP)

    with pytest.raises(Exception, match="no"):
        registry.usage.flush(registry.database)
    with registry.database.write() as conn:
        conn.exec_driver_sql("DROP TRIGGER broken")
    registry.usage.flush(registry.database)

    with registry.database.read() as conn:
        assert totals(conn) == [1, 0]
        assert list(conn.scalars(select(downloads.c.count))) == [1]
