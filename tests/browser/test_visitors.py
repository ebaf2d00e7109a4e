"""A visitor uses a page as people do, and nothing that the browser complains of stays unheard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.stage import page, playing
from tests.browser.visitor import Visitor, Visitors, visiting
from tests.servers import free_port

FORM = """
<form method=post action=/welcome>
  <label>Username or email <input name=login></label>
  <label>Password <input name=password type=password></label>
  <button type=button>Show password</button> <button>Sign in</button>
</form>
"""
SITE = {
    "/": page("<p>Hello, you.</p><p hidden>A secret.</p><a href=/welcome>Come in</a>"),
    "/users/sign_in": page(FORM),
    "/welcome": page("<p>Welcome in.</p>"),
    "/talks": page("", "<script src=/talks.js></script>"),
    "/talks.js": "console.error('I am not well')",
    "/throws": page("", "<script src=/throws.js></script>"),
    "/throws.js": "nobody.knows.me()",
    "/inline": page("<p style='color: red'>Red</p>", "<script>document.title = 'x'</script>"),
    "/broken": page("", "<link rel=stylesheet href=/absent.css>"),
    "/gives-up": page("", "<script src=/gives-up.js></script>"),
    "/gives-up.js": "const a = new AbortController();"
    "fetch('/welcome', {signal: a.signal}).catch(() => {}); a.abort()",
}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with playing(SITE) as url:
        yield url


def test_a_visitor_fills_in_the_form_and_presses_the_button(visitors: Visitors, site: str) -> None:
    visitor = visitors(site)

    visitor.sign_in("ada")

    visitor.see("Welcome in")
    visitor.miss("Username or email")


def test_a_visitor_sees_only_what_shows(visitors: Visitors, site: str) -> None:
    visitor = visitors(site)

    visitor.open("/")

    visitor.see("Hello, you.")
    visitor.miss("A secret.")


def test_visitors_do_not_share_cookies(visitors: Visitors, site: str) -> None:
    first, second = visitors(site), visitors(site)

    first.context.add_cookies([{"name": "session", "value": "of-the-first", "url": site}])

    assert second.context.cookies() == []


def test_a_page_works_for_visitors_without_scripts(visitors: Visitors, site: str) -> None:
    visitor = visitors(site, scripts=False)

    visitor.open("/throws")
    visitor.open("/")
    visitor.press("Come in")

    visitor.see("Welcome in.")


def test_the_products_own_answers_are_reached(visitors: Visitors) -> None:
    visitor = visitors()

    visitor.open("/-/liveness")


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("/talks", "console: I am not well"),
        ("/throws", "script: nobody is not defined"),
        ("/inline", "policy: Executing inline script"),
        ("/inline", "policy: Applying inline style"),
        ("/broken", "status of 404 .*/absent.css"),
    ],
)
def test_a_complaint_fails_the_test(
    chromium: Browser, site: str, path: str, complaint: str
) -> None:
    with (
        pytest.raises(AssertionError, match=complaint),
        visiting(chromium, site) as visitor,
    ):
        visitor.open(path)


@pytest.mark.parametrize("host", ["foreign.example.com", "192.0.2.1", "127.0.0.1"])
def test_a_request_to_another_server_fails_the_test(chromium: Browser, host: str) -> None:
    foreign = f"http://{host}:{free_port()}/"
    files = {"/": page(f"<a href='{foreign}'>Away</a>")}
    with (
        playing(files) as site,
        pytest.raises(AssertionError, match=f"foreign request: {foreign}"),
        visiting(chromium, site) as visitor,
    ):
        press_away(visitor)


def press_away(visitor: Visitor) -> None:
    """Follow a link that leads to no page."""
    visitor.open("/")
    with visitor.page.expect_event("requestfailed"):
        visitor.press("Away")


def test_what_the_page_gives_up_itself_is_no_complaint(visitors: Visitors, site: str) -> None:
    visitor = visitors(site)

    visitor.open("/gives-up")

    visitor.page.wait_for_load_state("networkidle")


def test_a_page_of_another_status_is_asked_for(visitors: Visitors, site: str) -> None:
    visitor = visitors(site)

    visitor.open("/nowhere", status=404)
    with pytest.raises(AssertionError, match="/nowhere answered 404"):
        visitor.open("/nowhere")


def test_a_complaint_may_be_expected(visitors: Visitors, site: str) -> None:
    visitor = visitors(site)

    visitor.expects("console: I am not well")
    visitor.open("/talks")


def test_a_complaint_that_was_expected_must_come(chromium: Browser, site: str) -> None:
    with (
        pytest.raises(AssertionError, match="nothing of what was expected: I am not well"),
        visiting(chromium, site) as visitor,
    ):
        wait_in_vain(visitor)


def wait_in_vain(visitor: Visitor) -> None:
    """Expect what a quiet page does not do."""
    visitor.expects("I am not well")
    visitor.open("/")
