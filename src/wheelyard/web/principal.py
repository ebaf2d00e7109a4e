"""Who a request acts as: from headers to a Principal.

The forms, in the order in which they are looked at, as on GitLab, and what a secret that matches
nothing does:

    Deploy-Token: <token>              nobody
    Authorization: Basic …:<token>     nobody, as a deploy token
    Authorization: Bearer <token>      refused
    PRIVATE-TOKEN: <token>             refused
    ?private_token=<token>             refused
    ?access_token=<token>              refused
    Authorization: Basic …:<token>     nobody, as an access token
    JOB-TOKEN: <token>                 refused
    ?job_token=<token>                 refused
    Authorization: Basic …:<token>     refused, for the user name gitlab-ci-token
    the cookie of a session            nobody; for reading alone

"Nobody" lets public things be read with a stale password at hand, as on GitLab; the user name in
Basic is not looked at otherwise.  An empty secret is none: so a variable that is not set is sent.
Of a parameter that is there twice the last counts, as of all others.
"""

import binascii
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import Connection
from starlette.requests import cookie_parser
from starlette.types import Scope

from wheelyard import sessions, tokens
from wheelyard.access import ANONYMOUS, BOT_KINDS, TokenKind
from wheelyard.facts import CredentialRefused
from wheelyard.tokens import Identity

CI_USERNAME = "gitlab-ci-token"

_DEPLOY_TOKEN = b"deploy-token"
_AUTHORIZATION = b"authorization"
_PRIVATE_TOKEN = b"private-token"
_JOB_TOKEN = b"job-token"
_QUERY = b"?"  # these two stand in the place of a header's name, where no header has them
_SESSION = b"="
IN_QUERY = ("private_token", "access_token", "job_token")
"""The parameters in which a token is sent."""

_HEADERS = frozenset({_DEPLOY_TOKEN, _AUTHORIZATION, _PRIVATE_TOKEN, _JOB_TOKEN})
_READING = frozenset({"GET", "HEAD"})

_DEPLOY = (TokenKind.DEPLOY,)
_ACCESS = (TokenKind.PERSONAL, *BOT_KINDS)
_JOB = (TokenKind.JOB,)

NOBODY = Identity(principal=ANONYMOUS, until=None)


class Dialect(Enum):
    """Which credentials a route takes."""

    PACKAGING = auto()
    """The PyPI routes: every form, every kind of token."""

    REST = auto()
    """The REST API: no Basic, and no deploy token, as on GitLab."""


Presented = tuple[tuple[bytes, bytes], ...]
"""What a request holds of credentials, by the name of its header; not looked at."""


@dataclass(frozen=True, slots=True)
class _Credential:
    secret: str = field(repr=False)
    kinds: tuple[TokenKind, ...] = _ACCESS
    refused_if_unknown: bool = True


@dataclass(slots=True)
class LookedUp:
    """What came of the secrets that were looked up; of one that is known and over, nothing."""

    good: str | None = field(default=None, repr=False)
    wrong: set[str] = field(default_factory=set, repr=False)
    """Those that stand for nobody."""


def read_presented(scope: Scope, find: Callable[[str], str] | None) -> Presented:
    """Gather what a request presents.

    ``find`` reads a parameter, of the query or of a body that has been read; None where there is
    neither.
    """
    presented: list[tuple[bytes, bytes]] = []
    for header in scope["headers"]:
        if header[0] in _HEADERS:
            presented.append(header)
        elif header[0] == b"cookie" and scope["method"] in _READING:
            presented.extend(_session_in(header[1], scope))
    if find is not None:
        sent = [(name, find(name)) for name in IN_QUERY]
        if found := [(name, secret) for name, secret in sent if secret]:
            presented.append((_QUERY, urlencode(found).encode()))
    return tuple(presented)


def _session_in(cookies: bytes, scope: Scope) -> Iterator[tuple[bytes, bytes]]:
    """Yield the one cookie that says who somebody is; the others tell of languages and colours."""
    name = session_cookie(is_secure=scope["scheme"] == "https")
    secret = cookie_parser(cookies.decode("latin-1")).get(name, "")
    if secret:
        yield _SESSION, secret.encode("latin-1")


def session_cookie(*, is_secure: bool) -> str:
    """Return the name of the cookie that holds a session's secret."""
    # With this prefix no other host under the same domain can plant the cookie (RFC 6265bis).
    return "__Host-wheelyard_session" if is_secure else "wheelyard_session"


def presented_key(presented: Presented) -> bytes:
    """Return a digest that equal credentials share, so that memory need hold no secret."""
    if not presented:
        return b""
    return hashlib.sha256(b"\0".join([part for pair in presented for part in pair])).digest()


def read_secrets(presented: Presented, dialect: Dialect) -> set[str]:
    """Return what of it could be a guess: the secrets that may be looked up.

    Not a session's, which has 256 bits and is taken from a browser, not typed or configured.
    """
    headers = dict(reversed(presented))
    return {credential.secret for credential in _credentials(headers, dialect)}


def identify(
    conn: Connection, presented: Presented, dialect: Dialect, *, at: datetime, looked_up: LookedUp
) -> Identity:
    """Return who the request acts as, and fill ``looked_up``.  Raises CredentialRefused."""
    if not presented:
        return NOBODY
    headers = dict(reversed(presented))  # of a header that is there twice, the first
    for credential in _credentials(headers, dialect):
        identity = _look_up(conn, credential, at, looked_up)
        if identity is not None:
            return identity
        if credential.refused_if_unknown:
            raise CredentialRefused("unknown", "The token is not known")
    return _signed_in(conn, headers, at)


def _look_up(
    conn: Connection, credential: _Credential, at: datetime, looked_up: LookedUp
) -> Identity | None:
    secret = credential.secret
    try:
        identity = tokens.identify(conn, secret, credential.kinds, at=at)
    except CredentialRefused:
        looked_up.wrong.discard(secret)  # Basic is looked up as several kinds, one after another
        raise
    if identity is None:
        looked_up.wrong.add(secret)
    else:
        looked_up.wrong.discard(secret)
        looked_up.good = secret
    return identity


def _signed_in(conn: Connection, headers: Mapping[bytes, bytes], at: datetime) -> Identity:
    secret = _text(headers.get(_SESSION, b""))
    session = sessions.find(conn, secret, at=at) if secret else None
    if session is None:
        return NOBODY
    return Identity(session.principal, until=session.ends_at)


def _credentials(headers: Mapping[bytes, bytes], dialect: Dialect) -> Iterator[_Credential]:
    """Yield what is presented, in order; nothing that is empty."""
    scheme, _, value = headers.get(_AUTHORIZATION, b"").partition(b" ")
    username, password = "", ""
    if dialect is Dialect.PACKAGING:
        yield from _sent(headers.get(_DEPLOY_TOKEN), _DEPLOY, refused_if_unknown=False)
        if scheme.lower() == b"basic":
            username, password = _read_basic(value.strip())
    if password:
        yield _Credential(password, _DEPLOY, refused_if_unknown=False)
    if scheme.lower() == b"bearer":
        yield from _sent(value.strip(), (*_ACCESS, *_JOB))
    yield from _sent(headers.get(_PRIVATE_TOKEN))
    query = dict(parse_qsl(headers.get(_QUERY, b"").decode("latin-1")))
    for name in ("private_token", "access_token"):
        if name in query:
            yield _Credential(query[name])
    if password:
        yield _Credential(password, refused_if_unknown=False)
    yield from _sent(headers.get(_JOB_TOKEN), _JOB)
    if "job_token" in query:
        yield _Credential(query["job_token"], _JOB)
    if username == CI_USERNAME:
        yield _Credential(password, _JOB)


def _sent(
    value: bytes | None, kinds: tuple[TokenKind, ...] = _ACCESS, *, refused_if_unknown: bool = True
) -> Iterable[_Credential]:
    if value:
        yield _Credential(_text(value), kinds, refused_if_unknown)


def _read_basic(value: bytes) -> tuple[str, str]:
    """Return the user name and the secret, which is the password or else the user name."""
    try:
        username, found, password = binascii.a2b_base64(value).partition(b":")
    except binascii.Error:
        return "", ""
    if not found:
        return "", ""
    # A token as user name with no password is what some installers are given.
    return _text(username), _text(password or username)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
