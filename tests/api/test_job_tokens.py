"""Job tokens for a CI server, and whose a project admits."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from gitlab import Gitlab

from tests.actors import Actor, Installation
from tests.api.conftest import Connect
from tests.api.leaks import find_leaks
from tests.builders import wheel
from tests.servers import Server
from wheelyard.access import Role
from wheelyard.projects import Project
from wheelyard.registry import utc_now
from wheelyard.users import User


def test_a_ci_server_is_given_a_token_for_a_job(
    root: Actor, town: Installation, project: Project, server: Server
) -> None:
    user = town.join(town.user(), project, Role.DEVELOPER)
    answer = root.api("POST", f"/projects/{project.id}/job_tokens", user_id=user.id)

    body = answer.json()
    assert answer.status_code == 201
    assert body == {
        "id": body["id"],
        "user_id": user.id,
        "project_id": project.id,
        "created_at": body["created_at"],
        "expires_at": body["expires_at"],
        "token": body["token"],
    }
    assert lifetime(body) == timedelta(hours=1)
    assert body["token"].startswith("glcbt-")
    assert find_leaks(server, body["token"]) == []
    with town.job(body["token"]) as job:
        assert job.publish(project, wheel()).status_code == 201
        ended = root.api("DELETE", f"/projects/{project.id}/job_tokens/{body['id']}")
        assert (ended.status_code, ended.content) == (204, b"")
        assert job.simple(project).status_code == 401


def lifetime(body: dict[str, str]) -> timedelta:
    return datetime.fromisoformat(body["expires_at"]) - datetime.fromisoformat(body["created_at"])


def test_a_job_has_the_time_that_was_asked_for(
    root: Actor, town: Installation, project: Project
) -> None:
    user = town.join(town.user(), project, Role.DEVELOPER)
    path = f"/projects/{project.id}/job_tokens"
    body = root.api("POST", path, user_id=user.id, expires_in=90).json()

    assert lifetime(body) == timedelta(seconds=90)


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({}, "user_id is missing"),
        ({"user_id": 1, "expires_in": 0}, "expires_in is invalid"),
        ({"user_id": 1, "expires_in": 2592001}, "expires_in is invalid"),
    ],
)
def test_a_job_token_that_cannot_be_is_refused(
    root: Actor, project: Project, sent: dict[str, Any], error: str
) -> None:
    answer = root.api("POST", f"/projects/{project.id}/job_tokens", **sent)

    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_a_stranger_has_no_job(root: Actor, town: Installation, project: Project) -> None:
    path, stranger = f"/projects/{project.id}/job_tokens", town.user()
    refused = root.api("POST", path, user_id=stranger.id)
    unknown = root.api("POST", path, user_id=999999999)

    assert refused.status_code == 400
    assert refused.json() == {
        "message": f"400 Bad request - {stranger.username} is no Developer of the project"
    }
    assert (unknown.status_code, unknown.json()) == (404, {"message": "404 User Not Found"})


def test_a_job_of_another_project_is_not_ended_here(
    root: Actor, town: Installation, project: Project
) -> None:
    user = town.join(town.user(), project, Role.DEVELOPER)
    minted = town.job_token(user, project)
    answer = root.api("DELETE", f"/projects/{town.project().id}/job_tokens/{minted.token.id}")

    assert answer.status_code == 404
    with town.job(minted) as job:
        assert job.simple(project).status_code == 200


# Whose are admitted ------------------------------------------------------------------------------


@pytest.fixture
def maintainer(town: Installation, project: Project) -> User:
    """A maintainer of the project."""
    return town.join(town.user(), project, Role.MAINTAINER)


@pytest.fixture
def script(connect: Connect, maintainer: User) -> Gitlab:
    """A script of theirs."""
    return connect(maintainer)


def test_a_project_admits_its_own_alone_until_told(script: Gitlab, project: Project) -> None:
    scope = script.projects.get(project.id).job_token_scope.get()

    assert (scope.inbound_enabled, scope.outbound_enabled) == (True, False)
    scope.enabled = False
    scope.save()
    scope.refresh()
    assert scope.inbound_enabled is False


def test_projects_are_admitted_and_dismissed(
    script: Gitlab, maintainer: User, town: Installation, project: Project
) -> None:
    guest = town.project()
    town.join(maintainer, guest, Role.GUEST)
    scope = script.projects.get(project.id).job_token_scope.get()
    made = scope.allowlist.create({"target_project_id": guest.id})

    assert made.asdict() == {"source_project_id": project.id, "target_project_id": guest.id}
    (listed,) = scope.allowlist.list(get_all=True)
    assert (listed.id, listed.path_with_namespace) == (guest.id, guest.full_path)
    listed.delete()
    assert scope.allowlist.list(get_all=True) == []


def test_groups_are_admitted_and_dismissed(
    admin: Gitlab, town: Installation, project: Project
) -> None:
    guest = town.group()
    scope = admin.projects.get(project.id).job_token_scope.get()
    made = scope.groups_allowlist.create({"target_group_id": guest.id})

    assert made.asdict() == {"source_project_id": project.id, "target_group_id": guest.id}
    (listed,) = scope.groups_allowlist.list(get_all=True)
    assert listed.asdict() == {
        "id": guest.id,
        "web_url": f"{town.url}/groups/{guest.full_path}",
        "name": guest.name,
    }
    listed.delete()
    assert scope.groups_allowlist.list(get_all=True) == []


@pytest.mark.parametrize(
    ("kind", "field", "noun"),
    [
        ("allowlist", "target_project_id", "Project"),
        ("groups_allowlist", "target_group_id", "Group"),
    ],
)
def test_what_one_cannot_see_is_not_admitted(
    script: Gitlab, town: Installation, project: Project, kind: str, field: str, noun: str
) -> None:
    hidden = town.project() if noun == "Project" else town.group()
    with town.calling(script.private_token or "") as caller:
        path = f"/projects/{project.id}/job_token_scope/{kind}"
        for target in (hidden.id, 999999999):
            answer = caller.api("POST", path, **{field: target})
            assert (answer.status_code, answer.json()) == (
                404,
                {"message": f"404 {noun} Not Found"},
            )


def test_nobody_is_admitted_twice(root: Actor, town: Installation, project: Project) -> None:
    guest = town.project()
    path = f"/projects/{project.id}/job_token_scope/allowlist"
    first = root.api("POST", path, target_project_id=guest.id)
    again = root.api("POST", path, target_project_id=guest.id)
    itself = root.api("POST", path, target_project_id=project.id)

    assert (first.status_code, again.status_code, itself.status_code) == (201, 400, 400)
    assert again.json()["message"].endswith("already in the job token allowlist")


def test_the_journal_tells_who_was_admitted(
    root: Actor, town: Installation, project: Project
) -> None:
    guest, began = town.project(), utc_now()
    path = f"/projects/{project.id}/job_token_scope"
    root.api("POST", f"{path}/allowlist", target_project_id=guest.id)
    root.api("DELETE", f"{path}/allowlist/{guest.id}")
    root.api("PATCH", path, enabled=False)
    with town.database.read() as conn:
        rows = conn.exec_driver_sql(
            "SELECT action, details FROM journal WHERE project_id = ? AND at >= ? ORDER BY serial",
            (project.id, f"{began:%Y-%m-%d %H:%M:%S.%f}"),
        ).all()

    assert [tuple(row) for row in rows] == [
        ("admission.added", f'{{"guest":"{guest.full_path}"}}'),
        ("admission.removed", f'{{"guest":"{guest.full_path}"}}'),
        ("project.edited", '{"job_token_scope_enabled":false}'),
    ]
