"""Members through python-gitlab's own objects."""

import pytest
from gitlab import Gitlab
from gitlab.const import AccessLevel

from tests.actors import Installation
from wheelyard.access import Role


@pytest.fixture(params=["projects", "groups"])
def kind(request: pytest.FixtureRequest) -> str:
    """What has members."""
    kind: str = request.param
    return kind


def test_members_are_added_found_changed_and_removed(
    admin: Gitlab, town: Installation, kind: str
) -> None:
    group = town.group()
    made = town.project(within=group) if kind == "projects" else group
    place = getattr(admin, kind).get(made.full_path)
    user = town.user()

    member = place.members.create({"user_id": user.id, "access_level": AccessLevel.REPORTER})
    member.access_level = AccessLevel.DEVELOPER
    member.expires_at = "2099-01-01"
    member.save()
    found = place.members.get(user.id)
    listed = place.members.list(query=user.username, get_all=True)
    place.members.delete(user.id)

    assert (found.username, found.access_level) == (user.username, AccessLevel.DEVELOPER)
    assert found.expires_at == "2099-01-01"
    assert [member.id for member in listed] == [user.id]
    assert place.members.list(query=user.username, get_all=True) == []


def test_everybody_with_a_role_is_listed_with_those_from_above(
    admin: Gitlab, town: Installation, kind: str
) -> None:
    top = town.group()
    inner = town.group(parent=top)
    made = town.project(within=inner) if kind == "projects" else inner
    place = getattr(admin, kind).get(made.full_path)
    user = town.join(town.user(), top, Role.MAINTAINER)

    assert place.members.list(get_all=True) == []
    listed = place.members_all.list(iterator=True)
    assert [(member.id, member.access_level) for member in listed] == [(user.id, 40)]
    assert place.members_all.get(user.id).access_level == AccessLevel.MAINTAINER
