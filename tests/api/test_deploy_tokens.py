"""Deploy tokens of projects and of groups."""

from datetime import timedelta
from typing import Any

import pytest
from gitlab import Gitlab

from tests.actors import Actor, Installation
from tests.api.conftest import Connect
from tests.api.leaks import find_leaks
from tests.builders import wheel
from tests.servers import Server
from wheelyard.access import Role, Visibility
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.registry import utc_now

EXPIRED = utc_now() - timedelta(seconds=1)

Place = Project | Namespace


@pytest.fixture(params=["projects", "groups"])
def kind(request: pytest.FixtureRequest) -> str:
    """Projects and groups have the same routes for deploy tokens."""
    return str(request.param)


@pytest.fixture
def place(kind: str, town: Installation) -> Place:
    return town.project() if kind == "projects" else town.group()


@pytest.fixture
def path(kind: str, place: Place) -> str:
    return f"/{kind}/{place.id}/deploy_tokens"


def test_a_deploy_token_is_shown_with_its_secret_once(
    root: Actor, server: Server, path: str
) -> None:
    answer = root.api(
        "POST",
        path,
        name="ci-read",
        scopes=["read_package_registry", "read_package_registry"],
        expires_at="2099-01-01",
    )

    body = answer.json()
    assert answer.status_code == 201
    assert body == {
        "id": body["id"],
        "name": "ci-read",
        "username": f"gitlab+deploy-token-{body['id']}",
        "expires_at": "2099-01-01T00:00:00.000Z",
        "scopes": ["read_package_registry"],
        "revoked": False,
        "expired": False,
        "token": body["token"],
    }
    assert body["token"].startswith("gldt-")
    assert len(body["token"]) == len("gldt-") + 20
    secret = body.pop("token")
    assert root.api("GET", f"{path}/{body['id']}").json() == body
    assert root.api("GET", path).json() == [body]
    assert find_leaks(server, secret) == []


def test_a_deploy_token_may_have_a_username_of_its_own_and_no_end(root: Actor, path: str) -> None:
    body = root.api(
        "POST", path, name="ci", username="ci_bot-1+x.y", scopes="write_package_registry"
    ).json()

    assert (body["username"], body["expires_at"]) == ("ci_bot-1+x.y", None)


def test_python_gitlab_makes_lists_and_revokes_them(
    connect: Connect, town: Installation, project: Project
) -> None:
    maintainer = town.join(town.user(), project, Role.MAINTAINER)
    tokens = connect(maintainer).projects.get(project.id).deploytokens

    made = tokens.create({"name": "ci", "scopes": ["write_package_registry"]})
    tokens.delete(made.id)

    listed = [(token.id, token.revoked) for token in tokens.list(get_all=True)]
    assert listed == [(made.id, True)]
    assert tokens.list(get_all=True, active=True) == []


def test_a_new_token_publishes_and_a_revoked_one_does_not(
    root: Actor, town: Installation, project: Project
) -> None:
    path = f"/projects/{project.id}/deploy_tokens"
    body = root.api("POST", path, name="ci", scopes=["write_package_registry"]).json()
    with town.holding(body["token"], body["username"]) as robot:
        before = robot.publish(project, wheel("demo", "1.0")).status_code
        revoked = root.api("DELETE", f"{path}/{body['id']}")
        after = robot.publish(project, wheel("demo", "2.0")).status_code

    assert (before, after) == (201, 401)
    assert (revoked.status_code, revoked.content) == (204, b"")


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        ({}, {"error": "name is missing, scopes is missing"}),
        ({"name": "x", "scopes": ["api"]}, {"error": "scopes does not have a valid value"}),
        ({"name": "x", "scopes": []}, {"message": "400 Bad request - Scopes can't be blank"}),
        ({"name": "x", "scopes": ""}, {"message": "400 Bad request - Scopes can't be blank"}),
        (
            {"name": "x", "scopes": ["read_package_registry"], "username": "two words"},
            {"message": {"username": ["can contain only letters, digits, '_', '-', '+', and '.'"]}},
        ),
        (
            {"name": "x", "scopes": ["read_package_registry"], "username": "x" * 256},
            {"error": "username is invalid"},
        ),
        (
            {"name": "x", "scopes": ["read_package_registry"], "expires_at": "2020-01-01"},
            {"error": "expires_at must be a date in the future"},
        ),
    ],
)
def test_a_token_that_cannot_be_is_refused(
    root: Actor, path: str, sent: dict[str, Any], body: dict[str, Any]
) -> None:
    answer = root.api("POST", path, **sent)

    assert (answer.status_code, answer.json()) == (400, body)


def test_used_up_tokens_stay_in_the_list_unless_active_ones_are_asked_for(
    root: Actor, town: Installation, place: Place, path: str
) -> None:
    active, expired, revoked = (
        town.deploy_token(place, "read_package_registry", expires_at=ends)
        for ends in (None, EXPIRED, None)
    )
    town.revoke(revoked)

    everything = root.api("GET", path).json()
    listed = root.api("GET", path, active="true").json()

    assert [(body["id"], body["expired"], body["revoked"]) for body in everything] == [
        (active.token.id, False, False),
        (expired.token.id, True, False),
        (revoked.token.id, False, True),
    ]
    assert [body["id"] for body in listed] == [active.token.id]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_the_token_of_another_place_is_not_found(
    root: Actor, town: Installation, path: str, method: str
) -> None:
    elsewhere = town.deploy_token(town.project(), "read_package_registry").token.id

    answers = [root.api(method, f"{path}/{token}") for token in (elsewhere, 999_999_999, "x")]

    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (404, {"message": "404 Not Found"})
    ] * 3


def test_administrators_list_the_deploy_tokens_of_all_places(
    admin: Gitlab, town: Installation
) -> None:
    here = town.deploy_token(town.project(), "read_package_registry").token.id
    there = town.deploy_token(town.group(), "read_package_registry").token.id

    listed = {token.id for token in admin.deploytokens.list(get_all=True, active=True)}

    assert {here, there} <= listed


def test_nobody_else_lists_them(town: Installation) -> None:
    with town.calling(town.token(town.user())) as caller, town.anonymous() as anonymous:
        refused = [who.api("GET", "/deploy_tokens") for who in (caller, anonymous)]

    assert [(answer.status_code, answer.json()) for answer in refused] == [
        (403, {"message": "403 Forbidden"}),
        (401, {"message": "401 Unauthorized"}),
    ]


@pytest.mark.parametrize(
    ("role", "reading", "project_writing", "group_writing"),
    [
        (Role.NONE, 404, 404, 404),
        (Role.GUEST, 403, 403, 403),
        (Role.DEVELOPER, 403, 403, 403),
        (Role.MAINTAINER, 200, 201, 403),
        (Role.OWNER, 200, 201, 201),
    ],
)
def test_maintainers_read_them_and_owners_of_groups_make_them(
    town: Installation, role: Role, reading: int, project_writing: int, group_writing: int
) -> None:
    group = town.group()
    project, user = town.project(within=group), town.user()
    if role:
        town.join(user, group, role)
    sent = {"name": "ci", "scopes": ["read_package_registry"]}

    with town.calling(town.token(user)) as caller:
        of_project, of_group = (
            f"/{place}/deploy_tokens" for place in (f"projects/{project.id}", f"groups/{group.id}")
        )
        statuses = [
            caller.api("GET", of_project).status_code,
            caller.api("GET", of_group).status_code,
            caller.api("POST", of_project, **sent).status_code,
            caller.api("POST", of_group, **sent).status_code,
        ]

    assert statuses == [reading, reading, project_writing, group_writing]


def test_anonymous_callers_find_nothing_or_are_forbidden(town: Installation) -> None:
    hidden, visible = town.project(), town.group(visibility=Visibility.PUBLIC)
    with town.anonymous() as anonymous:
        of_project = anonymous.api("GET", f"/projects/{hidden.id}/deploy_tokens")
        of_group = anonymous.api("GET", f"/groups/{visible.id}/deploy_tokens")

    assert (of_project.status_code, of_project.json()) == (
        404,
        {"message": "404 Project Not Found"},
    )
    assert (of_group.status_code, of_group.json()) == (403, {"message": "403 Forbidden"})


def test_a_deploy_token_opens_nothing_of_the_rest_api(town: Installation, project: Project) -> None:
    with town.calling(town.deploy_token(project, "read_package_registry")) as robot:
        answer = robot.api("GET", f"/projects/{project.id}/packages")

    assert (answer.status_code, answer.json()) == (401, {"message": "401 Unauthorized"})
