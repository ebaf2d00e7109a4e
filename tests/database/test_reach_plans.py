"""What a page of many projects costs grows with its package, not with the group or the caller.

Those who hold the name are found first, by an index; only these are asked whether they may be read.
"""

from typing import Any

import pytest

from tests.actors import Installation
from tests.builders import wheel
from tests.database.test_list_plans import statements
from tests.library import publish
from wheelyard import packages, reaching
from wheelyard.access import ANONYMOUS, Principal, Role, TokenKind, Visibility
from wheelyard.index import Grant, key_of
from wheelyard.pypi.names import NormalizedName
from wheelyard.registry import Registry, utc_now

DIST = wheel("sought", "1.0")
NAME = NormalizedName("sought")


@pytest.mark.parametrize("kind", ["anonymous", "user", "admin", "deploy", "job"])
@pytest.mark.parametrize("place", ["group", "instance"])
def test_the_holders_of_a_name_are_found_first(registry: Registry, kind: str, place: str) -> None:
    town = Installation(registry.settings.data)
    group, user = town.group(visibility=Visibility.PUBLIC), town.user()
    project = town.project(within=group, visibility=Visibility.PUBLIC)
    town.join(user, group, Role.DEVELOPER)
    with town.database.write() as conn:
        publish(conn, project, DIST, utc_now())
    town.close()
    principal = {
        "anonymous": ANONYMOUS,
        "user": Principal(user_id=user.id),
        "admin": Principal(user_id=user.id, is_admin=True),
        "deploy": Principal(
            token_kind=TokenKind.DEPLOY,
            reach_namespace_id=group.id,
            scopes=frozenset({"read_package_registry"}),
        ),
        "job": Principal(user_id=user.id, job_project_id=project.id),
    }[kind]
    where = group if place == "group" else None
    grant = Grant(
        principal=principal,
        place=where,
        key=key_of(where),
        reader=(user.id,),
        until=None,
        max_file_bytes=0,
        is_open=False,
    )

    with registry.database.read() as conn, statements(conn) as asked:
        sources = reaching.find_sources(conn, grant, NAME, at=utc_now())
        packages.find_page(conn, sources.within, NAME, sources.since)
        reaching.find_file(conn, grant, DIST.sha256, DIST.filename, at=utc_now())

    plans = [plan_of(registry, *statement) for statement in asked]
    assert len(plans) >= 3
    assert [line for plan in plans for line in plan if "SCAN" in line] == []
    readable = [plan for plan in plans if "LIST SUBQUERY" in " ".join(plan)]
    assert len(readable) == 2
    for plan in readable:
        assert plan[0] == "SEARCH projects USING INTEGER PRIMARY KEY (rowid=?)"
        assert "CORRELATED LIST" not in " ".join(plan)


def plan_of(registry: Registry, statement: str, parameters: Any) -> list[str]:
    """How the database goes about it."""
    with registry.database.read() as conn:
        rows = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [row.detail for row in rows]
