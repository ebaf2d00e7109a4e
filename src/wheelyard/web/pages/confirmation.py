"""Typed confirmations: what cannot be undone is done only when its name was typed."""

from wheelyard.facts import InvalidRecord, Sentence
from wheelyard.web.pages.view import View


def require_typed(view: View, text: str) -> None:
    """Raise InvalidRecord unless the form's ``confirmation`` is this text."""
    if view.params.peek_text("confirmation", max_length=10_000).strip() != text:
        raise InvalidRecord(confirmation=Sentence("does not match"))
