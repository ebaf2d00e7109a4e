"""Projects are found by id, by path, and in lists."""

from typing import Any
from urllib.parse import quote

import pytest
from gitlab import Gitlab

from tests.actors import Actor, Installation
from tests.api.conftest import Connect
from wheelyard.access import Role, Visibility
from wheelyard.projects import Project


def test_a_project_has_an_id_and_a_path_in_any_case(root: Actor, project: Project) -> None:
    refs = [
        str(project.id),
        quote(project.full_path, safe=""),
        quote(project.full_path.upper(), safe=""),
        quote(project.full_path, safe="").replace("%2F", "%2f"),
    ]

    ids = [root.api("GET", f"/projects/{ref}").json()["id"] for ref in refs]

    assert ids == [project.id] * 4


@pytest.mark.parametrize("ref", ["999999999", "no%2Fsuch", "0", "9" * 40, "%2F", "a%2F"])
def test_a_project_that_is_not_there_is_not_found(root: Actor, ref: str) -> None:
    answer = root.api("GET", f"/projects/{ref}")

    assert (answer.status_code, answer.json()) == (404, {"message": "404 Project Not Found"})


def test_a_hidden_project_looks_like_none(town: Installation, project: Project) -> None:
    with town.anonymous() as anonymous, town.calling(town.token(town.user())) as stranger:
        answers = [who.api("GET", f"/projects/{project.id}") for who in (anonymous, stranger)]

    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (404, {"message": "404 Project Not Found"}),
        (404, {"message": "404 Project Not Found"}),
    ]


def test_lists_can_be_narrowed(admin: Gitlab, connect: Connect, town: Installation) -> None:
    group, user = town.group(visibility=Visibility.PUBLIC), town.user("narrow")
    script = connect(user)
    own = script.projects.create({"path": "narrow-own"}).id
    joined = town.project(within=group)
    town.join(user, joined, Role.DEVELOPER)
    public = town.project(within=group, visibility=Visibility.PUBLIC)
    archived = town.project(within=group, visibility=Visibility.PUBLIC, archived=True)
    hidden = town.project(within=group)

    def listed(**wanted: Any) -> set[int]:
        return {project.id for project in script.projects.list(get_all=True, **wanted)}

    assert {own, joined.id, public.id, archived.id} <= listed()
    assert hidden.id not in listed()
    assert listed(membership=True) == {own, joined.id}
    assert listed(owned=True) == {own}
    assert listed(min_access_level=30) == {own, joined.id}
    assert listed(min_access_level=40) == {own}
    assert listed(search="NARROW-") == {own}
    assert listed(membership=True, visibility="public") == set()
    assert public.id in listed(archived=False, visibility="public")
    assert archived.id not in listed(archived=False)
    assert archived.id in listed(archived=True)
    assert {p.id for p in admin.users.get(user.id).projects.list(get_all=True)} == {own}


def test_a_users_projects_are_found_by_username_too(connect: Connect, town: Installation) -> None:
    user = town.user()
    script = connect(user)
    project = script.projects.create({"path": "tools", "visibility": "public"})

    with town.anonymous() as anonymous:
        listed = anonymous.api("GET", f"/users/{user.username.upper()}/projects").json()

    assert [body["id"] for body in listed] == [project.id]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ({}, ["b", "C", "a"]),
        ({"sort": "asc"}, ["a", "C", "b"]),
        ({"order_by": "name"}, ["C", "b", "a"]),
        ({"order_by": "path", "sort": "asc"}, ["a", "b", "C"]),
        ({"order_by": "id", "sort": "desc"}, ["b", "C", "a"]),
        ({"order_by": "updated_at"}, ["a", "b", "C"]),
        ({"order_by": "last_activity_at", "sort": "asc"}, ["C", "b", "a"]),
    ],
)
def test_lists_have_an_order(
    connect: Connect, town: Installation, order: dict[str, Any], expected: list[str]
) -> None:
    script = connect(town.user())
    made = [script.projects.create({"path": path}) for path in ("a", "C", "b")]
    made[0].description = "changed last"
    made[0].save()

    listed = script.projects.list(owned=True, get_all=True, **order)

    assert [project.path for project in listed] == expected


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("order_by", "stars"),
        ("sort", "up"),
        ("visibility", "hidden"),
        ("min_access_level", "15"),
    ],
)
def test_an_unknown_order_or_filter_is_refused(root: Actor, parameter: str, value: str) -> None:
    answer = root.api("GET", "/projects", **{parameter: value})

    assert (answer.status_code, answer.json()) == (
        400,
        {"error": f"{parameter} does not have a valid value"},
    )
