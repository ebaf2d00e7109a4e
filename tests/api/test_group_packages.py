"""The packages of a group's projects through REST: what the caller may read, in every order."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.actors import Actor, Installation
from tests.api.conftest import Connect
from tests.builders import wheel
from wheelyard.access import RegistryAccess, Role, Visibility
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.protection import Level


@dataclass
class Family:
    """A public group with projects, and one in a subgroup."""

    group: Namespace
    open: Project
    private: Project
    below: Project
    closed: Project


@pytest.fixture
def family(root: Actor, town: Installation) -> Family:
    group = town.group(visibility=Visibility.PUBLIC)
    subgroup = town.group(parent=group, visibility=Visibility.PUBLIC)
    family = Family(
        group,
        open=town.project(within=group, visibility=Visibility.PUBLIC),
        private=town.project(within=group),
        below=town.project(within=subgroup, visibility=Visibility.PUBLIC),
        closed=town.project(
            within=group, visibility=Visibility.PUBLIC, registry=RegistryAccess.PRIVATE
        ),
    )
    del root
    with town.administrator() as admin:
        secret = admin.http.headers["PRIVATE-TOKEN"]
    with town.holding(secret) as uploader:
        for project, name, version in (
            (family.private, "beta", "1.0"),
            (family.open, "alpha", "2.0"),
            (family.below, "alphabet", "0.5"),
            (family.closed, "gamma", "3.0"),
        ):
            assert uploader.publish(project, wheel(name, version)).status_code == 201
    return family


def names(answer: Any) -> list[str]:
    return [package["name"] for package in answer.json()]


def test_an_item_says_which_project_holds_it(
    root: Actor, town: Installation, family: Family
) -> None:
    (shown,) = root.api("GET", f"/groups/{family.group.id}/packages", package_name="beta").json()
    alone = root.api("GET", f"/projects/{family.private.id}/packages").json()[0]

    assert shown == {
        **alone,
        "project_id": family.private.id,
        "project_path": family.private.full_path,
    }
    assert shown["_links"]["delete_api_path"].startswith(town.url)


def test_everybody_is_shown_what_they_may_read(town: Installation, family: Family) -> None:
    member = town.join(town.user(), family.private, Role.GUEST)
    insider = town.join(town.user(), family.group, Role.REPORTER)
    path = f"/groups/{family.group.id}/packages"

    with (
        town.anonymous() as nobody,
        town.calling(town.token(member)) as guest,
        town.calling(town.token(insider, "read_api")) as reporter,
    ):
        shown = [names(who.api("GET", path, order_by="name")) for who in (nobody, guest, reporter)]
        total = nobody.api("GET", path).headers["x-total"]

    assert shown == [
        ["alpha", "alphabet"],
        ["alpha", "alphabet", "beta"],
        ["alpha", "alphabet", "beta", "gamma"],
    ]
    assert total == "2"


def test_a_hidden_group_is_not_there(town: Installation, family: Family) -> None:
    del family
    group = town.group()
    with town.calling(town.token(town.user())) as stranger:
        answer = stranger.api("GET", f"/groups/{group.id}/packages")

    assert (answer.status_code, answer.json()) == (404, {"message": "404 Group Not Found"})


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["beta", "alpha", "alphabet", "gamma"]),
        ({"sort": "desc"}, ["gamma", "alphabet", "alpha", "beta"]),
        ({"order_by": "name"}, ["alpha", "alphabet", "beta", "gamma"]),
        ({"order_by": "version"}, ["alphabet", "beta", "alpha", "gamma"]),
        ({"order_by": "type"}, ["beta", "alpha", "alphabet", "gamma"]),
        ({"exclude_subgroups": True}, ["beta", "alpha", "gamma"]),
        ({"package_name": "alpha"}, ["alpha", "alphabet"]),
        ({"package_name": "alpha", "order_by": "version"}, ["alphabet", "alpha"]),
        ({"package_version": "1.0"}, ["beta"]),
        ({"package_type": "npm"}, []),
        ({"status": "hidden"}, []),
        ({"include_versionless": True, "package_type": "pypi"}, None),
    ],
)
def test_python_gitlab_narrows_and_sorts(
    connect: Connect,
    town: Installation,
    family: Family,
    wanted: dict[str, Any],
    expected: list[str] | None,
) -> None:
    user = town.join(town.user(), family.group, Role.GUEST)
    group = connect(user).groups.get(family.group.id)

    listed = group.packages.list(get_all=True, **wanted)

    if expected is None:
        expected = ["beta", "alpha", "alphabet", "gamma"]
    assert [package.name for package in listed] == expected


@pytest.mark.parametrize("sort", ["asc", "desc"])
def test_the_path_of_the_project_is_an_order(root: Actor, family: Family, sort: str) -> None:
    path = f"/groups/{family.group.id}/packages"

    shown = [
        root.api("GET", path, order_by="project_path", sort=sort, page=page, per_page=2).json()
        for page in (1, 2)
    ]
    found = root.api("GET", path, order_by="project_path", sort=sort, package_name="alpha").json()

    paths = [package["project_path"] for page in shown for package in page]
    assert len(paths) == 4
    assert paths == sorted(paths, reverse=sort == "desc")
    assert [package["name"] for package in found] == (
        ["alphabet", "alpha"]
        if (family.below.full_path < family.open.full_path) is (sort == "asc")
        else ["alpha", "alphabet"]
    )


def test_the_address_for_deleting_is_shown_where_it_would_serve(
    town: Installation, family: Family
) -> None:
    user = town.join(town.user(), family.group, Role.GUEST)
    town.join(user, family.open, Role.MAINTAINER)
    town.join(user, family.private, Role.MAINTAINER)
    town.protect(family.private, "beta", delete=Level.OWNER)

    with town.calling(town.token(user)) as who:
        shown = who.api("GET", f"/groups/{family.group.id}/packages").json()

    told = {package["name"] for package in shown if "delete_api_path" in package["_links"]}
    assert told == {"alpha"}


def test_an_order_of_a_group_is_none_of_a_project(root: Actor, family: Family) -> None:
    answer = root.api("GET", f"/projects/{family.open.id}/packages", order_by="project_path")

    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "order_by does not have a valid value"},
    )
