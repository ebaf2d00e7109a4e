"""Who a secret stands for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, select, update

from wheelyard import users
from wheelyard.access import ANONYMOUS, Principal, TokenKind
from wheelyard.database.schema import UtcDateTime, tokens
from wheelyard.database.schema import users as users_table
from wheelyard.facts import CredentialRefused
from wheelyard.tokens.records import Token, digest, from_row
from wheelyard.users import State

_SILENT = frozenset({TokenKind.DEPLOY, TokenKind.JOB})
"""Kinds that stand for nobody once they have ended; the others tell their holder why."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a secret stands for, and the moment from which it does no more."""

    principal: Principal
    until: datetime | None


_IDENTITY = select(tokens, users_table.c.is_admin, users_table.c.state).join_from(
    tokens, users_table, tokens.c.user_id == users_table.c.id, isouter=True
)


def identify(
    conn: Connection, secret: str, kinds: Iterable[TokenKind], *, at: datetime
) -> Identity | None:
    """Return who a secret stands for, or None when it stands for nobody.

    A token that is expired or revoked, or whose user is blocked, raises CredentialRefused: its
    holder should know.  A deploy token that has ended stands for nobody, as on GitLab, so that
    public packages stay readable; a job token, because its job is over.
    """
    row = conn.execute(_IDENTITY.where(tokens.c.digest == digest(secret))).first()
    if row is None:
        return None
    return _identity(row, at) if TokenKind(row.kind) in kinds else None


def refresh(conn: Connection, principal: Principal, *, at: datetime) -> Principal:
    """Return who a principal's token stands for by now; raises as ``identify``.

    For what began long ago: meanwhile the token may have been revoked, its user blocked or gone,
    an administrator demoted.
    """
    if principal.token_id is None:
        return _refresh_user(conn, principal)
    row = conn.execute(_IDENTITY.where(tokens.c.id == principal.token_id)).first()
    if row is None:
        raise CredentialRefused("unknown", "The token is not known")
    identity = _identity(row, at)
    return identity.principal if identity else ANONYMOUS


def _refresh_user(conn: Connection, principal: Principal) -> Principal:
    """The same for somebody who has signed in."""
    if principal.user_id is None:
        return principal
    user = users.find(conn, principal.user_id)
    if user is None:
        raise CredentialRefused("unknown", "The user is not known")
    _require_unblocked(user.state)
    return replace(principal, is_admin=user.is_admin)


def _identity(row: Row[Any], at: datetime) -> Identity | None:
    token = from_row(row)
    if token.kind in _SILENT and not token.is_active(at):
        return None
    _require_usable(token, row.state, at)
    is_deploy, is_job = token.kind is TokenKind.DEPLOY, token.kind is TokenKind.JOB
    principal = Principal(
        user_id=token.holder.user_id,
        is_admin=bool(row.is_admin),
        token_id=token.id,
        token_kind=token.kind,
        scopes=frozenset(token.scopes),
        reach_project_id=token.holder.project_id if is_deploy else None,
        job_project_id=token.holder.project_id if is_job else None,
        reach_namespace_id=token.holder.namespace_id if is_deploy else None,
    )
    return Identity(principal=principal, until=token.expires_at)


def _require_usable(token: Token, user_state: str | None, at: datetime) -> None:
    if token.revoked_at is not None:
        raise CredentialRefused(
            "revoked",
            "Token was revoked. You have to re-authorize from the user.",
            token_id=token.id,
        )
    if token.is_expired(at):
        raise CredentialRefused(
            "expired", "Token is expired. You can either do re-authorization or token refresh."
        )
    _require_unblocked(user_state)


def _require_unblocked(user_state: str | None) -> None:
    if user_state == State.BLOCKED:
        raise CredentialRefused("blocked", "Your account has been blocked.")


_USED_AT = bindparam("used_at", type_=UtcDateTime)
_NOTE_USE = (
    update(tokens)
    .where(
        tokens.c.id == bindparam("token"),
        or_(tokens.c.last_used_at.is_(None), tokens.c.last_used_at < _USED_AT),
    )
    .values(last_used_at=_USED_AT)
)


def note_use(conn: Connection, used_at: Mapping[int, datetime]) -> None:
    """Write when tokens were last used; this is no change, so the journal hears nothing."""
    if used_at:
        conn.execute(_NOTE_USE, [{"token": token, "used_at": at} for token, at in used_at.items()])
