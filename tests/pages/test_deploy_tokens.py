"""Deploy tokens of projects and groups: made with files to copy, shown once, revoked."""

from datetime import timedelta

import pytest

from tests.actors import Actor, Installation
from tests.builders import wheel
from tests.pages.visitor import Visitor, copied, notes, rows, visiting, wrong
from wheelyard.access import Role, Visibility
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
def manager(town: Installation, user: User, place: Where) -> User:
    """The visitor, with the least role that makes deploy tokens of the place."""
    role = Role.MAINTAINER if isinstance(place, Project) else Role.OWNER
    return town.join(user, place, role)


def page_of(place: Where) -> str:
    """The address of the page."""
    above = "" if isinstance(place, Project) else "/groups"
    return f"{above}/{place.full_path}/-/settings/deploy_tokens"


def form(**changes: object) -> dict[str, object]:
    """The form, filled in for a machine that installs, but for some changes."""
    return {"name": "nightly", "username": "", "scopes[]": ["read_package_registry"], **changes}


def test_a_token_is_made_shown_once_and_publishes(
    town: Installation, user: User, visitor: Visitor
) -> None:
    project = town.project()
    town.join(user, project, Role.MAINTAINER)
    sent = form(**{"scopes[]": ["write_package_registry"], "expires_at": IN_A_MONTH})

    shown = visitor.follow(visitor.post(page_of(project), sent))
    again = visitor.get(page_of(project))

    username, secret = copied(shown.text, "token-username"), copied(shown.text, "secret")
    pypirc = copied(shown.text, "ready-pypirc").splitlines()
    root = f"{town.url}/api/v4/projects/{project.id}/packages/pypi"
    signed = root.replace("//", f"//{username.replace('+', '%2B')}:{secret}@")
    assert pypirc[3:] == [
        "[gitlab]",
        f"repository = {root}",
        f"username = {username}",
        f"password = {secret}",
    ]
    assert copied(shown.text, "ready-pip") == f"pip install --index-url {signed}/simple <package>"
    with Actor(town.url, auth=(username, secret)) as machine:
        assert machine.publish(project, wheel()).status_code == 201
    assert secret not in again.text
    assert rows(again)[0][:3] == ["nightly", username, "write_package_registry"]


@pytest.mark.usefixtures("manager")
def test_a_token_that_installs_is_given_no_file_to_publish_with(
    visitor: Visitor, place: Where
) -> None:
    shown = visitor.follow(visitor.post(page_of(place), form(username="ci.robot")))

    assert "ready-pypirc" not in shown.text
    assert "ci.robot:gldt-" in copied(shown.text, "ready-pip")
    kind = "projects" if isinstance(place, Project) else "groups"
    assert f"/api/v4/{kind}/{place.id}/" in copied(shown.text, "ready-pip")


@pytest.mark.usefixtures("manager")
def test_a_scope_for_gitlabs_sake_is_taken_and_comes_with_no_command(
    visitor: Visitor, place: Where
) -> None:
    sent = form(**{"scopes[]": ["read_repository"]})
    shown = visitor.follow(visitor.post(page_of(place), sent))

    assert shown.status_code == 200
    assert "ready-pip" not in shown.text


@pytest.mark.usefixtures("manager")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Token name is empty"),
        ({"scopes[]": []}, "A scope is missing"),
        ({"scopes[]": ["api"]}, "A scope does not have a valid value"),
        (
            {"username": "a b"},
            "Username can contain only letters, digits, '_', '-', '+', and '.'",
        ),
        ({"expires_at": "2001-01-01"}, "Expires on must be a date in the future"),
    ],
)
def test_a_token_that_cannot_be_is_refused_beside_the_field(
    visitor: Visitor, place: Where, changes: dict[str, object], said: str
) -> None:
    answer = visitor.post(page_of(place), form(**changes))

    assert (answer.status_code, wrong(answer)) == (422, [said])
    assert rows(visitor.get(page_of(place))) == []


@pytest.mark.usefixtures("manager")
def test_a_revoked_token_is_refused_and_stands_among_those_that_work_no_more(
    town: Installation, visitor: Visitor, place: Where
) -> None:
    minted = town.deploy_token(place, "read_package_registry")
    project = place if isinstance(place, Project) else town.project(within=place)

    shown = visitor.follow(visitor.post(f"{page_of(place)}/{minted.token.id}/revoke"))

    assert notes(shown) == ["The token a token was revoked."]
    assert "1 token that works no more" in shown.text
    with town.holding(minted) as machine:
        assert machine.simple(project).status_code == 401


@pytest.mark.usefixtures("manager")
def test_tokens_of_other_places_are_not_there(
    town: Installation, visitor: Visitor, place: Where
) -> None:
    project = town.project()
    minted = town.deploy_token(project, "read_package_registry")

    answers = [
        visitor.post(f"{page_of(place)}/{number}/revoke") for number in (minted.token.id, 0, "x")
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    with town.holding(minted) as machine:
        assert machine.simple(project).status_code == 200


def test_a_maintainer_of_a_group_sees_its_tokens_and_makes_none(
    town: Installation, user: User, visitor: Visitor
) -> None:
    group = town.group()
    town.join(user, group, Role.MAINTAINER)
    minted = town.deploy_token(group, "read_package_registry")

    shown = visitor.get(page_of(group))
    answers = [
        visitor.post(page_of(group), form()),
        visitor.post(f"{page_of(group)}/{minted.token.id}/revoke"),
    ]

    assert len(rows(shown)) == 1
    assert "Add a deploy token" not in shown.text
    assert [answer.status_code for answer in answers] == [403, 403]


def test_developers_and_strangers_see_none(
    town: Installation, user: User, visitor: Visitor, place: Where
) -> None:
    strange = visitor.get(page_of(place)).status_code
    town.join(user, place, Role.DEVELOPER)

    assert (strange, visitor.get(page_of(place)).status_code) == (404, 403)


def test_who_has_not_signed_in_is_asked_to(town: Installation) -> None:
    group = town.group(visibility=Visibility.PUBLIC)
    with visiting(town) as nobody:
        answer = nobody.get(page_of(group))

    assert answer.headers["location"].startswith("/users/sign_in?return_to=/groups/")


@pytest.mark.usefixtures("manager")
def test_a_form_without_its_token_does_nothing(visitor: Visitor, place: Where) -> None:
    answer = visitor.post(page_of(place), form(form_token=""))

    assert answer.status_code == 403
    assert rows(visitor.get(page_of(place))) == []
