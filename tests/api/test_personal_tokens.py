"""Personal access tokens: shown once, listed, rotated, revoked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from gitlab import Gitlab
from gitlab.exceptions import GitlabAuthenticationError

from tests.actors import Actor, Installation
from tests.api.conftest import Connect
from tests.api.leaks import find_leaks
from tests.servers import Server
from wheelyard.access import Role
from wheelyard.projects import Project
from wheelyard.registry import utc_now
from wheelyard.tokens import Minted

EXPIRED = utc_now() - timedelta(seconds=1)


def works(town: Installation, secret: str | Minted) -> bool:
    with town.calling(secret) as caller:
        return caller.api("GET", "/personal_access_tokens/self").status_code == 200


def test_an_administrator_makes_a_token_for_a_user(root: Actor, town: Installation) -> None:
    user = town.user()

    answer = root.api(
        "POST",
        f"/users/{user.id}/personal_access_tokens",
        name="laptop",
        description="of the office",
        scopes=["read_api", "read_user"],
        expires_at="2099-12-31",
    )

    body = answer.json()
    assert answer.status_code == 201
    assert body == {
        "id": body["id"],
        "name": "laptop",
        "revoked": False,
        "created_at": body["created_at"],
        "description": "of the office",
        "scopes": ["read_api", "read_user"],
        "user_id": user.id,
        "last_used_at": None,
        "active": True,
        "expires_at": "2099-12-31",
        "token": body["token"],
    }
    assert body["token"].startswith("glpat-")
    assert len(body["token"]) == len("glpat-") + 20
    assert works(town, body["token"])


def test_the_secret_is_shown_once_and_kept_nowhere(
    admin: Gitlab, root: Actor, server: Server, town: Installation
) -> None:
    user = admin.users.get(town.user().id)
    made = user.personal_access_tokens.create({"name": "shown-once", "scopes": ["api"]})

    bodies = [
        root.api("GET", f"/personal_access_tokens/{made.id}").text,
        root.api("GET", "/personal_access_tokens", user_id=user.id).text,
    ]

    assert all('"token"' not in body and made.token not in body for body in bodies)
    assert find_leaks(server, "shown-once") != [], "a leak would not be found"
    assert find_leaks(server, made.token) == []


def test_a_token_without_an_end_does_not_expire(admin: Gitlab, town: Installation) -> None:
    user = admin.users.get(town.user().id)

    made = user.personal_access_tokens.create({"name": "endless", "scopes": "api, read_api"})

    assert (made.expires_at, made.active, made.scopes) == (None, True, ["api", "read_api"])


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        ({}, {"error": "name is missing, scopes is missing"}),
        ({"name": "", "scopes": ["api"]}, {"error": "name is empty"}),
        ({"name": "x", "scopes": ["sudo"]}, {"error": "scopes does not have a valid value"}),
        (
            {"name": "x", "scopes": ["read_package_registry"]},
            {"error": "scopes does not have a valid value"},
        ),
        ({"name": "x", "scopes": 5}, {"error": "scopes is invalid"}),
        ({"name": "x", "scopes": []}, {"message": "400 Bad request - Scopes can't be blank"}),
        (
            {"name": "x", "scopes": ["api"], "expires_at": "2020-01-01"},
            {"error": "expires_at must be a date in the future"},
        ),
        (
            {"name": "x", "scopes": ["api"], "expires_at": "next week"},
            {"error": "expires_at is invalid"},
        ),
        (
            {"name": "x", "scopes": ["api"], "expires_at": "9999-12-31T23:59:59-05:00"},
            {"error": "expires_at is invalid"},
        ),
    ],
)
def test_a_token_that_cannot_be_is_refused(
    root: Actor, town: Installation, sent: dict[str, Any], body: dict[str, str]
) -> None:
    answer = root.api("POST", f"/users/{town.user().id}/personal_access_tokens", **sent)

    assert (answer.status_code, answer.json()) == (400, body)


def test_a_token_for_nobody_is_not_made(root: Actor) -> None:
    answer = root.api("POST", "/users/999999999/personal_access_tokens", name="x", scopes=["api"])

    assert (answer.status_code, answer.json()) == (404, {"message": "404 User Not Found"})


# Listing -----------------------------------------------------------------------------------------


def test_users_list_their_own_tokens_and_administrators_anybodys(
    admin: Gitlab, connect: Connect, town: Installation
) -> None:
    user, other = town.user(), town.user()
    own, theirs = town.token(user).token.id, town.token(other).token.id
    script = connect(user)

    listed = {token.id for token in script.personal_access_tokens.list(get_all=True)}
    everything = {token.id for token in admin.personal_access_tokens.list(get_all=True)}
    chosen = admin.personal_access_tokens.list(get_all=True, user_id=other.id)

    assert own in listed
    assert theirs not in listed
    assert {own, theirs} <= everything
    assert [token.id for token in chosen] == [theirs]


def test_users_do_not_list_the_tokens_of_others(town: Installation) -> None:
    user, other = town.user(), town.user()
    with town.calling(town.token(user)) as caller:
        own = caller.api("GET", "/personal_access_tokens", user_id=user.id)
        refused = caller.api("GET", "/personal_access_tokens", user_id=other.id)

    assert own.status_code == 200
    assert (refused.status_code, refused.json()) == (401, {"message": "401 Unauthorized"})


def test_lists_can_be_narrowed(root: Actor, town: Installation) -> None:
    user = town.user()
    active, expired, revoked = (town.token(user, expires_at=ends) for ends in (None, EXPIRED, None))
    town.revoke(revoked)
    assert works(town, active)
    day = timedelta(days=1)
    yesterday, tomorrow = (moment.isoformat() for moment in (utc_now() - day, utc_now() + day))

    def listed(**wanted: str) -> list[int]:
        sent = {"user_id": user.id, **wanted}
        bodies = root.api("GET", "/personal_access_tokens", **sent).json()
        return [body["id"] for body in bodies]

    ids = [minted.token.id for minted in (active, expired, revoked)]
    assert listed() == ids
    assert listed(state="active") == ids[:1]
    assert listed(state="inactive") == ids[1:]
    assert listed(revoked="true") == ids[2:]
    assert listed(revoked="false") == ids[:2]
    assert listed(search="A TOK") == ids
    assert listed(search="something else") == []
    assert listed(created_after=yesterday, created_before=tomorrow) == ids
    assert listed(created_after=tomorrow) == []
    assert listed(created_before=yesterday) == []
    assert listed(last_used_before=yesterday) == []


@pytest.mark.parametrize(
    ("parameter", "value", "error"),
    [
        ("state", "tired", "state does not have a valid value"),
        ("revoked", "maybe", "revoked is invalid"),
        ("created_after", "yesterday", "created_after is invalid"),
        ("last_used_before", "0001-01-01T00:00:00+05:00", "last_used_before is invalid"),
        ("user_id", "ada", "user_id is invalid"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(
    root: Actor, parameter: str, value: str, error: str
) -> None:
    answer = root.api("GET", "/personal_access_tokens", **{parameter: value})

    assert (answer.status_code, answer.json()) == (400, {"error": error})


# One token ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["api", "read_api", "read_user", "self_rotate"])
def test_a_token_of_any_scope_knows_itself_and_can_end_itself(
    town: Installation, scope: str
) -> None:
    minted = town.token(town.user(), scope)
    with town.calling(minted) as caller:
        seen = caller.api("GET", "/personal_access_tokens/self").json()
        revoked = caller.api("DELETE", "/personal_access_tokens/self")
        after = caller.api("GET", "/personal_access_tokens/self")

    assert (seen["id"], seen["scopes"]) == (minted.token.id, [scope])
    assert (revoked.status_code, revoked.content) == (204, b"")
    assert after.json() == {
        "error": "invalid_token",
        "error_description": "Token was revoked. You have to re-authorize from the user.",
    }


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_the_token_of_another_is_neither_seen_nor_revoked(town: Installation, method: str) -> None:
    theirs = town.token(town.user())
    with town.calling(town.token(town.user())) as caller:
        known = caller.api(method, f"/personal_access_tokens/{theirs.token.id}")
        unknown = caller.api(method, "/personal_access_tokens/999999999")

    assert (known.status_code, known.json()) == (401, {"message": "401 Unauthorized"})
    assert (unknown.status_code, unknown.json()) == (401, {"message": "401 Unauthorized"})
    assert works(town, theirs)


def test_an_administrator_learns_that_there_is_no_such_token(root: Actor) -> None:
    answer = root.api("GET", "/personal_access_tokens/999999999")

    assert (answer.status_code, answer.json()) == (404, {"message": "404 Not Found"})


def test_a_deploy_token_is_no_personal_token(
    root: Actor, town: Installation, project: Project
) -> None:
    deploy = town.deploy_token(project, "read_package_registry")

    assert root.api("GET", f"/personal_access_tokens/{deploy.token.id}").status_code == 404


def test_a_user_revokes_another_token_of_their_own(town: Installation, connect: Connect) -> None:
    user = town.user()
    minted = town.token(user)
    assert works(town, minted)

    connect(user).personal_access_tokens.delete(minted.token.id)

    assert not works(town, minted)


def test_a_reading_token_revokes_none_but_itself(town: Installation) -> None:
    user = town.user()
    other = town.token(user)
    with town.calling(town.token(user, "read_api")) as reader:
        answer = reader.api("DELETE", f"/personal_access_tokens/{other.token.id}")

    assert (answer.status_code, answer.json()) == (
        403,
        {
            "error": "insufficient_scope",
            "error_description": "The request requires higher privileges than provided by the "
            "access token.",
            "scope": "api",
        },
    )


# Rotating ----------------------------------------------------------------------------------------


def test_a_rotated_token_gives_way_to_its_successor(town: Installation, server: Server) -> None:
    user = town.user()
    old = town.token(user, "self_rotate")
    with town.calling(old) as caller:
        answer = caller.api("POST", "/personal_access_tokens/self/rotate")

    body = answer.json()
    week_ahead = datetime.now(UTC) + timedelta(days=7)
    assert answer.status_code == 200
    assert body["id"] != old.token.id
    assert body["scopes"] == ["self_rotate"]
    assert body["expires_at"] == f"{week_ahead:%Y-%m-%d}"
    assert not works(town, old)
    assert works(town, body["token"])
    assert find_leaks(server, body["token"]) == []


def test_a_rotation_may_say_when_the_successor_ends(connect: Connect, town: Installation) -> None:
    user = town.user()
    minted = town.token(user, "read_api")
    script = connect(user)

    new = script.personal_access_tokens.rotate(minted.token.id, expires_at="2099-01-01")

    assert (new["expires_at"], new["user_id"]) == ("2099-01-01", user.id)
    assert works(town, new["token"])


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        ({"expires_at": "2020-01-01"}, {"error": "expires_at must be a date in the future"}),
        ({}, {"message": "400 Bad request - Token already revoked"}),
    ],
)
def test_a_rotation_that_cannot_be_is_refused(
    town: Installation, sent: dict[str, str], body: dict[str, str]
) -> None:
    user = town.user()
    minted = town.token(user)
    town.revoke(minted)
    with town.calling(town.token(user)) as caller:
        answer = caller.api("POST", f"/personal_access_tokens/{minted.token.id}/rotate", **sent)

    assert (answer.status_code, answer.json()) == (400, body)


def test_a_reading_token_does_not_rotate_itself(town: Installation) -> None:
    with town.calling(town.token(town.user(), "read_api")) as reader:
        answer = reader.api("POST", "/personal_access_tokens/self/rotate")

    assert (answer.status_code, answer.json()["scope"]) == (403, "api self_rotate")


# Expiry ------------------------------------------------------------------------------------------


def test_an_expired_token_is_refused_with_its_reason(town: Installation) -> None:
    with town.calling(town.token(town.user(), expires_at=EXPIRED)) as caller:
        answer = caller.api("GET", "/projects")

    assert (answer.status_code, answer.json()) == (
        401,
        {
            "error": "invalid_token",
            "error_description": "Token is expired. You can either do re-authorization or token "
            "refresh.",
        },
    )


def test_a_token_that_nobody_knows_is_refused_even_where_all_is_public(server: Server) -> None:
    with (
        Gitlab(server.url, private_token="glpat-nobody-knows-this") as script,
        pytest.raises(GitlabAuthenticationError, match="401 Unauthorized"),
    ):
        script.projects.list(get_all=True)


def test_a_token_ends_as_its_last_day_begins(
    connect: Connect, town: Installation, project: Project
) -> None:
    user = town.join(town.user(), project, Role.GUEST)
    tomorrow = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    script = connect(user)

    new = script.personal_access_tokens.rotate(
        town.token(user).token.id, expires_at=f"{tomorrow}T15:00:00Z"
    )

    with town.database.read() as conn:
        stored = conn.exec_driver_sql(
            f"SELECT expires_at FROM tokens WHERE id = {int(new['id'])}"  # noqa: S608  a number
        ).scalar_one()
    assert new["expires_at"] == tomorrow
    assert stored == f"{tomorrow} 00:00:00.000000"
