"""A list that is cut says how many it leaves out."""

from tests.actors import Installation
from tests.pages.visitor import Visitor, text_of
from wheelyard import groups
from wheelyard.groups import NewGroup
from wheelyard.journal import OPERATOR
from wheelyard.registry import utc_now
from wheelyard.users import User


def test_subgroups_memberships_and_what_is_found_are_counted(
    town: Installation, user: User, administrator: Visitor
) -> None:
    parent = town.group()
    with town.database.write() as conn:
        for number in range(202):
            new = NewGroup(f"Crowded {number}", f"crowded{number}")
            groups.create(conn, new, parent, owner=user, by=OPERATOR, at=utc_now())

    home = text_of(administrator.get(f"/{parent.full_path}").text)
    found = text_of(administrator.get("/search", q="crowded").text)
    account = text_of(administrator.get(f"/admin/users/{user.id}").text)

    assert "And 102 more. The filter above finds them by name." in home
    assert "And 152 more. Write more of the name to see them." in found
    assert "And 2 more." in account


def test_the_group_that_an_address_names_can_be_chosen_however_many_there_are(
    town: Installation, user: User, visitor: Visitor
) -> None:
    parent = town.group()
    with town.database.write() as conn:
        made = [
            groups.create(conn, new, parent, owner=user, by=OPERATOR, at=utc_now())
            for new in (NewGroup(f"Full {n:03}", f"full{n:03}") for n in range(201))
        ]

    for path, name in (("/projects/new", "namespace_id"), ("/groups/new", "parent_id")):
        plain = visitor.get(path).text
        chosen = visitor.get(path, **{name: str(made[-1].id)}).text

        assert made[-1].full_path not in plain
        assert "Only the first 200 are listed" in text_of(plain)
        assert f'<option value="{made[-1].id}" selected>' in chosen
