"""The description of a release as HTML that can harm neither the page nor its reader.

What a stranger wrote is rendered as the public Python Package Index does it, and then held to less:
no image is loaded, for a reader's visit is nobody's business; no id, class or landmark of the page
can be taken; every link says where it leads.  The last step is always nh3's, by an allow-list.

Rendering costs no more than what honest text costs: what is deeper, wider or slower becomes plain
text, which is also what becomes of text that is not what it was said to be.
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from html.parser import HTMLParser
from pathlib import PurePosixPath
from threading import Lock
from types import FrameType
from urllib.parse import urlsplit

import nh3
from docutils.parsers.rst import roles
from readme_renderer import markdown, rst

MAX_HTML_BYTES = 40_000
"""Of what is shown.  A page has at most 100 KB, and most of them less than ten."""

PREFIX = "readme-"
"""Of every id in it."""

_REMEMBERED = 256
"""Texts, each with its HTML; 25 MB when all are as long as they can be."""

_MAX_CALLS = 3_000_000
"""Python calls that one rendering may take, about half a second; the longest of a hundred real
descriptions took half a million.  A count is the same on every machine, and under any load."""

_BOUNDED = frozenset({"docutils", "html", "pygments", "readme_renderer"})

_MAX_SOURCE_LENGTH = 60_000
"""Characters; tables of reStructuredText have less HTML than source."""

_FIRST_CUT = 24_000
"""Of prose, which has 30 KB of HTML then."""

_ATTEMPTS = 4
_LONGEST_ESCAPE = 6  # bytes: &quot;

_TAGS = {
    *("a", "abbr", "acronym", "b", "blockquote", "br", "caption", "cite", "code", "col"),
    *("colgroup", "dd", "del", "details", "div", "dl", "dt", "em", "figcaption", "figure"),
    *("h3", "h4", "h5", "h6", "hr", "i", "kbd", "li", "ol", "p", "pre", "section", "span"),
    *("strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "tt"),
    *("ul", "var"),
}

_ATTRIBUTES = {
    "*": {"id"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "acronym": {"title"},
    "ol": {"start"},
    "pre": {"tabindex"},
    "span": {"class"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan"},
}

# The page has its own first heading, and the section of the description the second.
_RENAMED = {
    "h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "aside": "blockquote", "nav": "div",
}  # fmt: skip

# What pygments gives its tokens, which are all so short; no class of a page is.
_TOKEN_CLASS = re.compile(r"[a-z][a-z0-9]{0,2}\Z")

_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)

# The prefix of readme-renderer's own.
_ITS_PREFIX = "user-content-"

# HTML reopens these in each paragraph when they are not closed; alike ones three times at most,
# so that it takes attributes to make 160 MB out of 40 KB.
_REOPENED = re.compile(
    r"<(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/]+[^>]", re.IGNORECASE
)
_MAX_REOPENED = 20

# Quotes in quotes, each an element within another: the time grows with the square.
_MAX_BRACKETS_IN_A_LINE = 300

# Where links lead, which people write at the end of a text.
_DEFINITION = re.compile(r"^(?:\.\. _[^\n]+:[^\n]*|\[[^\]\n]+\]: ?[^\n]+)$", re.MULTILINE)
_MAX_DEFINITIONS_LENGTH = 10_000

_rendering = Lock()


@dataclass(frozen=True, slots=True)
class Readme:
    """Safe HTML, empty for an empty text; ``is_cut`` when the text was longer than is shown."""

    html: str
    is_cut: bool


class _TooMuch(BaseException):
    """No Exception, for docutils and pygments catch those."""


def render(text: str, content_type: str) -> Readme:
    """Render a description of this Description-Content-Type; parameters of it do not matter.

    Without a type it is reStructuredText if it can be read as that (PyPA specification "Core
    metadata").  Any text is rendered, whatever is in it.
    """
    cut = _cut(text, _MAX_SOURCE_LENGTH)
    rest = _definitions(text[len(cut) :])
    shown = _render(cut, rest, content_type.partition(";")[0].strip().lower())
    return Readme(shown.html, shown.is_cut or len(cut) < len(text))


@lru_cache(maxsize=_REMEMBERED)
def _render(text: str, rest: str, kind: str) -> Readme:
    """Render a text, which comes with the definitions that stood behind what was cut off."""
    if not text.strip():
        return Readme("", is_cut=False)
    language = _LANGUAGES.get(kind)
    if language and not _is_built_to_grow(text):
        try:
            with _rendering, _few_calls(), _own_roles():
                found = _fit(text, rest, language)
        except (_TooMuch, RecursionError):
            found = None
        if found:
            return found
    shortest = Readme(_plain(text[: MAX_HTML_BYTES // _LONGEST_ESCAPE]), is_cut=True)
    return _fit(text, "", _plain) or shortest


def _fit(text: str, rest: str, language: Callable[[str], str | None]) -> Readme | None:
    """Render as much of a text as may be shown; None for what is not of this language.

    How much that is shows when it is rendered: code has ten times as much HTML as prose.
    """
    limit = _FIRST_CUT
    for _ in range(_ATTEMPTS):
        cut = _cut(text, limit)
        html = language(cut + _definitions(text[len(cut) :]) + rest)
        size = len(html.encode()) if html else 0
        if html and size <= MAX_HTML_BYTES:
            return Readme(html, is_cut=len(cut) < len(text))
        if not html and len(cut) == len(text):
            break
        # Without any HTML the cut may have gone through a table: the whole must do.
        limit = len(cut) * MAX_HTML_BYTES * 9 // (size * 10) if html else len(text)
    return None


def _cut(text: str, limit: int) -> str:
    """Cut at the end of a paragraph, or of a line at least, or of a very long one anywhere."""
    if len(text) <= limit:
        return text
    for boundary in ("\n\n", "\n"):
        end = text.rfind(boundary, limit // 2, limit)
        if end >= 0:
            return text[: end + 1]
    return text[:limit]


def _definitions(text: str) -> str:
    found = _DEFINITION.findall(text[-_MAX_DEFINITIONS_LENGTH:])
    return "".join(f"\n{definition}\n" for definition in found)


def _markdown(source: str) -> str | None:
    """Nothing but a comment is None."""
    html = markdown.render(source)
    return _clean(html) if html else None


def _restructured(source: str) -> str | None:
    """What has an error is None; docutils tells it to nobody."""
    html = rst.render(source)
    return _clean(html) if html else None


def _plain(source: str) -> str:
    return f'<pre tabindex="0">{escape(source)}</pre>'


_LANGUAGES: dict[str, Callable[[str], str | None]] = {
    "text/markdown": _markdown,
    "text/x-rst": _restructured,
    "": _restructured,
}


# Bounds ------------------------------------------------------------------------------------------


def _is_built_to_grow(source: str) -> bool:
    deepest = max(line.count(">") for line in source.split("\n"))
    return deepest > _MAX_BRACKETS_IN_A_LINE or len(_REOPENED.findall(source)) > _MAX_REOPENED


@contextmanager
def _few_calls() -> Iterator[None]:
    """Raise _TooMuch in this thread when the block makes too many calls.

    docutils has many ways to take minutes: lists in lists, substitutions of substitutions, tables
    of contents.  What counts calls for a profiler sees them all.  It raises in a library's own
    calls alone: in a finalizer, which may run at any time, the exception would be ignored, and
    the profiler gone with it.
    """
    left = _MAX_CALLS
    before = sys.getprofile()

    def count(frame: FrameType, event: str, arg: object) -> None:  # noqa: ARG001  its signature
        nonlocal left
        left -= 1
        if left < 0 and event == "call" and _library(frame) in _BOUNDED:
            raise _TooMuch

    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)


def _library(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


@contextmanager
def _own_roles() -> Iterator[None]:
    """Forget the roles that a text defines: docutils would use them for all texts after it."""
    known = roles._roles  # noqa: SLF001  there is no other way to them
    before = dict(known)
    try:
        yield
    finally:
        known.clear()
        known.update(before)


# Cleaning ----------------------------------------------------------------------------------------


def _clean(html: str) -> str:
    rewriter = _Rewriter()
    rewriter.feed(html)
    rewriter.close()
    return nh3.clean(
        "".join(rewriter.written),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_filter_attribute,
        link_rel="nofollow noopener noreferrer",
        url_schemes={"http", "https", "mailto"},
    )


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
    """Return the value to keep, or None."""
    match name:
        case "id":
            return PREFIX + value.removeprefix(_ITS_PREFIX)
        case "href" if value.startswith("#"):
            return f"#{PREFIX}{value[1:].removeprefix(_ITS_PREFIX)}"
        case "href":
            # What is relative leads into the repository that the text was written in.
            return value if _ADDRESS.match(value) else None
        case "class":
            return " ".join(filter(_TOKEN_CLASS.match, value.split())) or None
        case "tabindex":
            return "0" if tag == "pre" else None
    return value


class _Rewriter(HTMLParser):
    """Makes of elements those that a page may have; it reads what nh3 wrote, which is well formed.

    An image becomes a link to it, a box of a task list a sign, and an empty link nothing.  What is
    preformatted can be reached by keyboard, so that it can be scrolled.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.written: list[str] = []
        self._link: int | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "img":
            self._write_image(values)
        elif tag == "input":
            self.written.append("\u2611" if "checked" in values else "\u2610")
        else:
            if tag == "a":
                self._link = len(self.written)
            if tag == "pre":
                values["tabindex"] = "0"
            self._write_start(_RENAMED.get(tag, tag), values)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            is_empty = self._link == len(self.written) - 1
            self._link = None
            if is_empty:
                self.written.pop()
                return
        self.written.append(f"</{_RENAMED.get(tag, tag)}>")

    def handle_data(self, data: str) -> None:
        self.written.append(data)

    def handle_entityref(self, name: str) -> None:
        self.written.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.written.append(f"&#{name};")

    def _write_start(self, tag: str, values: dict[str, str]) -> None:
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in values.items())
        self.written.append(f"<{tag}{attributes}>")

    def _write_image(self, values: dict[str, str]) -> None:
        source = values.get("src", "")
        shown = values.get("alt", "").strip() or _last_part(source)
        if not shown:
            return
        if self._link is not None or not _ADDRESS.match(source):
            self.written.append(escape(shown))
            return
        self._write_start("a", {"href": source})
        self.written.append(f"{escape(shown)}</a>")


def _last_part(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return PurePosixPath(parts.path).name or parts.netloc
