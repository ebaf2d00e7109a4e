"""Job tokens: what a CI server is given for each job, and takes back when the job ends.

A job token acts as the user who started the job, on packages alone and where the project of the
job is admitted (see ``admissions``).  It always has an end, lest one that was never taken back
lives on.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select

from wheelyard import memberships, tokens
from wheelyard.access import Actor, Role, TokenKind
from wheelyard.database import schema
from wheelyard.facts import Invalid, Sentence
from wheelyard.projects import Project
from wheelyard.tokens import Holder, Minted, NewToken
from wheelyard.users import State, User

DEFAULT_SECONDS = 3600
"""How long one lives when nobody says: GitLab's limit for a job."""

MAX_SECONDS = 30 * 24 * 3600
"""GitLab's runners end a job after a month at the latest."""

_KEPT = timedelta(days=1)
_BATCH = 500


def mint(
    conn: Connection, project: Project, user: User, *, seconds: int, by: Actor, at: datetime
) -> Minted:
    """Make a token for a job of a user in a project; raises Invalid for whom has no job there.

    Who starts jobs there is a Developer at least, or an administrator.
    """
    role = memberships.find_standing(conn, user.id, project.subject, at).role
    if user.is_bot or user.state is not State.ACTIVE:
        raise Invalid(Sentence("%(username)s cannot start jobs", username=user.username))
    if role < Role.DEVELOPER and not user.is_admin:
        raise Invalid(
            Sentence("%(username)s is no Developer of the project", username=user.username)
        )
    _forget_dead(conn, project, at)
    new = NewToken(
        TokenKind.JOB,
        Holder(user_id=user.id, project_id=project.id),
        f"{project.path} job",
        (),
        expires_at=at + timedelta(seconds=seconds),
    )
    return tokens.mint(conn, new, by=by, at=at)


def _forget_dead(conn: Connection, project: Project, at: datetime) -> None:
    """Delete some of the project's tokens that ended a day ago, of which the journal hears nothing.

    Each job leaves one; deleting more than one for each that is made keeps their number down.
    """
    table, before = schema.tokens, at - _KEPT
    dead = (
        select(table.c.id)
        .where(
            table.c.project_id == project.id,
            table.c.kind == TokenKind.JOB.value,
            or_(table.c.expires_at < before, table.c.revoked_at < before),
        )
        .limit(_BATCH)
    )
    conn.execute(delete(table).where(table.c.id.in_(dead)))
