"""The journal is read newest first, page by page, by whoever it concerns."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from wheelyard import journal
from wheelyard.access import Actor
from wheelyard.journal import Entry, Filter, Recorded
from wheelyard.registry import Registry

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ADA, BOB = Actor(user_id=101), Actor(user_id=102, token_id=7)


@pytest.fixture
def conn(registry: Registry) -> Iterator[Connection]:
    """A journal of six entries, beside those of the first start."""
    told = [
        (Entry("project.created", project_id=11), ADA),
        (Entry("project.edited", project_id=11), BOB),
        (Entry("project.transferred", project_id=11, namespace_id=21), ADA),
        (Entry("group.edited", namespace_id=21), ADA),
        (Entry("file.published", project_id=12, package="demo"), BOB),
        (Entry("user.edited", user_id=101), ADA),
    ]
    with registry.database.write() as conn:
        for hours, (entry, by) in enumerate(told):
            journal.record(conn, entry, by=by, at=NOON + timedelta(hours=hours), number=hours)
        yield conn


def numbers(found: list[Recorded]) -> list[int]:
    """Which of the six."""
    return [item.details["number"] for item in found if "number" in item.details]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(), [5, 4, 3, 2, 1, 0]),
        (Filter(actor_id=101), [5, 3, 2, 0]),
        (Filter(action="project."), [2, 1, 0]),
        (Filter(action="project.edited"), [1]),
        (Filter(action="p"), [2, 1, 0]),
        (Filter(action="nothing"), []),
        (Filter(action="%"), []),
        (Filter(project_id=11), [2, 1, 0]),
        (Filter(namespace_id=21), [3, 2]),
        (Filter(actor_id=101, action="project.", project_id=11), [2, 0]),
        (Filter(actor_id=99), []),
    ],
)
def test_a_filter_shows_what_fits_newest_first(
    conn: Connection, wanted: Filter, expected: list[int]
) -> None:
    assert numbers(journal.list_entries(conn, wanted)) == expected


@pytest.mark.parametrize("wanted", [Filter(), Filter(action="project."), Filter(actor_id=101)])
def test_page_after_page_is_the_whole(conn: Connection, wanted: Filter) -> None:
    whole = journal.list_entries(conn, wanted)

    paged, before = list[Recorded](), None
    while found := journal.list_entries(conn, wanted, before_serial=before, limit=2):
        assert len(found) <= 2
        paged += found
        before = found[-1].serial

    assert paged == whole


def test_an_entry_is_read_whole(conn: Connection) -> None:
    (found,) = journal.list_entries(conn, Filter(action="file."), limit=1)

    assert found == Recorded(
        serial=found.serial,
        at=NOON + timedelta(hours=4),
        actor=BOB,
        entry=Entry("file.published", project_id=12, package="demo"),
        details={"number": 4},
    )
