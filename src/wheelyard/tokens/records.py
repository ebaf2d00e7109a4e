"""Tokens, as they are known: kinds, scopes, and to what each belongs."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from wheelyard.access import Role, Scope, Subject, TokenKind

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


@dataclass(frozen=True, slots=True)
class Holder:
    """What a token belongs to.

    A user; for a deploy token a project or a group; for an access token of one of these and for a
    job token both: whom it acts as, and the place.
    """

    user_id: int | None = None
    project_id: int | None = None
    namespace_id: int | None = None

    @classmethod
    def of(cls, subject: Subject) -> "Holder":
        """Return what the tokens of a project or a group belong to."""
        if subject.project_id is not None:
            return cls(project_id=subject.project_id)
        return cls(namespace_id=subject.lineage[-1])

    def is_at(self, place: "Holder") -> bool:
        """Whether it is in a place, whoever acts."""
        return (self.project_id, self.namespace_id) == (place.project_id, place.namespace_id)


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
    role: Role | None = None
    """Of a project's or a group's access token: what its bot may do there."""

    family_id: int | None = None


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
    family_id: int | None
    """The id of the first of those that were rotated into each other; None: it stands alone."""

    role: Role | None
    """Of a project's or a group's access token: what its bot may do there."""

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
        family_id=row.family_id,
        role=None if row.role is None else Role(row.role),
    )
