"""What clients are sent, as people read it: the same as is sent, and no more of it than fits."""

import html
import json
import re

from tests import library
from tests.actors import Installation, pypi
from tests.builders import wheel
from tests.pages.visitor import Visitor, text_of
from wheelyard import packages
from wheelyard.journal import OPERATOR
from wheelyard.packages import Release
from wheelyard.projects import Project
from wheelyard.registry import utc_now

LARGEST = 100_000
"""Bytes of a page."""


def publish(town: Installation, project: Project, count: int) -> Release:
    """Publish some releases of one package, and return the last."""
    with town.database.write() as conn:
        for number in range(count):
            release, _ = library.publish(conn, project, wheel("demo", f"1.{number}"), utc_now())
    return release


def shown(visitor: Visitor, release: Release, project: Project) -> tuple[str, dict[str, str]]:
    """The page, and the two forms that it shows."""
    page = visitor.get(f"/{project.full_path}/-/packages/{release.id}/simple").text
    forms = re.findall(r'<pre[^>]*><code id="(json|html)">(.*?)</code>', page, re.DOTALL)
    return page, {name: html.unescape(text) for name, text in forms}


def test_both_forms_are_shown_as_they_are_sent(town: Installation, administrator: Visitor) -> None:
    project = town.project()
    release = publish(town, project, 2)
    with town.database.write() as conn:
        packages.yank_release(conn, release, "<b>broken</b>", by=OPERATOR, at=utc_now())

    page, forms = shown(administrator, release, project)

    sent = {
        form: administrator.get(f"{pypi(project)}/simple/demo/", format=form).text
        for form in ("json", "html")
    }
    assert json.loads(forms["json"]) == json.loads(sent["json"])
    assert forms["html"].strip() == sent["html"].strip()
    assert "broken" in forms["html"]
    assert "<b>broken" not in page
    assert f'href="{pypi(project)}/simple/demo/?format=json"' in page


def test_of_a_long_page_the_beginning_is_shown(town: Installation, administrator: Visitor) -> None:
    project = town.project()
    release = publish(town, project, 200)

    page, forms = shown(administrator, release, project)

    assert len(page.encode()) < LARGEST
    assert forms["json"].startswith('{\n  "meta": {\n    "api-version": "1.4"')
    for form in forms.values():
        assert "\n" in form
        assert "demo-1.199-py3-none-any.whl" not in form
    assert "more lines. The page as it is sent" in text_of(page)
