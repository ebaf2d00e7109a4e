"""Tokens: minted once, found by digest, rotated, revoked, expired."""

from wheelyard.tokens.identity import Identity, identify, note_use, refresh
from wheelyard.tokens.reading import (
    ACCESS_KINDS,
    Filter,
    find,
    find_any,
    get,
    list_all_of,
    list_tokens,
)
from wheelyard.tokens.records import (
    BOT_SCOPES,
    DEPLOY_SCOPES,
    PERSONAL_SCOPES,
    PREFIXES,
    SCOPES,
    Holder,
    Minted,
    NewToken,
    Token,
    digest,
)
from wheelyard.tokens.writing import (
    ROTATED_DAYS,
    mint,
    mint_for_bot,
    require_role_within,
    revoke,
    revoke_family,
    rotate,
)

__all__ = [
    "ACCESS_KINDS",
    "BOT_SCOPES",
    "DEPLOY_SCOPES",
    "PERSONAL_SCOPES",
    "PREFIXES",
    "ROTATED_DAYS",
    "SCOPES",
    "Filter",
    "Holder",
    "Identity",
    "Minted",
    "NewToken",
    "Token",
    "digest",
    "find",
    "find_any",
    "get",
    "identify",
    "list_all_of",
    "list_tokens",
    "mint",
    "mint_for_bot",
    "note_use",
    "refresh",
    "require_role_within",
    "revoke",
    "revoke_family",
    "rotate",
]
