"""Everything under a group is one search of an index."""

import pytest
from sqlalchemy import Connection, Select, select
from sqlalchemy.dialects import sqlite

from tests.actors import Installation
from wheelyard import groups, memberships, projects
from wheelyard.access import Principal, Role
from wheelyard.database.paging import Window
from wheelyard.database.schema import namespaces
from wheelyard.namespaces import Namespace, is_under, lineage_text, parse_lineage
from wheelyard.registry import Registry, utc_now

ROOT = Principal(is_admin=True)
SEARCHED = "SEARCH namespaces USING COVERING INDEX ix_namespaces_lineage (lineage>? AND lineage<?)"


@pytest.mark.parametrize(("text", "lineage"), [("/1/", (1,)), ("/1/40/9/", (1, 40, 9))])
def test_a_lineage_is_read_and_written(text: str, lineage: tuple[int, ...]) -> None:
    assert parse_lineage(text) == lineage
    assert lineage_text(lineage) == text


@pytest.fixture
def tree(registry: Registry) -> list[Namespace]:
    """Twelve groups at the top, of which ids begin alike, with one in each."""
    town = Installation(registry.settings.data)
    tops = [town.group() for _ in range(12)]
    inner = [town.group(parent=top) for top in tops]
    for group in (*tops, *inner):
        town.project(within=group)
    town.close()
    return tops


def test_what_is_under_a_group_is_listed_and_nothing_beside_it(
    registry: Registry, tree: list[Namespace]
) -> None:
    window, at = Window(limit=100), utc_now()
    with registry.database.read() as conn:
        for top in tree:
            wanted = groups.Filter(under=top, nested=True)
            inner = groups.list_groups(conn, ROOT, wanted, window, at=at).items
            within = projects.Filter(under=top, nested=True)
            held = projects.list_projects(conn, ROOT, within, window, at=at).items

            assert [group.parent_id for group in inner] == [top.id]
            assert {project.namespace_id for project in held} == {top.id, inner[0].id}


def plan(conn: Connection, statement: Select[tuple[int]]) -> list[str]:
    """How SQLite goes about a query."""
    text = statement.compile(
        dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
    ).string
    return [row.detail for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]


def test_everything_under_a_group_is_searched_for_in_an_index(registry: Registry) -> None:
    statement = select(namespaces.c.id).where(is_under(namespaces.c.lineage, "/1/4/"))

    with registry.database.read() as conn:
        assert plan(conn, statement) == [SEARCHED]


def test_everything_that_somebody_has_a_role_in_is_searched_for_in_an_index(
    registry: Registry,
) -> None:
    statement = memberships.namespaces_of(1, utc_now(), least=Role.GUEST)

    with registry.database.read() as conn:
        assert SEARCHED.replace("SEARCH namespaces", "SEARCH below") in plan(conn, statement)
