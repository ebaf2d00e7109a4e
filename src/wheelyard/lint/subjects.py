"""A page that is looked at: where it is, what it says in either form, and who may see it."""

from collections.abc import Iterator
from dataclasses import dataclass

from wheelyard.lint.pages import Link, Page
from wheelyard.lint.reading import Answer, Reader
from wheelyard.pypi.names import NormalizedName

# What pip 26 sends: one header with all three types, so that each index answers with its best.
PIP_ACCEPT = (
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, "
    "text/html; q=0.01"
)
ENCODINGS = "gzip, deflate"


@dataclass(frozen=True, slots=True)
class Form:
    """A page in one of its two forms, and the ``Accept`` that brought it."""

    accept: str
    answer: Answer
    page: Page


@dataclass(frozen=True, slots=True)
class Subject:
    """A page: the root, which has no name, or a package's.

    At least one of the forms is there.  ``is_closed`` says that strangers are refused, and
    ``is_personal`` that they see something else or nothing.
    """

    reader: Reader
    root: str
    name: NormalizedName | None
    json: Form | None
    html: Form | None
    is_closed: bool = False
    is_personal: bool = False

    @property
    def url(self) -> str:
        """Where clients ask for it."""
        return self.root if self.name is None else f"{self.root}{self.name}/"

    @property
    def forms(self) -> Iterator[Form]:
        """Every form that there is, JSON first."""
        return (form for form in (self.json, self.html) if form is not None)

    @property
    def best(self) -> Form:
        """The form that says most."""
        return next(self.forms)

    @property
    def links(self) -> tuple[Link, ...]:
        """What the page lists."""
        return self.best.page.links
