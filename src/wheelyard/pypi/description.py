"""What a METADATA or PKG-INFO file tells people: everything that a page shows of it.

Nothing is refused here, for the file was taken long ago: what cannot be read is left out, or kept
as the text that it is.  Nothing is trusted either: addresses are web addresses or they are dropped,
and what would hide or turn around the text beside it is taken away.

Essential reading: the PyPA specification "Core metadata", and PEP 566 for descriptions in a header.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from packaging.metadata import RawMetadata, parse_email
from packaging.requirements import InvalidRequirement, Requirement

from wheelyard.pypi import names
from wheelyard.pypi.metadata import UNSEEN

MAX_READ_BYTES = 1024 * 1024
"""Of a file, from its start."""

MAX_LISTED = 1000
"""Values of one field, such as classifiers.  A requirement takes some 50 µs to read."""

MAX_LENGTH = 4000
"""Characters of a value; longer ones are cut, and addresses left out."""

_MAX_LABEL = 100
_MAX_PARENTHESES = 20  # of a requirement; its parser calls itself for each

_FIELDS = frozenset(
    b"author author-email classifier description description-content-type download-url home-page "
    b"keywords license license-expression maintainer maintainer-email project-url provides-extra "
    b"requires-dist requires-python".split()
)

# RFC 5322, as the standard library's parser has it: what is neither begins the body.
_HEADER = re.compile(rb"[\x21-\x39\x3b-\x7e]*:")
_FOLDED = (b" ", b"\t")

# What may stand behind mailto: and name nobody else, nor a subject.
_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)*\Z")

# The commas of a list of people that stand in no quotes.
_BETWEEN = re.compile(r'((?:"[^"]*"|[^",]|"(?=[^"]*\Z))+)')

_EXTRA = re.compile(r"""\bextra == "([^"]+)\"""")

# How setuptools once wrote that there is nothing.
_NOTHING = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Person:
    """An author or a maintainer; either part may be empty, and the e-mail is safe in a link."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Link:
    """An address of the web, http or https, and what it is called there."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Dependency:
    """One Requires-Dist.

    What cannot be read has all of it, as written, for its ``name`` and nothing else.  ``extra`` is
    the one that its marker names, for which it is wanted; ``url`` is any address at all, to be
    shown and never linked.
    """

    name: str
    normalized_name: str = ""
    extras: tuple[str, ...] = ()
    specifier: str = ""
    marker: str = ""
    extra: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """What a file says of itself, for people; what it does not say is empty.

    ``classifiers`` are grouped by their first part, without it.  ``text`` is the description, and
    ``content_type`` what it was said to be, without parameters.  ``is_cut`` says that the file was
    longer than what is read of one.
    """

    license: str
    authors: tuple[Person, ...]
    maintainers: tuple[Person, ...]
    keywords: tuple[str, ...]
    classifiers: Mapping[str, tuple[str, ...]]
    urls: tuple[Link, ...]
    requires_python: str
    requirements: tuple[Dependency, ...]
    provides_extra: tuple[str, ...]
    text: str
    content_type: str
    is_cut: bool

    @property
    def by_extra(self) -> Mapping[str, tuple[Dependency, ...]]:
        """The requirements of each extra, and under the empty name those of the package itself."""
        written = {names.normalize_name(extra): extra for extra in self.provides_extra}
        found: dict[str, tuple[Dependency, ...]] = {"": (), **dict.fromkeys(written.values(), ())}
        for requirement in self.requirements:
            extra = written.get(names.normalize_name(requirement.extra), requirement.extra)
            found[extra] = (*found.get(extra, ()), requirement)
        return found


def describe(content: bytes) -> Description:
    """Read a METADATA or PKG-INFO file, whatever is in it.

    Of a file its first MiB is read, of a field its first thousand values, and of a value 4,000
    characters, so that it takes some ten milliseconds at most for what people write.
    """
    headers, body = _split(content[:MAX_READ_BYTES])
    raw, unparsed = parse_email(headers)
    classifiers = _lines(raw.get("classifiers"))
    return Description(
        license=_license(raw, classifiers),
        authors=_people(raw.get("author", ""), raw.get("author_email", "")),
        maintainers=_people(raw.get("maintainer", ""), raw.get("maintainer_email", "")),
        keywords=_keywords(raw.get("keywords", [])),
        classifiers=_grouped(classifiers),
        urls=_links(raw, unparsed),
        requires_python=_line(raw.get("requires_python", "")),
        requirements=tuple(map(_dependency, _lines(raw.get("requires_dist")))),
        provides_extra=_lines(raw.get("provides_extra")),
        text=_text(raw.get("description", ""), body),
        content_type=_content_type(_line(raw.get("description_content_type", ""))),
        is_cut=len(content) > MAX_READ_BYTES,
    )


# Reading -----------------------------------------------------------------------------------------


def _split(content: bytes) -> tuple[str, str]:
    """Return the headers that are known, in lower case, and the body.

    The parser goes through all headers anew for each distinct name, so that many names would take
    it hours; and a Content-Type would have it read the body as something else.
    """
    kept: list[bytes] = []
    counts = dict.fromkeys(_FIELDS, 0)
    is_kept = False
    lines = deque(content.splitlines(keepends=True))
    while lines and (lines[0].startswith(_FOLDED) or _HEADER.match(lines[0])):
        line = lines.popleft()
        if not line.startswith(_FOLDED):
            name, colon, value = line.partition(b":")
            name = name.lower()
            is_kept = name in counts and counts[name] < MAX_LISTED
            if is_kept:
                counts[name] += 1
            line = name + colon + value
        if is_kept:
            kept.append(line)
    return _decode(kept), _decode(lines).removeprefix("\n")


def _decode(lines: Iterable[bytes]) -> str:
    text = b"".join(lines).decode(errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line(value: str) -> str:
    """Return a value as one line that shows all that is in it."""
    text = " ".join(UNSEEN.sub("", value[: 2 * MAX_LENGTH]).split())
    return "" if text == _NOTHING else text[:MAX_LENGTH]


def _lines(values: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(_line, values or ()))))


# Fields ------------------------------------------------------------------------------------------


def _license(raw: RawMetadata, classifiers: Iterable[str]) -> str:
    """PEP 639, or what stood in its place: a name, a whole text, or classifiers."""
    text = raw.get("license", "").strip()[:MAX_LENGTH]
    first = _line(text.partition("\n")[0])
    classified = [
        classifier.rpartition(" :: ")[2]
        for classifier in classifiers
        if classifier.startswith("License :: ")
    ]
    return _line(raw.get("license_expression", "")) or first or ", ".join(classified)


def _people(author: str, emails: str) -> tuple[Person, ...]:
    """Join Author and Author-email: the names of one stand in the other, or apart from it."""
    name = _line(author)
    people = [_person(entry) for entry in _BETWEEN.findall(_line(emails)) if entry.strip()]
    if name and len(people) == 1 and not people[0].name:
        return (Person(name, people[0].email),)
    if name and name not in {person.name for person in people}:
        people.insert(0, Person(name, ""))
    return tuple(dict.fromkeys(people))[:MAX_LISTED]


def _person(entry: str) -> Person:
    """Read ``Name <name@example.com>`` (RFC 5322).

    The standard library's reader calls itself for each parenthesis, and its later releases leave
    out all people of a list when one is written oddly.
    """
    name, bracket, rest = entry.strip().rpartition("<")
    email = rest.rstrip("> ").strip()
    if not _EMAIL.match(email):
        return Person(entry.strip(), "")
    return Person(name.strip().strip('"') if bracket else "", email)


def _keywords(parts: Iterable[str]) -> tuple[str, ...]:
    """Split at commas, as the specification has it, or else at spaces, as many write them."""
    words = _lines(parts)
    return _lines(words[0].split()[:MAX_LISTED]) if len(words) == 1 else words[:MAX_LISTED]


def _grouped(classifiers: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {}
    for classifier in classifiers:
        first, _, rest = classifier.partition(" :: ")
        groups[first] = (*groups.get(first, ()), rest or first)
    return groups


def _links(raw: RawMetadata, unparsed: Mapping[str, list[str]]) -> tuple[Link, ...]:
    """Return every address once; of those that are one, the first with a label of its own."""
    # Two of the same label leave the whole field unparsed.
    pairs = [*raw.get("project_urls", {}).items(), *_pairs(unparsed.get("project-url", ()))]
    pairs += [("Homepage", raw.get("home_page", "")), ("Download", raw.get("download_url", ""))]
    links: dict[str, Link] = {}
    for label, text in pairs[:MAX_LISTED]:
        url = text.strip()
        if _is_web_address(url):
            links.setdefault(url.rstrip("/"), Link(_line(label)[:_MAX_LABEL] or url, url))
    return tuple(links.values())


def _pairs(values: Iterable[str]) -> Iterator[tuple[str, str]]:
    for value in values:
        label, _, url = value.partition(",")
        yield label, url


def _is_web_address(url: str) -> bool:
    """Whether it leads to where it seems to: with no login before the host, and nothing unseen."""
    if not url or len(url) > MAX_LENGTH or url != "".join(url.split()) or UNSEEN.search(url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.hostname is not None and "@" not in parts[1]


def _dependency(text: str) -> Dependency:
    if text.count("(") > _MAX_PARENTHESES:
        return Dependency(text)
    try:
        read = Requirement(text)
    except InvalidRequirement:
        return Dependency(text)
    marker = str(read.marker or "")
    extra = _EXTRA.search(marker)
    return Dependency(
        name=read.name,
        normalized_name=names.normalize_name(read.name),
        extras=tuple(sorted(read.extras)),
        specifier=str(read.specifier),
        marker=marker,
        extra=extra[1] if extra else "",
        url=read.url or "",
    )


def _content_type(value: str) -> str:
    return value.partition(";")[0].strip().lower()


def _text(header: str, body: str) -> str:
    """Return the description, which stands in the body, or was folded into a header before 2.1."""
    unfolded = re.sub(r"\n(?: {7}\||\t| {8})", "\n", header)
    text = body if not header or body.strip() else unfolded
    return "" if text.strip() == _NOTHING else UNSEEN.sub("", text)
