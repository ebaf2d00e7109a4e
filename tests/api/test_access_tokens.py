"""Access tokens of projects and of groups, through python-gitlab."""

from datetime import timedelta
from typing import Any

import pytest
from gitlab import Gitlab
from gitlab.exceptions import GitlabAuthenticationError, GitlabCreateError, GitlabGetError

from tests.actors import Actor, Installation
from tests.api.conftest import Connect
from tests.api.leaks import find_leaks
from tests.servers import Server
from wheelyard.access import Role
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.registry import utc_now


@pytest.fixture(params=["project", "group"])
def place(request: pytest.FixtureRequest, town: Installation) -> Project | Namespace:
    """A project, then a group."""
    return town.project() if request.param == "project" else town.group()


def held_by(script: Gitlab, place: Project | Namespace) -> Any:
    """What python-gitlab manages a place's tokens with."""
    of_project = isinstance(place, Project)
    if of_project:
        return script.projects.get(place.id, lazy=True).access_tokens
    return script.groups.get(place.id, lazy=True).access_tokens


@pytest.fixture
def owner(connect: Connect, town: Installation, place: Project | Namespace) -> Gitlab:
    """A script of an owner of the place."""
    return connect(town.join(town.user(), place, Role.OWNER))


def works(town: Installation, secret: str) -> bool:
    with town.calling(secret) as caller:
        return caller.api("GET", "/personal_access_tokens/self").status_code == 200


def test_a_token_is_made_with_its_bot(
    root: Actor, town: Installation, place: Project | Namespace, server: Server
) -> None:
    kind = "project" if isinstance(place, Project) else "group"
    answer = root.api(
        "POST",
        f"/{kind}s/{place.id}/access_tokens",
        name="ci",
        scopes=["api", "self_rotate"],
        access_level=30,
        expires_at="2099-12-31",
    )

    body = answer.json()
    assert answer.status_code == 201
    assert body == {
        "id": body["id"],
        "name": "ci",
        "revoked": False,
        "created_at": body["created_at"],
        "description": None,
        "scopes": ["api", "self_rotate"],
        "user_id": body["user_id"],
        "last_used_at": None,
        "active": True,
        "expires_at": "2099-12-31",
        "access_level": 30,
        "resource_type": kind,
        "resource_id": place.id,
        "token": body["token"],
    }
    assert body["token"].startswith("glpat-")
    assert works(town, body["token"])
    assert find_leaks(server, body["token"]) == []
    bot = root.api("GET", f"/users/{body['user_id']}").json()
    assert (bot["bot"], bot["name"]) == (True, "ci")
    members = root.api("GET", f"/{kind}s/{place.id}/members").json()
    assert [(member["id"], member["access_level"], member["expires_at"]) for member in members] == [
        (body["user_id"], 30, "2099-12-31")
    ]


def test_a_token_is_a_maintainers_unless_told(owner: Gitlab, place: Project | Namespace) -> None:
    made = held_by(owner, place).create({"name": "ci", "scopes": ["read_api"]})

    assert (made.access_level, made.expires_at) == (40, None)


def test_tokens_are_listed_and_found(
    owner: Gitlab, town: Installation, place: Project | Namespace
) -> None:
    held = held_by(owner, place)
    first, gone = (held.create({"name": name, "scopes": ["api"]}) for name in ("b", "a"))
    gone.delete()
    other = town.access_token(town.project())

    assert [token.id for token in held.list(get_all=True)] == [first.id, gone.id]
    assert [token.id for token in held.list(get_all=True, sort="name_asc")] == [gone.id, first.id]
    assert [token.id for token in held.list(get_all=True, state="active")] == [first.id]
    assert held.get(gone.id).revoked is True
    assert held.get(gone.id).access_level == 40
    with pytest.raises(GitlabGetError, match="Access Token Not Found"):
        held.get(other.token.id)


def test_nobody_makes_a_token_above_their_own_role(
    connect: Connect, town: Installation, project: Project
) -> None:
    script = connect(town.join(town.user(), project, Role.MAINTAINER))
    held = held_by(script, project)
    above = {"name": "ci", "scopes": ["api"], "access_level": 50}
    with pytest.raises(GitlabCreateError, match="permissions not held by the creating user"):
        held.create(above)
    owners = town.access_token(project, Role.OWNER)
    with town.calling(script.private_token or "") as caller:
        path = f"/projects/{project.id}/access_tokens/{owners.token.id}"
        assert caller.api("POST", f"{path}/rotate").status_code == 400
        assert caller.api("DELETE", path).status_code == 204


def test_a_token_is_rotated_by_an_owner(
    owner: Gitlab, town: Installation, place: Project | Namespace
) -> None:
    made = held_by(owner, place).create({"name": "ci", "scopes": ["api"], "access_level": 20})
    new = held_by(owner, place).rotate(made.id, expires_at="2099-01-01")

    assert (new["user_id"], new["access_level"], new["expires_at"]) == (
        made.user_id,
        20,
        "2099-01-01",
    )
    assert not works(town, made.token)
    assert works(town, new["token"])


def test_an_expired_token_can_be_rotated(
    owner: Gitlab, town: Installation, place: Project | Namespace
) -> None:
    past = utc_now() - timedelta(days=1)
    expired = town.access_token(place, Role.GUEST, "api", expires_at=past)
    new = held_by(owner, place).rotate(expired.token.id)

    assert works(town, new["token"])


def test_a_token_rotates_itself(
    town: Installation, place: Project | Namespace, server: Server
) -> None:
    minted = town.access_token(place, Role.GUEST, "self_rotate")
    with Gitlab(server.url, private_token=minted.secret) as script:
        new = held_by(script, place).rotate("self")

    assert new["user_id"] == minted.token.holder.user_id
    assert works(town, new["token"])
    assert not works(town, minted.secret)


def test_a_token_does_not_rotate_itself_at_another_place(
    town: Installation, place: Project | Namespace
) -> None:
    kind = "projects" if isinstance(place, Project) else "groups"
    user = town.join(town.user(), place, Role.OWNER)
    for minted in (town.access_token(town.project()), town.token(user)):
        with town.calling(minted) as caller:
            answer = caller.api("POST", f"/{kind}/{place.id}/access_tokens/self/rotate")
        assert answer.status_code in {401, 404}
        assert works(town, minted.secret)


def test_a_token_that_is_not_there_is_not_rotated(
    root: Actor, owner: Gitlab, place: Project | Namespace
) -> None:
    kind = "projects" if isinstance(place, Project) else "groups"
    with pytest.raises(GitlabAuthenticationError):
        held_by(owner, place).rotate(999999999)
    answer = root.api("POST", f"/{kind}/{place.id}/access_tokens/999999999/rotate")

    assert (answer.status_code, answer.json()) == (404, {"message": "404 Not Found"})


def test_a_bot_manages_no_tokens_of_its_place(town: Installation) -> None:
    project = town.project()
    with town.calling(town.access_token(project, Role.OWNER)) as robot:
        path = f"/projects/{project.id}/access_tokens"
        made = robot.api("POST", path, name="x", scopes=["api"])
        listed = robot.api("GET", path)

    assert (made.status_code, made.json()) == (403, {"message": "403 Forbidden"})
    assert listed.status_code == 200


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({}, "name is missing, scopes is missing"),
        ({"name": "x", "scopes": ["read_user"]}, "scopes does not have a valid value"),
        (
            {"name": "x", "scopes": ["api"], "access_level": 60},
            "access_level does not have a valid value",
        ),
        (
            {"name": "x", "scopes": ["api"], "expires_at": "2020-01-01"},
            "expires_at must be a date in the future",
        ),
    ],
)
def test_a_token_that_cannot_be_is_refused(
    root: Actor, project: Project, sent: dict[str, Any], error: str
) -> None:
    answer = root.api("POST", f"/projects/{project.id}/access_tokens", **sent)

    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_administrators_manage_the_tokens_of_bots_as_personal_ones(
    admin: Gitlab, town: Installation, place: Project | Namespace
) -> None:
    minted = town.access_token(place, Role.GUEST)
    bot_id = minted.token.holder.user_id

    listed = admin.personal_access_tokens.list(get_all=True, user_id=bot_id)
    new = admin.personal_access_tokens.rotate(minted.token.id)

    assert [token.id for token in listed] == [minted.token.id]
    assert new["user_id"] == bot_id
    assert works(town, new["token"])


def test_a_groups_bot_makes_projects_in_its_group_alone(town: Installation) -> None:
    group, other = town.group(), town.group()
    with town.calling(town.access_token(group, Role.MAINTAINER)) as robot:
        made = robot.api("POST", "/projects", name="made", namespace_id=group.id)
        elsewhere = robot.api("POST", "/projects", name="made", namespace_id=other.id)
        own = robot.api("POST", "/projects", name="made")

    assert (made.status_code, made.json()["path_with_namespace"]) == (
        201,
        f"{group.full_path}/made",
    )
    assert (elsewhere.status_code, elsewhere.json()) == (
        404,
        {"message": "404 Namespace Not Found"},
    )
    assert (own.status_code, own.json()) == (404, {"message": "404 Namespace Not Found"})


# One's own ---------------------------------------------------------------------------------------


def test_users_make_tokens_that_rotate_and_do_nothing_else(town: Installation) -> None:
    user = town.user()
    with town.calling(town.token(user)) as caller:
        path = "/user/personal_access_tokens"
        made = caller.api("POST", path, name="x", scopes=["self_rotate"])
        refused = caller.api("POST", path, name="x", scopes=["api"])

    assert (made.status_code, made.json()["user_id"]) == (201, user.id)
    assert made.json()["scopes"] == ["self_rotate"]
    assert refused.json() == {"error": "scopes does not have a valid value"}


def test_lists_of_users_can_leave_bots_out(root: Actor, town: Installation) -> None:
    user_id = town.access_token(town.project()).token.holder.user_id

    def listed(**wanted: str) -> list[int]:
        return [user["id"] for user in root.api("GET", "/users", per_page="100", **wanted).json()]

    assert user_id in listed()
    assert user_id not in listed(without_project_bots="true")
    assert user_id not in listed(humans="true")


def test_a_bot_has_no_projects_of_its_own(root: Actor, town: Installation) -> None:
    user_id = town.access_token(town.project()).token.holder.user_id
    answer = root.api("GET", f"/users/{user_id}/projects")

    assert (answer.status_code, answer.json()) == (200, [])
