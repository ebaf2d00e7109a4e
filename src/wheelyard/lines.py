"""What one line of text holds, wherever somebody types it."""

import re

# Also the separators of lines and paragraphs: a name is one line.  And what turns the direction of
# all that follows it (UAX 9): a name stands in others' sentences.
CONTROLS = r"\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069"
"""What no line holds, as a regular expression's class has it."""

_CONTROLS = re.compile(f"[{CONTROLS}]")


def is_line(text: str) -> bool:
    """Whether a text is one line, which harms neither a sentence nor a terminal."""
    return not _CONTROLS.search(text)
