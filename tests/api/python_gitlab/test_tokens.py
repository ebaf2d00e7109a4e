"""Tokens of every kind through python-gitlab's own objects."""

import pytest
from gitlab import Gitlab, GitlabAuthenticationError

from tests.actors import Installation
from tests.api.conftest import Connect


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
