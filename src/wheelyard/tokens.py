"""Tokens: minted once, found by digest, rotated, revoked, expired.

A secret is 120 random bits behind a prefix that tells people and scanners what it is.  It is
returned once, by ``mint``; only its SHA-256 is stored, which such a secret needs no salt or slow
hash to be safe behind.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, or_, select, update

from wheelyard import journal, users
from wheelyard.access import ANONYMOUS, Actor, Principal, Scope, Subject, TokenKind
from wheelyard.database.paging import Page, Window, fetch
from wheelyard.database.rows import add_row
from wheelyard.database.schema import UtcDateTime, tokens
from wheelyard.database.schema import users as users_table
from wheelyard.facts import CredentialRefused, Invalid, InvalidRecord, NotFound, Sentence
from wheelyard.journal import Entry
from wheelyard.users import State

PREFIXES = {
    TokenKind.PERSONAL: "glpat-",
    TokenKind.PROJECT: "glpat-",
    TokenKind.GROUP: "glpat-",
    TokenKind.DEPLOY: "gldt-",
    TokenKind.JOB: "glcbt-",
}
"""GitLab's, which clients and secret scanners know."""

PERSONAL_SCOPES = (Scope.API, Scope.READ_API, Scope.READ_USER, Scope.SELF_ROTATE)
DEPLOY_SCOPES = (
    Scope.READ_REPOSITORY,
    Scope.READ_REGISTRY,
    Scope.WRITE_REGISTRY,
    Scope.READ_VIRTUAL_REGISTRY,
    Scope.WRITE_VIRTUAL_REGISTRY,
    Scope.READ_PACKAGE_REGISTRY,
    Scope.WRITE_PACKAGE_REGISTRY,
)

BOT_SCOPES = (Scope.API, Scope.READ_API, Scope.SELF_ROTATE)

SCOPES: Mapping[TokenKind, tuple[Scope, ...]] = {
    TokenKind.PERSONAL: PERSONAL_SCOPES,
    TokenKind.PROJECT: BOT_SCOPES,
    TokenKind.GROUP: BOT_SCOPES,
    TokenKind.DEPLOY: DEPLOY_SCOPES,
    TokenKind.JOB: (),
}
"""What each kind can be given; a job's is what its user may do with packages."""

ROTATED_DAYS = 7
"""How long a successor lives when nobody says, as on GitLab."""

_RANDOM_BYTES = 15  # 20 characters of URL-safe base 64
_USERNAME = re.compile(r"[A-Za-z0-9_.+-]+\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Holder:
    """What a token belongs to: a user, or for a deploy token a project or a group."""

    user_id: int | None = None
    project_id: int | None = None
    namespace_id: int | None = None

    @classmethod
    def of(cls, subject: Subject) -> "Holder":
        """Return what the deploy tokens of a project or a group belong to."""
        if subject.project_id is not None:
            return cls(project_id=subject.project_id)
        return cls(namespace_id=subject.lineage[-1])


@dataclass(frozen=True, slots=True)
class NewToken:
    """What must be known of a token that is to be minted."""

    kind: TokenKind
    holder: Holder
    name: str
    scopes: tuple[str, ...]
    expires_at: datetime | None = None
    description: str = ""
    username: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret, which nobody can read again."""

    id: int
    kind: TokenKind
    holder: Holder
    name: str
    description: str
    scopes: tuple[str, ...]
    username: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def is_expired(self, at: datetime) -> bool:
        """Whether its time has run out."""
        return self.expires_at is not None and self.expires_at <= at

    def is_active(self, at: datetime) -> bool:
        """Whether it can be used."""
        return self.revoked_at is None and not self.is_expired(at)


@dataclass(frozen=True, slots=True)
class Minted:
    """A new token and its secret, which is shown once."""

    token: Token
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a secret stands for, and the moment from which it does no more."""

    principal: Principal
    until: datetime | None


def digest(secret: str) -> bytes:
    """Return the SHA-256 by which a secret is found; any text has one."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def from_row(row: Row[Any]) -> Token:
    """Make a record of a row of the table."""
    return Token(
        id=row.id,
        kind=TokenKind(row.kind),
        holder=Holder(row.user_id, row.project_id, row.namespace_id),
        name=row.name,
        description=row.description,
        scopes=tuple(row.scopes.split()),
        username=row.username,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )


def mint(conn: Connection, new: NewToken, *, by: Actor, at: datetime, secret: str = "") -> Minted:
    """Make a token; the secret is drawn here unless an administrator brought one.

    Raises Invalid and InvalidRecord.
    """
    _require_valid(new)
    secret = secret or PREFIXES[new.kind] + secrets.token_urlsafe(_RANDOM_BYTES)
    token_id = add_row(
        conn,
        tokens,
        kind=new.kind.value,
        digest=digest(secret),
        name=new.name,
        description=new.description,
        scopes=" ".join(dict.fromkeys(new.scopes)),
        user_id=new.holder.user_id,
        project_id=new.holder.project_id,
        namespace_id=new.holder.namespace_id,
        username=new.username,
        created_at=at,
        expires_at=new.expires_at,
    )
    if new.kind is TokenKind.DEPLOY and not new.username:
        username = f"gitlab+deploy-token-{token_id}"
        conn.execute(update(tokens).where(tokens.c.id == token_id).values(username=username))
    token = from_row(conn.execute(select(tokens).where(tokens.c.id == token_id)).one())
    _record(conn, "token.created", token, by=by, at=at, scopes=token.scopes)
    return Minted(token=token, secret=secret)


def _require_valid(new: NewToken) -> None:
    if not new.name.strip():
        raise InvalidRecord(name=Sentence("can't be blank"))
    if not new.scopes:
        raise Invalid(Sentence("Scopes can't be blank"))
    known = SCOPES[new.kind]
    if unknown := sorted(set(new.scopes) - set(known)):
        raise Invalid(
            Sentence(
                "%(unknown)s: no such scope; there are %(known)s",
                unknown=", ".join(unknown),
                known=", ".join(known),
            )
        )
    if new.username and not _USERNAME.match(new.username):
        raise InvalidRecord(
            username=Sentence("can contain only letters, digits, '_', '-', '+', and '.'")
        )


def rotate(
    conn: Connection, token: Token, *, expires_at: datetime | None, by: Actor, at: datetime
) -> Minted:
    """Revoke a token and mint its successor, in one transaction; raises Invalid."""
    if token.revoked_at is not None:
        raise Invalid(Sentence("Token already revoked"))
    revoke(conn, token, by=by, at=at)
    successor = NewToken(
        kind=token.kind,
        holder=token.holder,
        name=token.name,
        scopes=token.scopes,
        expires_at=expires_at or _rotated_end(at),
        description=token.description,
        username=token.username,
    )
    return mint(conn, successor, by=by, at=at)


def _rotated_end(at: datetime) -> datetime:
    today = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=ROTATED_DAYS)


def revoke(conn: Connection, token: Token, *, by: Actor, at: datetime) -> None:
    """Refuse the token from the next request on; revoking again changes nothing."""
    if token.revoked_at is not None:
        return
    conn.execute(update(tokens).where(tokens.c.id == token.id).values(revoked_at=at))
    _record(conn, "token.revoked", token, by=by, at=at)


def _record(
    conn: Connection, action: str, token: Token, *, by: Actor, at: datetime, **details: object
) -> None:
    entry = Entry(
        action,
        project_id=token.holder.project_id,
        namespace_id=token.holder.namespace_id,
        user_id=token.holder.user_id,
        token_id=token.id,
    )
    journal.record(conn, entry, by=by, at=at, name=token.name, kind=token.kind, **details)


def find(conn: Connection, token_id: int, kind: TokenKind) -> Token | None:
    """Return a token by id."""
    row = conn.execute(
        select(tokens).where(tokens.c.id == token_id, tokens.c.kind == kind.value)
    ).first()
    return from_row(row) if row else None


def get(conn: Connection, token_id: int, kind: TokenKind, holder: Holder) -> Token:
    """Return a holder's token by id; raises NotFound, for a token of others too."""
    token = find(conn, token_id, kind)
    if token is None or token.holder != holder:
        raise NotFound
    return token


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tokens are wanted; None is either."""

    kind: TokenKind
    holder: Holder | None = None
    active: bool | None = None
    revoked: bool | None = None
    search: str = ""
    created_after: datetime | None = None
    created_before: datetime | None = None
    last_used_after: datetime | None = None
    last_used_before: datetime | None = None


def list_tokens(
    conn: Connection,
    wanted: Filter,
    window: Window,
    *,
    newest_first: bool = False,
    at: datetime,
) -> Page[Token]:
    """Page through tokens in the order in which they were made."""
    statement = select(tokens).where(*_wanted(wanted, at))
    return fetch(conn, statement, window, from_row, order_by=[tokens.c.id], descending=newest_first)


def _wanted(wanted: Filter, at: datetime) -> Iterator[ColumnElement[bool]]:
    yield tokens.c.kind == wanted.kind.value
    if wanted.holder is not None:
        yield tokens.c.user_id.is_not_distinct_from(wanted.holder.user_id)
        yield tokens.c.project_id.is_not_distinct_from(wanted.holder.project_id)
        yield tokens.c.namespace_id.is_not_distinct_from(wanted.holder.namespace_id)
    if wanted.active is not None:
        live = tokens.c.revoked_at.is_(None) & ~_is_expired(at)
        yield live if wanted.active else ~live
    if wanted.revoked is not None:
        is_revoked = tokens.c.revoked_at.is_not(None)
        yield is_revoked if wanted.revoked else ~is_revoked
    if wanted.search:
        yield tokens.c.name.icontains(wanted.search, autoescape=True)
    if wanted.created_after is not None:
        yield tokens.c.created_at > wanted.created_after
    if wanted.created_before is not None:
        yield tokens.c.created_at < wanted.created_before
    if wanted.last_used_after is not None:
        yield tokens.c.last_used_at > wanted.last_used_after
    if wanted.last_used_before is not None:
        yield tokens.c.last_used_at < wanted.last_used_before


def _is_expired(at: datetime) -> ColumnElement[bool]:
    return tokens.c.expires_at.is_not(None) & (tokens.c.expires_at <= at)


_IDENTITY = select(tokens, users_table.c.is_admin, users_table.c.state).join_from(
    tokens, users_table, tokens.c.user_id == users_table.c.id, isouter=True
)


def identify(
    conn: Connection, secret: str, kinds: Iterable[TokenKind], *, at: datetime
) -> Identity | None:
    """Return who a secret stands for, or None when it stands for nobody.

    A personal token that is expired or revoked, or whose user is blocked, raises
    CredentialRefused: its holder should know.  A deploy token in that state stands for nobody, as
    on GitLab, so that public packages stay readable.
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
    if user.state is State.BLOCKED:
        raise CredentialRefused("blocked", "Your account has been blocked.")
    return replace(principal, is_admin=user.is_admin)


def _identity(row: Row[Any], at: datetime) -> Identity | None:
    token = from_row(row)
    if token.kind is TokenKind.DEPLOY and not token.is_active(at):
        return None
    _require_usable(token, row.state, at)
    principal = Principal(
        user_id=token.holder.user_id,
        is_admin=bool(row.is_admin),
        token_id=token.id,
        token_kind=token.kind,
        scopes=frozenset(token.scopes),
        reach_project_id=token.holder.project_id,
        reach_namespace_id=token.holder.namespace_id,
    )
    return Identity(principal=principal, until=token.expires_at)


def _require_usable(token: Token, user_state: str | None, at: datetime) -> None:
    if token.revoked_at is not None:
        raise CredentialRefused(
            "revoked", "Token was revoked. You have to re-authorize from the user."
        )
    if token.is_expired(at):
        raise CredentialRefused(
            "expired", "Token is expired. You can either do re-authorization or token refresh."
        )
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
