"""Simple pages, whole; that both forms say the same; and that nothing on them is but text."""

import json
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelyard.pypi.names import NormalizedName
from wheelyard.pypi.simple import (
    Detail,
    Listed,
    Listing,
    SimpleFile,
    render_html,
    render_json,
)
from wheelyard.pypi.status import PackageStatus

SHA256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
OTHER_SHA256 = "486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7"
NOON = datetime(2026, 8, 21, 12, 0, 0, 1500, tzinfo=UTC)

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]))
FILES = st.builds(
    SimpleFile,
    filename=TEXTS.filter(bool),
    url=TEXTS.map(lambda text: f"/files/{text}"),
    sha256=st.just(SHA256),
    requires_python=TEXTS,
    size=st.integers(0, 2**40),
    uploaded_at=st.datetimes(timezones=st.just(UTC)),
    yanked=st.none() | TEXTS,
    core_metadata=st.none() | st.just(OTHER_SHA256),
)
DETAILS = st.builds(
    Detail,
    name=st.just(NormalizedName("demo")),
    shown_name=TEXTS,
    serial=st.integers(0, 2**40),
    versions=st.lists(TEXTS, max_size=3),
    files=st.lists(FILES, max_size=5),
    status=st.sampled_from(PackageStatus),
    status_reason=TEXTS,
)


class Seen(HTMLParser):
    """What a browser would see: anchors, what the page says of itself, and every tag."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.comments: list[str] = []
        self.metas: dict[str | None, str | None] = {}
        self.anchors: list[tuple[dict[str, str | None], str]] = []
        self._attributes: dict[str, str | None] | None = None
        self._text = ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "meta":
            told = dict(attrs)
            self.metas[told["name"]] = told["content"]
        if tag == "a":
            self._attributes, self._text = dict(attrs), ""

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            assert self._attributes is not None
            self.anchors.append((self._attributes, self._text))


def file(filename: str, requires_python: str = "", **told: Any) -> SimpleFile:
    """A file of a page."""
    url = f"/files/{filename}"
    return SimpleFile(filename, url, SHA256, requires_python, size=1234, uploaded_at=NOON, **told)


def detail(*files: SimpleFile, **told: Any) -> Detail:
    """What the page of a package says."""
    return Detail(NormalizedName("demo"), "Demo", 42, ["1.0"], files, **told)


def listing(title: str, *names: str) -> Listing:
    """What an index says."""
    packages = [
        Listed(NormalizedName(name.lower().replace(".", "-")), name, 40 + number)
        for number, name in enumerate(names)
    ]
    return Listing(title, "/projects/7/simple", 42, packages)


def in_json(record: Detail | Listing) -> Any:
    """What a page says as JSON."""
    return json.loads(render_json(record))


def test_a_packages_page_in_html() -> None:
    page = render_html(
        detail(
            file("demo-1.0.tar.gz", yanked='broken "on" <Windows>'),
            file("demo-1.0-py3-none-any.whl", ">=3.6,<4", yanked="", core_metadata=OTHER_SHA256),
            status=PackageStatus.DEPRECATED,
            status_reason="use <other>",
        )
    )

    assert (
        page.decode()
        == f"""\
<!DOCTYPE html>
<html>
  <head>
    <meta name="pypi:repository-version" content="1.4">
    <meta name="pypi:project-status" content="deprecated">
    <meta name="pypi:project-status-reason" content="use &lt;other&gt;">
    <title>Links for Demo</title>
  </head>
  <body>
    <h1>Links for Demo</h1>
    <a href="/files/demo-1.0.tar.gz#sha256={SHA256}" \
data-yanked="broken &quot;on&quot; &lt;Windows&gt;">demo-1.0.tar.gz</a><br>
    <a href="/files/demo-1.0-py3-none-any.whl#sha256={SHA256}" \
data-requires-python="&gt;=3.6,&lt;4" data-core-metadata="sha256={OTHER_SHA256}" \
data-dist-info-metadata="sha256={OTHER_SHA256}" data-yanked="">demo-1.0-py3-none-any.whl</a>
  </body>
</html>
<!--SERIAL 42-->
"""
    )


def test_a_packages_page_in_json() -> None:
    page = in_json(
        detail(
            file("demo-1.0.tar.gz", yanked="broken on Windows"),
            file("demo-1.0-py3-none-any.whl", ">=3.6,<4", yanked="", core_metadata=OTHER_SHA256),
            status=PackageStatus.DEPRECATED,
            status_reason="use other",
        )
    )

    assert page == {
        "meta": {"api-version": "1.4", "_last-serial": 42},
        "name": "demo",
        "project-status": {"status": "deprecated", "reason": "use other"},
        "versions": ["1.0"],
        "files": [
            {
                "filename": "demo-1.0.tar.gz",
                "url": "/files/demo-1.0.tar.gz",
                "hashes": {"sha256": SHA256},
                "size": 1234,
                "upload-time": "2026-08-21T12:00:00.001500Z",
                "yanked": "broken on Windows",
            },
            {
                "filename": "demo-1.0-py3-none-any.whl",
                "url": "/files/demo-1.0-py3-none-any.whl",
                "hashes": {"sha256": SHA256},
                "requires-python": ">=3.6,<4",
                "size": 1234,
                "upload-time": "2026-08-21T12:00:00.001500Z",
                "yanked": True,
                "core-metadata": {"sha256": OTHER_SHA256},
            },
        ],
    }


def test_what_is_as_usual_is_not_said() -> None:
    plain = detail(file("demo-1.0.tar.gz"))

    assert Seen(render_html(plain)).metas == {"pypi:repository-version": "1.4"}
    assert set(Seen(render_html(plain)).anchors[0][0]) == {"href"}
    assert "project-status" not in in_json(plain)
    (told,) = in_json(plain)["files"]
    assert told["yanked"] is False
    assert not {"requires-python", "core-metadata", "provenance"} & set(told)


@pytest.mark.parametrize("status", [one for one in PackageStatus if one != "active"])
def test_a_status_without_a_reason_has_none(status: PackageStatus) -> None:
    record = detail(status=status)

    assert in_json(record)["project-status"] == {"status": status.value}
    assert "pypi:project-status-reason" not in Seen(render_html(record)).metas


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (NOON.replace(microsecond=0), "2026-08-21T12:00:00.000000Z"),
        (NOON.astimezone(timezone(timedelta(hours=2))), "2026-08-21T12:00:00.001500Z"),
    ],
)
def test_a_time_is_in_utc_and_to_the_microsecond(moment: datetime, told: str) -> None:
    uploaded = SimpleFile("demo-1.0.tar.gz", "/", SHA256, "", size=1, uploaded_at=moment)

    assert in_json(detail(uploaded))["files"][0]["upload-time"] == told


def test_an_index_in_html() -> None:
    page = render_html(listing("tools", "Demo", "my.package"))

    assert (
        page.decode()
        == """\
<!DOCTYPE html>
<html>
  <head>
    <meta name="pypi:repository-version" content="1.4">
    <title>Links for tools</title>
  </head>
  <body>
    <h1>Links for tools</h1>
    <a href="/projects/7/simple/demo/">Demo</a><br>
    <a href="/projects/7/simple/my-package/">my.package</a>
  </body>
</html>
<!--SERIAL 42-->
"""
    )


def test_an_index_in_json() -> None:
    assert in_json(listing("tools", "Demo", "my.package")) == {
        "meta": {"api-version": "1.4", "_last-serial": 42},
        "projects": [
            {"name": "demo", "_last-serial": 40},
            {"name": "my-package", "_last-serial": 41},
        ],
    }


def test_an_empty_index_lists_nothing() -> None:
    assert Seen(render_html(listing("tools"))).anchors == []
    assert in_json(listing("tools"))["projects"] == []


@pytest.mark.parametrize(
    "title", ["<script>alert(1)</script>", '"quoted"', "a & b", "</title>", "{title}", "%s", "é"]
)
def test_a_title_is_text(title: str) -> None:
    seen = Seen(render_html(listing(title)))

    assert seen.tags == ["html", "head", "meta", "title", "body", "h1"]


def html_of(told: dict[str, Any]) -> tuple[dict[str, str], str]:
    """The anchor that says what a file of JSON does, as far as HTML can."""
    attributes = {"href": f"{told['url']}#sha256={told['hashes']['sha256']}"}
    if "requires-python" in told:
        attributes["data-requires-python"] = told["requires-python"]
    if "core-metadata" in told:
        described = f"sha256={told['core-metadata']['sha256']}"
        attributes |= dict.fromkeys(("data-core-metadata", "data-dist-info-metadata"), described)
    if told["yanked"] is not False:
        attributes["data-yanked"] = "" if told["yanked"] is True else told["yanked"]
    return attributes, told["filename"]


@given(DETAILS)
def test_both_forms_say_the_same_and_read_back_as_it_was(record: Detail) -> None:
    seen, told = Seen(render_html(record)), in_json(record)

    assert seen.comments == [f"SERIAL {told['meta']['_last-serial']}"]
    assert seen.anchors == [html_of(one) for one in told["files"]]
    status = told.get("project-status", {})
    assert seen.metas == {
        "pypi:repository-version": told["meta"]["api-version"],
        **({"pypi:project-status": status["status"]} if status else {}),
        **({"pypi:project-status-reason": status["reason"]} if "reason" in status else {}),
    }
    assert told["versions"] == record.versions
    assert [
        (one["filename"], one.get("requires-python", ""), one["size"], one["yanked"])
        for one in told["files"]
    ] == [
        (one.filename, one.requires_python, one.size, one.yanked or one.yanked is not None)
        for one in record.files
    ]
    assert [datetime.fromisoformat(one["upload-time"]) for one in told["files"]] == [
        one.uploaded_at for one in record.files
    ]
