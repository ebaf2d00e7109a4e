"""Accessibility: what axe-core, the real one, finds on a page."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

from tests.browser import devtools

_AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
_STANDARD = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")
"""axe-core's names for WCAG 2.0, 2.1 and 2.2, levels A and AA."""

_ADVICE = "best-practice"
_GRAVE = frozenset({"serious", "critical"})
_OPTIONS = {"runOnly": [*_STANDARD, _ADVICE], "resultTypes": ["violations"]}


def violations(page: Page) -> list[str]:
    """What is wrong as the page looks now, in lines: rule, impact, selector, summary.

    Everything against the standard counts; of the good practices beside it, what is grave.
    """
    found = devtools.evaluate(page, f"{_AXE};axe.run({json.dumps(_OPTIONS)})")
    return [
        line
        for violation in found["violations"]
        if _ADVICE not in violation["tags"] or violation["impact"] in _GRAVE
        for line in _describe(violation)
    ]


def _describe(violation: dict[str, Any]) -> Iterator[str]:
    for node in violation["nodes"]:
        impact = node["impact"] or violation["impact"]
        where = " ".join(map(str, node["target"]))
        why = "; ".join(line.strip() for line in node["failureSummary"].splitlines()[1:])
        yield f"{violation['id']} ({impact}) at {where}: {why}"
