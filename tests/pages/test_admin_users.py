"""Administrators find, make, edit, block and delete users."""

import re

import pytest

from tests.actors import PASSWORD, Installation
from tests.pages.visitor import Visitor, notes, rows, text_of, visiting, wrong
from wheelyard import users
from wheelyard.access import Role
from wheelyard.projects import Project
from wheelyard.users import User

NEW = "/admin/users/new"


def described(town: Installation, **changes: str) -> dict[str, str]:
    """What the form for a new user holds."""
    name = f"new{town.user().id}"
    fields = {"username": name, "name": "Newcomer", "email": f"{name}@example.com"}
    return {**fields, "password": PASSWORD, "is_admin": "false", **changes}


def edited(user: User, **changes: str) -> dict[str, str]:
    """What the form for a user holds."""
    fields = {"username": user.username, "name": user.name, "email": user.email, "password": ""}
    return {**fields, **changes}


def read(town: Installation, user: User) -> User | None:
    """The user as they are now."""
    with town.database.read() as conn:
        return users.find(conn, user.id)


def has_password(town: Installation, user: User, password: str) -> bool:
    """Whether a password is the user's."""
    with town.database.read() as conn:
        return users.has_password(conn, user, password)


def is_signed_in(visitor: Visitor) -> bool:
    """Whether a browser still is somebody's."""
    return visitor.get("/-/user_settings/profile").status_code == 200


# Finding -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["username", "name", "email"])
def test_a_user_is_found_by_any_name(administrator: Visitor, user: User, what: str) -> None:
    found = administrator.get("/admin/users", q=getattr(user, what).upper())

    assert f"@{user.username}" in rows(found)[0][0]
    assert rows(found)[0][1:3] == [user.email, "never"] or len(rows(found)) > 1


def test_each_filter_shows_its_own(
    administrator: Visitor, town: Installation, chief: User, user: User
) -> None:
    town.block(user)

    def listed(show: str, who: User) -> bool:
        return bool(rows(administrator.get("/admin/users", show=show, q=who.email)))

    assert [listed("administrators", who) for who in (chief, user)] == [True, False]
    assert [listed("blocked", who) for who in (chief, user)] == [False, True]
    assert [listed("never_signed_in", who) for who in (chief, user)] == [False, True]
    assert [listed("nonsense", who) for who in (chief, user)] == [True, True]


def test_a_filter_without_result_says_so(administrator: Visitor) -> None:
    page = administrator.get("/admin/users", q="nobody is called this")

    assert "Sorry, your filter produced no results" in page.text


# Making ------------------------------------------------------------------------------------------


def test_a_new_user_can_sign_in_with_the_password_that_was_typed(
    administrator: Visitor, town: Installation
) -> None:
    sent = described(town, is_admin="true")

    page = administrator.follow(administrator.post(NEW, sent))

    assert notes(page) == [f"The user {sent['username']} was created."]
    assert "Administrator" in text_of(page.text)
    assert PASSWORD not in page.text
    with Visitor(town.url) as newcomer:
        assert newcomer.sign_in(sent["username"]).status_code == 303


def test_a_password_that_was_drawn_is_shown_once_and_right(
    administrator: Visitor, town: Installation
) -> None:
    sent = described(town, password="", name="")

    made = administrator.follow(administrator.post(NEW, sent))
    secret = re.search(r'<code id="new-password">([^<]+)</code>', made.text)

    assert made.status_code == 200
    assert "It is shown only now" in made.text
    assert secret is not None
    with town.database.read() as conn:
        user = users.find_by_username(conn, sent["username"])
    assert user is not None
    assert user.name == sent["username"]
    assert has_password(town, user, secret[1])
    assert secret[1] not in administrator.get(f"/admin/users/{user.id}").text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"username": ""}, ["Username is empty"]),
        ({"email": ""}, ["Email is empty"]),
        ({"email": "nonsense"}, ["Email is invalid"]),
        ({"password": "short"}, ["Password is too short (minimum is 8 characters)"]),
        ({"username": "x\ty"}, ["Username is invalid"]),
        ({"is_admin": "perhaps"}, ["Administrator is invalid"]),
    ],
)
def test_bad_input_is_shown_beside_its_field(
    administrator: Visitor, town: Installation, changes: dict[str, str], said: list[str]
) -> None:
    sent = described(town, **changes)

    answer = administrator.post(NEW, sent)

    assert (answer.status_code, wrong(answer)) == (422, said)
    assert f'value="{sent["name"]}"' in answer.text


def test_a_username_that_cannot_be_one_is_told(administrator: Visitor, town: Installation) -> None:
    answer = administrator.post(NEW, described(town, username="admin"))

    assert (answer.status_code, wrong(answer)) == (422, ["Username admin is a reserved name"])


def test_a_name_that_is_taken_is_a_conflict(
    administrator: Visitor, town: Installation, user: User
) -> None:
    by_name = administrator.post(NEW, described(town, username=user.username.upper()))
    by_email = administrator.post(NEW, described(town, email=user.email))

    assert (by_name.status_code, notes(by_name)) == (409, ["Username has already been taken"])
    assert (by_email.status_code, notes(by_email)) == (409, ["Email has already been taken"])


# Editing -----------------------------------------------------------------------------------------


def test_everything_about_a_user_can_be_changed(
    administrator: Visitor, town: Installation, user: User
) -> None:
    name = f"{user.username}-x"
    sent = {"username": name, "name": "Ada", "email": f"{name}@example.com", "is_admin": "true"}

    page = administrator.follow(administrator.post(f"/admin/users/{user.id}", sent))

    after = read(town, user)
    assert notes(page) == ["The changes were saved."]
    assert after is not None
    assert (after.username, after.name, after.email, after.is_admin) == (
        name,
        "Ada",
        f"{name}@example.com",
        True,
    )


def test_a_new_password_signs_the_user_out_everywhere(
    administrator: Visitor, town: Installation, user: User
) -> None:
    with visiting(town, user) as browser:
        sent = edited(user, password="another good one")
        administrator.follow(administrator.post(f"/admin/users/{user.id}", sent))

        assert not is_signed_in(browser)
    assert has_password(town, user, "another good one")


def test_a_new_password_of_ones_own_keeps_this_browser(
    administrator: Visitor, town: Installation, chief: User
) -> None:
    with visiting(town, chief) as other:
        sent = edited(chief, password="another good one")
        administrator.follow(administrator.post(f"/admin/users/{chief.id}", sent))

        assert is_signed_in(administrator)
        assert not is_signed_in(other)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"username": ""}, ["Username is empty"]),
        ({"name": ""}, ["Name is empty"]),
        ({"email": "nonsense"}, ["Email is invalid"]),
        ({"password": "short"}, ["New password is too short (minimum is 8 characters)"]),
    ],
)
def test_bad_changes_are_shown_and_nothing_is_changed(
    administrator: Visitor,
    town: Installation,
    user: User,
    changes: dict[str, str],
    said: list[str],
) -> None:
    sent = edited(user, **changes)

    answer = administrator.post(f"/admin/users/{user.id}", sent)

    assert (answer.status_code, wrong(answer)) == (422, said)
    assert read(town, user) == user


def test_administrators_keep_their_own_rights(
    administrator: Visitor, town: Installation, chief: User
) -> None:
    answer = administrator.post(f"/admin/users/{chief.id}", edited(chief, is_admin="false"))

    assert answer.status_code == 403
    assert notes(answer) == ["You cannot take away your own administrator rights"]
    assert read(town, chief) == chief


# Blocking and deleting ---------------------------------------------------------------------------


def test_a_blocked_user_is_out_and_an_unblocked_one_signs_in_anew(
    administrator: Visitor, town: Installation, user: User
) -> None:
    place = f"/admin/users/{user.id}"
    with visiting(town, user) as browser:
        blocked = administrator.follow(administrator.post(f"{place}/block"))
        was_out = not is_signed_in(browser)
        administrator.follow(administrator.post(f"{place}/unblock"))

        assert notes(blocked) == [f"{user.username} is blocked, and signed out everywhere."]
        assert was_out
        assert not is_signed_in(browser)
    after = read(town, user)
    assert after is not None
    assert after.state == "active"


def test_nobody_blocks_or_deletes_themselves(
    administrator: Visitor, town: Installation, chief: User
) -> None:
    place = f"/admin/users/{chief.id}"

    blocked = administrator.post(f"{place}/block")
    deleted = administrator.post(f"{place}/delete", {"confirmation": chief.username})

    assert (blocked.status_code, notes(blocked)) == (403, ["You cannot block yourself"])
    assert (deleted.status_code, notes(deleted)) == (403, ["You cannot delete yourself"])
    assert read(town, chief) == chief


def test_all_sessions_of_a_user_are_ended(
    administrator: Visitor, town: Installation, user: User
) -> None:
    with visiting(town, user) as browser:
        place = f"/admin/users/{user.id}"
        page = administrator.follow(administrator.post(f"{place}/sessions/end"))

        assert notes(page) == [f"All sessions of {user.username} were ended."]
        assert not is_signed_in(browser)


def test_a_user_is_deleted_when_their_name_was_typed(
    administrator: Visitor, town: Installation, user: User
) -> None:
    place = f"/admin/users/{user.id}/delete"

    mistyped = administrator.post(place, {"confirmation": "somebody"})
    kept = read(town, user)
    page = administrator.follow(administrator.post(place, {"confirmation": user.username}))

    assert (mistyped.status_code, wrong(mistyped)) == (422, ["The confirmation does not match"])
    assert f'name="username" type="text" value="{user.username}"' in mistyped.text
    assert kept == user
    assert notes(page) == [f"The user {user.username} was deleted."]
    assert read(town, user) is None


def test_the_last_owner_of_a_group_stays(
    administrator: Visitor, town: Installation, user: User
) -> None:
    town.join(user, town.group(), Role.OWNER)

    answer = administrator.post(f"/admin/users/{user.id}/delete", {"confirmation": user.username})

    assert answer.status_code == 409
    assert notes(answer) == ["User cannot be removed, please transfer group ownership"]


# Tokens and memberships --------------------------------------------------------------------------


def test_a_token_is_listed_and_revoked(
    administrator: Visitor, town: Installation, user: User
) -> None:
    minted = town.token(user, "read_api")
    place = f"/admin/users/{user.id}"
    shown = administrator.get(place)

    page = administrator.follow(administrator.post(f"{place}/tokens/{minted.token.id}/revoke"))

    assert "a token read_api" in text_of(shown.text)
    assert minted.secret not in shown.text
    assert notes(page) == ["The access token a token was revoked."]
    assert "None that can be used." in page.text
    with town.calling(minted) as caller:
        assert caller.api("GET", "/user").status_code == 401


def test_another_users_token_is_not_found_here(
    administrator: Visitor, town: Installation, user: User
) -> None:
    minted = town.token(town.user())

    answer = administrator.post(f"/admin/users/{user.id}/tokens/{minted.token.id}/revoke")

    assert answer.status_code == 404


def test_memberships_are_told_with_their_roles(
    administrator: Visitor, town: Installation, user: User, project: Project
) -> None:
    group = town.group()
    town.join(user, project, Role.DEVELOPER)
    town.join(user, group, Role.OWNER)

    text = text_of(administrator.get(f"/admin/users/{user.id}").text)

    assert f"{project.full_path} Developer" in text
    assert f"{group.full_path} Owner" in text
