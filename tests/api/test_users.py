"""Users: the account itself, the list, and what administrators do."""

import itertools
import re
from typing import Any

import pytest
from gitlab import Gitlab
from gitlab.exceptions import GitlabCreateError, GitlabDeleteError

from tests.actors import Actor, Installation
from tests.api.conftest import Connect
from wheelyard import namespaces, sessions, users
from wheelyard.access import Role
from wheelyard.registry import utc_now

_numbers = itertools.count(1)

PATH_RULE = (
    "can contain only letters, digits, '_', '-' and '.', cannot start with '-', "
    "and cannot end in '.', '.git' or '.atom'"
)


def described(**changes: Any) -> dict[str, Any]:
    """What must be said of a new user."""
    username = f"newcomer{next(_numbers)}"
    return {
        "username": username,
        "name": "New Comer",
        "email": f"{username}@example.com",
        "password": "a good password",
        **changes,
    }


def test_an_account_is_shown_whole_to_its_owner(town: Installation) -> None:
    user = town.user()
    with town.calling(town.token(user)) as caller:
        body = caller.api("GET", "/user").json()

    with town.database.read() as conn:
        own = namespaces.find_own(conn, user.id)
    assert own is not None
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z", body["created_at"])
    assert body == {
        "id": user.id,
        "username": user.username,
        "name": user.name,
        "state": "active",
        "locked": False,
        "avatar_url": None,
        "web_url": f"{town.url}/{user.username}",
        "created_at": body["created_at"],
        "bot": False,
        "email": user.email,
        "is_admin": False,
        "namespace_id": own.id,
    }


def test_others_see_neither_address_nor_rank(town: Installation) -> None:
    user = town.user()
    with town.calling(town.token(town.user())) as caller:
        body = caller.api("GET", f"/users/{user.id}").json()

    assert body == {
        "id": user.id,
        "username": user.username,
        "name": user.name,
        "state": "active",
        "locked": False,
        "avatar_url": None,
        "web_url": f"{town.url}/{user.username}",
        "created_at": body["created_at"],
        "bot": False,
    }


def test_an_administrator_makes_a_user_who_can_be_found_by_name(admin: Gitlab) -> None:
    new = described(admin=True)

    made = admin.users.create(new)

    found = admin.users.list(username=new["username"].upper(), get_all=True)
    assert [user.id for user in found] == [made.id]
    assert (made.email, made.is_admin, made.state) == (new["email"], True, "active")


def test_the_password_is_kept_and_never_shown(admin: Gitlab, town: Installation) -> None:
    made = admin.users.create(described(password="open sesame"))

    assert "open sesame" not in str(made.attributes)
    with town.database.read() as conn:
        user = users.find(conn, made.id)
        assert user is not None
        assert users.has_password(conn, user, "open sesame")
        assert not users.has_password(conn, user, "open sesam")


@pytest.mark.parametrize("instead", ["force_random_password", "reset_password"])
def test_a_user_can_be_made_without_a_password(admin: Gitlab, instead: str) -> None:
    made = admin.users.create(described(password=None, **{instead: True}))

    assert made.state == "active"


def test_one_of_the_three_ways_to_a_password_must_be_chosen(root: Actor) -> None:
    answer = root.api("POST", "/users", **described(password=None))

    assert (answer.status_code, answer.json()) == (
        400,
        {
            "error": "password, reset_password, force_random_password are missing, "
            "at least one parameter must be provided"
        },
    )


def test_everything_that_is_missing_is_named_at_once(root: Actor) -> None:
    answer = root.api("POST", "/users", password="a good password")

    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "email is missing, name is missing, username is missing"},
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"email": "nowhere"}, {"email": ["is invalid"]}),
        ({"password": "short"}, {"password": ["is too short (minimum is 8 characters)"]}),
        ({"password": 1234567}, {"password": ["is too short (minimum is 8 characters)"]}),
        ({"password": "", "reset_password": False}, {"password": ["can't be blank"]}),
        ({"username": "admin"}, {"path": ["admin is a reserved name"]}),
        (
            {"username": "two words"},
            {"path": [PATH_RULE]},
        ),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    root: Actor, changes: dict[str, Any], message: dict[str, list[str]]
) -> None:
    answer = root.api("POST", "/users", **described(**changes))

    assert (answer.status_code, answer.json()) == (400, {"message": message})


@pytest.mark.parametrize("sent", ["a good password", "x" * 255, 1234567890, 12345.678])
def test_a_password_is_set_as_it_was_sent(root: Actor, town: Installation, sent: object) -> None:
    made = root.api("POST", "/users", **described(password=sent)).json()
    edited = root.api("POST", "/users", **described()).json()
    assert root.api("PUT", f"/users/{edited['id']}", password=sent).status_code == 200

    with town.database.read() as conn:
        for shown in (made, edited):
            assert users.has_password(conn, users.get(conn, shown["id"]), str(sent))


def test_who_is_given_another_password_is_signed_out_everywhere(
    root: Actor, town: Installation
) -> None:
    user = town.user()
    with town.database.write() as conn:
        begun = sessions.begin(conn, user, address="", user_agent="", at=utc_now())

    answer = root.api("PUT", f"/users/{user.id}", password="a good password")

    with town.database.read() as conn:
        assert sessions.find(conn, begun.secret, at=utc_now()) is None
    assert answer.status_code == 200


def test_an_address_belongs_to_one_user(admin: Gitlab, town: Installation) -> None:
    user = town.user()

    with pytest.raises(GitlabCreateError, match="409: Email has already been taken"):
        admin.users.create(described(email=user.email.upper()))


def test_a_username_belongs_to_one_user(admin: Gitlab, town: Installation) -> None:
    user = town.user()

    with pytest.raises(GitlabCreateError, match="409: Username has already been taken"):
        admin.users.create(described(username=user.username.upper()))


def test_a_username_that_is_a_groups_path_is_taken(root: Actor, town: Installation) -> None:
    group = town.group()

    answer = root.api("POST", "/users", **described(username=group.path))

    assert (answer.status_code, answer.json()) == (
        400,
        {"message": {"path": ["has already been taken"]}},
    )


def test_nothing_is_left_of_a_user_who_was_refused(root: Actor, town: Installation) -> None:
    group = town.group()
    new = described(username=group.path)

    root.api("POST", "/users", **new)

    assert root.api("POST", "/users", **{**new, "username": "another"}).status_code == 201


def test_an_administrator_edits_a_user(admin: Gitlab, town: Installation) -> None:
    script_user = admin.users.get(town.user().id)
    script_user.name = "Ada Lovelace"
    script_user.email = "lovelace@example.com"
    script_user.admin = True

    script_user.save()

    again = admin.users.get(script_user.id)
    assert (again.name, again.email, again.is_admin) == (
        "Ada Lovelace",
        "lovelace@example.com",
        True,
    )


def test_what_is_in_a_users_namespace_follows_a_new_username(
    admin: Gitlab, connect: Connect, town: Installation
) -> None:
    user = town.user()
    project = connect(user).projects.create({"name": "tools"})

    admin.users.update(user.id, {"username": "renamed", "name": "Re Named"})

    moved = admin.projects.get("renamed/tools")
    assert (moved.id, moved.name_with_namespace) == (project.id, "Re Named / tools")


def test_a_username_cannot_be_changed_to_one_that_is_taken(root: Actor, town: Installation) -> None:
    user, other = town.user(), town.user()

    answer = root.api("PUT", f"/users/{user.id}", username=other.username)

    assert (answer.status_code, answer.json()) == (
        409,
        {"message": "Username has already been taken"},
    )


def test_a_blocked_user_is_refused_with_a_reason(
    admin: Gitlab, town: Installation, root: Actor
) -> None:
    user = town.user()
    with town.calling(town.token(user)) as caller:
        blocked = root.api("POST", f"/users/{user.id}/block")
        refused = caller.api("GET", "/user")
        admin.users.get(user.id).unblock()
        admitted = caller.api("GET", "/user")

    assert (blocked.status_code, blocked.json()) == (201, True)
    assert (refused.status_code, refused.json()) == (
        403,
        {"message": "403 Forbidden - Your account has been blocked."},
    )
    assert admitted.status_code == 200


def test_lists_tell_active_and_blocked_users_apart(admin: Gitlab, town: Installation) -> None:
    active, blocked = town.user("tellapart1"), town.user("tellapart2")
    town.block(blocked)

    def listed(**wanted: bool) -> list[int]:
        found = admin.users.list(search="tellapart", get_all=True, **wanted)
        return [user.id for user in found]

    assert listed() == [blocked.id, active.id]
    assert listed(active=True) == [active.id]
    assert listed(blocked=True) == [blocked.id]
    assert listed(active=True, blocked=True) == []


def test_only_administrators_find_users_by_address(
    admin: Gitlab, connect: Connect, town: Installation
) -> None:
    user = town.user("hidden-address")

    assert [found.id for found in admin.users.list(search=user.email, get_all=True)] == [user.id]
    assert connect(town.user()).users.list(search=user.email, get_all=True) == []


def test_a_user_is_deleted_with_the_projects_of_their_own(
    admin: Gitlab, connect: Connect, root: Actor, town: Installation
) -> None:
    user = town.user()
    project = connect(user).projects.create({"name": "tools"})

    admin.users.delete(user.id)

    assert root.api("GET", f"/users/{user.id}").json() == {"message": "404 User Not Found"}
    assert root.api("GET", f"/projects/{project.id}").status_code == 404


def test_the_only_owner_of_a_group_is_not_deleted(
    admin: Gitlab, connect: Connect, town: Installation
) -> None:
    user = town.user()
    group = connect(user).groups.create({"name": "Kept", "path": f"kept-by-{user.username}"})

    with pytest.raises(GitlabDeleteError, match="409: User cannot be removed"):
        admin.users.delete(user.id)

    admin.groups.get(group.id).members.create(
        {"user_id": town.user().id, "access_level": Role.OWNER.value}
    )
    admin.users.delete(user.id)


@pytest.mark.parametrize(
    ("method", "path", "reason"),
    [
        ("DELETE", "/users/{id}", "You cannot delete yourself"),
        ("POST", "/users/{id}/block", "You cannot block yourself"),
        ("PUT", "/users/{id}", "You cannot take away your own administrator rights"),
    ],
)
def test_an_administrator_does_not_lock_themselves_out(
    root: Actor, method: str, path: str, reason: str
) -> None:
    own_id = root.api("GET", "/user").json()["id"]

    answer = root.api(method, path.format(id=own_id), admin=False)

    assert (answer.status_code, answer.json()) == (403, {"message": f"403 Forbidden - {reason}"})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/users"),
        ("PUT", "/users/1"),
        ("DELETE", "/users/1"),
        ("POST", "/users/1/block"),
        ("POST", "/users/1/unblock"),
        ("POST", "/users/1/personal_access_tokens"),
    ],
)
def test_users_are_managed_by_administrators_alone(
    town: Installation, method: str, path: str
) -> None:
    with town.calling(town.token(town.user())) as caller, town.anonymous() as anonymous:
        assert caller.api(method, path).json() == {"message": "403 Forbidden"}
        assert anonymous.api(method, path).json() == {"message": "401 Unauthorized"}


@pytest.mark.parametrize("path", ["/users/999999999", "/users/999999999/projects"])
def test_a_user_who_is_not_there_is_not_found(root: Actor, path: str) -> None:
    answer = root.api("GET", path)

    assert (answer.status_code, answer.json()) == (404, {"message": "404 User Not Found"})
