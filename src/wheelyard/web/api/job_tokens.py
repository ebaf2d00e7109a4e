"""Job tokens, for a CI server that is trusted with them; GitLab has its own CI in their place.

A CI server asks for one when it starts a job and hands it to the job, as GitLab does with
``CI_JOB_TOKEN``; it revokes it when the job ends.
"""

from typing import Annotated

from msgspec import Meta, Struct

from wheelyard import jobs, tokens, users
from wheelyard.access import TokenKind
from wheelyard.tokens import Holder
from wheelyard.web.api.endpoint import NO_CONTENT, Call, Created, NoContent, Reply, Time, show_time
from wheelyard.web.asked import Number


class NewJobToken(Struct, kw_only=True, frozen=True):
    """A token for a new job."""

    user_id: Annotated[
        Number, Meta(description="Who has started the job: a Developer of the project at least.")
    ]
    expires_in: Annotated[
        int, Meta(ge=1, le=jobs.MAX_SECONDS, description="Seconds, after which it ends by itself.")
    ] = jobs.DEFAULT_SECONDS


class MintedJobToken(Struct, kw_only=True, frozen=True):
    """A job token with its secret, which is told this once."""

    id: int
    user_id: int | None
    project_id: int | None
    created_at: Time
    expires_at: Time | None
    token: str


def create_job_token(call: Call, asked: NewJobToken) -> Created[MintedJobToken]:
    """Create a token for a job of a user in a project; this answer alone tells its secret.

    It acts as the user, on packages alone, in this project and in those that admit it.  For
    administrators: a CI server that is trusted to say who has started a job.
    """
    user = users.get(call.conn, asked.user_id)
    minted = jobs.mint(
        call.conn, call.project, user, seconds=asked.expires_in, by=call.actor, at=call.at
    )
    token = minted.token
    shown = MintedJobToken(
        id=token.id,
        user_id=token.holder.user_id,
        project_id=token.holder.project_id,
        created_at=show_time(token.created_at),
        expires_at=show_time(token.expires_at),
        token=minted.secret,
    )
    return Reply(shown)


def revoke_job_token(call: Call) -> NoContent:
    """Revoke the token of a job that has ended."""
    holder = Holder.of(call.subject)
    token = tokens.get(call.conn, call.number("token"), TokenKind.JOB, holder)
    tokens.revoke(call.conn, token, by=call.actor, at=call.at)
    return NO_CONTENT
