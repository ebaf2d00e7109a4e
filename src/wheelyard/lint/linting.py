"""The order in which an index is looked at: its root, some of its packages, some of their files."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from itertools import pairwise
from typing import TypeVar

from wheelyard.lint import (
    access,
    caching,
    contents,
    downloads,
    entries,
    negotiation,
    roots,
    spelling,
)
from wheelyard.lint.credentials import origin
from wheelyard.lint.findings import Finding, Findings, error, note, warning
from wheelyard.lint.pages import HTML_TYPES, JSON_TYPE, Garbled, read_html, read_json
from wheelyard.lint.reading import Answer, Reader, Unreadable
from wheelyard.lint.subjects import ENCODINGS, PIP_ACCEPT, Subject
from wheelyard.pypi.names import NormalizedName, normalize_name

UNREADABLE = error(
    "unreadable", "RFC 9110", "Answer within the time that clients wait, and as long as a page is."
)
REDIRECT_INSECURE = error(
    "redirect-insecure", "RFC 9110, 17.1", "Never redirect from https:// to http://."
)
REDIRECT_ELSEWHERE = warning(
    "redirect-elsewhere",
    "RFC 9110, 11.5",
    "Redirect pages within the index: clients take no credentials to another host.",
)
PLAIN_HTTP = warning(
    "plain-http",
    "RFC 9110, 17.1",
    "Serve https://: over http:// everybody on the way reads the token, and pip refuses the index.",
)
ROOT_MISSING = warning(
    "root-missing", "PEP 503", "Serve the list of packages at the root of the index."
)
NOTHING_LISTED = note(
    "nothing-listed", "PEP 503", "Publish something, or name packages that are to be looked at."
)

_CLOSE_LOOKS = 3
"""How many files of a page are looked at closely."""

_Thing = TypeVar("_Thing")


class NoIndex(Exception):  # noqa: N818  reads as the fact that it is
    """There is nothing to look at; the text says why."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be looked at: the packages of these names, or so many of the listed ones."""

    names: tuple[str, ...] = ()
    packages: int = 5
    files: int = 10


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, and how much was looked at."""

    url: str
    findings: tuple[Finding, ...]
    packages: tuple[NormalizedName, ...]
    files: int
    requests: int


class Linter:
    """Looks at one index; ``tell`` is told of each step."""

    def __init__(self, reader: Reader, wish: Wish, tell: Callable[[str], None]) -> None:
        self._reader = reader
        self._wish = wish
        self._tell = tell
        self._findings: list[Finding] = []
        self._files = 0

    def look(self, url: str) -> Report:
        """Look at the index, or at the one package, whose page is at ``url``.

        Raises NoIndex.
        """
        self._tell(f"Looking at {url}")
        root, names = self._enter(url)
        for number, name in enumerate(names, start=1):
            self._tell(f"Package {number} of {len(names)}: {name}")
            self._look_at_package(root, name)
        found = tuple(dict.fromkeys(self._findings))
        return Report(url, found, tuple(names), self._files, self._reader.count)

    def _enter(self, url: str) -> tuple[str, list[NormalizedName]]:
        """Find out what the address is of, look at it when it is a root, and choose packages."""
        try:
            first = self._reader.get(url, {"Accept": PIP_ACCEPT, "Accept-Encoding": ENCODINGS})
        except Unreadable as wrong:
            raise NoIndex(f"{url} cannot be read: {wrong}") from wrong
        self._judge_way(url, first)
        names = [normalize_name(name) for name in self._wish.names]
        if first.status != HTTPStatus.OK:
            if not names or first.status in (401, 403):
                raise NoIndex(_explain(url, first, known=self._reader.credentials is not None))
            self._findings.append(ROOT_MISSING(url, f"The root is answered {first.status}."))
            return url, names
        if _is_of_files(first):
            root, _, name = url.rstrip("/").rpartition("/")
            return f"{root}/", [normalize_name(name)]
        return url, self._look_at_root(url, names)

    def _look_at_root(self, url: str, names: list[NormalizedName]) -> list[NormalizedName]:
        subject = self._read(url, None)
        if subject is None:
            return names
        self._run(roots.check_root(subject))
        self._run(access.check_token(subject))
        self._look_at_page(subject)
        self._run(access.check_absent(subject))
        listed = roots.list_names(subject)
        if not listed and not names:
            self._findings.append(NOTHING_LISTED(url, "The root lists no package."))
        return names or list(spread(listed, self._wish.packages))

    def _look_at_package(self, root: str, name: NormalizedName) -> None:
        subject = self._read(root, name)
        if subject is None:
            return
        for check in (
            contents.check_meta,
            contents.check_name,
            contents.check_status,
            entries.check_filenames,
            entries.check_links,
            entries.check_requirements,
            entries.check_digests,
            entries.check_times_and_sizes,
            entries.check_versions,
            entries.check_marks,
            entries.check_announcements,
            contents.check_agreement,
            spelling.check_spellings,
            spelling.check_slash,
            negotiation.check_encodings,
            access.check_files_of_strangers,
        ):
            self._run(check(subject))
        self._look_at_page(subject)
        self._look_at_files(subject)

    def _look_at_page(self, subject: Subject) -> None:
        for check in (negotiation.check_negotiation, negotiation.check_vary, caching.check_pages):
            self._run(check(subject))

    def _look_at_files(self, subject: Subject) -> None:
        # First those with a "+", which is what goes wrong most easily; and sdists beside wheels.
        links = sorted(
            (link for link in subject.links if link.href and link.url),
            key=lambda link: ("+" not in link.text, not link.text.endswith(".whl")),
        )
        for number, link in enumerate(spread(links, self._wish.files)):
            self._tell(f"  {link.text}")
            self._run(downloads.check_file(subject, link, closely=number < _CLOSE_LOOKS))
            self._files += 1

    def _read(self, root: str, name: NormalizedName | None) -> Subject | None:
        url = root if name is None else f"{root}{name}/"
        try:
            json, html, found = negotiation.read_forms(self._reader, url)
            self._findings += found
            if json is None and html is None:
                return None
            subject = Subject(self._reader, root, name, json, html)
            self._judge_way(url, subject.best.answer)
            subject, found = access.meet(subject)
        except Unreadable as wrong:
            self._findings.append(UNREADABLE(wrong.url, f"{wrong}."))
            return None
        self._findings += found
        return subject

    def _run(self, findings: Findings) -> None:
        try:
            self._findings.extend(findings)
        except Unreadable as wrong:
            self._findings.append(UNREADABLE(wrong.url, f"{wrong}."))

    def _judge_way(self, url: str, answer: Answer) -> None:
        """See over what the answer came, and where it came from in the end."""
        scheme, host, _ = origin(url)
        if scheme == "http" and not _is_here(host):
            self._findings.append(PLAIN_HTTP(url, "The index is reached over plain HTTP."))
        way = [*answer.hops, answer.url]
        for one, other in pairwise(way):
            if origin(one)[0] == "https" != origin(other)[0]:
                self._findings.append(REDIRECT_INSECURE(url, f"It redirects to {other}."))
            elif origin(one)[1] != origin(other)[1]:
                self._findings.append(REDIRECT_ELSEWHERE(url, f"It redirects to {other}."))


def _is_of_files(answer: Answer) -> bool:
    """Whether a page is a package's; one that cannot be read is taken for a root."""
    try:
        if answer.type == JSON_TYPE:
            return read_json(answer.body, answer.url).of_files
        return answer.type in HTML_TYPES and read_html(answer.body, answer.url).of_files
    except Garbled:
        return False


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _explain(url: str, answer: Answer, *, known: bool) -> str:
    if answer.status in (401, 403):
        how = "refuses these credentials" if known else "asks for credentials: give a --token"
        return f"{url} {how} ({answer.status})"
    return f"There is no index at {url}: it answers {answer.status}"


def spread(things: Sequence[_Thing], count: int) -> Iterator[_Thing]:
    """Choose so many, evenly from first to last."""
    if len(things) <= count:
        yield from things
    else:
        step = (len(things) - 1) / max(count - 1, 1)
        yield from (things[round(number * step)] for number in range(count))
