"""Conditions of a deletion (RFC 9110, section 13.1.4; GitLab takes them on whatever it deletes)."""

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta, Struct

from wheelyard.facts import PreconditionFailed
from wheelyard.web.asked import Text, header
from wheelyard.web.headers import read_http_date


class OnCondition(Struct, kw_only=True, frozen=True):
    """Under which condition."""

    if_unmodified_since: Annotated[
        Text | None,
        header("If-Unmodified-Since"),
        Meta(description="An HTTP date: refuse when it has changed since."),
    ] = None


def require_unmodified(asked: OnCondition, changed_at: datetime) -> None:
    """Raise PreconditionFailed for what has changed since; the header counts seconds."""
    seen = _read_date(asked.if_unmodified_since or "")
    if seen is not None and changed_at.replace(microsecond=0) > seen:
        raise PreconditionFailed


def _read_date(text: str) -> datetime | None:
    """Return the moment, None for what is no date: a recipient ignores such a condition.

    GitLab takes ISO 8601 as well; whoever sends that must not lose more than they mean to.
    """
    seen = read_http_date(text)
    if seen is not None:
        return seen
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
