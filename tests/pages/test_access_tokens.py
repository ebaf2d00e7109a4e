"""Access tokens of projects and groups: made with a role, shown once, rotated, revoked."""

from datetime import timedelta

import pytest

from tests.actors import Installation
from tests.builders import wheel
from tests.pages.visitor import Visitor, copied, notes, rows, wrong
from wheelyard.access import Role
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.registry import utc_now
from wheelyard.users import User

Where = Project | Namespace
IN_A_MONTH = (utc_now() + timedelta(days=30)).date().isoformat()


@pytest.fixture(params=["project", "group"])
def place(request: pytest.FixtureRequest, town: Installation) -> Where:
    """A new private place of either kind."""
    return town.project() if request.param == "project" else town.group()


@pytest.fixture
def owner(town: Installation, user: User, place: Where) -> User:
    """The visitor, who owns the place."""
    return town.join(user, place, Role.OWNER)


def page_of(place: Where) -> str:
    """The address of the page."""
    above = "" if isinstance(place, Project) else "/groups"
    return f"{above}/{place.full_path}/-/settings/access_tokens"


def form(**changes: object) -> dict[str, object]:
    """The form, filled in for a machine that publishes, but for some changes."""
    return {"name": "robot", "access_level": "30", "scopes[]": ["api"], **changes}


@pytest.mark.usefixtures("owner")
def test_a_token_is_made_shown_once_and_publishes(
    town: Installation, visitor: Visitor, place: Where
) -> None:
    shown = visitor.follow(visitor.post(page_of(place), form(expires_at=IN_A_MONTH)))
    again = visitor.get(page_of(place))

    secret = copied(shown.text, "secret")
    kind = "projects" if isinstance(place, Project) else "groups"
    assert copied(shown.text, "token-username") == "__token__"
    assert f"password = {secret}" in copied(shown.text, "ready-pypirc")
    assert f"__token__:{secret}@" in copied(shown.text, "ready-pip")
    assert f"/api/v4/{kind}/{place.id}/" in copied(shown.text, "ready-pip")
    project = place if isinstance(place, Project) else town.project(within=place)
    with town.holding(secret) as machine:
        assert machine.publish(project, wheel()).status_code == 201
    assert secret not in again.text
    assert rows(again)[0][:3] == ["robot", "Developer", "api"]


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize(
    ("changes", "files"),
    [
        ({"access_level": "20"}, ["ready-pip"]),
        ({"scopes[]": ["read_api"]}, ["ready-pip"]),
        ({"scopes[]": ["self_rotate"]}, []),
    ],
)
def test_a_token_is_given_files_for_what_it_can_do(
    visitor: Visitor, place: Where, changes: dict[str, object], files: list[str]
) -> None:
    shown = visitor.follow(visitor.post(page_of(place), form(**changes)))

    assert [name for name in ("ready-pypirc", "ready-pip") if name in shown.text] == files


@pytest.mark.usefixtures("owner")
def test_a_token_is_rotated(town: Installation, visitor: Visitor, place: Where) -> None:
    minted = town.access_token(place, Role.GUEST)
    sent = {"rotated_expires_at": IN_A_MONTH}
    shown = visitor.follow(visitor.post(f"{page_of(place)}/{minted.token.id}/rotate", sent))

    secret = copied(shown.text, "secret")
    with town.calling(secret) as new, town.calling(minted) as old:
        assert new.api("GET", "/user").json()["id"] == minted.token.holder.user_id
        assert old.api("GET", "/user").status_code == 401
    assert "1 token that works no more" in shown.text


@pytest.mark.usefixtures("owner")
def test_a_revoked_token_is_refused_and_its_bot_is_no_member(
    town: Installation, visitor: Visitor, place: Where
) -> None:
    minted = town.access_token(place, Role.GUEST)
    of_project = isinstance(place, Project)
    above = "" if of_project else "/groups"
    members = f"{above}/{place.full_path}/-/{'project' if of_project else 'group'}_members"
    assert "acts for an access token" in visitor.get(members).text

    shown = visitor.follow(visitor.post(f"{page_of(place)}/{minted.token.id}/revoke"))

    assert notes(shown) == ["The token an access token was revoked."]
    assert "acts for an access token" not in visitor.get(members).text
    with town.calling(minted) as machine:
        assert machine.api("GET", "/user").status_code == 401


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Token name is empty"),
        ({"scopes[]": []}, "A scope is missing"),
        ({"scopes[]": ["read_user"]}, "A scope does not have a valid value"),
        ({"access_level": "7"}, "Role does not have a valid value"),
        ({"expires_at": "2001-01-01"}, "Expires on must be a date in the future"),
    ],
)
def test_a_token_that_cannot_be_is_refused_beside_the_field(
    visitor: Visitor, place: Where, changes: dict[str, object], said: str
) -> None:
    answer = visitor.post(page_of(place), form(**changes))

    assert (answer.status_code, wrong(answer)) == (422, [said])
    assert rows(visitor.get(page_of(place))) == []


def test_a_maintainer_makes_no_owners(town: Installation, user: User, visitor: Visitor) -> None:
    project = town.project()
    town.join(user, project, Role.MAINTAINER)
    owners = town.access_token(project, Role.OWNER)

    shown = visitor.get(page_of(project))
    answers = [
        visitor.post(page_of(project), form(access_level="50")),
        visitor.post(f"{page_of(project)}/{owners.token.id}/rotate"),
    ]

    assert "/rotate" not in shown.text
    assert '<option value="50"' not in shown.text
    assert [answer.status_code for answer in answers] == [422, 422]
    assert all("permissions not held" in answer.text for answer in answers)


@pytest.mark.usefixtures("owner")
def test_tokens_of_other_places_are_not_there(
    town: Installation, visitor: Visitor, place: Where
) -> None:
    strange = town.access_token(town.project())
    answers = [
        visitor.post(f"{page_of(place)}/{number}/{what}")
        for number in (strange.token.id, 0, "x")
        for what in ("revoke", "rotate")
    ]

    assert {answer.status_code for answer in answers} == {404}


def test_a_token_that_was_rotated_away_cannot_be_rotated_again(
    town: Installation, user: User, visitor: Visitor
) -> None:
    project = town.project()
    town.join(user, project, Role.OWNER)
    minted = town.access_token(project, Role.GUEST)
    path = f"{page_of(project)}/{minted.token.id}/rotate"
    secret = copied(visitor.follow(visitor.post(path)).text, "secret")

    again = visitor.post(path)

    assert again.status_code == 422
    with town.calling(secret) as machine:
        assert machine.api("GET", "/user").status_code == 401


def test_a_bot_is_not_invited(town: Installation, user: User, visitor: Visitor) -> None:
    project = town.project()
    town.join(user, project, Role.OWNER)
    bot_id = town.access_token(town.project()).token.holder.user_id
    with town.database.read() as conn:
        username = conn.exec_driver_sql(
            "SELECT username FROM users WHERE id = ?", (bot_id,)
        ).scalar_one()
    sent = {"login": username, "access_level": "30", "expires_at": ""}
    answer = visitor.post(f"/{project.full_path}/-/project_members", sent)

    assert (answer.status_code, wrong(answer)) == (422, ["Username belongs to nobody here"])


def test_who_published_is_named_when_it_was_a_bot(
    town: Installation, user: User, visitor: Visitor
) -> None:
    project = town.project()
    town.join(user, project, Role.OWNER)
    with town.holding(town.access_token(project, Role.DEVELOPER)) as machine:
        assert machine.publish(project, wheel()).status_code == 201
    shown = visitor.get(f"/{project.full_path}/-/packages")

    assert "by the bot an access token" in shown.text
