"""Which form of a simple page a request gets, by what it accepts: RFC 9110, 12.5, and PEP 691."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelyard.web.negotiation import VARIANTS, Variant, find_variant

HTML = "text/html; charset=utf-8"
HTML_V1 = "application/vnd.pypi.simple.v1+html"
JSON = "application/vnd.pypi.simple.v1+json"
LATEST_HTML = "application/vnd.pypi.simple.latest+html"
LATEST_JSON = "application/vnd.pypi.simple.latest+json"


def variant(*headers: tuple[str, str], query: str = "") -> Variant | None:
    """What a request with some headers gets."""
    scope: dict[str, Any] = {
        "headers": [(name.encode(), value.encode()) for name, value in headers],
        "query_string": query.encode(),
    }
    return find_variant(scope)


def media_type(*accept: str, query: str = "") -> str | None:
    """In which type a request gets a page that accepts something."""
    found = variant(*(("accept", value) for value in accept), query=query)
    return found.media_type if found else None


CLIENTS = {
    "pip": (f"{JSON}, {HTML_V1}; q=0.1, text/html; q=0.01", JSON),
    "uv": (f"{JSON}, {HTML_V1};q=0.2, text/html;q=0.01", JSON),
    "poetry": (f"{JSON}, */*;q=0.1", JSON),
    "pdm": (f"{JSON}, {HTML_V1}; q=0.1, text/html; q=0.01", JSON),
    "hatch, curl": ("*/*", HTML),
    "old pip": ("text/html", HTML),
    "a browser": (
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        HTML,
    ),
}
"""What each real client sends and gets."""

ROWS = [
    # One that is named
    (JSON, JSON),
    (HTML_V1, HTML_V1),
    ("text/html", HTML),
    (LATEST_JSON, JSON),
    (LATEST_HTML, HTML_V1),
    # In any case, with any white space, and with the parameter that ours has
    (JSON.upper(), JSON),
    (f"  {JSON} ;q=0.5\t,", JSON),
    ("text/html;charset=utf-8", HTML),
    ('text/html; charset="UTF-8"; q=1', HTML),
    # By weight
    (f"{JSON};q=0.1, text/html;q=0.2", HTML),
    (f"{JSON};q=0.2, text/html;q=0.1", JSON),
    (f"{JSON};q=0.999, text/html", HTML),
    (f"{HTML_V1}, {JSON};q=0.9", HTML_V1),
    (f"{JSON}; Q=0.1, text/html; q=0.2", HTML),
    # What is most specific says the weight
    (f"{JSON};q=0, */*", HTML),
    ("text/html;q=0, */*", HTML_V1),
    (f"text/html;q=0, {HTML_V1};q=0, */*", JSON),
    ("text/*;q=0.1, */*;q=0.5", HTML_V1),
    (f"*/*, {JSON};q=0.5, text/*;q=0.4, {HTML_V1};q=0.3", JSON),
    ("application/*;q=0.2, text/*;q=0.3", HTML),
    (f"application/*, {HTML_V1};q=0, text/html;q=0.9", JSON),
    # Of what is liked equally, the richest that is named; and else the plainest
    (f"text/html, {JSON}", JSON),
    (f"text/html, {HTML_V1}", HTML_V1),
    (f"{JSON}, */*", JSON),
    (f"text/html, {HTML_V1};q=0.1, */*", HTML),
    ("application/*", HTML_V1),
    ("text/*", HTML),
    ("*/*;q=0.1", HTML),
    # One name of two is enough
    (f"{JSON};q=0, {LATEST_JSON}", JSON),
    # Nothing is said
    ("", HTML),
    (" ", HTML),
    # None of what there is
    ("application/json", None),
    ("application/vnd.pypi.simple.v2+json", None),
    ("text/plain, image/*", None),
    (f"{JSON};q=0", None),
    ("*/*;q=0", None),
    ("text/html;q=0.0, application/*;q=0.000", None),
    ("text/html;level=1", None),
    # What is malformed is passed over
    (f"text/html;q=2, {JSON};q=0.1", JSON),
    (f"text/html;q=high, {JSON};q=0.1", JSON),
    (f"text/html;q=-1, {JSON};q=0.1", JSON),
    (";;,,=, text/html", HTML),
    ('text/html;x=",', None),
]


@pytest.mark.parametrize(("accept", "expected"), CLIENTS.values(), ids=CLIENTS)
def test_each_client_gets_what_it_reads_best(accept: str, expected: str) -> None:
    assert media_type(accept) == expected


@pytest.mark.parametrize(("accept", "expected"), ROWS)
def test_what_is_accepted_says_what_is_sent(accept: str, expected: str | None) -> None:
    assert media_type(accept) == expected


def test_who_says_nothing_gets_html() -> None:
    assert media_type() == HTML


def test_a_header_that_is_there_twice_is_one_list() -> None:
    assert media_type("text/html;q=0.1", JSON) == JSON
    assert media_type(JSON, "text/html;q=0.1") == JSON


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("format=json", JSON),
        ("format=html", HTML),
        ("format=JSON", JSON),
        (f"format={JSON}", JSON),
        ("format=application%2Fvnd.pypi.simple.v1%2Bjson", JSON),
        (f"format={LATEST_JSON}", JSON),
        (f"format={HTML_V1}", HTML_V1),
        ("format=text/html", HTML),
        ("format=html&format=json", JSON),
        ("private_token=glpat-x&format=json", JSON),
        ("format=xml", None),
        ("format=", HTML_V1),
        ("other=json", HTML_V1),
    ],
)
def test_the_query_counts_before_the_header(query: str, expected: str | None) -> None:
    assert media_type(HTML_V1, query=query) == expected


@given(st.lists(st.sampled_from([*'*/,;=q01. "', "text/html", JSON, "a" * 300])).map("".join))
def test_whatever_is_sent_is_answered_with_one_of_those_there_are(header: str) -> None:
    found = variant(("accept", header), ("accept-encoding", header))

    assert found is None or found in VARIANTS
