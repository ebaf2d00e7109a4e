"""Projects: what is made, shown, changed and deleted."""

from typing import Any

import pytest

from tests.actors import Actor, Installation
from tests.api.conftest import Connect
from tests.builders import wheel
from wheelyard.access import Role, Visibility
from wheelyard.projects import Project


def test_a_project_is_shown_as_on_gitlab(town: Installation) -> None:
    group = town.group(visibility=Visibility.PUBLIC)
    inner = town.group(parent=group)
    project = town.project(within=inner)
    user = town.join(town.user(), group, Role.REPORTER)
    town.join(user, project, Role.MAINTAINER)

    with town.calling(town.token(user)) as caller:
        body = caller.api("GET", f"/projects/{project.id}").json()

    api = f"{town.url}/api/v4/projects/{project.id}"
    assert body == {
        "id": project.id,
        "description": "",
        "name": project.name,
        "name_with_namespace": f"{group.name} / {inner.name} / {project.name}",
        "path": project.path,
        "path_with_namespace": f"{group.path}/{inner.path}/{project.path}",
        "created_at": body["created_at"],
        "updated_at": body["created_at"],
        "last_activity_at": body["created_at"],
        "web_url": f"{town.url}/{group.path}/{inner.path}/{project.path}",
        "avatar_url": None,
        "namespace": {
            "id": inner.id,
            "name": inner.name,
            "path": inner.path,
            "kind": "group",
            "full_path": f"{group.path}/{inner.path}",
            "parent_id": group.id,
            "avatar_url": None,
            "web_url": f"{town.url}/groups/{group.path}/{inner.path}",
        },
        "_links": {"self": api, "members": f"{api}/members"},
        "visibility": "private",
        "archived": False,
        "creator_id": None,
        "packages_enabled": True,
        "package_registry_access_level": "enabled",
        "pypi_max_file_size": None,
        "pypi_duplicates": None,
        "pypi_package_requests_forwarding": None,
        "in_force": {
            "pypi_max_file_size": 52_428_800,
            "pypi_duplicates": "allow",
            "pypi_package_requests_forwarding": False,
            "pypi_package_requests_forwarding_locked": False,
        },
        "permissions": {
            "project_access": {"access_level": 40, "notification_level": 3},
            "group_access": {"access_level": 20, "notification_level": 3},
        },
    }


PATH_RULE = (
    "can contain only letters, digits, '_', '-' and '.', cannot start with '-', "
    "and cannot end in '.', '.git' or '.atom'"
)

BASIC = {
    "id",
    "description",
    "name",
    "name_with_namespace",
    "path",
    "path_with_namespace",
    "created_at",
    "last_activity_at",
    "web_url",
    "avatar_url",
    "visibility",
    "namespace",
}


def test_anonymous_callers_see_only_what_is_basic(town: Installation) -> None:
    project = town.project(visibility=Visibility.PUBLIC)
    with town.anonymous() as anonymous:
        body = anonymous.api("GET", f"/projects/{project.id}").json()

    assert set(body) == BASIC


def test_a_simple_list_shows_only_what_is_basic(root: Actor, project: Project) -> None:
    listed = root.api("GET", "/projects", search=project.path, simple="true").json()

    assert [set(body) for body in listed] == [BASIC]


# Making ------------------------------------------------------------------------------------------


def test_a_new_project_is_private_and_in_the_callers_own_namespace(
    connect: Connect, town: Installation
) -> None:
    user = town.user()

    project = connect(user).projects.create({"name": "tools"})

    assert (project.path_with_namespace, project.visibility) == (
        f"{user.username}/tools",
        "private",
    )
    assert (project.creator_id, project.namespace["kind"]) == (user.id, "user")
    assert project.permissions == {
        "project_access": {"access_level": 50, "notification_level": 3},
        "group_access": None,
    }


@pytest.mark.parametrize(
    ("sent", "name", "path"),
    [
        ({"name": "My.Tools"}, "My.Tools", "My.Tools"),
        ({"name": "Ada's café tools!"}, "Ada's café tools!", "ada-s-cafe-tools"),
        ({"path": "tools"}, "tools", "tools"),
        ({"name": "  The tools ", "path": "t"}, "The tools", "t"),
    ],
)
def test_name_and_path_stand_in_for_one_another(
    connect: Connect, town: Installation, sent: dict[str, str], name: str, path: str
) -> None:
    project = connect(town.user()).projects.create(sent)

    assert (project.name, project.path) == (name, path)


def test_everything_can_be_said_at_once(root: Actor, town: Installation) -> None:
    group = town.group(visibility=Visibility.PUBLIC)

    answer = root.api(
        "POST",
        "/projects",
        name="Tools",
        namespace_id=group.id,
        description="Two\nlines",
        visibility="internal",
        package_registry_access_level="private",
        pypi_max_file_size=1000,
        pypi_duplicates="refuse",
    )

    body = answer.json()
    assert answer.status_code == 201
    assert body["namespace"]["id"] == group.id
    assert (body["description"], body["visibility"]) == ("Two\nlines", "internal")
    assert body["package_registry_access_level"] == "private"
    assert (body["pypi_max_file_size"], body["pypi_duplicates"]) == (1000, "refuse")


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({}, "name, path are missing, at least one parameter must be provided"),
        ({"name": " "}, "name is empty"),
        ({"name": "a\nb"}, "name is invalid"),
        ({"name": "x", "visibility": "secret"}, "visibility does not have a valid value"),
        (
            {"name": "x", "package_registry_access_level": "maybe", "packages_enabled": "perhaps"},
            (
                "package_registry_access_level does not have a valid value, "
                "packages_enabled is invalid"
            ),
        ),
        ({"name": "x", "pypi_duplicates": "often"}, "pypi_duplicates does not have a valid value"),
        ({"name": "x", "pypi_max_file_size": -1}, "pypi_max_file_size is invalid"),
        ({"name": "x", "namespace_id": "here"}, "namespace_id is invalid"),
        ({"name": "x" * 256}, "name is invalid"),
        ({"name": ["x"]}, "name is invalid"),
    ],
)
def test_parameters_that_are_wrong_are_named(root: Actor, sent: dict[str, Any], error: str) -> None:
    answer = root.api("POST", "/projects", **sent)

    assert (answer.status_code, answer.json()) == (400, {"error": error})


@pytest.mark.parametrize("path", ["-x", "a b", "ü", "a/b", "..", "x.git", "x."])
def test_a_path_that_no_url_can_hold_is_refused(root: Actor, path: str) -> None:
    answer = root.api("POST", "/projects", path=path)

    assert (answer.status_code, answer.json()) == (
        400,
        {"message": {"path": [PATH_RULE]}},
    )


def test_a_path_is_taken_in_whatever_case(connect: Connect, town: Installation) -> None:
    user = town.user()
    connect(user).projects.create({"path": "tools"})

    with town.calling(town.token(user)) as caller:
        answer = caller.api("POST", "/projects", path="TOOLS")

    assert (answer.status_code, answer.json()) == (
        400,
        {"message": {"path": ["has already been taken"]}},
    )


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.NONE, 404), (Role.GUEST, 403), (Role.REPORTER, 403), (Role.DEVELOPER, 201)],
)
def test_developers_make_projects_in_a_private_group(
    town: Installation, role: Role, status: int
) -> None:
    group, user = town.group(), town.user()
    if role:
        town.join(user, group, role)

    with town.calling(town.token(user)) as caller:
        answer = caller.api("POST", "/projects", path="tools", namespace_id=group.id)

    assert answer.status_code == status


def test_nobody_makes_projects_in_the_namespace_of_another(town: Installation, root: Actor) -> None:
    own = root.api("GET", "/user").json()["namespace_id"]

    with town.calling(town.token(town.user())) as caller:
        refused = caller.api("POST", "/projects", path="tools", namespace_id=own)
        unknown = caller.api("POST", "/projects", path="tools", namespace_id=999_999_999)

    assert (refused.status_code, refused.json()) == (403, {"message": "403 Forbidden"})
    assert (unknown.status_code, unknown.json()) == (404, {"message": "404 Namespace Not Found"})


def test_a_project_is_not_more_visible_than_its_group(root: Actor, town: Installation) -> None:
    group = town.group(visibility=Visibility.INTERNAL)

    answer = root.api("POST", "/projects", path="x", namespace_id=group.id, visibility="public")

    assert (answer.status_code, answer.json()) == (
        400,
        {
            "message": {
                "visibility_level": [
                    "public is not allowed since the parent group has a internal visibility"
                ]
            }
        },
    )


def test_anonymous_callers_make_nothing(town: Installation) -> None:
    with town.anonymous() as anonymous:
        answer = anonymous.api("POST", "/projects", name="tools")

    assert (answer.status_code, answer.json()) == (401, {"message": "401 Unauthorized"})


# Changing ----------------------------------------------------------------------------------------


def test_a_maintainer_edits_a_project(
    connect: Connect, town: Installation, project: Project
) -> None:
    maintainer = town.join(town.user(), project, Role.MAINTAINER)
    edited = connect(maintainer).projects.get(project.id)
    edited.name = "Better name"
    edited.path = f"better-{project.path}"
    edited.description = "What it is for"
    edited.visibility = "internal"

    edited.save()

    again = connect(maintainer).projects.get(f"{edited.namespace['path']}/better-{project.path}")
    assert again.id == project.id
    assert (again.name, again.description, again.visibility) == (
        "Better name",
        "What it is for",
        "internal",
    )


def test_a_developer_edits_nothing(town: Installation, project: Project) -> None:
    with town.caller(project, Role.DEVELOPER) as developer:
        answer = developer.api("PUT", f"/projects/{project.id}", name="Mine")

    assert (answer.status_code, answer.json()) == (403, {"message": "403 Forbidden"})


def test_an_edit_without_a_change_is_no_change(root: Actor, project: Project) -> None:
    before = root.api("GET", f"/projects/{project.id}").json()

    answer = root.api("PUT", f"/projects/{project.id}")

    assert (answer.status_code, answer.json()) == (200, before)


def test_a_path_that_is_taken_cannot_be_moved_to(root: Actor, town: Installation) -> None:
    group = town.group()
    first, second = town.project(within=group), town.project(within=group)

    answer = root.api("PUT", f"/projects/{second.id}", path=first.path)

    assert answer.json() == {"message": {"path": ["has already been taken"]}}


# Archiving and deleting --------------------------------------------------------------------------


def test_an_owner_archives_a_project_and_brings_it_back(
    connect: Connect, town: Installation, project: Project
) -> None:
    script = connect(town.join(town.user(), project, Role.OWNER))

    script.projects.get(project.id).archive()
    archived = script.projects.get(project.id).archived
    script.projects.get(project.id).unarchive()

    assert archived is True
    assert script.projects.get(project.id).archived is False


def test_an_archived_project_takes_no_upload(
    root: Actor, developer: Actor, project: Project
) -> None:
    answer = root.api("POST", f"/projects/{project.id}/archive")

    assert (answer.status_code, answer.json()["archived"]) == (201, True)
    assert developer.publish(project, wheel()).status_code == 403


def test_who_could_publish_or_delete_otherwise_is_told_that_a_project_is_archived(
    root: Actor, town: Installation, developer: Actor
) -> None:
    project = town.project(visibility=Visibility.PUBLIC)
    packages = f"/projects/{project.id}/packages"
    with (
        town.member(project, Role.DEVELOPER) as uploader,
        town.caller(project, Role.MAINTAINER) as maintainer,
    ):
        uploader.publish(project, wheel())
        release = f"{packages}/{root.api('GET', packages).json()[0]['id']}"
        town.edit(project, archived=True)
        told = [uploader.publish(project, wheel("more")), maintainer.api("DELETE", release)]
        not_told = [developer.publish(project, wheel("more")), developer.api("DELETE", release)]
        town.edit(project, registry_access_level="disabled")
        not_told.append(uploader.publish(project, wheel("more")))

    why = "The project is archived: nothing can be published or deleted"
    for answer in told:
        assert (answer.status_code, answer.json()) == (403, {"message": f"403 Forbidden - {why}"})
    for answer in not_told:
        assert (answer.status_code, answer.json()) == (403, {"message": "403 Forbidden"})


def test_an_owner_deletes_a_project_with_its_packages(
    town: Installation, developer: Actor, project: Project
) -> None:
    dist = wheel()
    developer.publish(project, dist)

    with town.caller(project, Role.OWNER) as owner:
        answer = owner.api("DELETE", f"/projects/{project.id}")

    assert (answer.status_code, answer.json()) == (202, {"message": "202 Accepted"})
    assert developer.simple(project, "demo").status_code == 404
    assert developer.download(project, dist).status_code == 404


@pytest.mark.parametrize("path", ["", "/archive", "/unarchive"])
def test_a_maintainer_neither_deletes_nor_archives(
    town: Installation, project: Project, path: str
) -> None:
    with town.caller(project, Role.MAINTAINER) as maintainer:
        method = "POST" if path else "DELETE"
        answer = maintainer.api(method, f"/projects/{project.id}{path}")

    assert (answer.status_code, answer.json()) == (403, {"message": "403 Forbidden"})
