"""A token that was rotated away and comes back: somebody has a copy, so its successors end."""

import pytest

from tests.actors import Installation
from wheelyard.access import Role
from wheelyard.tokens import Minted

ROTATE = "/personal_access_tokens/self/rotate"


def works(town: Installation, secret: str | Minted) -> bool:
    with town.calling(secret) as caller:
        return caller.api("GET", "/personal_access_tokens/self").status_code == 200


def rotated(town: Installation, secret: str | Minted) -> str:
    with town.calling(secret) as caller:
        new: str = caller.api("POST", ROTATE).json()["token"]
    return new


def test_a_rotated_secret_that_is_rotated_again_ends_its_successors(town: Installation) -> None:
    first = town.token(town.user(), "self_rotate")
    third = rotated(town, rotated(town, first))
    assert works(town, third)

    with town.calling(first) as thief:
        answer = thief.api("POST", ROTATE)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert not works(town, third)


def test_a_rotated_token_that_is_rotated_by_id_ends_its_successors(town: Installation) -> None:
    user = town.user()
    first = town.token(user)
    second = rotated(town, first)
    with town.calling(town.token(user)) as caller:
        answer = caller.api("POST", f"/personal_access_tokens/{first.token.id}/rotate")

    assert answer.status_code == 400
    assert answer.json() == {"message": "400 Bad request - Token already revoked"}
    assert not works(town, second)


def test_the_journal_tells_why(town: Installation) -> None:
    first = town.token(town.user())
    rotated(town, first)
    with town.calling(first) as thief:
        thief.api("POST", ROTATE)

    with town.database.read() as conn:
        details = conn.exec_driver_sql(
            "SELECT details FROM journal WHERE action = 'token.revoked' ORDER BY serial DESC"
        ).scalar()
    assert details == '{"name":"a token","kind":"personal","reason":"reuse"}'


def test_tokens_outside_of_the_family_stay(town: Installation) -> None:
    user = town.user()
    first, other = town.token(user), town.token(user)
    rotated(town, first)
    other_successor = rotated(town, other)
    with town.calling(first) as thief:
        thief.api("POST", ROTATE)

    assert works(town, other_successor)


@pytest.mark.parametrize("path", ["/personal_access_tokens/self", "/projects"])
def test_a_rotated_secret_ends_nothing_where_it_is_not_to_be_rotated(
    town: Installation, path: str
) -> None:
    first = town.token(town.user())
    second = rotated(town, first)
    with town.calling(first) as caller:
        refused = caller.api("GET", path)

    assert refused.status_code == 401
    assert works(town, second)


def test_a_bot_loses_its_role_with_its_family(town: Installation) -> None:
    project = town.project()
    first = town.access_token(project, Role.DEVELOPER)
    second = rotated(town, first)
    assert members(town, project.id) == [first.token.holder.user_id]

    with town.calling(first) as thief:
        thief.api("POST", ROTATE)

    assert not works(town, second)
    assert members(town, project.id) == []


def members(town: Installation, project_id: int) -> list[int]:
    with town.database.read() as conn:
        rows = conn.exec_driver_sql(
            "SELECT user_id FROM memberships WHERE project_id = ?", (project_id,)
        )
        return [row[0] for row in rows]
