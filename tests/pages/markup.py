"""What a page is made of, as a browser reads it, and what is wrong with that."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

VOID = frozenset(
    {"input", "meta", "link", "br", "hr", "img", "use", "path", "col", "wbr", "source"}
)

_ELEMENTS = (
    "a abbr article aside b blockquote body button caption circle code col dd del details div "
    "dl dt em figcaption figure fieldset footer form g h1 h2 h3 h4 h5 h6 head header hr html i "
    "img input ins kbd label legend li line link main meta nav ol optgroup option p path "
    "polyline pre progress rect s samp script section select small span strong sub summary sup "
    "svg table tbody td template text textarea tfoot th thead time title tr u ul use var "
    "datalist br wbr desc q cite dfn mark meter output"
)
ELEMENTS = frozenset(_ELEMENTS.split())
"""Without any that runs, frames, embeds or moves something."""

_ATTRIBUTES = (
    "accept action alt autocapitalize autocomplete autofocus charset checked class cols "
    "colspan content d datetime defer dir disabled enctype for form height hidden href id "
    "inputmode lang list max maxlength media method min minlength multiple name novalidate "
    "open pattern placeholder points readonly rel required role rows rowspan scope selected "
    "spellcheck src start step tabindex title transform type value low high optimum viewbox "
    "width x x1 x2 y y1 y2 cx cy r rx ry preserveaspectratio focusable text-anchor fill stroke "
    "align label size download dx dy spacing"
)
ATTRIBUTES = frozenset(_ATTRIBUTES.split())

ADDRESSES = frozenset({"href", "src", "action", "formaction", "xlink:href", "poster", "srcset"})
SCHEMES = frozenset({"", "http", "https", "mailto"})
REFERENCES = ("aria-describedby", "aria-labelledby", "aria-controls", "aria-owns", "for", "list")


@dataclass
class Element:
    """A start tag."""

    name: str
    attributes: dict[str, str]
    within: tuple[str, ...]


@dataclass
class Document:
    """A page that was read."""

    elements: list[Element] = field(default_factory=list)
    unbalanced: list[str] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    """By the element that it stands in."""

    def all(self, name: str) -> list[Element]:
        return [element for element in self.elements if element.name == name]

    def links(self) -> Iterator[str]:
        """Where one could go from here without sending a form that changes something."""
        for element in self.elements:
            given = element.attributes
            if element.name == "form" and given.get("method", "get").lower() == "get":
                yield given.get("action", "")
            yield from (given[name] for name in ("href", "src", "data-suggest") if name in given)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.document = Document()
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) < len(names):
            self.document.unbalanced.append(f"<{tag}> has an attribute twice")
        given = {name: value or "" for name, value in attrs}
        if tag == "option" and self._open and self._open[-1] == "option":
            self._open.pop()
        self.document.elements.append(Element(tag, given, tuple(self._open)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        while tag != "option" and self._open and self._open[-1] == "option":
            self._open.pop()  # it may end by itself
        if self._open and self._open[-1] == tag:
            self._open.pop()
        else:
            self.document.unbalanced.append(f"</{tag}> within {self._open[-3:]}")
            if tag in self._open:
                while self._open.pop() != tag:
                    pass

    def handle_data(self, data: str) -> None:
        where = self._open[-1] if self._open else ""
        self.document.texts.setdefault(where, []).append(data)

    def close(self) -> None:
        super().close()
        self.document.unbalanced += [f"<{tag}> is not closed" for tag in self._open]


def read(text: str) -> Document:
    """Read a page."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.document


def find_active(document: Document) -> list[str]:
    """What could run, or make the browser send or load something that is not ours."""
    wrong = []
    for element in document.elements:
        if element.name not in ELEMENTS:
            wrong.append(f"<{element.name}>")
        if element.name == "script" and not element.attributes.get("src", "").startswith(
            "/assets/"
        ):
            wrong.append(f"<script {element.attributes}>")
        if element.name == "meta" and "http-equiv" in element.attributes:
            wrong.append(f"<meta {element.attributes}>")
        for name, value in element.attributes.items():
            known = name in ATTRIBUTES or name.startswith(("aria-", "data-"))
            if not known or name in ("style", "srcdoc") or name.startswith("on"):
                wrong.append(f"<{element.name} {name}={value[:60]!r}>")
            if name in ADDRESSES and not _is_harmless(element, value):
                wrong.append(f"<{element.name} {name}={value[:60]!r}>")
    if any(text.strip() for text in document.texts.get("script", [])):
        wrong.append("a script in the page")
    return wrong


def _is_harmless(element: Element, address: str) -> bool:
    try:
        parts = urlsplit("".join(address.split()))
    except ValueError:
        return False
    if element.name in {"script", "link", "form", "use"}:
        return not parts.scheme and not parts.netloc
    return parts.scheme.lower() in SCHEMES


def find_faults(document: Document) -> list[str]:
    """What is wrong with a page for browsers and for those who hear it."""
    wrong = list(document.unbalanced)
    ids = Counter(e.attributes["id"] for e in document.elements if "id" in e.attributes)
    wrong += [f"the id {name!r} {count} times" for name, count in ids.items() if count > 1]
    wrong += [f"the id {name!r}" for name in ids if not name or any(map(str.isspace, name))]
    for element in document.elements:
        for name in REFERENCES:
            for target in element.attributes.get(name, "").split():
                if target not in ids:
                    wrong.append(f"<{element.name} {name}={target!r}> leads nowhere")
    headings = len(document.all("h1"))
    if headings != 1:
        wrong.append(f"{headings} h1")
    if not "".join(document.texts.get("title", [])).strip(" ·\n").removesuffix("Wheelyard").strip():
        wrong.append("no title")
    if [e.attributes.get("lang") for e in document.all("html")] not in (["en"], ["de"]):
        wrong.append("no lang")
    wrong += [f"<{e.name}> without a label" for e in _unnamed(document)]
    return wrong


def _unnamed(document: Document) -> Iterator[Element]:
    labelled = {e.attributes.get("for") for e in document.all("label")}
    for element in document.elements:
        if element.name not in {"input", "select", "textarea"}:
            continue
        given = element.attributes
        if given.get("type") in {"hidden", "submit"} or "label" in element.within:
            continue
        if given.get("id") not in labelled and not given.keys() & {"aria-label", "aria-labelledby"}:
            yield element
