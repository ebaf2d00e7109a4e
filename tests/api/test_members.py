"""Members of projects and groups: who may give which role to whom."""

from datetime import timedelta
from typing import Any

import pytest
from gitlab.exceptions import GitlabCreateError

from tests.actors import Actor, Installation
from tests.api.conftest import Connect
from wheelyard.access import Role, Visibility
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.registry import utc_now
from wheelyard.users import User

TOMORROW = utc_now() + timedelta(days=1)

Place = Project | Namespace


@pytest.fixture(params=["projects", "groups"])
def kind(request: pytest.FixtureRequest) -> str:
    """Projects and groups have the same routes for members."""
    return str(request.param)


@pytest.fixture
def place(kind: str, town: Installation) -> Place:
    """A private project or group with an owner."""
    place: Place = town.project() if kind == "projects" else town.group()
    town.join(town.user(), place, Role.OWNER)
    return place


@pytest.fixture
def members(kind: str, place: Place) -> str:
    """The path of its members."""
    return f"/{kind}/{place.id}/members"


def as_member(town: Installation, user: User, place: Place, role: Role) -> Actor:
    return town.calling(town.token(town.join(user, place, role)))


def shown(town: Installation, user: User, **changes: Any) -> dict[str, Any]:
    return {
        "id": user.id,
        "username": user.username,
        "name": user.name,
        "state": "active",
        "locked": False,
        "avatar_url": None,
        "web_url": f"{town.url}/{user.username}",
        "membership_state": "active",
        **changes,
    }


def test_a_member_is_added_by_id_and_seen(root: Actor, town: Installation, members: str) -> None:
    user = town.user()

    answer = root.api(
        "POST", members, user_id=user.id, access_level=30, expires_at="2099-12-31T12:00:00Z"
    )

    body = answer.json()
    assert answer.status_code == 201
    assert body == shown(
        town, user, access_level=30, created_at=body["created_at"], expires_at="2099-12-31"
    )
    assert root.api("GET", f"{members}/{user.id}").json() == body


def test_a_member_is_added_by_username(root: Actor, town: Installation, members: str) -> None:
    user = town.user()

    answer = root.api("POST", members, username=user.username.upper(), access_level=10)

    assert (answer.json()["id"], answer.json()["access_level"]) == (user.id, 10)


def test_members_are_managed_through_python_gitlab(connect: Connect, town: Installation) -> None:
    project = town.project()
    owner, user = town.join(town.user(), project, Role.OWNER), town.user()
    script = connect(owner).projects.get(project.id)

    member = script.members.create({"user_id": user.id, "access_level": 20})
    member.access_level = 30
    member.expires_at = "2099-01-01"
    member.save()
    changed = script.members.get(user.id)
    member.delete()

    assert (changed.access_level, changed.expires_at) == (30, "2099-01-01")
    assert [member.id for member in script.members.list(get_all=True)] == [owner.id]


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (
            {},
            (
                "user_id, username are missing, at least one parameter must be provided, "
                "access_level is missing"
            ),
        ),
        ({"user_id": 1, "access_level": 15}, "access_level does not have a valid value"),
        ({"user_id": 1, "access_level": 0}, "access_level does not have a valid value"),
        ({"user_id": 1, "access_level": "owner"}, "access_level does not have a valid value"),
        ({"user_id": "ada", "access_level": 30}, "user_id is invalid"),
        (
            {"user_id": 1, "access_level": 30, "expires_at": "2020-01-01"},
            "expires_at must be a date in the future",
        ),
        (
            {"user_id": 1, "access_level": 30, "expires_at": "tomorrow"},
            "expires_at is invalid",
        ),
    ],
)
def test_parameters_that_are_wrong_are_named(
    root: Actor, members: str, sent: dict[str, Any], error: str
) -> None:
    answer = root.api("POST", members, **sent)

    assert (answer.status_code, answer.json()) == (400, {"error": error})


@pytest.mark.parametrize("sent", [{"user_id": 999_999_999}, {"username": "no-such-user"}])
def test_only_users_become_members(root: Actor, members: str, sent: dict[str, Any]) -> None:
    answer = root.api("POST", members, access_level=30, **sent)

    assert (answer.status_code, answer.json()) == (404, {"message": "404 User Not Found"})


def test_nobody_becomes_a_member_twice(
    root: Actor, town: Installation, members: str, place: Place
) -> None:
    user = town.join(town.user(), place, Role.GUEST)

    answer = root.api("POST", members, user_id=user.id, access_level=30)

    assert (answer.status_code, answer.json()) == (409, {"message": "Member already exists"})


def test_a_membership_that_has_run_out_makes_room_for_a_new_one(
    root: Actor, town: Installation, members: str, place: Place
) -> None:
    user = town.user()
    town.join(user, place, Role.GUEST, expires_at=utc_now() - timedelta(seconds=1))

    assert root.api("GET", f"{members}/{user.id}").status_code == 404
    assert root.api("POST", members, user_id=user.id, access_level=30).status_code == 201


def test_a_new_role_counts_at_once(root: Actor, town: Installation, project: Project) -> None:
    user = town.user()
    with town.calling(town.token(user)) as caller:
        before = caller.api("GET", f"/projects/{project.id}").status_code
        root.api("POST", f"/projects/{project.id}/members", user_id=user.id, access_level=10)
        during = caller.api("GET", f"/projects/{project.id}").status_code
        root.api("DELETE", f"/projects/{project.id}/members/{user.id}")
        after = caller.api("GET", f"/projects/{project.id}").status_code

    assert (before, during, after) == (404, 200, 404)


def test_an_end_that_is_not_mentioned_stays_and_null_takes_it_away(
    root: Actor, town: Installation, members: str, place: Place
) -> None:
    user = town.join(town.user(), place, Role.GUEST, expires_at=TOMORROW)
    path = f"{members}/{user.id}"

    kept = root.api("PUT", path, access_level=20).json()
    dropped = root.api("PUT", path, access_level=20, expires_at=None).json()

    assert (kept["access_level"], kept["expires_at"]) == (20, f"{TOMORROW:%Y-%m-%d}")
    assert dropped["expires_at"] is None


def test_the_place_itself_and_everything_above_are_two_lists(
    root: Actor, town: Installation
) -> None:
    outer = town.group()
    inner = town.group(parent=outer)
    project = town.project(within=inner)
    above = town.join(town.user(), outer, Role.OWNER)
    both = town.join(town.user(), inner, Role.MAINTAINER)
    town.join(both, project, Role.GUEST)
    here = town.join(town.user(), project, Role.REPORTER)
    path = f"/projects/{project.id}/members"

    def roles(path: str) -> dict[int, int]:
        return {body["id"]: body["access_level"] for body in root.api("GET", path).json()}

    assert roles(path) == {both.id: 10, here.id: 20}
    assert roles(f"{path}/all") == {above.id: 50, both.id: 40, here.id: 20}
    assert root.api("GET", f"{path}/all/{both.id}").json()["access_level"] == 40
    assert root.api("GET", f"{path}/{above.id}").json() == {"message": "404 Member Not Found"}
    assert roles(f"/groups/{inner.id}/members/all") == {above.id: 50, both.id: 40}


def test_the_owner_of_a_namespace_is_among_all_members(
    connect: Connect, town: Installation
) -> None:
    user = town.user()
    project = connect(user).projects.create({"path": "tools"})

    listed = project.members_all.list(get_all=True)

    assert [(member.id, member.access_level) for member in listed] == [(user.id, 50)]
    assert project.members_all.get(user.id).access_level == 50


def test_members_can_be_searched(root: Actor, town: Installation, place: Place, kind: str) -> None:
    user = town.join(town.user(f"needle-{kind}"), place, Role.GUEST)
    path = f"/{kind}/{place.id}/members"

    found = [root.api("GET", f"{path}{end}", query="NEEDLE").json() for end in ("", "/all")]

    assert [[body["id"] for body in bodies] for bodies in found] == [[user.id], [user.id]]


# Who may -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "granted", "status"),
    [
        (Role.DEVELOPER, Role.GUEST, 403),
        (Role.MAINTAINER, Role.MAINTAINER, 201),
        (Role.MAINTAINER, Role.OWNER, 403),
        (Role.OWNER, Role.OWNER, 201),
    ],
)
def test_nobody_gives_more_than_they_have(
    town: Installation, project: Project, role: Role, granted: Role, status: int
) -> None:
    with town.caller(project, role) as caller:
        answer = caller.api(
            "POST",
            f"/projects/{project.id}/members",
            user_id=town.user().id,
            access_level=granted.value,
        )

    assert answer.status_code == status


def test_a_role_from_above_counts_when_giving(town: Installation) -> None:
    group = town.group()
    project = town.project(within=group)

    with as_member(town, town.user(), group, Role.OWNER) as owner:
        answer = owner.api(
            "POST", f"/projects/{project.id}/members", user_id=town.user().id, access_level=50
        )

    assert answer.status_code == 201


def test_maintainers_of_a_group_do_not_manage_its_members(town: Installation) -> None:
    group = town.group()

    with as_member(town, town.user(), group, Role.MAINTAINER) as maintainer:
        answer = maintainer.api(
            "POST", f"/groups/{group.id}/members", user_id=town.user().id, access_level=10
        )

    assert (answer.status_code, answer.json()) == (403, {"message": "403 Forbidden"})


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_maintainer_does_not_touch_an_owner(
    town: Installation, project: Project, method: str
) -> None:
    owner = town.join(town.user(), project, Role.OWNER)

    with town.caller(project, Role.MAINTAINER) as maintainer:
        answer = maintainer.api(
            method, f"/projects/{project.id}/members/{owner.id}", access_level=10
        )

    assert (answer.status_code, answer.json()) == (
        403,
        {"message": "403 Forbidden - The role is above your own"},
    )


def test_a_maintainer_does_not_raise_anybody_above_themselves(
    town: Installation, project: Project
) -> None:
    user = town.join(town.user(), project, Role.GUEST)

    with town.caller(project, Role.MAINTAINER) as maintainer:
        answer = maintainer.api("PUT", f"/projects/{project.id}/members/{user.id}", access_level=50)

    assert answer.status_code == 403


def test_anybody_may_leave(town: Installation, members: str, place: Place) -> None:
    user = town.user()
    with as_member(town, user, place, Role.GUEST) as guest:
        left = guest.api("DELETE", f"{members}/{user.id}")
        again = guest.api("DELETE", f"{members}/{user.id}")

    assert (left.status_code, left.content) == (204, b"")
    assert again.status_code == 404


def test_leaving_takes_more_than_a_reading_token(town: Installation, project: Project) -> None:
    user = town.join(town.user(), project, Role.GUEST)

    with town.calling(town.token(user, "read_api")) as reader:
        answer = reader.api("DELETE", f"/projects/{project.id}/members/{user.id}")

    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")


def test_a_developer_removes_nobody_else(town: Installation, project: Project) -> None:
    other = town.join(town.user(), project, Role.GUEST)

    with town.caller(project, Role.DEVELOPER) as developer:
        answer = developer.api("DELETE", f"/projects/{project.id}/members/{other.id}")

    assert (answer.status_code, answer.json()) == (403, {"message": "403 Forbidden"})


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_group_keeps_its_last_owner(town: Installation, root: Actor, method: str) -> None:
    group = town.group()
    owner = town.user()
    path = f"/groups/{group.id}/members/{owner.id}"
    with as_member(town, owner, group, Role.OWNER) as caller:
        refused = [who.api(method, path, access_level=40) for who in (caller, root)]
        town.join(town.user(), group, Role.OWNER)
        allowed = caller.api(method, path, access_level=40)

    assert [(answer.status_code, answer.json()) for answer in refused] == [
        (403, {"message": "403 Forbidden - A group keeps at least one owner"}),
        (403, {"message": "403 Forbidden - A group keeps at least one owner"}),
    ]
    assert allowed.status_code in (200, 204)


def test_a_last_owner_has_no_end(town: Installation) -> None:
    group, owner = town.group(), town.user()
    path = f"/groups/{group.id}/members/{owner.id}"
    with as_member(town, owner, group, Role.OWNER) as caller:
        answer = caller.api("PUT", path, access_level=50, expires_at="2099-01-01")

    assert (answer.status_code, answer.json()) == (
        403,
        {"message": "403 Forbidden - A group keeps at least one owner"},
    )


def test_an_owner_who_is_blocked_or_whose_time_is_up_does_not_count(
    town: Installation, root: Actor
) -> None:
    group = town.group()
    owner = town.join(town.user(), group, Role.OWNER)
    town.block(town.join(town.user(), group, Role.OWNER))
    town.join(town.user(), group, Role.OWNER, expires_at=utc_now() - timedelta(seconds=1))

    answer = root.api("DELETE", f"/groups/{group.id}/members/{owner.id}")

    assert answer.status_code == 403


def test_an_owner_from_above_is_owner_enough(town: Installation, root: Actor) -> None:
    outer = town.group()
    inner = town.group(parent=outer)
    town.join(town.user(), outer, Role.OWNER)
    owner = town.join(town.user(), inner, Role.OWNER)

    answer = root.api("DELETE", f"/groups/{inner.id}/members/{owner.id}")

    assert answer.status_code == 204


@pytest.mark.parametrize("end", ["", "/all", "/1", "/all/1"])
def test_who_works_where_is_not_for_anonymous_callers(town: Installation, end: str) -> None:
    project = town.project(visibility=Visibility.PUBLIC)
    with town.anonymous() as anonymous:
        answer = anonymous.api("GET", f"/projects/{project.id}/members{end}")

    assert (answer.status_code, answer.json()) == (401, {"message": "401 Unauthorized"})


def test_a_refusal_reaches_python_gitlab_as_its_own_error(
    connect: Connect, town: Installation
) -> None:
    project = town.project(visibility=Visibility.PUBLIC)
    script = connect(town.user()).projects.get(project.id)

    with pytest.raises(GitlabCreateError, match="403 Forbidden"):
        script.members.create({"user_id": town.user().id, "access_level": 30})
