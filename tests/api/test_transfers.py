"""A project moves to another namespace, and with it who may see and change it."""

import pytest
from sqlalchemy import select

from tests.actors import Actor, Installation
from tests.builders import wheel
from wheelyard.access import Role, Visibility
from wheelyard.database.schema import journal
from wheelyard.projects import Project


def transfer(actor: Actor, project: Project, namespace: object) -> tuple[int, object]:
    """Ask for a move; status, and the message of a refusal or the new path."""
    answer = actor.api("PUT", f"/projects/{project.id}/transfer", namespace=namespace)
    body = answer.json()
    found = body.get("path_with_namespace") or body.get("message") or body.get("error")
    return answer.status_code, found


def test_an_owner_moves_a_project_by_id_or_path(town: Installation, project: Project) -> None:
    one, other = town.group(), town.group()
    user = town.user()
    for place in (project, one, other):
        town.join(user, place, Role.OWNER)

    with town.calling(town.token(user)) as owner:
        by_id = transfer(owner, project, one.id)
        by_path = transfer(owner, project, other.full_path.upper())
        found = owner.api("GET", f"/projects/{other.full_path}%2F{project.path}").json()["id"]
        gone = owner.api("GET", f"/projects/{one.full_path}%2F{project.path}").status_code

    assert by_id == (200, f"{one.full_path}/{project.path}")
    assert by_path == (200, f"{other.full_path}/{project.path}")
    assert (found, gone) == (project.id, 404)
    told = select(journal.c.details).where(
        journal.c.action == "project.transferred", journal.c.project_id == project.id
    )
    with town.database.read() as conn:
        assert conn.scalars(told.order_by(journal.c.serial)).first() == (
            f'{{"full_path":"{one.full_path}/{project.path}",'
            f'"old_full_path":"{project.full_path}"}}'
        )


def test_an_owner_moves_a_project_to_a_namespace_of_their_own(
    town: Installation, project: Project
) -> None:
    user = town.join(town.user(), project, Role.OWNER)

    with town.calling(town.token(user)) as owner:
        assert transfer(owner, project, user.username) == (200, f"{user.username}/{project.path}")


@pytest.mark.parametrize(
    ("in_project", "in_target", "expected"),
    [
        (Role.MAINTAINER, Role.OWNER, (403, "403 Forbidden")),
        (Role.OWNER, Role.NONE, (404, "404 Namespace Not Found")),
        (Role.OWNER, Role.REPORTER, (403, "403 Forbidden")),
    ],
)
def test_both_ends_must_agree(
    town: Installation,
    project: Project,
    in_project: Role,
    in_target: Role,
    expected: tuple[int, object],
) -> None:
    user, target = town.join(town.user(), project, in_project), town.group()
    if in_target:
        town.join(user, target, in_target)

    with town.calling(town.token(user)) as caller:
        assert transfer(caller, project, target.id) == expected


def test_what_does_not_fit_is_refused(root: Actor, town: Installation) -> None:
    target = town.group(visibility=Visibility.PRIVATE)
    public = town.project(visibility=Visibility.PUBLIC)
    twin, taken = town.project(), town.project(within=target)
    twin = town.edit(twin, path=taken.path)
    not_so_visible = "public is not allowed since the parent group has a private visibility"
    assert transfer(root, public, target.id) == (400, {"visibility_level": [not_so_visible]})
    assert transfer(root, twin, target.id) == (400, {"path": ["has already been taken"]})
    assert transfer(root, taken, target.id) == (400, {"namespace_id": ["is where the project is"]})
    assert transfer(root, taken, "no/such/place") == (404, "404 Namespace Not Found")
    assert transfer(root, taken, None) == (400, "namespace is missing")


@pytest.mark.parametrize(
    ("own", "there", "status"),
    [
        (None, 1000, 200),
        (1000, 1000, 200),
        (1001, 1000, 403),
        (0, 1000, 403),  # which is no limit
        (10**12, 0, 200),
    ],
)
def test_no_limit_is_carried_to_where_it_could_not_be_set(
    root: Actor, town: Installation, own: int | None, there: int, status: int
) -> None:
    target = town.group()
    project = town.project(max_file_bytes=own)
    user = town.user()
    for place in (project, target):
        town.join(user, place, Role.OWNER)
    assert root.api("PUT", f"/groups/{target.id}", pypi_max_file_size=there).status_code == 200

    with town.calling(town.token(user)) as owner:
        found = transfer(owner, project, target.id)

    said = "403 Forbidden - Only administrators may allow files of more than 1000 bytes"
    moved = f"{target.full_path}/{project.path}"
    assert found == (status, said if status == 403 else moved)


def test_an_administrator_carries_any_limit_anywhere(root: Actor, town: Installation) -> None:
    target, project = town.group(), town.project(max_file_bytes=1001)
    assert root.api("PUT", f"/groups/{target.id}", pypi_max_file_size=1000).status_code == 200

    assert transfer(root, project, target.id)[0] == 200


def test_who_could_read_it_in_its_old_group_no_longer_can(root: Actor, town: Installation) -> None:
    old, new = town.group(), town.group()
    project, dist = town.project(within=old), wheel()
    token = town.deploy_token(old, "read_package_registry", "write_package_registry")
    with town.holding(token) as robot:
        assert robot.publish(project, dist).status_code == 201
        assert robot.simple(project, "demo").status_code == 200

        assert transfer(root, project, new.id)[0] == 200

        assert robot.simple(project, "demo").status_code == 404
        assert robot.download(project, dist).status_code == 404
