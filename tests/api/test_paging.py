"""Pages of a list, in GitLab's headers."""

import re
from typing import Any

import pytest

from tests.actors import Actor, Installation
from tests.api.conftest import Connect
from wheelyard.access import Role, Visibility
from wheelyard.database.paging import Page
from wheelyard.namespaces import Namespace
from wheelyard.web.api.paging import Position

NAMES = ("x-total", "x-total-pages", "x-page", "x-per-page", "x-next-page", "x-prev-page")


@pytest.fixture(scope="module")
def five(town: Installation) -> Namespace:
    """A public group of five public projects."""
    group = town.group(visibility=Visibility.PUBLIC)
    for _ in range(5):
        town.project(within=group, visibility=Visibility.PUBLIC)
    return group


def links(header: str) -> dict[str, str]:
    return {rel: url for url, rel in re.findall(r'<([^>]+)>; rel="(\w+)"', header)}


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("1", ("5", "3", "1", "2", "2", "")),
        ("2", ("5", "3", "2", "2", "3", "1")),
        ("3", ("5", "3", "3", "2", "", "2")),
        ("4", ("5", "3", "4", "2", "", "3")),
        ("9", ("5", "3", "9", "2", "", "")),
    ],
)
def test_the_headers_say_where_a_page_stands(
    root: Actor, five: Namespace, page: str, expected: tuple[str, ...]
) -> None:
    answer = root.api("GET", f"/groups/{five.id}/projects", page=page, per_page=2)

    assert tuple(answer.headers[name] for name in NAMES) == expected


def test_the_links_lead_from_page_to_page_and_keep_the_question(
    root: Actor, town: Installation, five: Namespace
) -> None:
    answer = root.api("GET", f"/groups/{five.id}/projects", page=2, per_page=2, order_by="id")

    url = f"{town.url}/api/v4/groups/{five.id}/projects?order_by=id"
    assert links(answer.headers["link"]) == {
        "prev": f"{url}&page=1&per_page=2",
        "next": f"{url}&page=3&per_page=2",
        "first": f"{url}&page=1&per_page=2",
        "last": f"{url}&page=3&per_page=2",
    }


def test_a_link_holds_no_token(town: Installation, five: Namespace) -> None:
    secret = town.token(town.user()).secret
    with town.anonymous() as caller:
        answer = caller.api("GET", f"/groups/{five.id}/projects", private_token=secret, per_page=2)

    assert answer.status_code == 200
    assert secret not in answer.headers["link"]
    assert "private_token" not in answer.headers["link"]


def test_an_iterator_walks_all_pages(connect: Connect, town: Installation, five: Namespace) -> None:
    group = connect(town.user()).groups.get(five.id)

    walked = group.projects.list(iterator=True, per_page=2, order_by="id", sort="asc")

    ids = [project.id for project in walked]
    assert len(ids) == 5
    assert ids == sorted(set(ids))


def test_everything_can_be_asked_for_at_once(connect: Connect, town: Installation) -> None:
    project = town.project()
    owner = town.join(town.user(), project, Role.OWNER)
    for _ in range(24):
        town.join(town.user(), project, Role.GUEST)

    members = connect(owner).projects.get(project.id).members

    assert len(members.list(get_all=True)) == 25
    assert len(members.list(page=2, get_all=False)) == 5


def test_a_list_that_is_put_together_from_above_has_pages_too(
    root: Actor, town: Installation
) -> None:
    group = town.group()
    project = town.project(within=group)
    people = [town.join(town.user(), place, Role.GUEST) for place in (group, project, group)]

    answer = root.api("GET", f"/projects/{project.id}/members/all", page=2, per_page=2)

    assert [body["id"] for body in answer.json()] == [people[2].id]
    assert tuple(answer.headers[name] for name in NAMES) == ("3", "2", "2", "2", "", "1")


def test_there_are_twenty_to_a_page_and_never_more_than_a_hundred(root: Actor) -> None:
    sizes = [
        root.api("GET", "/users", **sent).headers["x-per-page"]
        for sent in ({}, {"per_page": 100}, {"per_page": 1000})
    ]

    assert sizes == ["20", "100", "100"]


def test_an_empty_list_has_one_page(root: Actor) -> None:
    answer = root.api("GET", "/projects", search="nothing-is-called-this")

    assert answer.json() == []
    assert tuple(answer.headers[name] for name in NAMES) == ("0", "1", "1", "20", "", "")


@pytest.mark.parametrize(("total", "is_told"), [(10_000, True), (10_001, False)])
def test_of_a_very_long_list_nothing_is_said_about_its_length(total: int, *, is_told: bool) -> None:
    page: Page[object] = Page(items=[], total=total)

    told = dict(Position(page=2, per_page=100).headers(page, url="/list", query=b""))

    assert [name in told for name in (b"x-total", b"x-total-pages")] == [is_told, is_told]
    assert (told[b"x-page"], told[b"x-next-page"], told[b"x-prev-page"]) == (b"2", b"3", b"1")
    relations = set(links(told[b"link"].decode()))
    assert relations == {"first", "prev", "next"} | ({"last"} if is_told else set())


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"page": "0"}, "page is invalid"),
        ({"page": "-1"}, "page is invalid"),
        ({"page": "two"}, "page is invalid"),
        ({"page": "9" * 30}, "page is invalid"),
        ({"per_page": "0"}, "per_page is invalid"),
        ({"page": "x", "per_page": "y"}, "page is invalid, per_page is invalid"),
    ],
)
def test_a_page_that_cannot_be_is_refused(root: Actor, sent: dict[str, Any], error: str) -> None:
    answer = root.api("GET", "/projects", **sent)

    assert (answer.status_code, answer.json()) == (400, {"error": error})
