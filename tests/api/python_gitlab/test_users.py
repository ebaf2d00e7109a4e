"""Users through python-gitlab's own objects."""

import pytest
from gitlab import Gitlab, GitlabAuthenticationError, GitlabGetError

from tests.actors import Installation
from tests.api.conftest import Connect


def test_a_user_is_made_found_changed_and_deleted(admin: Gitlab, town: Installation) -> None:
    name = f"{town.user().username}-friend"
    email = f"{name}@example.com"

    made = admin.users.create(
        {"username": name, "name": "A Friend", "email": email, "reset_password": True}
    )
    (found,) = admin.users.list(username=name, get_all=True)
    found.name = "A Good Friend"
    found.save()
    again = admin.users.get(made.id)
    again.delete()

    assert (again.username, again.name, again.email) == (name, "A Good Friend", email)
    with pytest.raises(GitlabGetError) as refused:
        admin.users.get(made.id)
    assert refused.value.response_code == 404


def test_a_user_is_blocked_and_let_in_again(
    admin: Gitlab, connect: Connect, town: Installation
) -> None:
    user = town.user()
    script = connect(user)
    managed = admin.users.get(user.id)

    managed.block()
    blocked = admin.users.list(blocked=True, search=user.username, get_all=True)
    with pytest.raises(GitlabGetError) as refused:
        script.projects.get(1)
    managed.unblock()
    script.auth()

    assert [user.state for user in blocked] == ["blocked"]
    assert refused.value.response_code == 403
    assert admin.users.get(user.id).state == "active"


def test_a_script_knows_whose_it_is(connect: Connect, town: Installation) -> None:
    user = town.user()
    script = connect(user)

    script.auth()

    assert script.user is not None
    assert (script.user.id, script.user.username) == (user.id, user.username)


def test_a_script_with_a_wrong_token_is_told_so(town: Installation) -> None:
    script = Gitlab(town.url, private_token="glpat-nobody-has-this-one")

    with script, pytest.raises(GitlabAuthenticationError) as refused:
        script.auth()

    assert refused.value.response_code == 401


def test_a_user_is_given_a_token(admin: Gitlab, town: Installation) -> None:
    user = town.user()

    made = admin.users.get(user.id).personal_access_tokens.create(
        {"name": "laptop", "scopes": ["api"], "expires_at": "2099-01-01"}
    )

    with Gitlab(town.url, private_token=made.token) as script:
        script.auth()
        assert script.user is not None
        assert script.user.id == user.id


def test_a_token_is_taken_as_a_bearers_too(town: Installation) -> None:
    user = town.user()

    with Gitlab(town.url, oauth_token=town.token(user).secret) as script:
        script.auth()
        assert script.user is not None
        assert script.user.id == user.id
