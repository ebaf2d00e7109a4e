"""What can be wrong with an index: a rule for each, and findings that it is broken somewhere."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters to clients."""

    ERROR = "error"
    """Clients fail, or install what they should not."""
    WARNING = "warning"
    """Clients are slower, or lose a feature."""
    NOTE = "note"
    """Worth knowing."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What an index has to do; ``source`` says where that is written."""

    name: str
    severity: Severity
    source: str
    remedy: str

    def __call__(self, url: str, sentence: str) -> "Finding":
        """Say that the rule is broken at this address."""
        return Finding(self, url, sentence)


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is broken at one address, and how."""

    rule: Rule
    url: str
    sentence: str


Findings = Iterator[Finding]


def error(name: str, source: str, remedy: str) -> Rule:
    """Make a rule without which clients fail."""
    return Rule(name, Severity.ERROR, source, remedy)


def warning(name: str, source: str, remedy: str) -> Rule:
    """Make a rule without which clients are slower, or lose a feature."""
    return Rule(name, Severity.WARNING, source, remedy)


def note(name: str, source: str, remedy: str) -> Rule:
    """Make a rule that is worth knowing to be broken."""
    return Rule(name, Severity.NOTE, source, remedy)


def gather(rule: Rule, url: str, things: Iterable[str], sentence: str) -> Findings:
    """Say it once of all things of a page that break a rule, and name the first.

    Ten thousand files that lack the same are one finding, not ten thousand.
    """
    broken = list(things)
    if len(broken) == 1:
        yield rule(url, f"{broken[0]}: {sentence}")
    elif broken:
        yield rule(url, f"{broken[0]} and {len(broken) - 1} more: {sentence}")
