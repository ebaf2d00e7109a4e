"""What ``access`` decides of callers that no request of today makes yet, and must not let in."""

import pytest

from wheelyard import access
from wheelyard.access import (
    ANONYMOUS,
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


@pytest.mark.parametrize("kind", [kind for kind in TokenKind if kind is not TokenKind.DEPLOY])
@pytest.mark.parametrize("permission", [can for can in Permission if RULES[can].scopes])
def test_a_token_without_scopes_opens_nothing_that_asks_for_one(
    kind: TokenKind, permission: Permission
) -> None:
    principal = Principal(user_id=1, is_admin=True, token_id=1, token_kind=kind)

    decision = access.decide(principal, permission, PRIVATE, Role.OWNER)

    assert decision is Decision.INSUFFICIENT_SCOPE
