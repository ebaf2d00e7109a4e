"""Groups through python-gitlab's own objects."""

import pytest
from gitlab import GitlabGetError

from tests.actors import Installation
from tests.api.conftest import Connect


def test_a_group_is_made_found_changed_and_deleted(connect: Connect, town: Installation) -> None:
    user = town.user()
    script = connect(user)
    path = f"{user.username}-tools"

    made = script.groups.create({"name": "Tools", "path": path, "visibility": "internal"})
    found = script.groups.get(path)
    found.description = "What we use"
    found.save()
    script.groups.update(made.id, {"name": "Better tools"})
    again = script.groups.get(made.id)
    found.delete()

    assert found.id == made.id
    assert (again.name, again.visibility) == ("Better tools", "internal")
    assert again.description == "What we use"
    with pytest.raises(GitlabGetError) as refused:
        script.groups.get(made.id)
    assert refused.value.response_code == 404


def test_the_groups_below_are_listed(connect: Connect, town: Installation) -> None:
    user = town.user()
    script = connect(user)
    top = script.groups.create({"name": "top", "path": f"{user.username}-top"})
    child = script.groups.create({"name": "child", "path": "child", "parent_id": top.id})
    grandchild = script.groups.create({"name": "leaf", "path": "leaf", "parent_id": child.id})

    assert [group.id for group in top.subgroups.list(get_all=True)] == [child.id]
    below = top.descendant_groups.list(order_by="id", get_all=True)
    assert [group.id for group in below] == [child.id, grandchild.id]
    assert script.groups.get(f"{top.full_path}/child/leaf").id == grandchild.id


def test_groups_are_listed_and_narrowed(connect: Connect, town: Installation) -> None:
    user = town.user()
    script = connect(user)
    top = script.groups.create({"name": "top", "path": f"{user.username}-top"})
    script.groups.create({"name": "child", "path": "child", "parent_id": top.id})

    def names(**asked: object) -> list[str]:
        return [group.name for group in script.groups.list(iterator=True, **asked)]

    assert names(owned=True, order_by="name", sort="desc") == ["top", "child"]
    assert names(owned=True, top_level_only=True) == ["top"]
    assert names(owned=True, search="chi") == ["child"]
