"""Going through a page with the Tab key, as those do who cannot use a mouse."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page

_SCRIPT = Path(__file__).with_name("keyboard.js").read_text()
_MOST = 400
"""No page should have more stops."""


@dataclass(frozen=True)
class Stop:
    """Where the focus has come to."""

    number: str
    """Of the element, among all that can be stopped at."""

    name: str
    is_marked: bool
    """Whether something shows that the focus is here."""

    is_covered: bool
    """Whether something else lies over its middle (WCAG 2.2, 2.4.11)."""


def list_stops(page: Page) -> list[Stop]:
    """Press Tab from the top of the page to its end, and note each stop."""
    page.evaluate(_SCRIPT)
    page.evaluate("keyboard.begin()")
    stops: list[Stop] = []
    for _ in range(_MOST):
        page.keyboard.press("Tab")
        found = page.evaluate("keyboard.look()")
        if found is None or (stops and found["number"] == stops[0].number):
            return stops
        stops.append(Stop(found["number"], found["name"], found["marked"], found["covered"]))
    raise AssertionError(f"the end of the page was not reached with {_MOST} tabs")


def list_unreachable(page: Page, stops: list[Stop]) -> list[str]:
    """Which controls that can be seen the Tab key has passed over."""
    unreachable: list[str] = page.evaluate(
        "reached => keyboard.missed(reached)", [stop.number for stop in stops]
    )
    return unreachable


def tab_to(page: Page, control: Locator) -> None:
    """Press Tab until a control has the focus."""
    for _ in range(_MOST):
        page.keyboard.press("Tab")
        if control.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{_MOST} tabs did not come to {control}")
