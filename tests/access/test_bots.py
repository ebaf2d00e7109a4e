"""Access tokens of projects and of groups act as a bot with the role that they were given."""

from datetime import timedelta

import pytest

from tests.actors import Actor, Installation
from tests.builders import wheel
from wheelyard import groups, memberships, namespaces, projects, tokens, users
from wheelyard.access import Role
from wheelyard.facts import Forbidden, Invalid
from wheelyard.journal import OPERATOR
from wheelyard.memberships import Member, Place
from wheelyard.registry import utc_now
from wheelyard.tokens import Minted
from wheelyard.users import User


def bot_of(town: Installation, minted: Minted) -> User:
    assert minted.token.holder.user_id is not None
    with town.database.read() as conn:
        return users.get(conn, minted.token.holder.user_id)


def is_there(town: Installation, bot: User) -> bool:
    with town.database.read() as conn:
        return users.find(conn, bot.id) is not None


@pytest.mark.parametrize(
    ("role", "published"), [(Role.GUEST, 403), (Role.REPORTER, 403), (Role.DEVELOPER, 201)]
)
def test_a_projects_token_has_its_role_in_the_project(
    town: Installation, role: Role, published: int
) -> None:
    project = town.project()
    with town.holding(town.access_token(project, role)) as robot:
        assert robot.publish(project, wheel()).status_code == published
        assert robot.simple(project).status_code == 200


def test_a_projects_token_is_a_strangers_elsewhere(town: Installation) -> None:
    project, other = town.project(), town.project()
    with town.holding(town.access_token(project, Role.OWNER)) as robot:
        assert robot.simple(other).status_code == 404


def test_a_groups_token_reaches_what_is_below(town: Installation) -> None:
    group = town.group()
    project = town.project(within=town.group(parent=group))
    with town.holding(town.access_token(group, Role.DEVELOPER)) as robot:
        assert robot.publish(project, wheel()).status_code == 201


def test_a_reading_token_does_not_publish(town: Installation) -> None:
    project = town.project()
    with town.holding(town.access_token(project, Role.OWNER, "read_api")) as robot:
        assert robot.simple(project).status_code == 200
        assert robot.publish(project, wheel()).json()["error"] == "insufficient_scope"


def test_a_bot_has_a_name_that_tells_what_it_is_of(town: Installation) -> None:
    project, group = town.project(), town.group()
    of_project = bot_of(town, town.access_token(project))
    of_group = bot_of(town, town.access_token(group))

    assert of_project.username.startswith(f"project_{project.id}_bot_")
    assert of_group.username.startswith(f"group_{group.id}_bot_")
    assert (of_project.is_bot, of_project.is_admin, of_project.name) == (
        True,
        False,
        "an access token",
    )


def test_a_bot_is_a_member_for_as_long_as_its_token_lives(town: Installation) -> None:
    project, ends = town.project(), utc_now() + timedelta(days=3)
    minted = town.access_token(project, Role.REPORTER, expires_at=ends)
    bot = bot_of(town, minted)

    def member(at_day: int = 0) -> Member | None:
        at = utc_now() + timedelta(days=at_day)
        with town.database.read() as conn:
            return memberships.find_member(conn, Place(project_id=project.id), bot.id, at=at)

    found = member()
    assert found is not None
    assert (found.role, found.expires_at) == (Role.REPORTER, ends)
    assert member(4) is None
    with town.database.write() as conn:
        later = utc_now() + timedelta(days=30)
        rotated = tokens.rotate(conn, minted.token, expires_at=later, by=OPERATOR, at=utc_now())
    assert rotated.token.holder == minted.token.holder
    assert rotated.token.role is Role.REPORTER
    assert member(4) is not None
    town.revoke(rotated)
    assert member() is None


def test_bots_go_with_their_place(town: Installation) -> None:
    group = town.group()
    below = town.group(parent=group)
    project, other = town.project(within=below), town.project()
    gone = [bot_of(town, town.access_token(where)) for where in (group, below, project)]
    kept = bot_of(town, town.access_token(other))
    with town.database.write() as conn:
        groups.remove(conn, group, by=OPERATOR, at=utc_now())

    assert [is_there(town, bot) for bot in gone] == [False, False, False]
    assert is_there(town, kept)
    with town.database.write() as conn:
        projects.remove(conn, other, by=OPERATOR, at=utc_now())
    assert not is_there(town, kept)


def test_bots_go_with_the_namespace_of_a_user(town: Installation) -> None:
    user = town.user()
    with town.database.read() as conn:
        own = namespaces.find_own(conn, user.id)
    bot = bot_of(town, town.access_token(town.project(within=own)))
    town.remove(user)

    assert not is_there(town, bot)


def test_a_bot_is_no_person(town: Installation) -> None:
    bot = bot_of(town, town.access_token(town.project()))
    group = town.group()
    with town.database.write() as conn, pytest.raises(Invalid, match="is the bot of an access"):
        users.edit(conn, bot, {"name": "Ada"}, by=OPERATOR, at=utc_now())
    with pytest.raises(Invalid, match="is the bot of an access token"):
        town.join(bot, group, Role.GUEST)


def test_a_bot_does_not_count_as_the_owner_that_a_group_keeps(town: Installation) -> None:
    group = town.group()
    owner = town.join(town.user(), group, Role.OWNER)
    town.access_token(group, Role.OWNER)
    place = Place(namespace_id=group.id)
    with town.database.write() as conn:
        member = memberships.get_member(conn, place, owner.id, at=utc_now())
        with pytest.raises(Forbidden, match="keeps at least one owner"):
            memberships.remove(conn, place, member, by=OPERATOR, at=utc_now())


def test_a_bot_makes_neither_groups_nor_tokens(town: Installation, root: Actor) -> None:
    group = town.group()
    minted = town.access_token(group, Role.OWNER)
    bot = bot_of(town, minted)
    with town.calling(minted) as robot:
        made = robot.api("POST", "/groups", name="x", path="x", parent_id=group.id)
    given = root.api("POST", f"/users/{bot.id}/personal_access_tokens", name="x", scopes=["api"])

    assert (made.status_code, made.json()) == (403, {"message": "403 Forbidden"})
    assert given.status_code == 400
    assert given.json()["message"].endswith("is the bot of an access token")


def test_a_bots_token_knows_itself(town: Installation) -> None:
    minted = town.access_token(town.project(), Role.GUEST, "read_api")
    with town.calling(minted) as robot:
        seen = robot.api("GET", "/personal_access_tokens/self").json()
        listed = robot.api("GET", "/personal_access_tokens").json()
        user = robot.api("GET", "/user").json()

    assert seen["id"] == minted.token.id
    assert [token["id"] for token in listed] == [minted.token.id]
    assert user["id"] == minted.token.holder.user_id
    assert user["namespace_id"] is None
