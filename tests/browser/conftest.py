"""A browser for the tests of this folder, visitors for each test, pictures of what they saw."""

import contextlib
import re
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error

from tests.actors import Installation
from tests.browser import chromium as chromiums
from tests.browser.gallery import Gallery, choose_folder
from tests.browser.visitor import Visitor, Visitors
from tests.browser.world import Regulars, World
from tests.servers import Server, running


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Picture what the visitors of a failed test have before them."""
    report = yield
    gallery = item.funcargs.get("gallery")
    if report.when == "call" and report.failed and isinstance(gallery, Gallery):
        for number, visitor in enumerate(_list_present(item), start=1):
            name = re.sub(r"\W+", "-", f"failed {item.name} {number}").strip("-")
            with contextlib.suppress(Error):  # a page that crashed gives no picture
                path = gallery.snap(visitor.page, name)
                report.sections.append((f"visitor {number}", f"{visitor.page.url}\n{path}"))
    return report


def _list_present(item: pytest.Function) -> list[Visitor]:
    companies = item.funcargs.values()
    return [
        visitor
        for company in companies
        if isinstance(company, Visitors | Regulars)
        for visitor in company.present
    ]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for each test process; it ends with the folder, for see ``chromium.running``."""
    with chromiums.running() as browser:
        yield browser


@pytest.fixture(autouse=True)  # for the pictures of failures
def gallery(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    """Where pictures hang; the run's last lines say in which folder."""
    folder = choose_folder(tmp_path_factory)
    request.node.user_properties.append(("screenshots", str(folder)))
    return Gallery(folder)


@pytest.fixture
def visitors(chromium: Browser, server: Server) -> Iterator[Visitors]:
    """Makes visitors of the shared server, who leave with the test."""
    with Visitors(chromium, server.url) as visitors:
        yield visitors


@pytest.fixture
def visitor(visitors: Visitors) -> Visitor:
    """Somebody who has come without signing in."""
    return visitors()


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A registry of its own that has been used for a while; what is made in it may be looked at."""
    with running(tmp_path_factory.mktemp("world") / "data") as server:
        town = Installation(server.data, server.url)
        yield World(town)
        town.close()


@pytest.fixture
def guests(chromium: Browser, world: World) -> Iterator[Visitors]:
    """Makes visitors of the world's registry, who leave with the test."""
    with Visitors(chromium, world.url) as visitors:
        yield visitors


@pytest.fixture(scope="module")
def regulars(chromium: Browser, world: World) -> Iterator[Regulars]:
    """People of the world with one browser each, which has been open all the time."""
    with Visitors(chromium, world.url) as visitors:
        yield Regulars(world, visitors)
