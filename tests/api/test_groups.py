"""Groups: what is made, shown, changed, deleted and listed."""

from typing import Any

import pytest
from gitlab import Gitlab

from tests.actors import Actor, Installation
from tests.api.conftest import Connect
from wheelyard.access import Role, Visibility
from wheelyard.namespaces import Namespace


def test_a_group_is_shown_as_on_gitlab(town: Installation) -> None:
    outer = town.group(visibility=Visibility.PUBLIC)
    group = town.group(parent=outer, visibility=Visibility.PUBLIC)
    with town.anonymous() as anonymous:
        body = anonymous.api("GET", f"/groups/{outer.path}%2F{group.path.upper()}").json()

    assert body == {
        "id": group.id,
        "web_url": f"{town.url}/groups/{outer.path}/{group.path}",
        "name": group.name,
        "path": group.path,
        "description": "",
        "visibility": "public",
        "avatar_url": None,
        "full_name": f"{outer.name} / {group.name}",
        "full_path": f"{outer.path}/{group.path}",
        "created_at": body["created_at"],
        "parent_id": outer.id,
    }


def test_who_makes_a_group_owns_it(connect: Connect, town: Installation) -> None:
    user = town.user()

    group = connect(user).groups.create({"name": "Made", "path": "made-by-somebody"})

    assert (group.visibility, group.parent_id) == ("private", None)
    members = group.members.list(get_all=True)
    assert [(member.id, member.access_level) for member in members] == [(user.id, 50)]


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.NONE, 404), (Role.DEVELOPER, 403), (Role.MAINTAINER, 201), (Role.OWNER, 201)],
)
def test_maintainers_make_subgroups_of_a_private_group(
    town: Installation, role: Role, status: int
) -> None:
    parent, user = town.group(), town.user()
    if role:
        town.join(user, parent, role)

    with town.calling(town.token(user)) as caller:
        answer = caller.api("POST", "/groups", name="Sub", path="sub", parent_id=parent.id)

    assert answer.status_code == status


def test_groups_nest_twenty_deep_and_no_deeper(root: Actor, town: Installation) -> None:
    group = town.group()
    for _ in range(19):
        group = town.group(parent=group)

    answer = root.api("POST", "/groups", name="Deep", path="deep", parent_id=group.id)

    assert (answer.status_code, answer.json()) == (
        400,
        {"message": {"parent_id": ["has 20 levels of groups already"]}},
    )


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        ({}, {"error": "name is missing, path is missing"}),
        ({"name": "", "path": "x"}, {"error": "name is empty"}),
        (
            {"name": "x", "path": "x", "visibility": "open"},
            {"error": "visibility does not have a valid value"},
        ),
        (
            {"name": "x", "path": "admin"},
            {"message": {"path": ["admin is a reserved name"]}},
        ),
    ],
)
def test_a_group_that_cannot_be_is_refused(
    root: Actor, sent: dict[str, str], body: dict[str, Any]
) -> None:
    answer = root.api("POST", "/groups", **sent)

    assert (answer.status_code, answer.json()) == (400, body)


def test_a_path_is_taken_by_users_too(root: Actor, town: Installation) -> None:
    user = town.user()

    answer = root.api("POST", "/groups", name="x", path=user.username.upper())

    assert (answer.status_code, answer.json()) == (
        400,
        {"message": {"path": ["has already been taken"]}},
    )


def test_what_is_in_a_group_follows_its_new_path(connect: Connect, town: Installation) -> None:
    outer = town.group(visibility=Visibility.PUBLIC)
    inner = town.group(parent=outer)
    project = town.project(within=inner)
    script = connect(town.join(town.user(), outer, Role.OWNER))
    group = script.groups.get(outer.id)
    group.path = f"new-{outer.path}"
    group.name = "New name"
    group.description = "Moved"

    group.save()

    assert script.projects.get(f"new-{outer.path}/{inner.path}/{project.path}").id == project.id
    shown = script.groups.get(inner.id)
    assert shown.full_name == f"New name / {inner.name}"


def test_a_group_is_not_less_visible_than_what_it_holds(root: Actor, town: Installation) -> None:
    group = town.group(visibility=Visibility.PUBLIC)
    project = town.project(within=group, visibility=Visibility.INTERNAL)

    answer = root.api("PUT", f"/groups/{group.id}", visibility="private")

    assert (answer.status_code, answer.json()) == (
        400,
        {
            "message": {
                "visibility_level": [
                    f"private is not allowed since {project.full_path} is more visible"
                ]
            }
        },
    )
    assert root.api("PUT", f"/groups/{group.id}", visibility="internal").status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_maintainer_neither_edits_nor_deletes_a_group(town: Installation, method: str) -> None:
    group = town.group()
    maintainer = town.join(town.user(), group, Role.MAINTAINER)

    with town.calling(town.token(maintainer)) as caller:
        answer = caller.api(method, f"/groups/{group.id}", name="Mine")

    assert (answer.status_code, answer.json()) == (403, {"message": "403 Forbidden"})


def test_a_group_is_deleted_with_everything_in_it(root: Actor, town: Installation) -> None:
    outer = town.group()
    inner = town.group(parent=outer)
    project = town.project(within=inner)

    answer = root.api("DELETE", f"/groups/{outer.id}")

    assert (answer.status_code, answer.json()) == (202, {"message": "202 Accepted"})
    assert root.api("GET", f"/groups/{inner.id}").json() == {"message": "404 Group Not Found"}
    assert root.api("GET", f"/projects/{project.id}").status_code == 404


def test_a_users_own_namespace_is_no_group(root: Actor, town: Installation) -> None:
    user = town.user()

    answer = root.api("GET", f"/groups/{user.username}")

    assert (answer.status_code, answer.json()) == (404, {"message": "404 Group Not Found"})


class Family:
    """A public group with a public, an internal and a private child, and one below that."""

    def __init__(self, town: Installation) -> None:
        self.outer = town.group(visibility=Visibility.PUBLIC)
        self.public = town.group(parent=self.outer, visibility=Visibility.PUBLIC)
        self.internal = town.group(parent=self.outer, visibility=Visibility.INTERNAL)
        self.private = town.group(parent=self.outer)
        self.deep = town.group(parent=self.private)


@pytest.fixture
def family(town: Installation) -> Family:
    return Family(town)


def ids(groups: Any) -> set[int]:
    return {group.id for group in groups}


def test_children_and_descendants_are_those_one_may_see(
    connect: Connect, town: Installation, family: Family
) -> None:
    stranger = connect(town.user()).groups.get(family.outer.id)
    member = connect(town.join(town.user(), family.outer, Role.GUEST)).groups.get(family.outer.id)

    assert ids(stranger.subgroups.list(get_all=True)) == {family.public.id, family.internal.id}
    assert ids(member.subgroups.list(get_all=True)) == {
        family.public.id,
        family.internal.id,
        family.private.id,
    }
    assert ids(member.descendant_groups.list(get_all=True)) == {
        family.public.id,
        family.internal.id,
        family.private.id,
        family.deep.id,
    }


def test_a_users_list_is_their_own_groups_unless_all_are_asked_for(
    connect: Connect, town: Installation, family: Family
) -> None:
    user = town.join(town.user(), family.private, Role.DEVELOPER)
    groups = connect(user).groups

    assert ids(groups.list(get_all=True)) == {family.private.id, family.deep.id}
    everything = ids(groups.list(get_all=True, all_available=True))
    assert {family.outer.id, family.public.id, family.internal.id, family.private.id} <= everything


def test_the_administrators_list_is_everything(admin: Gitlab, family: Family) -> None:
    listed = ids(admin.groups.list(get_all=True))

    assert {family.outer.id, family.private.id, family.deep.id} <= listed


def test_anonymous_callers_list_what_is_public(town: Installation, family: Family) -> None:
    with town.anonymous() as anonymous:
        listed = anonymous.api("GET", "/groups", search=family.outer.path, per_page=100).json()
        inside = anonymous.api("GET", f"/groups/{family.outer.id}/descendant_groups").json()

    assert family.outer.id in {body["id"] for body in listed}
    assert {body["id"] for body in inside} == {family.public.id}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"owned": True}, {"outer", "public", "internal", "private", "deep"}),
        ({"top_level_only": True}, {"outer"}),
        ({"visibility": "internal"}, {"internal"}),
        ({"min_access_level": 50}, {"outer", "public", "internal", "private", "deep"}),
        ({"owned": True, "top_level_only": True, "visibility": "private"}, set()),
    ],
)
def test_lists_can_be_narrowed(
    connect: Connect,
    town: Installation,
    family: Family,
    wanted: dict[str, Any],
    expected: set[str],
) -> None:
    user = town.join(town.user(), family.outer, Role.OWNER)
    elsewhere = town.group()
    town.join(user, elsewhere, Role.DEVELOPER)

    listed = ids(connect(user).groups.list(get_all=True, **wanted)) - {elsewhere.id}

    assert listed == {vars(family)[name].id for name in expected}


def test_lists_have_an_order(connect: Connect, town: Installation) -> None:
    groups = connect(town.user("orderly")).groups
    for path in ("orderly-b", "orderly-C", "orderly-a"):
        groups.create({"name": path, "path": path})

    def listed(**order: Any) -> list[str]:
        return [group.path[-1] for group in groups.list(get_all=True, search="ORDERLY-", **order)]

    assert listed() == ["a", "b", "C"]
    assert listed(sort="desc") == ["C", "b", "a"]
    assert listed(order_by="id") == ["b", "C", "a"]


def test_a_groups_projects_are_those_one_may_see(
    connect: Connect, town: Installation, family: Family
) -> None:
    def made(within: Namespace, visibility: Visibility) -> int:
        return town.project(within=within, visibility=visibility).id

    here, hidden = made(family.outer, Visibility.PUBLIC), made(family.outer, Visibility.PRIVATE)
    below = made(family.public, Visibility.PUBLIC)
    deep = made(family.deep, Visibility.PRIVATE)
    stranger = connect(town.user()).groups.get(family.outer.id)
    member = connect(town.join(town.user(), family.outer, Role.GUEST)).groups.get(family.outer.id)

    assert ids(stranger.projects.list(get_all=True)) == {here}
    assert ids(stranger.projects.list(get_all=True, include_subgroups=True)) == {here, below}
    assert ids(member.projects.list(get_all=True, include_subgroups=True)) == {
        here,
        hidden,
        below,
        deep,
    }
