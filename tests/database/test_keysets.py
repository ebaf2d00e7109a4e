"""Walking a list by keys: every row once, in either direction, whatever changes meanwhile."""

import itertools
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from tests.actors import Installation
from wheelyard import users
from wheelyard.database.paging import Keyset, Page, fetch
from wheelyard.database.schema import users as table
from wheelyard.registry import Registry
from wheelyard.users import Filter, User


@pytest.fixture
def town(registry: Registry) -> Iterator[Installation]:
    """A library with a few users, some of whom have one name."""
    town = Installation(registry.settings.data)
    for name in ("carla", "anna", "Bert", "dora", "emil"):
        town.user(name)
    with town.database.write() as conn:
        conn.execute(
            table.update().where(table.c.username.in_(["anna", "dora", "emil"])).values(name="Twin")
        )
    yield town
    town.close()


def walk(town: Installation, order_by: str, limit: int, *, descending: bool) -> list[Page[User]]:
    pages: list[Page[User]] = []
    after = None
    with town.database.read() as conn:
        for _ in range(20):
            pages.append(
                users.list_users(
                    conn, Filter(), Keyset(limit, after), order_by=order_by, descending=descending
                )
            )
            after = pages[-1].last
            if after is None:
                return pages
    raise AssertionError("the walk has no end")


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("order_by", ["id", "name", "username"])
@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 20])
def test_every_row_is_met_once_in_order(
    town: Installation, order_by: str, limit: int, *, descending: bool
) -> None:
    (whole,) = walk(town, order_by, 100, descending=descending)

    pages = walk(town, order_by, limit, descending=descending)

    assert list(itertools.chain(*(page.items for page in pages))) == whole.items
    assert [len(page.items) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert 1 <= len(pages[-1].items) <= limit


def test_rows_that_come_and_go_move_no_others(town: Installation) -> None:
    with town.database.read() as conn:
        first = users.list_users(conn, Filter(), Keyset(2), order_by="username", descending=False)
    town.remove(first.items[0])
    town.user("aaron")

    with town.database.read() as conn:
        second = users.list_users(
            conn, Filter(), Keyset(2, first.last), order_by="username", descending=False
        )

    assert [user.username for user in first.items] == ["anna", "Bert"]
    assert [user.username for user in second.items] == ["carla", "dora"]


def test_what_is_sorted_by_may_be_no_column(town: Installation) -> None:
    order = [func.length(table.c.username), table.c.id]
    with town.database.read() as conn:
        page = fetch(conn, select(table), Keyset(3, (4, 0)), users.from_row, order_by=order)

    assert all(len(user.username) >= 4 for user in page.items)
    assert page.last is not None
    assert page.last[1] == page.items[-1].id
