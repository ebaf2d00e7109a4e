"""Who is blocked, or is given another password, is signed out everywhere."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from wheelyard import moderation, sessions, users
from wheelyard.access import Actor
from wheelyard.database import schema
from wheelyard.facts import Forbidden
from wheelyard.journal import OPERATOR
from wheelyard.registry import Registry, utc_now
from wheelyard.sessions import Begun
from wheelyard.users import NewUser, PasswordHash, User

HASHED = PasswordHash("not looked at here")


@pytest.fixture
def user(registry: Registry) -> User:
    """Somebody."""
    new = NewUser("ada", "Ada", "ada@example.com", HASHED)
    with registry.database.write() as conn:
        return users.create(conn, new, by=OPERATOR, at=utc_now())


def sign_in(registry: Registry, user: User) -> Begun:
    """A browser in which the user has signed in."""
    with registry.database.write() as conn:
        return sessions.begin(conn, user, address="192.0.2.1", user_agent="", at=utc_now())


def is_signed_in(registry: Registry, begun: Begun) -> bool:
    """Whether the browser's secret still opens anything."""
    with registry.database.read() as conn:
        return sessions.find(conn, begun.secret, at=utc_now()) is not None


def test_a_blocked_user_who_is_let_in_again_has_to_sign_in(registry: Registry, user: User) -> None:
    begun = sign_in(registry, user)

    with registry.database.write() as conn:
        moderation.block(conn, user, by=OPERATOR, at=utc_now())
    with registry.database.write() as conn:
        blocked = users.get(conn, user.id)
        moderation.unblock(conn, blocked, by=OPERATOR, at=utc_now())

    assert not is_signed_in(registry, begun)


def test_a_blocked_user_cannot_sign_in(registry: Registry, user: User) -> None:
    with registry.database.write() as conn:
        moderation.block(conn, user, by=OPERATOR, at=utc_now())
        blocked = users.get(conn, user.id)

    with pytest.raises(Forbidden, match="Your account has been blocked; ask an administrator"):
        sign_in(registry, blocked)


def test_another_password_ends_all_sessions_but_the_one_that_is_kept(
    registry: Registry, user: User
) -> None:
    kept, lost = sign_in(registry, user), sign_in(registry, user)

    with registry.database.write() as conn:
        moderation.edit(
            conn,
            user,
            {},
            password=HASHED,
            kept_session_id=kept.session.id,
            by=Actor(user_id=user.id),
            at=utc_now(),
        )

    assert is_signed_in(registry, kept)
    assert not is_signed_in(registry, lost)


def test_who_signs_in_leaves_no_session_behind_that_has_run_out(
    registry: Registry, user: User
) -> None:
    idle, old, live = (sign_in(registry, user) for _ in range(3))
    with registry.database.write() as conn:
        for begun, column, span in (
            (idle, "last_used_at", sessions.IDLE),
            (old, "expires_at", timedelta()),
        ):
            changed = update(schema.sessions).where(schema.sessions.c.id == begun.session.id)
            conn.execute(changed.values({column: utc_now() - span}))

    new = sign_in(registry, user)

    with registry.database.read() as conn:
        left = set(conn.scalars(select(schema.sessions.c.id)))
    assert left == {live.session.id, new.session.id}


def test_another_name_ends_no_session(registry: Registry, user: User) -> None:
    begun = sign_in(registry, user)

    with registry.database.write() as conn:
        moderation.edit(conn, user, {"name": "Ada L."}, by=OPERATOR, at=utc_now())

    assert is_signed_in(registry, begun)
