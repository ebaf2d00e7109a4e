"""Everybody with a role in a place is listed once, in order, however the list is cut into pages."""

import pytest

from tests.actors import Installation
from wheelyard import namespaces, roster
from wheelyard.access import Role
from wheelyard.database.paging import Window
from wheelyard.registry import Registry, utc_now

BY_ROLE = ["zoe OWNER", "abe MAINTAINER direct", "Bob GUEST direct", "cat GUEST"]
BY_AGE = ["zoe OWNER", "cat GUEST", "abe MAINTAINER direct", "Bob GUEST direct"]


@pytest.mark.parametrize(("oldest_first", "names"), [(False, BY_ROLE), (True, BY_AGE)])
@pytest.mark.parametrize("limit", [1, 2, 3, 9])
def test_pages_of_any_size_make_up_the_whole(
    registry: Registry, limit: int, names: list[str], *, oldest_first: bool
) -> None:
    town = Installation(registry.settings.data)
    abe, bob, cat, zoe = (town.user(name) for name in ("abe", "Bob", "cat", "zoe"))
    above = town.group()
    place = town.group(parent=above)
    for user, where, role in (
        (zoe, above, Role.OWNER),
        (cat, above, Role.GUEST),
        (abe, above, Role.REPORTER),
        (abe, place, Role.MAINTAINER),
        (bob, place, Role.GUEST),
    ):
        town.join(user, where, role)
    late = town.user("late")
    town.join(late, place, Role.OWNER, expires_at=utc_now())
    town.close()

    with registry.database.read() as conn:
        pages = [
            roster.list_everybody(
                conn,
                place.subject,
                Window(offset, limit),
                oldest_first=oldest_first,
                at=utc_now(),
            )
            for offset in range(0, 9, limit)
        ]
        assert roster.count_everybody(conn, place.subject, at=utc_now()) == 4
        assert roster.find_anybody(conn, place.subject, late.id, at=utc_now()) is None

    assert {page.total for page in pages} == {4}
    assert [
        f"{item.member.user.username} {item.member.role.name}{' direct' if item.direct else ''}"
        for page in pages
        for item in page.items
    ] == names


def test_the_owner_of_a_namespace_comes_first(registry: Registry) -> None:
    town = Installation(registry.settings.data)
    owner, guest = town.user("yan"), town.user("ann")
    with registry.database.read() as conn:
        own = namespaces.find_own(conn, owner.id)
    project = town.project(within=own)
    town.join(guest, project, Role.GUEST)
    town.close()

    with registry.database.read() as conn:
        found = roster.list_everybody(
            conn, project.subject, Window(), oldest_first=True, at=utc_now()
        )
        searched = roster.list_everybody(conn, project.subject, Window(), search="YA", at=utc_now())

    assert [item.member.user for item in found.items] == [owner, guest]
    assert [item.member.user for item in searched.items] == [owner]
