"""Simple pages, whole; and that nothing on them can be anything but text."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelyard.pypi.names import NormalizedName
from wheelyard.pypi.simple import SimpleFile, render_index, render_package

SHA256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


class Anchors(HTMLParser):
    """What a browser would see: anchors, and every tag."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.anchors: list[tuple[dict[str, str | None], str]] = []
        self._attributes: dict[str, str | None] | None = None
        self._text = ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "a":
            self._attributes, self._text = dict(attrs), ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            assert self._attributes is not None
            self.anchors.append((self._attributes, self._text))


def file(filename: str, requires_python: str = "") -> SimpleFile:
    """A file of a page."""
    return SimpleFile(filename, f"/files/{filename}", SHA256, requires_python)


def test_a_packages_page() -> None:
    files = [file("demo-1.0.tar.gz"), file("demo-1.0-py3-none-any.whl", ">=3.6,<4")]

    page = render_package("Demo", files)

    assert (
        page.decode()
        == f"""\
<!DOCTYPE html>
<html>
  <head>
    <meta name="pypi:repository-version" content="1.0">
    <title>Links for Demo</title>
  </head>
  <body>
    <h1>Links for Demo</h1>
    <a href="/files/demo-1.0.tar.gz#sha256={SHA256}">demo-1.0.tar.gz</a><br>
    <a href="/files/demo-1.0-py3-none-any.whl#sha256={SHA256}" \
data-requires-python="&gt;=3.6,&lt;4">demo-1.0-py3-none-any.whl</a>
  </body>
</html>
"""
    )


def test_an_index() -> None:
    packages = [(NormalizedName("demo"), "Demo"), (NormalizedName("my-package"), "my.package")]

    page = render_index("tools", packages, "/projects/7/simple")

    assert (
        page.decode()
        == """\
<!DOCTYPE html>
<html>
  <head>
    <meta name="pypi:repository-version" content="1.0">
    <title>Links for tools</title>
  </head>
  <body>
    <h1>Links for tools</h1>
    <a href="/projects/7/simple/demo/">Demo</a><br>
    <a href="/projects/7/simple/my-package/">my.package</a>
  </body>
</html>
"""
    )


def test_an_empty_index_has_no_anchors() -> None:
    assert Anchors(render_index("tools", [], "/simple")).anchors == []


@pytest.mark.parametrize(
    "title", ["<script>alert(1)</script>", '"quoted"', "a & b", "</title>", "{title}", "%s", "é"]
)
def test_a_title_is_text(title: str) -> None:
    seen = Anchors(render_index(title, [], "/simple"))

    assert seen.tags == ["html", "head", "meta", "title", "body", "h1"]


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1),
            st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])),
        ),
        max_size=5,
    )
)
def test_whatever_stands_on_a_page_is_read_back_as_it_was(texts: list[tuple[str, str]]) -> None:
    files = [file(filename, requires_python) for filename, requires_python in texts]

    seen = Anchors(render_package("demo", files))

    assert [
        (attributes["href"], attributes.get("data-requires-python", ""), text)
        for attributes, text in seen.anchors
    ] == [
        (f"/files/{filename}#sha256={SHA256}", requires_python, filename)
        for filename, requires_python in texts
    ]
