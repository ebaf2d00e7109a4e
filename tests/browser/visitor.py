"""Who visits the web interface: somebody with a browser of their own."""

import contextlib
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Literal, Self

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    ViewportSize,
    expect,
)

from tests.actors import PASSWORD
from tests.browser.chromium import PATIENCE_MS
from tests.browser.watch import Watch

WIDE = ViewportSize(width=1280, height=900)
NARROW = ViewportSize(width=390, height=844)


class Visitor:
    """Somebody at a page, with cookies of their own."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.context = context
        self.watch = Watch(context, url)
        self.page: Page = context.new_page()

    def open(self, path: str, *, status: int = 200) -> None:
        """Go to a page by its address, and look at its status, after redirects."""
        response = self.page.goto(path)
        assert response is not None, f"{path} is where the visitor was"
        assert response.status == status, f"{path} answered {response.status}"

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        """Fill in the form and send it; where that leads is for the test to see."""
        self.open("/users/sign_in")
        self.fill("Username or email", username)
        self.fill("Password", password)
        self.press("Sign in")

    def press(self, name: str) -> None:
        """Press the one button or link of this name."""
        button = self.page.get_by_role("button", name=name, exact=True)
        link = self.page.get_by_role("link", name=name, exact=True)
        button.or_(link).click()

    def fill(self, label: str, text: str) -> None:
        """Write into the one field of this label, over what is in it."""
        self.page.get_by_label(label, exact=True).fill(text)

    def see(self, text: str) -> None:
        """Wait until a text stands on the page, visibly and perhaps among other words."""
        expect(self._showing(text).first).to_be_visible()

    def miss(self, text: str) -> None:
        """Wait until a text stands nowhere on the page."""
        expect(self._showing(text)).to_have_count(0)

    def expects(self, pattern: str) -> None:
        """Say that the browser will complain of something: a regular expression."""
        self.watch.expects(pattern)

    def _showing(self, text: str) -> Locator:
        return self.page.get_by_text(text).filter(visible=True)


@contextlib.contextmanager
def visiting(
    browser: Browser,
    url: str,
    *,
    size: ViewportSize = WIDE,
    scheme: Literal["light", "dark"] = "light",
    scripts: bool = True,
    locale: str = "en-GB",
    timezone: str = "UTC",
) -> Iterator[Visitor]:
    """A new visitor, of whom the browser must have had nothing to complain at the end."""
    context = browser.new_context(
        base_url=url,
        viewport=size,
        color_scheme=scheme,
        java_script_enabled=scripts,
        locale=locale,
        timezone_id=timezone,
        service_workers="block",
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        visitor = Visitor(context, url)
        yield visitor
    finally:
        context.close()  # hands over every message that is still under way
    visitor.watch.require_peace()


class Visitors:
    """Those who come to one server in one test."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.present: list[Visitor] = []
        self._browser = browser
        self._url = url
        self._doors = contextlib.ExitStack()

    def __call__(self, url: str = "", **options: Any) -> Visitor:
        """One more, with the options of ``visiting``; perhaps of another server."""
        coming = visiting(self._browser, url or self._url, **options)
        visitor = self._doors.enter_context(coming)
        self.present.append(visitor)
        return visitor

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._doors.close()
