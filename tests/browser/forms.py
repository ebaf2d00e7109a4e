"""The forms that pages hold, and sending what their browser would refuse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from playwright.sync_api import Page, Response

Values = Mapping[str, str | Sequence[str]]
"""By field; several for boxes that are marked."""

_SCRIPT = Path(__file__).with_name("forms.js").read_text()


@dataclass
class Found:
    """What is to be seen of a form after it was sent."""

    status: int
    general: str
    """The sentence at the page's top."""

    said: dict[str, str] = field(default_factory=dict)
    """By field that is marked as wrong, what describes it."""

    typed: dict[str, str | list[str]] = field(default_factory=dict)
    """By field, what is in it now."""

    secrets: list[str] = field(default_factory=list)
    """What is in its fields for passwords."""


def send(page: Page, action: str, values: Values) -> Found:
    """Fill in the form of an address, past what the browser would refuse, and press its button."""
    page.evaluate(_SCRIPT)
    form = page.locator(f"form[action='{action}']").first
    form.evaluate("(form, values) => forms.fill(form, values)", dict(values))
    with page.expect_navigation() as navigation:
        form.get_by_role("button").last.click()
    response: Response = navigation.value
    page.evaluate(_SCRIPT)
    shown = page.evaluate("action => forms.read(action)", action)
    assert shown is not None, f"the form is gone: {response.status} {page.url}"
    return Found(response.status, **shown)


class _Forms(HTMLParser):
    """Collects the method and address of each form."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "form":
            named = dict(attrs)
            method = (named.get("method") or "get").upper()
            self.found.append((method, named.get("action") or ""))


def list_forms(markup: str) -> list[tuple[str, str]]:
    """The method and the address of each form of a page."""
    reader = _Forms()
    reader.feed(markup)
    return reader.found
