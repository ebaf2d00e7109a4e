"""Making tokens and ending them.

A secret is 120 random bits behind a prefix that tells people and scanners what it is.  It is
returned once, by ``mint``; only its SHA-256 is stored, which such a secret needs no salt or slow
hash to be safe behind.
"""

import re
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from wheelyard import journal, memberships, users
from wheelyard.access import BOT_KINDS, Actor, Principal, Role, TokenKind
from wheelyard.database.rows import add_row
from wheelyard.database.schema import tokens
from wheelyard.facts import Invalid, InvalidRecord, Sentence, TokenReused
from wheelyard.journal import Entry
from wheelyard.memberships import Member, Place
from wheelyard.tokens.records import (
    PREFIXES,
    SCOPES,
    Minted,
    NewToken,
    Token,
    digest,
    from_row,
)

ROTATED_DAYS = 7
"""How long a successor lives when nobody says, as on GitLab."""

_RANDOM_BYTES = 15  # 20 characters of URL-safe base 64
_BOT_BYTES = 16  # GitLab's names of bots end in as many
_USERNAME = re.compile(r"[A-Za-z0-9_.+-]+\Z", re.ASCII)


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
        family_id=new.family_id,
        role=new.role,
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
    if not new.scopes and new.kind is not TokenKind.JOB:
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


def mint_for_bot(conn: Connection, new: NewToken, *, by: Actor, at: datetime) -> Minted:
    """Make an access token of the project or the group that holds it, and the bot it acts as.

    The bot is a user that was made for this token: a member of that place with the token's role for
    as long as the token lives (GitLab documentation, "Project access tokens", "Bot users").  Raises
    Invalid and InvalidRecord.
    """
    _require_valid(new)
    place = Place(namespace_id=new.holder.namespace_id, project_id=new.holder.project_id)
    number = place.project_id or place.namespace_id
    username = f"{new.kind.value}_{number}_bot_{secrets.token_hex(_BOT_BYTES)}"
    bot = users.create_bot(conn, username, new.name, by=by, at=at)
    member = Member(bot, new.role or Role.MAINTAINER, new.expires_at, at)
    memberships.add_bot(conn, place, member, by=by)
    holder = replace(new.holder, user_id=bot.id)
    return mint(conn, replace(new, holder=holder, role=member.role), by=by, at=at)


def require_role_within(principal: Principal, own: Role, role: Role | None) -> None:
    """Raise Invalid, as GitLab does, for a token whose role is above that of who wants it."""
    if (role or Role.NONE) > own and not principal.is_admin:
        raise Invalid(
            Sentence("Access level of the token contains permissions not held by the creating user")
        )


def rotate(
    conn: Connection, token: Token, *, expires_at: datetime | None, by: Actor, at: datetime
) -> Minted:
    """Revoke a token and mint its successor, in one transaction.

    Raises TokenReused for a token that was revoked, after those that it was rotated into have been
    revoked as well (GitLab documentation, "Automatic reuse detection").
    """
    if token.revoked_at is not None:
        revoke_family(conn, token, by=by, at=at)
        raise TokenReused(Sentence("Token already revoked"))
    family_id = token.family_id or token.id
    conn.execute(
        update(tokens).where(tokens.c.id == token.id).values(revoked_at=at, family_id=family_id)
    )
    _record(conn, "token.revoked", token, by=by, at=at)
    ends = expires_at or _rotated_end(at)
    if token.kind in BOT_KINDS:
        memberships.prolong(conn, _place(token), token.holder.user_id, ends)
    successor = NewToken(
        kind=token.kind,
        holder=token.holder,
        name=token.name,
        scopes=token.scopes,
        expires_at=ends,
        description=token.description,
        username=token.username,
        role=token.role,
        family_id=family_id,
    )
    return mint(conn, successor, by=by, at=at)


def _rotated_end(at: datetime) -> datetime:
    today = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=ROTATED_DAYS)


def revoke(conn: Connection, token: Token, *, by: Actor, at: datetime, reason: str = "") -> None:
    """Refuse the token from the next request on; revoking again changes nothing.

    A bot is no member any more then, as a token that it acts through is its only one.
    """
    if token.revoked_at is not None:
        return
    conn.execute(update(tokens).where(tokens.c.id == token.id).values(revoked_at=at))
    told = {"reason": reason} if reason else {}
    _record(conn, "token.revoked", token, by=by, at=at, **told)
    if token.kind in BOT_KINDS and token.holder.user_id is not None:
        memberships.remove_bot(conn, _place(token), token.holder.user_id, by=by, at=at)


def revoke_family(conn: Connection, token: Token, *, by: Actor, at: datetime) -> None:
    """Revoke what a token was rotated into, because somebody used it again."""
    family_id = token.family_id
    if family_id is None:
        return
    family = select(tokens).where(
        or_(tokens.c.family_id == family_id, tokens.c.id == family_id),
        tokens.c.revoked_at.is_(None),
    )
    for row in conn.execute(family).all():
        revoke(conn, from_row(row), by=by, at=at, reason="reuse")


def _place(token: Token) -> Place:
    return Place(namespace_id=token.holder.namespace_id, project_id=token.holder.project_id)


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
