"""Simple pages as clients read them: JSON or HTML into one record, whatever is wrong with them.

Reading never fails for a field that is wrong; that is for the checks to say, so each record keeps
what was written beside what was understood.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
HTML_TYPES = ("application/vnd.pypi.simple.v1+html", "text/html")

Digests = Mapping[str, str]


class Garbled(ValueError):  # noqa: N818  reads as the fact that it is
    """A page that cannot be read at all; the text says why."""


@dataclass(frozen=True, slots=True)
class Link:
    """One file of a page, or one package of the root.

    ``url`` is absolute and without fragment, ``href`` as it was written; ``text`` is the file name,
    or the package's.  ``metadata`` is None when nothing is announced, and empty when it is without
    a digest; ``yanked`` is None, or the reason.  ``fields`` is what was written: the keys of JSON,
    the attributes of an anchor.  ``source`` is the anchor's tag itself.
    """

    text: str
    href: str
    url: str
    digests: Digests = field(default_factory=dict)
    requires_python: str = ""
    yanked: str | None = None
    metadata: Digests | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A simple page, ``text``, and what was understood of it.

    ``meta`` is what it says of itself: JSON's other keys, or the names of ``<meta>`` in HTML.
    ``of_files`` is false for the root, which lists packages.
    """

    links: tuple[Link, ...]
    meta: Mapping[str, object]
    text: str
    of_files: bool


def read_json(body: bytes, url: str) -> Page:
    """Read a page of a package, or the root.  Raises Garbled."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise Garbled(f"The body is no JSON: {wrong}") from wrong
    if not isinstance(document, dict):
        raise Garbled("The JSON is no object")
    key = "files" if "files" in document else "projects"
    entries = document.get(key)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Garbled('The JSON has neither a list "files" nor a list "projects" of objects')
    make = _file if key == "files" else _project
    meta = {name: value for name, value in document.items() if name != key}
    links = tuple(make(entry, url) for entry in entries)
    return Page(links, meta, body.decode("utf-8", "replace"), key == "files")


def _file(entry: Mapping[str, object], url: str) -> Link:
    href, yanked = text_of(entry.get("url")), entry.get("yanked")
    announced = entry.get("core-metadata", entry.get("dist-info-metadata"))
    return Link(
        text=text_of(entry.get("filename")),
        href=href,
        url=resolve(url, href),
        digests=_digests(entry.get("hashes")),
        requires_python=text_of(entry.get("requires-python")),
        yanked=None if not yanked else text_of(yanked),
        metadata=_digests(announced) if announced else None,
        fields=entry,
    )


def _project(entry: Mapping[str, object], url: str) -> Link:
    name = text_of(entry.get("name"))
    return Link(text=name, href=f"{name}/", url=resolve(url, f"{name}/"), fields=entry)


def text_of(value: object) -> str:
    """Return a text, and for anything else an empty one."""
    return value if isinstance(value, str) else ""


def _digests(value: object) -> Digests:
    if not isinstance(value, dict):
        return {}
    return {name: digest for name, digest in value.items() if isinstance(digest, str)}


def resolve(base: str, href: str) -> str:
    """Return where a link leads, without fragment; empty for one that leads nowhere."""
    try:
        return urlsplit(urljoin(base, href))._replace(fragment="").geturl()
    except ValueError:
        return ""


# HTML --------------------------------------------------------------------------------------------

# Of all that was ever uploaded as a distribution (PEP 527): HTML does not say what it lists.
_ENDINGS = (".whl", ".tar.gz", ".zip", ".egg", ".tar.bz2", ".tar.xz", ".tgz", ".exe", ".rpm")

DIGEST = re.compile(r"(md5|sha1|sha224|sha256|sha384|sha512)=([0-9a-fA-F]+)\Z")
"""As it stands in a link's fragment, and in what announces metadata."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.anchors: list[tuple[dict[str, str | None], str, list[str]]] = []
        self.meta: dict[str, object] = {}
        self.base: str | None = None
        self._inside: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a" and values.get("href") is not None:
            self._inside = []
            self.anchors.append((values, self.get_starttag_text() or "", self._inside))
        elif tag == "meta" and values.get("name"):
            self.meta[values["name"] or ""] = values.get("content") or ""
        elif tag == "base" and self.base is None:
            self.base = values.get("href")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside is not None:
            self._inside.append(data)


def read_html(body: bytes, url: str) -> Page:
    """Read a page of a package, or the root.  Raises Garbled."""
    text = body.decode("utf-8", "replace")
    reader = _Reader()
    try:
        reader.feed(text)
        reader.close()
    except AssertionError as wrong:  # html.parser's, of a declaration that it does not know
        raise Garbled(f"The HTML cannot be read: {wrong}") from wrong
    base = urljoin(url, reader.base or "")
    links = tuple(
        _anchor(values, source, "".join(inside).strip(), base)
        for values, source, inside in reader.anchors
    )
    return Page(links, reader.meta, text, any(_is_of_file(link) for link in links))


def _is_of_file(link: Link) -> bool:
    return last_part(link.url).lower().endswith(_ENDINGS)


def _anchor(values: Mapping[str, str | None], source: str, text: str, base: str) -> Link:
    href = values["href"] or ""
    digest = DIGEST.match(href.partition("#")[2])
    announced = values.get("data-core-metadata", values.get("data-dist-info-metadata"))
    return Link(
        text=text,
        href=href,
        url=resolve(base, href),
        digests={digest[1]: digest[2]} if digest else {},
        requires_python=values.get("data-requires-python") or "",
        yanked=(values["data-yanked"] or "") if "data-yanked" in values else None,
        metadata=_announcement(announced),
        fields=values,
        source=source,
    )


def _announcement(value: str | None) -> Digests | None:
    if value is None or value == "false":
        return None
    digest = DIGEST.match(value)
    return {digest[1]: digest[2]} if digest else {}


def last_part(url: str) -> str:
    """Return the last component of an address's path, decoded."""
    return unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])
