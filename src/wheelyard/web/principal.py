"""Who a request acts as: from headers to a Principal.

The forms, in the order in which they are looked at, and what a secret that matches nothing does:

    Deploy-Token: <token>              nobody
    Authorization: Bearer <token>      refused
    PRIVATE-TOKEN: <token>             refused
    ?private_token=<token>             refused
    JOB-TOKEN: <token>                 refused
    Authorization: Basic …:<token>     nobody; refused for the user name gitlab-ci-token

"Nobody" lets public things be read with a stale password at hand, as on GitLab; the user name in
Basic is not looked at otherwise.
"""

import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from urllib.parse import parse_qsl

from sqlalchemy import Connection
from starlette.types import Scope

from wheelyard import tokens
from wheelyard.access import ANONYMOUS, TokenKind
from wheelyard.facts import CredentialRefused
from wheelyard.tokens import Identity

CI_USERNAME = "gitlab-ci-token"

_DEPLOY_TOKEN = b"deploy-token"
_AUTHORIZATION = b"authorization"
_PRIVATE_TOKEN = b"private-token"
_JOB_TOKEN = b"job-token"
_QUERY = b"?"  # in the place of a header's name, where no header has it
_HEADERS = frozenset({_DEPLOY_TOKEN, _AUTHORIZATION, _PRIVATE_TOKEN, _JOB_TOKEN})

NOBODY = Identity(principal=ANONYMOUS, until=None)


class Dialect(Enum):
    """Which credentials a route takes."""

    PACKAGING = auto()
    """The PyPI routes: every form, every kind of token."""

    REST = auto()
    """The REST API: no Basic, and no deploy token, as on GitLab."""


Presented = tuple[tuple[bytes, bytes], ...]
"""The headers of a request that hold credentials, and its query where that does; not looked at."""


@dataclass(frozen=True, slots=True)
class _Credential:
    secret: str = field(repr=False)
    kinds: tuple[TokenKind, ...] = (TokenKind.PERSONAL,)
    refused_if_unknown: bool = True


def read_presented(scope: Scope) -> Presented:
    """Gather what a request presents."""
    presented = tuple([header for header in scope["headers"] if header[0] in _HEADERS])
    query: bytes = scope["query_string"]
    return (*presented, (_QUERY, query)) if b"private_token=" in query else presented


def presented_key(presented: Presented) -> bytes:
    """Return a digest that equal credentials share, so that memory need hold no secret."""
    if not presented:
        return b""
    return hashlib.sha256(b"\0".join([part for pair in presented for part in pair])).digest()


def identify(conn: Connection, presented: Presented, dialect: Dialect, *, at: datetime) -> Identity:
    """Return who the request acts as.  Raises CredentialRefused."""
    for credential in _credentials(presented, dialect):
        identity = tokens.identify(conn, credential.secret, credential.kinds, at=at)
        if identity is not None:
            return identity
        if credential.refused_if_unknown:
            raise CredentialRefused("unknown", "The token is not known")
    return NOBODY


def _credentials(presented: Presented, dialect: Dialect) -> Iterable[_Credential]:
    headers = dict(reversed(presented))  # of a header that is there twice, the first
    if dialect is Dialect.PACKAGING and _DEPLOY_TOKEN in headers:
        yield _Credential(
            _text(headers[_DEPLOY_TOKEN]), (TokenKind.DEPLOY,), refused_if_unknown=False
        )
    scheme, _, value = headers.get(_AUTHORIZATION, b"").partition(b" ")
    if scheme.lower() == b"bearer":
        yield _Credential(_text(value.strip()))
    if _PRIVATE_TOKEN in headers:
        yield _Credential(_text(headers[_PRIVATE_TOKEN]))
    for name, secret in parse_qsl(headers.get(_QUERY, b"").decode("latin-1")):
        if name == "private_token":
            yield _Credential(secret)
    if _JOB_TOKEN in headers:
        yield _Credential(_text(headers[_JOB_TOKEN]))
    if dialect is Dialect.PACKAGING and scheme.lower() == b"basic":
        yield from _basic(value.strip())


def _basic(value: bytes) -> Iterable[_Credential]:
    try:
        username, found, password = binascii.a2b_base64(value).partition(b":")
    except binascii.Error:
        return
    if found and (username or password):
        # A token as user name with no password is what some installers are given.
        secret = _text(password or username)
        yield _Credential(
            secret, tuple(TokenKind), refused_if_unknown=_text(username) == CI_USERNAME
        )


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
