"""What people are told of a file: all that its metadata says, and nothing that misleads them."""

import time
from importlib.metadata import distributions

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement

from wheelyard.pypi.description import (
    MAX_LENGTH,
    MAX_LISTED,
    MAX_READ_BYTES,
    Dependency,
    Description,
    Link,
    Person,
    describe,
)

FULL = """\
Metadata-Version: 2.4
Name: My.Package
Version: 1.0
Dynamic: Version
Summary: A package of mine
Author-email: Ada Lovelace <ada@example.com>, "Hopper, Grace" <grace@example.com>
Maintainer: The team
License-Expression: MIT OR Apache-2.0
License-File: LICENSE
License-File: NOTICE
Keywords: packages,of mine,packages
Classifier: Development Status :: 4 - Beta
Classifier: Programming Language :: Python :: 3
Classifier: Programming Language :: Python :: 3.12
Classifier: Private
Project-URL: Documentation, https://docs.example.com/
Project-URL: Source, https://git.example.com/mine
Home-page: https://docs.example.com
Download-URL: http://example.com/download
Requires-Python: >=3.8,<4
Requires-Dist: Re_quests[socks,http2]>=2,<3; python_version < "3.9"
Requires-Dist: pytest>=8; extra == 'test' and os_name == "posix"
Requires-Dist: direct @ https://example.com/direct.whl
Requires-Dist: what is this
Provides-Extra: test
Import-Name: mine
Import-Namespace: ours
Description-Content-Type: Text/Markdown; charset="UTF-8"; variant=GFM

# My package

Für José.
""".encode()


def about(*lines: str) -> Description:
    """What a file with these header lines tells."""
    return describe("\n".join(["Name: demo", "Version: 1.0", *lines, "", ""]).encode())


def test_everything_that_pages_show_is_read() -> None:
    assert describe(FULL) == Description(
        license="MIT OR Apache-2.0",
        authors=(
            Person("Ada Lovelace", "ada@example.com"),
            Person("Hopper, Grace", "grace@example.com"),
        ),
        maintainers=(Person("The team", ""),),
        keywords=("packages", "of mine"),
        classifiers={
            "Development Status": ("4 - Beta",),
            "Programming Language": ("Python :: 3", "Python :: 3.12"),
            "Private": ("Private",),
        },
        urls=(
            Link("Documentation", "https://docs.example.com/"),
            Link("Source", "https://git.example.com/mine"),
            Link("Download", "http://example.com/download"),
        ),
        requires_python=">=3.8,<4",
        requirements=(
            Dependency(
                name="Re_quests",
                normalized_name="re-quests",
                extras=("http2", "socks"),
                specifier="<3,>=2",
                marker='python_version < "3.9"',
            ),
            Dependency(
                name="pytest",
                normalized_name="pytest",
                specifier=">=8",
                marker='extra == "test" and os_name == "posix"',
                extra="test",
            ),
            Dependency(
                name="direct",
                normalized_name="direct",
                url="https://example.com/direct.whl",
            ),
            Dependency(name="what is this"),
        ),
        provides_extra=("test",),
        text="# My package\n\nFür José.\n",
        content_type="text/markdown",
        is_cut=False,
    )


def test_dependencies_stand_with_the_extra_that_they_are_for() -> None:
    described = about(
        "Requires-Dist: one",
        "Requires-Dist: two; extra == 'dev-tools'",
        "Requires-Dist: three; extra == 'undeclared'",
        "Provides-Extra: Dev_Tools",
        "Provides-Extra: empty",
    )

    shown = {
        extra: [requirement.name for requirement in wanted]
        for extra, wanted in described.by_extra.items()
    }
    assert shown == {"": ["one"], "Dev_Tools": ["two"], "empty": [], "undeclared": ["three"]}


def test_line_ends_and_the_case_of_field_names_do_not_matter() -> None:
    crlf = FULL.replace(b"\n", b"\r\n").replace(b"Keywords:", b"KEYWORDS:")

    assert describe(crlf) == describe(FULL)


def test_what_is_said_twice_is_not_known_and_nothing_else_is_lost() -> None:
    described = about("License: one", "License: two", "Author: Ada")

    assert (described.license, described.authors) == ("", (Person("Ada", ""),))


def test_two_links_of_one_label_are_both_shown() -> None:
    described = about(
        "Project-URL: A, https://a.example.com", "Project-URL: A, https://b.example.com"
    )

    assert [link.url for link in described.urls] == [
        "https://a.example.com",
        "https://b.example.com",
    ]


@pytest.mark.parametrize(
    ("lines", "licence"),
    [
        (["License: MIT"], "MIT"),
        (["License: \n  The long text\n  of a licence"], "The long text"),
        (["License: UNKNOWN", "Classifier: License :: OSI Approved :: MIT License"], "MIT License"),
        (["Classifier: License :: A", "Classifier: License :: B"], "A, B"),
        (["License: old", "License-Expression: MIT"], "MIT"),
        ([], ""),
    ],
)
def test_the_licence_is_what_names_it_best(lines: list[str], licence: str) -> None:
    assert about(*lines).license == licence


@pytest.mark.parametrize(
    ("lines", "people"),
    [
        (["Author: Ada", "Author-email: ada@example.com"], [("Ada", "ada@example.com")]),
        (["Author: Ada", "Author-email: Ada <a@example.com>"], [("Ada", "a@example.com")]),
        (
            ["Author: Us", "Author-email: Ada <a@example.com>"],
            [("Us", ""), ("Ada", "a@example.com")],
        ),
        (
            ["Author-email: a@example.com,b@example.com"],
            [("", "a@example.com"), ("", "b@example.com")],
        ),
        (["Author-email: a@example.com?cc=all"], [("a@example.com?cc=all", "")]),
        (["Author-email: José <josé@example.com>"], [("José", "josé@example.com")]),
        (['Author-email: "'], [('"', "")]),
        (["Author: UNKNOWN", "Author-email: UNKNOWN"], []),
    ],
)
def test_names_and_addresses_are_joined(lines: list[str], people: list[tuple[str, str]]) -> None:
    assert [(person.name, person.email) for person in about(*lines).authors] == people


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("one two,  three", ("one two", "three")),
        ("one two  three", ("one", "two", "three")),
        ("one", ("one",)),
        (" , ,", ()),
    ],
)
def test_keywords_stand_between_commas_or_spaces(written: str, words: tuple[str, ...]) -> None:
    assert about(f"Keywords: {written}").keywords == words


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://example.com/",
        "//example.com/",
        "/-/admin",
        "https:",
        "https://",
        "http://[",
        "https://example.com@evil.example.com/",
        "https://example.com/\u202egpj.exe",
        "https://example.com/a b",
        "https://example.com/" + "a" * MAX_LENGTH,
        "UNKNOWN",
        "",
    ],
)
def test_only_addresses_that_lead_where_they_seem_to_are_links(url: str) -> None:
    described = about(f"Home-page: {url}", f"Project-URL: A, {url}", f"Download-URL: {url}")

    assert described.urls == ()


def test_a_requirement_says_what_it_is_in_the_words_of_packaging() -> None:
    text = "a.b[x]~=1.0; extra=='Y' or python_version>='3'"

    found = about(f"Requires-Dist: {text}").requirements[0]

    judge = Requirement(text)
    assert (found.name, found.specifier, found.marker) == (
        judge.name,
        str(judge.specifier),
        str(judge.marker),
    )
    assert found.extra == "y"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("Description: One\n        two\n          three", "One\ntwo\n  three"),
        ("Description: One\n       |two\n       |\n       |three", "One\ntwo\n\nthree"),
        ("Description: UNKNOWN", ""),
    ],
)
def test_a_description_in_a_header_is_unfolded(lines: str, text: str) -> None:
    assert about(lines).text == text


def test_control_characters_and_those_that_turn_text_around_are_taken_out() -> None:
    described = describe(b"Name: demo\nLicense: a\0b\x1b[31m\xe2\x80\xaec\n\nd\0\te\xe2\x80\xae\n")

    assert (described.license, described.text) == ("ab[31mc", "d\te\n")


def test_bytes_that_are_no_text_are_marked() -> None:
    described = describe(b"Name: demo\nAuthor: Jos\xe9\nLicense: fine\n\nGr\xf6\xdfe\n")

    assert described.authors == (Person("Jos\ufffd", ""),)
    assert (described.license, described.text) == ("fine", "Gr\ufffd\ufffde\n")


def test_a_content_type_does_not_change_how_the_file_is_read() -> None:
    described = about("Content-Type: multipart/mixed; boundary=x", "License: here")

    assert (described.license, described.text) == ("here", "")


def test_a_line_that_is_no_header_begins_the_description() -> None:
    assert describe(b"Name: demo\nno header\nSummary: x\n").text == "no header\nSummary: x\n"


LARGE = {
    "classifiers": b"".join(b"Classifier: A%d :: B\n" % number for number in range(100_000)),
    "names of fields": b"".join(b"X%d: y\n" % number for number in range(200_000)),
    "spellings": b"sUmMary: x\nSummarY: y\n" * 50_000,
    "folds": b"Summary: x\n" + b" y\n" * 400_000,
    "one field": b"Summary: " + b"x" * 1_000_000 + b"\n",
    "links": b"".join(b"Project-URL: A, https://example.com/%d\n" % n for n in range(50_000)),
    "people": b"Author-email: " + b'"(<a@b.example.com>, ' * 50_000,
    "parentheses": b"Author-email: " + b"(" * 1_000_000 + b"\nRequires-Dist: a; " + b"(" * 3000,
    "requirements": b"".join(b"Requires-Dist: a%d[b]>=1; extra=='c'\n" % n for n in range(30_000)),
    "markers": b"".join(
        b"Requires-Dist: a%d; " % number + b" and ".join([b"os_name=='x'"] * 220) + b"\n"
        for number in range(1000)
    ),
    "keywords": b"Keywords: " + b"a," * 500_000,
    "description": b"\n" + b"line\n" * 3_300_000,
}


@pytest.mark.parametrize("large", LARGE.values(), ids=LARGE)
def test_however_much_is_written_little_time_is_spent(large: bytes) -> None:
    began = time.process_time()

    described = describe(b"Name: demo\n" + large)

    assert time.process_time() - began < 5
    assert described.is_cut == (len(large) + 11 > MAX_READ_BYTES)
    assert len(described.text) <= MAX_READ_BYTES
    for values in (described.requirements, described.keywords, described.urls, described.authors):
        assert len(values) <= MAX_LISTED
    assert sum(map(len, described.classifiers.values())) <= MAX_LISTED
    assert len(described.license) <= MAX_LENGTH


def test_every_installed_distribution_is_read() -> None:
    read = 0
    for distribution in distributions():
        content = distribution.read_text("METADATA")
        if content is None:
            continue
        described = describe(content.encode())
        judge = distribution.metadata
        assert described.requires_python == (judge["Requires-Python"] or "")
        assert sum(map(len, described.classifiers.values())) == len(
            set(judge.get_all("Classifier", []))
        )
        assert all(requirement.normalized_name for requirement in described.requirements)
        assert described.text.split() == (judge["Description"] or "").split()
        read += 1
    assert read > 50


FIELDS = [
    "Name",
    "Summary",
    "Author",
    "Author-email",
    "Keywords",
    "Classifier",
    "License",
    "Project-URL",
    "Home-page",
    "Requires-Dist",
    "Description",
    "X",
    "Requires-Python",
]


@given(
    st.lists(st.tuples(st.sampled_from(FIELDS), st.text(max_size=40)), max_size=12),
    st.binary(max_size=60),
)
def test_any_field_is_read_or_left_out(fields: list[tuple[str, str]], body: bytes) -> None:
    head = "".join(f"{name}: {value}\n" for name, value in fields)

    described = describe(head.encode("utf-8", "replace") + b"\n" + body)

    shown = [described.requires_python, described.license, *described.keywords]
    shown += [text for person in described.authors for text in (person.name, person.email)]
    assert not [text for text in shown if "\n" in text or "\0" in text or "\u202e" in text]
    assert all(link.url.startswith(("http://", "https://")) for link in described.urls)


@given(st.binary(max_size=400))
def test_any_bytes_are_described(content: bytes) -> None:
    assert isinstance(describe(content), Description)
