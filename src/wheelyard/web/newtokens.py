"""What a token that is to be made is like: parameters of the REST API and fields of forms alike."""

from datetime import datetime

from wheelyard.access import TokenKind
from wheelyard.tokens import SCOPES, Holder, NewToken
from wheelyard.web.params import Params

_MAX_DESCRIPTION = 2000


def read_personal(params: Params, user_id: int, *, at: datetime) -> NewToken:
    """Read a personal access token; raises InvalidParameters."""
    name = params.line("name", required=True)
    scopes = params.words("scopes", SCOPES[TokenKind.PERSONAL], required=True)
    description = params.text("description", max_length=_MAX_DESCRIPTION)
    expires_at = params.future_day("expires_at", after=at)
    params.check()
    return NewToken(
        TokenKind.PERSONAL,
        Holder(user_id=user_id),
        name or "",
        tuple(scopes),
        expires_at=expires_at,
        description=description or "",
    )


def read_deploy(params: Params, holder: Holder, *, at: datetime) -> NewToken:
    """Read a deploy token; raises InvalidParameters."""
    name = params.line("name", required=True)
    scopes = params.words("scopes", SCOPES[TokenKind.DEPLOY], required=True)
    username = params.text("username")
    expires_at = params.future_day("expires_at", after=at)
    params.check()
    return NewToken(
        TokenKind.DEPLOY,
        holder,
        name or "",
        tuple(scopes),
        expires_at=expires_at,
        username=username or None,
    )
