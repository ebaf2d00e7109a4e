"""What is read from METADATA and PKG-INFO, and what does not matter."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.metadata import parse_email

from wheelyard.pypi.metadata import (
    MAX_READ_BYTES,
    MAX_REQUIRES_PYTHON_LENGTH,
    InvalidMetadata,
    check_requires_python,
    parse,
)

PLAIN = b"""\
Metadata-Version: 2.1
Name: my-package
Version: 1.0
Summary: A package of mine
Requires-Python: >=3.8,<4
License: MIT

The description.
"""


def test_the_fields_are_read() -> None:
    described = parse(PLAIN)

    assert described.metadata_version == "2.1"
    assert described.name == "my-package"
    assert described.version == "1.0"
    assert described.summary == "A package of mine"
    assert described.requires_python == ">=3.8,<4"
    assert described.content == PLAIN


@pytest.mark.parametrize(
    ("version", "dynamic", "is_static"),
    [
        ("2.1", [], False),
        ("2.2", [], True),
        ("2.10", [], True),
        ("2.4", ["License", "Summary", "description"], True),
        ("2.4", ["Requires-Dist"], False),
        ("2.4", ["License", " requires-PYTHON "], False),
        ("2.4", ["Provides-Extra"], False),
        ("2.4", ["Version"], False),
        ("3.0", [], False),
        ("two", [], False),
        ("", [], False),
    ],
)
def test_an_sdist_can_be_relied_on_when_nothing_a_resolver_needs_is_dynamic(
    version: str,
    dynamic: list[str],
    is_static: bool,  # noqa: FBT001  a column of a table
) -> None:
    """PEP 643."""
    lines = [f"Metadata-Version: {version}", "Name: demo", "Version: 1.0"]
    lines += [f"Dynamic: {field}" for field in dynamic]

    content = "\n".join([*lines, "", "Dynamic: Name", ""]).encode()

    assert parse(content).is_static is is_static


def test_metadata_that_is_not_read_to_its_end_is_not_relied_on() -> None:
    content = b"Metadata-Version: 2.2\nName: demo\nVersion: 1.0\n\n" + b"a" * MAX_READ_BYTES

    assert not parse(content).is_static


def test_what_is_absent_is_empty() -> None:
    described = parse(b"Name: demo\nVersion: 1.0\n")

    assert (described.metadata_version, described.summary, described.requires_python) == ("",) * 3


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.replace(b"\n", b"\r\n"),
        PLAIN.replace(b"Name:", b"NAME:").replace(b"Version: 1", b"version: 1"),
        PLAIN.replace(b"2.1", b"9.9") + b"Name: in the description\n",
        PLAIN.replace(b"License: MIT", b"Colour: green\nColour: blue"),
        PLAIN.replace(b"License: MIT", b"Description: Line one\n        |Name: not a field"),
        PLAIN.replace(b"License: MIT", b"Content-Type: multipart/mixed; boundary=x"),
        PLAIN.replace(b"License: MIT", b"Content-Type: message/rfc822"),
        PLAIN.replace(b"License: MIT", "Author: José".encode("latin-1")),
        PLAIN + "Größe".encode("latin-1"),
        PLAIN + b"\0\xff" * 100,
        PLAIN.removesuffix(b"\n\nThe description.\n"),
    ],
)
def test_what_does_not_matter_does_not_matter(content: bytes) -> None:
    described = parse(content)

    assert (described.name, described.version) == ("my-package", "1.0")
    assert described.requires_python == ">=3.8,<4"
    assert described.content == content


def test_a_summary_in_utf8_is_read() -> None:
    assert parse(PLAIN.replace(b"of mine", "für José".encode())).summary == "A package für José"


@pytest.mark.parametrize("unseen", ["\u202e", "\u2066", "\u2069", "\u200f", "\x07"])
def test_a_summary_is_read_without_what_cannot_be_seen(unseen: str) -> None:
    written = PLAIN.replace(b"of mine", f"of {unseen}mine".encode())

    assert parse(written).summary == "A package of mine"


def test_a_summary_that_is_no_utf8_is_left_out() -> None:
    assert parse(PLAIN.replace(b"of mine", "für José".encode("latin-1"))).summary == ""


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The metadata of the file has no Name field"),
        (b"\n\nName: demo\nVersion: 1.0\n", "The metadata of the file has no Name field"),
        (b"Version: 1.0\n", "The metadata of the file has no Name field"),
        (b"Name:\nVersion: 1.0\n", "The metadata of the file has no Name field"),
        (b"Name: demo\n", "The metadata of the file has no Version field"),
        (b"Name: demo\nVersion:  \n", "The metadata of the file has no Version field"),
        (
            b"Name: demo\nName: demo\nVersion: 1.0\n",
            "The metadata of the file has an unusable Name field",
        ),
        (
            b"Name: demo\nVersion: 1.0\nversion: 2.0\n",
            "The metadata of the file has an unusable Version field",
        ),
        (
            b"Name: d\xe9mo\nVersion: 1.0\n",
            "The metadata of the file has an unusable Name field",
        ),
        (
            b"Name: demo\nVersion: 1.0\nRequires-Python: soon\n",
            "requires_python is not a valid version specifier",
        ),
    ],
)
def test_unusable_metadata_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidMetadata) as caught:
        parse(content)

    assert str(caught.value) == reason


@given(st.binary(max_size=300))
def test_any_bytes_are_metadata_or_refused(content: bytes) -> None:
    try:
        described = parse(b"Name: demo\nVersion: 1.0\nSummary: a short one\n" + content)
    except InvalidMetadata:
        return
    assert (described.name, described.version) == ("demo", "1.0")


LINES = st.sampled_from(
    [
        b"Name: demo",
        b"Name: other",
        b"Version: 1.0",
        b"Summary: short",
        b"  and continued",
        b"Summary: \xff",
        b"Classifier: Topic :: Tests",
        b"",
        b"Not a header",
        b"Author: \xc3\xa9",
    ]
)


@given(st.lists(LINES, max_size=12).map(b"\n".join))
def test_names_and_versions_are_read_as_by_packaging(content: bytes) -> None:
    """The ecosystem's own reader is the judge of ours."""
    raw, unparsed = parse_email(content)
    usable = not {"name", "version"} & unparsed.keys() and raw.get("name") and raw.get("version")

    try:
        described = parse(content)
    except InvalidMetadata:
        assert not usable
        return
    assert usable
    assert (described.name, described.version) == (raw["name"], raw["version"])


def test_millions_of_headers_are_not_all_read() -> None:
    content = b"Name: demo\nVersion: 1.0\n" + b"a:b\n" * 4_000_000
    began = time.process_time()

    described = parse(content)

    assert described.content == content
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "text", ["", ">=3", " >=3.8 ", ">=3.8, <4", "==3.*", "~=3.8", "!=3.0.*,>=2.7", "<4,>=3.8"]
)
def test_these_specifiers_are_taken(text: str) -> None:
    assert check_requires_python(text) == text.strip()


@pytest.mark.parametrize("text", ["3", "three", ">=3.8 <4", ">=", "=>3", ">=3.8;", ">=3.8 or <3"])
def test_these_are_none(text: str) -> None:
    with pytest.raises(InvalidMetadata, match="not a valid version specifier"):
        check_requires_python(text)


def test_a_specifier_has_a_greatest_length() -> None:
    longest = ">=3." + "0" * (MAX_REQUIRES_PYTHON_LENGTH - 4)

    assert check_requires_python(longest) == longest
    with pytest.raises(InvalidMetadata, match="more than 1024 characters"):
        check_requires_python(longest + "0")
