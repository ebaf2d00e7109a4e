"""What a list asks of memberships is asked once, not once for every row."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event

from tests import library
from tests.actors import Installation
from tests.builders import wheel
from wheelyard import groups, packages, projects
from wheelyard.access import Principal, Role
from wheelyard.database.paging import Key, Keyset, Window
from wheelyard.registry import Registry, utc_now

WINDOW = Window()


@contextmanager
def statements(conn: Connection) -> Iterator[list[tuple[str, Any]]]:
    """All that is asked of the database meanwhile, with its parameters."""
    asked: list[tuple[str, Any]] = []

    def note(*args: Any) -> None:
        asked.append((args[2], args[3]))

    event.listen(conn, "before_cursor_execute", note)
    yield asked
    event.remove(conn, "before_cursor_execute", note)


@pytest.mark.parametrize("window", [WINDOW, Keyset(), "further"], ids=["pages", "keys", "on"])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("order_by", ["created_at", "version", "project_path"])
def test_a_long_list_is_read_in_its_order_and_not_sorted(
    registry: Registry, order_by: str, window: Window | Keyset | str, *, descending: bool
) -> None:
    wanted = packages.Filter(order_by=order_by, descending=descending)
    town = Installation(registry.settings.data)
    project, at = town.project(), utc_now()
    with town.database.write() as conn:
        library.publish(conn, project, wheel(), at)
    town.close()
    administrator = Principal(user_id=1, is_admin=True)

    with registry.database.read() as conn, statements(conn) as asked:
        within = (
            projects.readable_ids(administrator, at=at)
            if order_by == "project_path"
            else project.id
        )
        if isinstance(window, str):
            keys: dict[str, Key] = {
                "created_at": (at, 1),
                "version": ("1.0", 1),
                "project_path": ("a", at, 1),
            }
            window = Keyset(after=keys[order_by])
        packages.list_releases(conn, within, wanted, window)

    with registry.database.read() as conn:
        (plan,) = (
            [
                row.detail
                for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            ]
            for statement, parameters in asked
            if "ORDER BY" in statement
        )
    assert not [step for step in plan if "TEMP B-TREE" in step], plan


@pytest.mark.parametrize("least", [Role.NONE, Role.DEVELOPER])
@pytest.mark.parametrize("nested", [None, False, True])
def test_no_list_looks_for_memberships_row_by_row(
    registry: Registry, least: Role, *, nested: bool | None
) -> None:
    town = Installation(registry.settings.data)
    user, group = town.user(), town.group()
    town.join(user, group, Role.DEVELOPER)
    town.project(within=group)
    town.close()
    who, at = Principal(user_id=user.id), utc_now()
    placed: dict[str, Any] = {"under": None if nested is None else group, "nested": bool(nested)}

    with registry.database.read() as conn, statements(conn) as asked:
        groups.list_groups(conn, who, groups.Filter(least_role=least, **placed), WINDOW, at=at)
        projects.list_projects(
            conn, who, projects.Filter(least_role=least, **placed), WINDOW, at=at
        )
        within = projects.readable_ids(who, at=at, under=placed["under"], least_role=least)
        packages.list_releases(conn, within, packages.Filter(search="a"), WINDOW)
        packages.search_packages(conn, within, "a", 5)
        packages.recent_releases(conn, within, 5)
        groups.measure(conn, group)

    with registry.database.read() as conn:
        plans = {
            statement: "\n".join(
                row.detail
                for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            )
            for statement, parameters in asked
        }
    assert len(plans) >= 9
    slow = [statement for statement, plan in plans.items() if "CORRELATED LIST" in plan]
    assert slow == []
