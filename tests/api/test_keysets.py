"""Keyset paging, in GitLab's parameters and headers."""

import base64
import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests import library
from tests.actors import Actor, Installation
from tests.api.conftest import Connect
from tests.builders import wheel
from wheelyard.access import Role
from wheelyard.registry import utc_now

COUNTING = ("x-total", "x-total-pages", "x-page", "x-per-page", "x-next-page", "x-prev-page")
UNAVAILABLE = (
    405,
    {"error": "Keyset pagination is not yet available for this type of request"},
)


def follow(root: Actor, path: str, **params: Any) -> Iterator[list[dict[str, Any]]]:
    """The pages to which the links lead."""
    answer = root.api("GET", path, pagination="keyset", **params)
    while True:
        assert answer.status_code == 200, answer.text
        yield answer.json()
        if "link" not in answer.headers:
            return
        (to,) = re.findall(r'\A<([^>]+)>; rel="next"\Z', answer.headers["link"])
        answer = root.http.get(to)


@pytest.mark.parametrize("sort", ["asc", "desc"])
@pytest.mark.parametrize("order_by", ["id", "name", "username"])
def test_users_can_be_walked(root: Actor, town: Installation, order_by: str, sort: str) -> None:
    made = [town.user() for _ in range(5)]

    pages = list(follow(root, "/users", order_by=order_by, sort=sort, per_page=2, search="user"))

    walked = [user["id"] for user in itertools.chain(*pages)]
    whole = root.api(
        "GET", "/users", order_by=order_by, sort=sort, per_page=100, search="user"
    ).json()
    assert walked[:100] == [user["id"] for user in whole]
    assert {user.id for user in made} <= set(walked)
    assert {len(page) for page in pages[:-1]} == {2}


def test_the_real_python_gitlab_walks_on(connect: Connect, town: Installation) -> None:
    made = [town.user() for _ in range(5)]
    script = connect(made[0])

    walked = script.users.list(
        iterator=True, pagination="keyset", order_by="id", sort="desc", per_page=2
    )

    ids = [user.id for user in itertools.islice(walked, 5)]
    assert ids == [user.id for user in reversed(made)]


def test_nothing_is_counted_and_the_link_leads_on_alone(root: Actor, town: Installation) -> None:
    for _ in range(2):
        town.user()

    answer = root.api(
        "GET", "/users", pagination="keyset", order_by="name", sort="asc", per_page=1, search="e"
    )

    assert [name for name in COUNTING if name in answer.headers] == []
    start = f"{town.url}/api/v4/users?pagination=keyset&order_by=name&sort=asc&search=e&cursor="
    link = answer.headers["link"]
    assert link.startswith(f"<{start}")
    assert link.endswith('&per_page=1>; rel="next"')


def test_a_link_holds_no_token(town: Installation) -> None:
    town.user()
    secret = town.token(town.user()).secret
    with town.anonymous() as caller:
        answer = caller.api("GET", "/users", private_token=secret, pagination="keyset", per_page=1)

    assert "cursor=" in answer.headers["link"]
    assert secret not in answer.headers["link"]


@pytest.mark.parametrize("sort", ["asc", "desc"])
def test_projects_are_walked_by_their_ids(root: Actor, town: Installation, sort: str) -> None:
    group = town.group()
    made = [town.project(within=group).id for _ in range(5)]
    path, params = f"/groups/{group.id}/projects", {"order_by": "id", "sort": sort, "per_page": 2}

    pages = list(follow(root, path, **params))
    first = root.api("GET", path, pagination="keyset", **params)

    ids = [[project["id"] for project in page] for page in pages]
    in_order = made if sort == "asc" else made[::-1]
    assert ids == [in_order[:2], in_order[2:4], in_order[4:]]
    name = "id_after" if sort == "asc" else "id_before"
    assert first.headers["link"] == (
        f"<{town.url}/api/v4{path}?pagination=keyset&order_by=id&sort={sort}"
        f'&{name}={in_order[1]}&per_page=2>; rel="next"'
    )


def test_ids_narrow_a_list_of_projects_in_either_way(root: Actor, town: Installation) -> None:
    group = town.group()
    made = [town.project(within=group).id for _ in range(4)]

    shown = root.api(
        "GET", f"/groups/{group.id}/projects", id_after=made[0], id_before=made[3], order_by="id"
    )

    assert [project["id"] for project in shown.json()] == [made[2], made[1]]
    assert shown.headers["x-total"] == "2"


def test_python_gitlab_walks_all_projects(connect: Connect, town: Installation) -> None:
    group = town.group()
    user = town.join(town.user(), group, Role.GUEST)
    made = [town.project(within=group).id for _ in range(5)]

    walked = connect(user).projects.list(
        iterator=True, pagination="keyset", order_by="id", sort="asc", per_page=2, membership=True
    )

    assert [project.id for project in walked] == made


@pytest.mark.parametrize("path", ["/groups", "/groups/{group}/subgroups"])
def test_groups_are_walked_by_name(root: Actor, town: Installation, path: str) -> None:
    parent = town.group()
    made = [town.group(parent=parent).id for _ in range(3)]

    pages = list(follow(root, path.format(group=parent.id), per_page=2))

    walked = [group["id"] for group in itertools.chain(*pages)]
    assert set(made) <= set(walked)
    assert len(walked) == len(set(walked))
    if "subgroups" in path:
        assert walked == made


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/users", {"order_by": "created_at", "sort": "asc"}),
        ("/projects", {}),
        ("/projects", {"order_by": "name"}),
    ],
)
def test_an_order_that_cannot_be_walked_is_refused(
    root: Actor, path: str, params: dict[str, Any]
) -> None:
    answer = root.api("GET", path, pagination="keyset", **params)

    assert (answer.status_code, answer.json()) == UNAVAILABLE


@pytest.mark.parametrize("pagination", ["", "legacy", "offset"])
def test_any_other_way_is_that_of_page_numbers(root: Actor, pagination: str) -> None:
    answer = root.api("GET", "/users", pagination=pagination, order_by="created_at")

    assert answer.status_code == 200
    assert answer.headers["x-page"] == "1"


@pytest.mark.parametrize(
    "named",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"id":"26"}',
        b'{"id":true}',
        b'{"id":-1}',
        b'{"id":9223372036854775808}',
        b'{"id":1e400}',
        b'{"name":"x"}',
    ],
)
def test_a_cursor_that_was_never_given_is_refused(root: Actor, named: bytes) -> None:
    cursor = base64.urlsafe_b64encode(named).decode() or "!"

    answer = root.api("GET", "/users", pagination="keyset", cursor=cursor)

    assert (answer.status_code, answer.json()) == (400, {"error": "cursor is invalid"})


@pytest.mark.parametrize("name", ['"\\ud800"', '"\\u0000"', "5", '["a"]', f'"{"a" * 1400}"'])
def test_a_cursor_with_any_text_breaks_nothing(root: Actor, name: str) -> None:
    cursor = base64.urlsafe_b64encode(f'{{"name":{name},"id":1}}'.encode()).decode()

    answer = root.api("GET", "/users", pagination="keyset", order_by="name", cursor=cursor)

    assert answer.status_code in {200, 400}


def test_a_cursor_of_another_order_is_refused(root: Actor, town: Installation) -> None:
    town.user()
    first = root.api("GET", "/users", pagination="keyset", order_by="id", per_page=1)
    (cursor,) = re.findall(r"cursor=([^&>]+)", first.headers["link"])

    answer = root.api("GET", "/users", pagination="keyset", order_by="name", cursor=cursor)

    assert (answer.status_code, answer.json()) == (400, {"error": "cursor is invalid"})


@pytest.mark.parametrize("sort", ["asc", "desc"])
@pytest.mark.parametrize("order_by", ["created_at", "name", "version", "type", "project_path"])
@pytest.mark.parametrize("sought", ["", "pkg"])
def test_packages_of_a_project_and_of_a_group_are_walked_in_every_order(
    root: Actor, town: Installation, order_by: str, sort: str, sought: str
) -> None:
    group = town.group()
    first, second = town.project(within=group), town.project(within=group)
    with town.database.write() as conn:
        for project in (second, first, second):
            for name, version in (("pkg-b", "1.0"), ("pkg-a", "2.0"), ("pkg-c", "1.0")):
                dist = wheel(name, version if project is first else f"{version}.1")
                library.publish(conn, project, dist, utc_now())
    params = {"order_by": order_by, "sort": sort, "package_name": sought}
    paths = [f"/groups/{group.id}/packages"]
    if order_by != "project_path":
        paths.append(f"/projects/{second.id}/packages")

    for path in paths:
        whole = root.api("GET", path, **params).json()
        for per_page in (1, 2, 4):
            pages = list(follow(root, path, per_page=per_page, **params))
            assert list(itertools.chain(*pages)) == whole
            assert {len(page) for page in pages[:-1]} <= {per_page}


@pytest.mark.parametrize("moment", ["yesterday", "2026-01-01T00:00:00", "9999-99-99T00:00:00Z", ""])
def test_a_moment_that_is_none_is_no_cursor(root: Actor, town: Installation, moment: str) -> None:
    named = f'{{"created_at":"{moment}","id":1}}'.encode()
    cursor = base64.urlsafe_b64encode(named).decode()
    path = f"/projects/{town.project().id}/packages"

    answer = root.api("GET", path, pagination="keyset", cursor=cursor)

    assert (answer.status_code, answer.json()) == (400, {"error": "cursor is invalid"})
