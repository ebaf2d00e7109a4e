"""Tokens of every kind through python-gitlab's own objects."""

import pytest
from gitlab import Gitlab, GitlabAuthenticationError, GitlabGetError
from gitlab.const import AccessLevel

from tests.actors import Installation
from tests.api.conftest import Connect
from tests.builders import wheel
from wheelyard.access import Role
from wheelyard.projects import Project


def test_a_token_knows_itself_and_rotates_itself(connect: Connect, town: Installation) -> None:
    script = connect(town.user())

    own = script.personal_access_tokens.get("self")
    former = own.id
    own.rotate(self_rotate=True, expires_at="2099-01-01")

    with Gitlab(script.url, private_token=own.token) as successor:
        renewed = successor.personal_access_tokens.get("self")
    assert renewed.id == own.id != former
    assert (renewed.name, renewed.expires_at) == (own.name, "2099-01-01")
    with pytest.raises(GitlabAuthenticationError):
        script.personal_access_tokens.get("self")


def test_tokens_are_listed_narrowed_rotated_and_revoked(
    connect: Connect, town: Installation
) -> None:
    user = town.user()
    script = connect(user)
    other = town.token(user, "read_api")
    tokens = script.personal_access_tokens

    found = tokens.get(other.token.id)
    found.rotate()
    (revoked,) = tokens.list(revoked=True, user_id=user.id, get_all=True)
    active = tokens.list(state="active", search="token", iterator=True)
    assert {token.id for token in active} > {found.id}
    tokens.delete(found.id)

    assert revoked.id == other.token.id
    assert tokens.get(found.id).active is False


def test_a_token_ends_itself(connect: Connect, town: Installation) -> None:
    script = connect(town.user())

    script.personal_access_tokens.delete("self")

    with pytest.raises(GitlabAuthenticationError):
        script.auth()


@pytest.mark.parametrize("kind", ["projects", "groups"])
def test_deploy_tokens_are_made_found_listed_and_revoked(
    admin: Gitlab, town: Installation, kind: str
) -> None:
    made = town.project() if kind == "projects" else town.group()
    place = getattr(admin, kind).get(made.full_path)

    token = place.deploytokens.create(
        {
            "name": "ci",
            "scopes": ["read_package_registry"],
            "expires_at": "2099-01-01",
            "username": "ci",
        }
    )
    found = place.deploytokens.get(token.id)
    listed = place.deploytokens.list(active=True, get_all=True)
    everywhere = admin.deploytokens.list(iterator=True)
    assert token.id in {token.id for token in everywhere}
    found.delete()

    assert token.token.startswith("gldt-")
    assert (found.name, found.username, found.revoked) == ("ci", "ci", False)
    assert [token.id for token in listed] == [token.id]
    assert place.deploytokens.list(active=True, get_all=True) == []


@pytest.mark.parametrize("kind", ["projects", "groups"])
def test_access_tokens_are_made_found_listed_rotated_and_revoked(
    admin: Gitlab, town: Installation, kind: str
) -> None:
    made = town.project() if kind == "projects" else town.group()
    tokens = getattr(admin, kind).get(made.full_path).access_tokens

    token = tokens.create(
        {
            "name": "bot",
            "scopes": ["read_api"],
            "access_level": AccessLevel.REPORTER,
            "expires_at": "2099-01-01",
        }
    )
    former = token.token
    token.rotate(expires_at="2098-01-01")
    with Gitlab(admin.url, private_token=token.token) as robot:
        robot.auth()
        own = robot.personal_access_tokens.get("self")
    found = tokens.get(token.id)
    active = tokens.list(state="active", iterator=True)
    assert [token.id for token in active] == [found.id]
    found.delete()

    assert token.token != former
    assert (found.name, found.access_level) == ("bot", AccessLevel.REPORTER)
    assert (own.id, own.expires_at) == (found.id, "2098-01-01")
    assert tokens.list(state="active", get_all=True) == []


@pytest.mark.parametrize("kind", ["projects", "groups"])
def test_a_bot_rotates_its_own_token(admin: Gitlab, town: Installation, kind: str) -> None:
    made = town.project() if kind == "projects" else town.group()
    minted = town.access_token(made, Role.MAINTAINER, "api", "self_rotate")

    with Gitlab(admin.url, private_token=minted.secret) as robot:
        renewed = getattr(robot, kind).get(made.id, lazy=True).access_tokens.rotate("self")

    with Gitlab(admin.url, private_token=renewed["token"]) as robot:
        assert robot.personal_access_tokens.get("self").id == renewed["id"]
    with pytest.raises(GitlabAuthenticationError):
        Gitlab(admin.url, private_token=minted.secret).auth()


def test_whose_job_tokens_are_admitted_is_read_and_changed(
    admin: Gitlab, town: Installation, project: Project
) -> None:
    other, team = town.project(), town.group()

    scope = admin.projects.get(project.id).job_token_scope.get()
    scope.allowlist.create({"target_project_id": other.id})
    scope.groups_allowlist.create({"target_group_id": team.id})
    admitted = scope.allowlist.list(get_all=True)
    teams = scope.groups_allowlist.list(get_all=True)
    scope.allowlist.delete(other.id)
    teams[0].delete()
    scope.enabled = False
    scope.save()
    scope.refresh()

    assert [project.id for project in admitted] == [other.id]
    assert [group.id for group in teams] == [team.id]
    assert scope.groups_allowlist.list(get_all=True) == []
    assert scope.allowlist.list(get_all=True) == []
    assert scope.inbound_enabled is False


def test_a_job_reads_packages_and_nothing_else(
    admin: Gitlab, town: Installation, project: Project
) -> None:
    worker = town.join(town.user(), project, Role.DEVELOPER)
    token = town.job_token(worker, project)
    with town.job(token) as job:
        assert job.publish(project, wheel()).status_code == 201

    with Gitlab(admin.url, job_token=token.secret) as job:
        (package,) = job.projects.get(project.id, lazy=True).packages.list(get_all=True)
        (file,) = package.package_files.list(get_all=True)
        with pytest.raises(GitlabGetError) as refused:
            job.projects.get(project.id)

    assert (package.name, package.creator_id) == ("demo", worker.id)
    assert file.file_name == "demo-1.0-py3-none-any.whl"
    assert refused.value.response_code == 403
