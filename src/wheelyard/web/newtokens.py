"""What a token that is to be made is like: parameters of the REST API and fields of forms alike."""

import re
from collections.abc import Collection
from datetime import datetime

from wheelyard.access import TokenKind
from wheelyard.facts import Invalid, InvalidRecord, Sentence
from wheelyard.tokens import DEPLOY_SCOPES, PERSONAL_SCOPES, Holder, NewToken
from wheelyard.web.params import Params

_MAX_DESCRIPTION = 2000
_USERNAME = re.compile(r"[A-Za-z0-9_.+-]+\Z", re.ASCII)


def read_personal(params: Params, user_id: int, *, at: datetime) -> NewToken:
    """Read a personal access token; raises InvalidParameters and Invalid."""
    name = params.line("name", required=True)
    scopes = params.words("scopes", PERSONAL_SCOPES, required=True)
    description = params.text("description", max_length=_MAX_DESCRIPTION)
    expires_at = params.future_day("expires_at", after=at)
    params.check()
    return NewToken(
        TokenKind.PERSONAL,
        Holder(user_id=user_id),
        name or "",
        _require_some(scopes),
        expires_at=expires_at,
        description=description or "",
    )


def read_deploy(params: Params, holder: Holder, *, at: datetime) -> NewToken:
    """Read a deploy token; raises InvalidParameters, InvalidRecord and Invalid."""
    name = params.line("name", required=True)
    scopes = params.words("scopes", DEPLOY_SCOPES, required=True)
    username = params.text("username")
    expires_at = params.future_day("expires_at", after=at)
    params.check()
    chosen = _require_some(scopes)
    if username and not _USERNAME.match(username):
        raise InvalidRecord(
            username=Sentence("can contain only letters, digits, '_', '-', '+', and '.'")
        )
    return NewToken(
        TokenKind.DEPLOY,
        holder,
        name or "",
        chosen,
        expires_at=expires_at,
        username=username or None,
    )


def _require_some(scopes: Collection[str]) -> tuple[str, ...]:
    if not scopes:
        raise Invalid(Sentence("Scopes can't be blank"))
    return tuple(dict.fromkeys(scopes))
