"""Limits in forms: people write MB with a fraction, and the registry counts bytes."""

from wheelyard.facts import InvalidRecord, Sentence
from wheelyard.settings import MAX_FILE_BYTES_LIMIT
from wheelyard.web.pages.view import View

_MIB = 1024 * 1024


def write(count: int | None) -> str:
    """Write bytes as MB of 1,024 KB, so closely that reading it gives the same bytes."""
    return "" if count is None else f"{count / _MIB:.7f}".rstrip("0").rstrip(".")


def read(view: View, field: str) -> int | None:
    """Read such a number from a field of a form; empty is None.  Raises InvalidRecord."""
    text = view.params.peek_text(field).strip().replace(",", ".")
    if not text:
        return None
    try:
        count = round(float(text) * _MIB)
    except (ValueError, OverflowError):
        count = -1
    if not 0 <= count <= MAX_FILE_BYTES_LIMIT:
        largest = MAX_FILE_BYTES_LIMIT // _MIB
        raise InvalidRecord(**{field: Sentence("must be from 0 to %(number)s", number=largest)})
    return count
