"""The reading of pages itself: what it must find."""

import pytest

from tests.pages import markup


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<script src=https://evil.example.com/x.js></script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<a href=javascript:alert(1)>x</a>",
        "<a href=' JaVa\tscript:alert(1)'>x</a>",
        "<a href='data:text/html,x'>x</a>",
        "<form action=https://evil.example.com></form>",
        "<button formaction=javascript:alert(1)>x</button>",
        "<p style=color:red>x</p>",
        "<style>p{}</style>",
        "<iframe src=/></iframe>",
        "<object></object>",
        "<base href=/>",
        "<meta http-equiv=refresh content=0>",
        "<p zxss>x</p>",
        "<math><mi xlink:href='data:x'>x</mi></math>",
    ],
)
def test_what_runs_is_found(text: str) -> None:
    assert markup.find_active(markup.read(text)) != []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("<p id=a></p><p id=a></p>", "the id 'a' 2 times"),
        ("<label for=a>x</label>", "<label for='a'> leads nowhere"),
        ("<p aria-describedby='b'></p>", "<p aria-describedby='b'> leads nowhere"),
        ("<h1>x</h1><h1>y</h1>", "2 h1"),
        ("<div><p></div>", "</div> within ['div', 'p']"),
        ("<input id=a>", "<input> without a label"),
        ("<p class=a class=b></p>", "<p> has an attribute twice"),
        ("<title> · Wheelyard</title>", "no title"),
    ],
)
def test_a_fault_is_found(text: str, fault: str) -> None:
    assert fault in markup.find_faults(markup.read(text))
