"""The journal names every group and project that a deletion takes along."""

from sqlalchemy import Connection, select

from tests.actors import Installation
from wheelyard import groups, journal, namespaces, projects, users
from wheelyard.database.schema import journal as table
from wheelyard.journal import OPERATOR
from wheelyard.projects import NewProject
from wheelyard.registry import Registry, utc_now

Told = tuple[str, int | None, int | None, int | None]


def told_since(conn: Connection, serial: int) -> list[Told]:
    """Action, project, namespace and user of what came after a serial."""
    columns = (table.c.action, table.c.project_id, table.c.namespace_id, table.c.user_id)
    rows = conn.execute(select(*columns).where(table.c.serial > serial).order_by(table.c.serial))
    return [(row.action, row.project_id, row.namespace_id, row.user_id) for row in rows]


def test_a_group_goes_with_everything_under_it(registry: Registry) -> None:
    town = Installation(registry.settings.data)
    outer = town.group()
    inner = town.group(parent=outer)
    held, deep, beside = town.project(within=outer), town.project(within=inner), town.project()
    town.close()
    with registry.database.write() as conn:
        before = journal.last_serial(conn)

        groups.remove(conn, outer, by=OPERATOR, at=utc_now())

        assert told_since(conn, before) == [
            ("project.deleted", held.id, None, None),
            ("project.deleted", deep.id, None, None),
            ("group.deleted", None, inner.id, None),
            ("group.deleted", None, outer.id, None),
        ]
        assert projects.find_by_id(conn, deep.id) is None
        assert projects.find_by_id(conn, beside.id) is not None


def test_a_user_goes_with_their_own_projects(registry: Registry) -> None:
    town = Installation(registry.settings.data)
    user, elsewhere = town.user(), town.project()
    town.close()
    with registry.database.write() as conn:
        own = namespaces.find_own(conn, user.id)
        assert own is not None
        new = NewProject("tools", "tools")
        project = projects.create(conn, new, own, by=OPERATOR, at=utc_now())
        before = journal.last_serial(conn)

        users.remove(conn, user, by=OPERATOR, at=utc_now())

        assert told_since(conn, before) == [
            ("project.deleted", project.id, None, None),
            ("user.deleted", None, None, user.id),
        ]
        assert projects.find_by_id(conn, elsewhere.id) is not None
