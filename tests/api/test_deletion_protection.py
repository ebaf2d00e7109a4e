"""Deleting of a protected package through REST: whom the rule lets, and who is told how."""

import pytest

from tests.actors import Actor, Installation
from tests.builders import wheel
from wheelyard.access import Role
from wheelyard.projects import Project
from wheelyard.protection import Level

REFUSED = (403, {"message": "403 Forbidden - Package is deletion protected."})
OWNER, ADMIN = Level.OWNER, Level.ADMIN


@pytest.fixture
def package(town: Installation, root: Actor, developer: Actor, project: Project) -> int:
    """The id of a package with one file."""
    del town
    assert developer.publish(project, wheel("My_Pkg")).status_code == 201
    found: int = root.api("GET", f"/projects/{project.id}/packages").json()[0]["id"]
    return found


def caller(town: Installation, project: Project, role: Role | None) -> Actor:
    return town.administrator() if role is None else town.caller(project, role)


@pytest.mark.parametrize("what", ["package", "file"])
@pytest.mark.parametrize(
    ("level", "role", "is_allowed"),
    [
        (OWNER, Role.MAINTAINER, False),
        (OWNER, Role.OWNER, True),
        (OWNER, None, True),
        (ADMIN, Role.OWNER, False),
        (ADMIN, None, True),
    ],
)
def test_the_table_of_levels(
    town: Installation,
    project: Project,
    package: int,
    level: Level,
    role: Role | None,
    *,
    is_allowed: bool,
    what: str,
) -> None:
    town.protect(project, "my-*", delete=level)
    path = f"/projects/{project.id}/packages/{package}"

    with caller(town, project, role) as who:
        if what == "file":
            path += f"/package_files/{who.api('GET', f'{path}/package_files').json()[0]['id']}"
        answer = who.api("DELETE", path)
        left = who.api("GET", f"/projects/{project.id}/packages").json()

    if is_allowed:
        assert (answer.status_code, left) == (204, [])
    else:
        assert (answer.status_code, answer.json()) == REFUSED
        assert len(left) == 1


def test_who_may_not_delete_at_all_is_told_that_and_nothing_of_the_rule(
    town: Installation, project: Project, package: int
) -> None:
    town.protect(project, "*", delete=OWNER)

    with town.caller(project, Role.DEVELOPER) as developer:
        answer = developer.api("DELETE", f"/projects/{project.id}/packages/{package}")

    assert (answer.status_code, answer.json()) == (403, {"message": "403 Forbidden"})


@pytest.mark.parametrize(("role", "is_told"), [(Role.MAINTAINER, False), (Role.OWNER, True)])
def test_the_address_for_deleting_is_shown_to_whom_it_would_serve(
    town: Installation, project: Project, package: int, role: Role, *, is_told: bool
) -> None:
    town.protect(project, "my-pkg", delete=OWNER)
    path = f"/projects/{project.id}/packages"

    with town.caller(project, role) as who:
        shown = [*who.api("GET", path).json(), who.api("GET", f"{path}/{package}").json()]

    assert ["delete_api_path" in body["_links"] for body in shown] == [is_told, is_told]


def test_a_rule_about_publishing_lets_maintainers_delete(
    town: Installation, project: Project, package: int
) -> None:
    town.protect(project, "my-pkg", push=ADMIN)

    with town.caller(project, Role.MAINTAINER) as maintainer:
        answer = maintainer.api("DELETE", f"/projects/{project.id}/packages/{package}")

    assert answer.status_code == 204
