"""Whether a package is found however its name is written, with a slash behind it or without."""

from collections.abc import Iterator
from http import HTTPStatus

from wheelyard.lint.findings import Findings, error, warning
from wheelyard.lint.pages import Garbled, Link, read_html, read_json
from wheelyard.lint.subjects import Subject

SPELLING_ABSENT = warning(
    "spelling-absent",
    "PEP 503, Normalized Names",
    "Redirect other spellings of a name to the normalised one, or answer them with its page.",
)
UNSLASHED_ABSENT = warning(
    "unslashed-absent",
    "PEP 503",
    "Redirect the address without its last slash to the one with it.",
)
UNSLASHED_MISLEADS = error(
    "unslashed-misleads",
    "RFC 3986, 5.2",
    "Redirect to the address with a slash, or write links that begin with one: relative links lead "
    "elsewhere from here.",
)


def list_spellings(name: str) -> Iterator[str]:
    """Write a normalised name in the other ways in which people write it."""
    spellings = [
        name.upper(),
        name.title(),
        name.replace("-", "_"),
        name.replace("-", "."),
        name.replace("-", "-_."),
    ]
    return (spelling for spelling in dict.fromkeys(spellings) if spelling != name)


def check_spellings(subject: Subject) -> Findings:
    """Ask for the page by other spellings of its name."""
    for spelling in list_spellings(subject.name or ""):
        url = f"{subject.root}{spelling}/"
        answer = subject.reader.glance(url, {"Accept": subject.best.accept})
        if answer.status != HTTPStatus.OK:
            yield SPELLING_ABSENT(url, f"The spelling {spelling} is answered {answer.status}.")


def check_slash(subject: Subject) -> Findings:
    """Ask for the page without the slash at its end, and see where its links lead from there."""
    url = subject.url.rstrip("/")
    for form in subject.forms:
        answer = subject.reader.get(url, {"Accept": form.accept})
        if answer.status != HTTPStatus.OK:
            yield UNSLASHED_ABSENT(url, f"Without a slash it is answered {answer.status}.")
            return
        read = read_json if form is subject.json else read_html
        try:
            page = read(answer.body, answer.url)
        except Garbled as garbled:
            yield UNSLASHED_ABSENT(url, f"Without a slash it is no page: {garbled}.")
            return
        if page.of_files and _addresses(page.links) != _addresses(form.page.links):
            yield UNSLASHED_MISLEADS(url, "Without a slash its links lead to other addresses.")
            return


def _addresses(links: tuple[Link, ...]) -> set[str]:
    # What comes after the path may be a signature, which is new each time.
    return {link.url.partition("?")[0] for link in links}
