"""The profile and the password: what one changes about oneself, and what that asks for."""

import pytest

from tests.actors import PASSWORD, Installation
from tests.pages.visitor import Visitor, notes, visiting, wrong
from wheelyard import namespaces, projects, users
from wheelyard.users import User

PROFILE = "/-/user_settings/profile"
PASSWORD_PAGE = "/-/user_settings/password"
OTHER_PASSWORD = "another horse battery"
TOO_SHORT = "New password is too short (minimum is 8 characters)"


@pytest.fixture
def user(town: Installation) -> User:
    """A new user with a password."""
    return town.user(password=PASSWORD)


def filled(user: User, **changes: str) -> dict[str, str]:
    """The profile's form as it stands there, but for some changes."""
    return {"name": user.name, "username": user.username, "email": user.email, **changes}


def reread(town: Installation, user: User) -> User:
    """The user as the registry knows them now."""
    with town.database.read() as conn:
        return users.get(conn, user.id)


def test_the_name_is_changed_without_a_password(
    town: Installation, user: User, visitor: Visitor
) -> None:
    shown = visitor.follow(visitor.post(PROFILE, filled(user, name="Ada <b>Lovelace</b>")))

    assert notes(shown) == ["The changes were saved."]
    assert "Ada &lt;b&gt;Lovelace&lt;/b&gt;" in shown.text
    assert reread(town, user).name == "Ada <b>Lovelace</b>"


@pytest.mark.parametrize("password", ["", "wrong"])
@pytest.mark.parametrize("field", ["username", "email"])
def test_what_signs_one_in_is_changed_with_the_password_alone(
    town: Installation, user: User, visitor: Visitor, field: str, password: str
) -> None:
    sent = filled(user, current_password=password)
    sent[field] = f"x{sent[field]}"

    answer = visitor.post(PROFILE, sent)

    assert (answer.status_code, wrong(answer)) == (422, ["Current password is not right"])
    assert sent[field] in answer.text, "what was typed is gone"
    assert reread(town, user) == user


def test_with_the_username_the_addresses_of_ones_projects_change(
    town: Installation, user: User, visitor: Visitor
) -> None:
    with town.database.read() as conn:
        own = namespaces.find_own(conn, user.id)
    project = town.project(within=own)
    changed = {"username": f"{user.username}x", "email": f"x{user.email}"}

    answer = visitor.post(PROFILE, filled(user, current_password=PASSWORD, **changed))

    visitor.follow(answer)
    moved = reread(town, user)
    assert (moved.username, moved.email) == (changed["username"], changed["email"])
    with town.database.read() as conn:
        assert projects.get(conn, project.id).full_path == f"{moved.username}/{project.path}"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, ["Name is empty"]),
        ({"name": "two\nlines"}, ["Name is invalid"]),
        ({"username": "ad min"}, ["Username can contain only letters"]),
        ({"username": "admin"}, ["Username admin is a reserved name"]),
        ({"username": ""}, ["Username is empty"]),
        ({"email": "nowhere"}, ["Email is invalid"]),
        ({"email": "x" * 256}, ["Email is invalid"]),
    ],
)
def test_a_profile_that_cannot_be_is_refused_beside_the_field(
    town: Installation, user: User, visitor: Visitor, changes: dict[str, str], said: list[str]
) -> None:
    answer = visitor.post(PROFILE, filled(user, current_password=PASSWORD, **changes))

    assert answer.status_code == 422
    assert [problem[: len(said[0])] for problem in wrong(answer)] == said
    assert reread(town, user) == user


@pytest.mark.parametrize(
    ("field", "said"),
    [("username", "Username has already been taken"), ("email", "Email has already been taken")],
)
def test_what_another_has_is_not_to_be_had(
    town: Installation, user: User, visitor: Visitor, field: str, said: str
) -> None:
    other = town.user()
    sent = filled(user, current_password=PASSWORD)
    sent[field] = getattr(other, field).upper()

    answer = visitor.post(PROFILE, sent)

    assert (answer.status_code, notes(answer)) == (409, [said])


def test_another_password_signs_every_other_browser_out(
    town: Installation, user: User, visitor: Visitor
) -> None:
    with visiting(town, user) as elsewhere:
        sent = {
            "current_password": PASSWORD,
            "password": OTHER_PASSWORD,
            "password_confirmation": OTHER_PASSWORD,
        }
        shown = visitor.follow(visitor.post(PASSWORD_PAGE, sent))
        gone = elsewhere.get(PROFILE)

    assert notes(shown) == ["The password was changed, and every other browser was signed out."]
    assert (gone.status_code, gone.headers["location"]) == (
        303,
        f"/users/sign_in?return_to={PROFILE}",
    )
    with Visitor(town.url) as newcomer:
        assert newcomer.sign_in(user.username, PASSWORD).status_code == 403
        assert newcomer.sign_in(user.username, OTHER_PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "again", "said"),
    [
        ("wrong", OTHER_PASSWORD, OTHER_PASSWORD, "Current password is not right"),
        (PASSWORD, "short", "short", TOO_SHORT),
        (PASSWORD, "", "", TOO_SHORT),
        (PASSWORD, "x" * 1001, "x" * 1001, TOO_SHORT),
        (PASSWORD, OTHER_PASSWORD, "else", "New password again is not the same"),
    ],
)
def test_a_password_that_cannot_be_set_is_refused_beside_the_field(
    town: Installation, user: User, visitor: Visitor, current: str, new: str, again: str, said: str
) -> None:
    sent = {"current_password": current, "password": new, "password_confirmation": again}

    answer = visitor.post(PASSWORD_PAGE, sent)

    assert (answer.status_code, wrong(answer)) == (422, [said])
    assert OTHER_PASSWORD not in answer.text, "a password stands in the page"
    with town.database.read() as conn:
        assert users.has_password(conn, user, PASSWORD)
