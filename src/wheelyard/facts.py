"""Every refusal of the core, as a fact; none of them knows a status code.

    Fact
    ├── Refused             somebody may not do this
    │   ├── Unauthenticated     nobody is signed in, and that is needed
    │   ├── CredentialRefused   a known credential that may not be used
    │   ├── InsufficientScope   the token does not say so
    │   ├── Forbidden           the role does not say so
    │   └── NotFound            absent, or hidden from this caller: the two look alike
    ├── Invalid             the input cannot be accepted
    │   ├── InvalidParameters   one sentence for each parameter that is wrong
    │   ├── InvalidRecord       values that read well and cannot be stored, by field
    │   │   └── InvalidRule         the same of a protection rule
    │   ├── InvalidUpload       the form, the file or their agreement
    │   ├── TokenReused         a token that was rotated away comes again
    │   └── FileTooLarge        over the limit in force
    ├── Conflict            it exists already, or is still in use
    ├── Throttled           it was done too often to be done again now
    ├── PreconditionFailed  it has changed since the caller looked
    └── Unavailable         the registry cannot do it now; nothing was changed
        ├── StoreFull           no room is left for a blob
        └── TooNew              the database is of a newer release

``web/errors.py`` gives each its status and shape in one table.
"""

from collections.abc import Iterable
from typing import Self


class Sentence(str):
    """English for people, with its parts kept apart, so that it can be said in another language.

    ``template`` is what translators see, and ``parts`` is what stands in the place of its
    ``%(name)s``.
    """

    __slots__ = ("parts", "template")

    template: str
    parts: dict[str, object]

    def __new__(cls, template: str, **parts: object) -> Self:
        """Write the sentence in English."""
        sentence = super().__new__(cls, template % parts if parts else template)
        sentence.template = template
        sentence.parts = parts
        return sentence


class Fact(Exception):  # noqa: N818  a fact is not always an error: it is what the caller is told
    """The root of the tree; its text is a sentence for the person who asked."""

    keeps_changes = False
    """Whether the transaction that it ends is kept, for what was changed because of it."""


class Refused(Fact):
    """Somebody may not do this."""


class Unauthenticated(Refused):
    """Nobody is signed in, and the answer depends on who asks."""

    def __init__(self) -> None:
        super().__init__("Sign in with a token to do this")


class CredentialRefused(Refused):
    """A credential that is known, or must be, and cannot be used.

    ``kind`` is one of ``expired``, ``revoked``, ``unknown`` and ``blocked``; ``token_id`` is
    that of a revoked one.
    """

    def __init__(self, kind: str, sentence: str, *, token_id: int | None = None) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.token_id = token_id


class InsufficientScope(Refused):
    """The token lacks a scope; ``scopes`` names those that would do."""

    def __init__(self, scopes: Iterable[str]) -> None:
        self.scopes = tuple(scopes)
        super().__init__(
            "The request requires higher privileges than provided by the access token."
        )


class Forbidden(Refused):
    """The thing is visible and this action on it is not allowed."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class NotFound(Refused):
    """No such thing, as far as this caller may know; ``noun`` says what was sought."""

    def __init__(self, noun: str = "") -> None:
        super().__init__(f"{noun} not found".strip())
        self.noun = noun


class Invalid(Fact):
    """The input cannot be accepted as it is."""


class InvalidParameters(Invalid):
    """One problem for each parameter, in the order in which they are read.

    Each is the parameter's name, or the names of several with commas between, and what is said of
    it: ``("name", "is missing")``.
    """

    def __init__(self, problems: Iterable[tuple[str, Sentence]]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(f"{names} {said}" for names, said in self.problems))


class InvalidRecord(Invalid):
    """Values that read well and cannot be stored: for each field, what is wrong with it."""

    def __init__(self, **problems: str) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{field} {problem}" for field, problem in problems.items()))


class InvalidRule(InvalidRecord):
    """A protection rule that reads well and cannot be; ``base`` is said of the rule as a whole."""


class InvalidUpload(Invalid):
    """An upload that cannot be accepted: its form, its file, or their agreement."""


class TokenReused(Invalid):
    """A token that was revoked is to be rotated, so somebody else may have it.

    Those that it was rotated into have been revoked because of that, which is kept.
    """

    keeps_changes = True


class FileTooLarge(Invalid):
    """A file over the limit in force; nothing of it was kept."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(
            Sentence("File is too large: at most %(number)s bytes are allowed", number=max_bytes)
        )
        self.max_bytes = max_bytes


class Conflict(Fact):
    """It exists already, or something still depends on it."""


class Throttled(Fact):
    """It was done so often that it is not done again for some seconds."""

    def __init__(self, sentence: str, seconds: int) -> None:
        super().__init__(sentence)
        self.seconds = seconds


class PreconditionFailed(Fact):
    """The thing has changed since the caller looked at it."""


class Unavailable(Fact):
    """The registry cannot do this now; nothing was changed."""


class StoreFull(Unavailable):
    """No room is left for a blob; nothing of it was kept."""


class TooNew(Unavailable):
    """The database was last used by a newer release."""
