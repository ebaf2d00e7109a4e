"""Pictures of pages, light and dark, wide and narrow, kept outside the repository."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

import pytest
from playwright.sync_api import Page

from tests.browser import devtools
from tests.browser.visitor import NARROW, WIDE

VARIABLE = "WHEELYARD_SCREENSHOTS"
"""The environment's name for the folder."""

_ROOT = Path(__file__).parents[2]
_OVERFLOW = Path(__file__).with_name("overflow.js").read_text()
_SIZES = {"wide": WIDE, "narrow": NARROW}
_Scheme = Literal["light", "dark"]


def choose_folder(temporary: pytest.TempPathFactory) -> Path:
    """The folder that the environment names, or one of pytest's, shared by all test processes."""
    named = os.environ.get(VARIABLE)
    base = temporary.getbasetemp()
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = Path(named).resolve() if named else run / "screenshots"
    assert not folder.is_relative_to(_ROOT), f"{VARIABLE} must be outside the repository"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def looks(page: Page) -> Iterator[str]:
    """Show a page in its four looks, one after the other; each yields a name like "dark.narrow".

    Afterwards it is light, and as large as before.
    """
    before = page.viewport_size
    for scheme in get_args(_Scheme):
        for word, size in _SIZES.items():
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size(size)
            yield f"{scheme}.{word}"
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    if before:
        page.set_viewport_size(before)


def list_overflowing(page: Page) -> list[str]:
    """Which elements are wider than the window, and by how much, when the page scrolls sideways."""
    found: list[str] = devtools.evaluate(page, _OVERFLOW)
    return found


class Gallery:
    """A folder of pictures."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, page: Page, name: str) -> None:
        """Picture a page in its four looks; raises AssertionError when one scrolls sideways."""
        wide = {}
        for look in looks(page):
            self.snap(page, f"{name}.{look}")
            wide[look] = list_overflowing(page)
        wide = {look: elements for look, elements in wide.items() if elements}
        assert not wide, f"{name} scrolls sideways: {wide}"

    def snap(self, page: Page, name: str) -> Path:
        """Picture the whole length of a page as it is."""
        path = self.folder / f"{name}.png"
        page.screenshot(path=path, full_page=True, animations="disabled")
        return path
