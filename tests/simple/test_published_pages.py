"""``…/+simple/…``, where Hatch looks before it publishes."""

import re

import pytest

from tests.actors import Actor, Installation, pypi
from tests.builders import sdist, wheel
from wheelyard.access import Visibility
from wheelyard.projects import Project

# As hatch/publish/index.py reads a page.
ANCHOR = re.compile(r"<a [^>]+>([^<]+)</a>")


def look(actor: Actor, project: Project, path: str) -> tuple[int, str]:
    answer = actor.http.get(f"{pypi(project)}/+simple/{path}")
    return answer.status_code, answer.text


@pytest.mark.parametrize("path", ["demo/", "demo", "Demo/"])
def test_the_page_is_that_of_installers(developer: Actor, project: Project, path: str) -> None:
    for dist in (wheel(requires_python=">=3.9,<4"), sdist(version="1.0+cpu")):
        developer.publish(project, dist)

    status, page = look(developer, project, path)

    assert status == 200
    assert page == developer.simple(project, "demo/").text
    names = [name for line in page.splitlines() for name in ANCHOR.findall(line)]
    assert names == ["demo-1.0-py3-none-any.whl", "demo-1.0+cpu.tar.gz"]


def test_an_upload_is_on_it_at_once(developer: Actor, project: Project) -> None:
    before = look(developer, project, "demo/")
    developer.publish(project, wheel())

    assert before == (404, '{"message": "404 Package Not Found"}')
    assert look(developer, project, "demo/")[0] == 200


def test_it_is_as_closed_as_the_project(
    developer: Actor, town: Installation, project: Project
) -> None:
    developer.publish(project, wheel())

    with town.anonymous() as nobody, town.holding(town.token(town.user())) as stranger:
        assert look(nobody, project, "demo/")[0] == 401
        assert look(stranger, project, "demo/")[0] == 404
        opened = town.project(visibility=Visibility.PUBLIC)
        assert look(nobody, opened, "demo/")[0] == 404
