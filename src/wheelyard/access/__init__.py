"""Who may do what, decided without the database."""

from wheelyard.access.decisions import (
    Decision,
    decide,
    may_anybody,
    may_read_reached,
    reaches_all,
    require,
)
from wheelyard.access.permissions import (
    ANY_SCOPE,
    ON_PACKAGES,
    READ_SCOPES,
    RULES,
    WRITE_SCOPES,
    Permission,
    Rule,
)
from wheelyard.access.principals import (
    ANONYMOUS,
    INSTANCE,
    Actor,
    Principal,
    Subject,
)
from wheelyard.access.words import (
    BOT_KINDS,
    GIVEN_ROLES,
    RegistryAccess,
    Role,
    Scope,
    TokenKind,
    Visibility,
)

__all__ = [
    "ANONYMOUS",
    "ANY_SCOPE",
    "BOT_KINDS",
    "GIVEN_ROLES",
    "INSTANCE",
    "ON_PACKAGES",
    "READ_SCOPES",
    "RULES",
    "WRITE_SCOPES",
    "Actor",
    "Decision",
    "Permission",
    "Principal",
    "RegistryAccess",
    "Role",
    "Rule",
    "Scope",
    "Subject",
    "TokenKind",
    "Visibility",
    "decide",
    "may_anybody",
    "may_read_reached",
    "reaches_all",
    "require",
]
