"""What ``access`` decides of callers that no request of today makes yet, and must not let in."""

import pytest

from wheelyard import access
from wheelyard.access import (
    ANONYMOUS,
    BOT_KINDS,
    ON_PACKAGES,
    RULES,
    Decision,
    Permission,
    Principal,
    Role,
    Subject,
    TokenKind,
    Visibility,
)

PRIVATE = Subject(visibility=Visibility.PRIVATE, lineage=(1,), project_id=1)


def test_a_user_without_a_token_is_somebody() -> None:
    assert ANONYMOUS.is_anonymous
    assert not Principal(user_id=1).is_anonymous
    assert not Principal(token_id=1, token_kind=TokenKind.DEPLOY).is_anonymous


SCOPED = [kind for kind in TokenKind if kind not in {TokenKind.DEPLOY, TokenKind.JOB}]


@pytest.mark.parametrize("kind", SCOPED)
@pytest.mark.parametrize("permission", [can for can in Permission if RULES[can].scopes])
def test_a_token_without_scopes_opens_nothing_that_asks_for_one(
    kind: TokenKind, permission: Permission
) -> None:
    principal = Principal(user_id=1, is_admin=True, token_id=1, token_kind=kind)

    decision = access.decide(principal, permission, PRIVATE, Role.OWNER)

    assert decision is Decision.INSUFFICIENT_SCOPE


@pytest.mark.parametrize("permission", list(Permission))
def test_a_job_token_is_for_packages_alone(permission: Permission) -> None:
    principal = Principal(user_id=1, token_id=1, token_kind=TokenKind.JOB)

    decision = access.decide(principal, permission, PRIVATE, Role.OWNER)

    is_allowed = permission in ON_PACKAGES
    assert decision is (Decision.ALLOWED if is_allowed else Decision.INSUFFICIENT_SCOPE)


@pytest.mark.parametrize("kind", sorted(BOT_KINDS))
@pytest.mark.parametrize(
    "permission",
    [
        Permission.MANAGE_PROJECT_ACCESS_TOKENS,
        Permission.MANAGE_GROUP_ACCESS_TOKENS,
        Permission.CREATE_GROUP,
    ],
)
def test_a_bot_makes_nothing_that_would_outlive_its_token(
    kind: TokenKind, permission: Permission
) -> None:
    scopes = frozenset({"api"})
    bot = Principal(user_id=1, token_id=1, token_kind=kind, scopes=scopes)

    assert access.decide(bot, permission, PRIVATE, Role.OWNER) is Decision.FORBIDDEN
