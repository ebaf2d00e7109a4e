"""The journal is read by days and backwards, however its clocks went."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from wheelyard import journal
from wheelyard.access import Actor
from wheelyard.journal import OPERATOR, Entry, Filter
from wheelyard.registry import Registry

START = datetime(2040, 1, 1, tzinfo=UTC)
ADA = Actor(user_id=101)


@pytest.fixture
def conn(registry: Registry) -> Iterator[Connection]:
    """A journal with an entry for each of a hundred hours, every second of them Ada's.

    Before each even hour's the clock was set back by half an hour.
    """
    with registry.database.write() as conn:
        for number in range(100):
            back = timedelta(minutes=0 if number % 2 else 30)
            journal.record(
                conn,
                Entry("project.edited" if number % 3 else "project.created", project_id=11),
                by=ADA if number % 2 else OPERATOR,
                at=START + timedelta(hours=number) - back,
                number=number,
            )
        yield conn


def numbers(conn: Connection, wanted: Filter, **where: int) -> list[int]:
    """Which of the hundred."""
    found = journal.list_entries(conn, wanted, **where)
    return [item.details["number"] for item in found if "number" in item.details]


@pytest.mark.parametrize("hours", [0, 1, 24, 49, 99])
def test_a_span_of_time_holds_just_its_entries(conn: Connection, hours: int) -> None:
    since, until = START + timedelta(hours=hours), START + timedelta(hours=hours + 10)

    found = numbers(conn, Filter(project_id=11, since=since, until=until))

    assert found == [
        number
        for number in range(99, -1, -1)
        if since <= START + timedelta(hours=number, minutes=0 if number % 2 else -30) < until
    ]


def test_a_span_before_or_after_everything_is_empty(conn: Connection) -> None:
    assert numbers(conn, Filter(project_id=11, until=START - timedelta(days=1))) == []
    assert numbers(conn, Filter(project_id=11, since=START + timedelta(days=9))) == []


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(project_id=11),
        Filter(actor_id=101),
        Filter(action="project.edited", project_id=11),
        Filter(action="project.", actor_id=101),
        Filter(project_id=11, since=START + timedelta(hours=20)),
    ],
)
def test_one_who_goes_back_sees_what_they_saw(conn: Connection, wanted: Filter) -> None:
    first = journal.list_entries(conn, wanted, limit=10)
    second = journal.list_entries(conn, wanted, before_serial=first[-1].serial, limit=10)
    again = journal.list_entries(conn, wanted, after_serial=second[0].serial, limit=10)

    assert [entry.serial for entry in again] == [entry.serial for entry in first]
    assert first[-1].serial > second[0].serial


def test_what_is_gone_is_found_by_its_last_name(conn: Connection) -> None:
    for number, name in (
        (7, "acme/old"),
        (8, "Acme/Tools"),
        (9, "acme/tools"),
        (10, "acme/tools_2"),
    ):
        entry = Entry("project.deleted", project_id=number)
        journal.record(conn, entry, by=OPERATOR, at=START, full_path=name)

    assert journal.find_deleted(conn, "project.deleted", "ACME/TOOLS") == 9
    assert journal.find_deleted(conn, "project.deleted", "acme/tools_2") == 10
    for absent in ("acme/none", "tools", "acme/tool_", "%", '"', 'old","x":"'):
        assert journal.find_deleted(conn, "project.deleted", absent) is None
    assert journal.names_of_deleted(conn, "project.deleted", [7, 8, 11]) == {
        7: "acme/old",
        8: "Acme/Tools",
    }
