"""What people read stands where translators find it: in templates, in pages, in refusals."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

import wheelyard

SRC = Path(wheelyard.__file__).parent
PAGES = SRC / "web" / "pages"
TEMPLATES = sorted((PAGES / "templates").rglob("*.html"))
MODULES = sorted(PAGES.rglob("*.py"))

SAYING = frozenset({"_", "gettext", "ngettext", "Sentence"})
"""What takes English and is known to ``make words``."""

NAMES = frozenset(
    {
        *("Wheelyard", "CSV", "SHA", "MD5", "BLAKE2b", "PKG", "INFO", "METADATA", "RECORD"),
        *("root", "WHEELYARD_ROOT_PASSWORD"),
    }
)
"""Words that are alike in every language."""

READ_ALOUD = frozenset({"title", "aria-label", "placeholder", "alt", "data-label", "summary"})
"""Attributes that people read or hear."""

CODE = frozenset({"wheelyard user password root"})
"""Texts that machines read."""

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]+")
_HOLE = " "
"""In the place of everything that is no text of the template."""


_WIDTH = re.compile(r"{% block width %}\w+{% endblock %}")
"""The class that says how wide a page is."""

_NO_TEXT = re.compile(r' [a-z-]+="[^"<>]*"(?![^<]*>)')
"""An attribute that a macro makes for the tag in which it is used."""

# Templates ----------------------------------------------------------------------------------------


def environment() -> Environment:
    """A reader of templates."""
    return Environment(autoescape=True, extensions=["jinja2.ext.i18n"])


def bare(source: str) -> str:
    """The HTML of a template, with holes for what is put in and for what is translated."""
    parts, translated, block = [], False, ""
    for _, kind, text in environment().lex(_WIDTH.sub("", source)):
        if kind == "block_begin":
            block = ""
        elif kind == "name" and not block:
            block = text
            translated = text == "trans" or (translated and text != "endtrans")
        elif kind == "data" and not translated:
            parts.append(text)
        if kind.endswith("_begin"):
            parts.append(_HOLE)
            block = block if kind == "block_begin" else _HOLE
    return _NO_TEXT.sub(_HOLE, "".join(parts))


class _Words(HTMLParser):
    """Gathers the words that stand in a template for people."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in READ_ALOUD or (name == "value" and tag == "button"):
                self.handle_data(value or "")

    def handle_data(self, data: str) -> None:
        self.found += [word for word in _WORD.findall(data) if word not in NAMES]


def words_in(source: str) -> list[str]:
    """The words of a template that nobody can translate."""
    reader = _Words()
    reader.feed(bare(source))
    reader.close()
    return reader.found


def literals_in(source: str) -> list[str]:
    """The texts within expressions that read as English and are not handed to ``_``."""
    tree = environment().parse(source)
    said = {
        id(constant)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in SAYING
        for constant in call.find_all(nodes.Const)
    }
    return [
        constant.value
        for constant in tree.find_all(nodes.Const)
        if isinstance(constant.value, str)
        and id(constant) not in said
        and constant.value not in CODE
        and _ENGLISH.match(constant.value)
    ]


_ENGLISH = re.compile(r"[A-Z][a-z]+(?: [A-Za-z]+)*[.:?!]?$|[A-Z][a-z' ]+ |[a-z]+ [a-z]+ [a-z]+ ")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>{{ _('Hello') }}</p>", []),
        ("<p>Hello</p>", ["Hello"]),
        ("<p title='Read me'>{{ name }}</p>", ["Read", "me"]),
        ("<p aria-label='{{ _('Pages') }}'></p>", []),
        ("<input placeholder='{{ name }} here'>", ["here"]),
        ("{% if x %}yes{% else %}{{ x }}{% endif %}", ["yes"]),
        ("{% trans %}Hello{% endtrans %} you", ["you"]),
        ("{% trans n=n %}one{% pluralize %}many{% endtrans %}", []),
        ("{# a remark #}<script src='x'></script>", []),
    ],
)
def test_english_in_a_template_is_found(source: str, words: list[str]) -> None:
    assert words_in(source) == words


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_has_no_english_that_nobody_can_translate(path: Path) -> None:
    source = path.read_text()

    assert words_in(source) == []
    assert literals_in(source) == []


# Modules ------------------------------------------------------------------------------------------

SILENT = frozenset({"log", "getLogger", "fullmatch", "compile", "encode"})
"""What writes to the log, or reads a pattern."""


def name_of(called: ast.expr) -> str:
    """The last name in what is called, such as ``gettext`` in ``view.language.gettext``."""
    match called:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def heard_by_nobody(tree: ast.AST) -> Iterator[ast.AST]:
    """The parts of a module whose texts are not for people, or are translated."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=func) if name_of(func) in SAYING | SILENT:
                yield from ast.walk(node)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log"))):
                yield from ast.walk(node)
            case ast.Expr(value=ast.Constant()):  # a docstring
                yield node.value
            case ast.Assert():
                yield from ast.walk(node)


def english_in(source: str) -> list[str]:
    """The texts of a module that read as sentences and that nobody can translate."""
    tree = ast.parse(source)
    passed_over = set(map(id, heard_by_nobody(tree)))
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in passed_over
        and re.match(r"[A-Z][a-z]+ [a-z]+", node.value)
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_page_says_nothing_that_nobody_can_translate(path: Path) -> None:
    assert english_in(path.read_text()) == []


# Refusals -----------------------------------------------------------------------------------------

REFUSALS = frozenset(
    {
        "Conflict",
        "FileTooLarge",
        "Forbidden",
        "Invalid",
        "InvalidArchive",
        "InvalidFilename",
        "InvalidMetadata",
        "InvalidRecord",
        "InvalidUpload",
    }
)
"""What people can meet in a form.  InvalidParameters are made of Sentences by ``web.params``."""

FOR_PROGRAMS = (SRC / "web" / "api", SRC / "web" / "paths.py")
"""What only the REST API says, in English as GitLab does; of an address that cannot be read, the
pages say so in words of their own.
"""


def refused_in_english(source: str) -> list[str]:
    """The texts of refusals that are no Sentence."""
    return [
        ast.unparse(argument)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and name_of(node.func) in REFUSALS
        for argument in (*node.args, *(keyword.value for keyword in node.keywords))
        if isinstance(argument, ast.JoinedStr)
        or (isinstance(argument, ast.Constant) and isinstance(argument.value, str))
    ]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("raise Conflict('It is taken')", ["'It is taken'"]),
        ("raise facts.InvalidRecord(path=f'{path} is taken')", ["f'{path} is taken'"]),
        ("raise InvalidRecord(path=Sentence('is taken'))", []),
        ("raise Forbidden", []),
    ],
)
def test_a_refusal_in_english_alone_is_found(source: str, found: list[str]) -> None:
    assert refused_in_english(source) == found


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in sorted(SRC.rglob("*.py"))
        if not any(path.is_relative_to(folder) for folder in FOR_PROGRAMS)
    ],
    ids=lambda path: str(path.relative_to(SRC)),
)
def test_a_refusal_that_a_form_can_show_is_a_sentence(path: Path) -> None:
    assert refused_in_english(path.read_text()) == []
