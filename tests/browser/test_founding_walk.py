"""The founding story in the browser: from an empty folder to a greeting, by mouse and keyboard."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.gallery import Gallery
from tests.browser.keyboard import tab_to
from tests.browser.visitor import Visitor, visiting
from tests.clients.laptop import Laptop
from tests.servers import Server, running

pytestmark = pytest.mark.client

PLACEHOLDER = "<your personal access token>"


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    """A person's computer."""
    return Laptop(tmp_path)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Server]:
    """A registry whose folder did not exist before."""
    with running(tmp_path / "registry") as server:
        yield server


@pytest.fixture
def visitor(chromium: Browser, fresh: Server) -> Iterator[Visitor]:
    """Who has started it, at their browser, which lets pages write to the clipboard."""
    with visiting(chromium, fresh.url) as visitor:
        visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield visitor


def test_from_the_first_start_to_the_greeting(
    visitor: Visitor, fresh: Server, laptop: Laptop, gallery: Gallery
) -> None:
    wheel, sdist = build(laptop)

    sign_in_as_the_terminal_says(visitor, fresh, gallery)
    number = make_project(visitor)
    pypirc = read_how_to_publish(visitor, number, gallery)
    secret = make_token_by_keyboard(visitor)

    (laptop.home / ".pypirc").write_text(pypirc.replace(PLACEHOLDER, secret))
    uploaded = laptop.twine_upload("--repository", "mypypipackage", wheel, sdist)
    assert uploaded.code == 0, uploaded

    command = find_command(visitor, gallery)
    installed = run_as_shown(laptop, command.replace(PLACEHOLDER, secret))
    assert "Successfully installed mypypipackage-0.0.1" in installed
    assert laptop.greet() == "Hello from MyPyPiPackage\n"


def build(laptop: Laptop) -> list[Path]:
    """Make the wheel and the sdist of MyPyPiPackage."""
    folder = laptop.copy_source()
    built = laptop.run_python("setup.py", "sdist", "bdist_wheel", cwd=folder)
    assert built.code == 0, built
    return sorted((folder / "dist").iterdir())


def sign_in_as_the_terminal_says(visitor: Visitor, fresh: Server, gallery: Gallery) -> None:
    """Come to the start page, be asked who it is, be told where the password stands, use it."""
    printed = re.search(r"password\D*?[:is]+\s+(\S{20})\b", fresh.log.read_text())
    assert printed, fresh.log.read_text()

    visitor.open("/projects/new")
    visitor.see("Welcome to your new registry")
    visitor.see("Sign in as root, with the password that the first start has printed")
    gallery.take(visitor.page, "walk-first-start")
    visitor.fill("Username or email", "root")
    visitor.fill("Password", printed[1])
    visitor.press("Sign in")


def make_project(visitor: Visitor) -> str:
    """Make it where signing in has led to; its home page says its ID, which is copied."""
    visitor.see("New project")
    visitor.fill("Name", "MyPyPiPackage")
    visitor.press("Create project")

    visitor.see("The project MyPyPiPackage was created.")
    assert visitor.page.url == f"{visitor.url}/root/MyPyPiPackage"
    visitor.press("Copy the project ID")
    copied = visitor.page.evaluate("navigator.clipboard.readText()")
    expect(visitor.page.locator("#project-id")).to_have_text(copied)
    assert copied.isdecimal()
    return str(copied)


def read_how_to_publish(visitor: Visitor, number: str, gallery: Gallery) -> str:
    """Go to Packages & Registries by the sidebar, and copy the file that the page has ready."""
    sidebar = visitor.page.get_by_role("navigation", name="MyPyPiPackage")
    sidebar.get_by_role("link", name="Packages & Registries").click()

    visitor.see("There are no packages yet")
    snippet = snippet_called(visitor, "~/.pypirc, for twine and Flit")
    copy(snippet)
    pypirc = str(visitor.page.evaluate("navigator.clipboard.readText()"))
    assert f"repository = {visitor.url}/api/v4/projects/{number}/packages/pypi\n" in pypirc
    assert pypirc.count(PLACEHOLDER) == 1
    gallery.take(visitor.page, "walk-nothing-published")
    visitor.press("personal access token")
    return pypirc


def make_token_by_keyboard(visitor: Visitor) -> str:
    """Make a token with Tab, Space and Enter alone; it is shown once."""
    page = visitor.page
    tab_to(page, page.get_by_label("Token name"))
    page.keyboard.type("laptop")
    tab_to(page, page.get_by_label("api", exact=True))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Create token"))
    page.keyboard.press("Enter")

    visitor.see("Your new token laptop")
    secret = page.locator("#secret").inner_text()
    tab_to(page, page.get_by_role("button", name="Copy the token"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret

    visitor.open("/-/user_settings/personal_access_tokens")
    expect(page.get_by_role("cell", name="laptop", exact=True)).to_be_visible()
    assert secret not in page.content()
    return secret


def find_command(visitor: Visitor, gallery: Gallery) -> str:
    """Find the package from the start page on; read what it says of itself; copy the command."""
    visitor.open("/")
    visitor.page.get_by_role("region", name="Your projects").get_by_role("link").first.click()
    visitor.press("Packages & Registries")
    gallery.take(visitor.page, "walk-published")
    visitor.press("mypypipackage")

    visitor.see("A first package for Wheelyard")
    about = visitor.page.get_by_role("complementary", name="Metadata")
    expect(about).to_contain_text(">=3.6")
    expect(about).to_contain_text("Ada Example")
    expect(about).to_contain_text("OS Independent")
    expect(visitor.page.get_by_role("link", name="Files 2")).to_be_visible()
    copy(snippet_called(visitor, "pip"))
    return str(visitor.page.evaluate("navigator.clipboard.readText()"))


def snippet_called(visitor: Visitor, title: str) -> Locator:
    """What is copied under a title."""
    summary = visitor.page.locator("summary").get_by_text(title, exact=True)
    return visitor.page.locator("details.snippet").filter(has=summary).first


def copy(snippet: Locator) -> None:
    """Press the button beside it."""
    snippet.get_by_role("button", name="Copy").click()
    expect(snippet.get_by_role("button", name="Copied")).to_be_visible()


def run_as_shown(laptop: Laptop, command: str) -> str:
    """Run the command in a shell, whose ``pip`` is that of a new environment."""
    laptop.make_fresh_environment()
    pip = laptop.python.with_name("pip")
    pip.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pip --python "{laptop.python}" "$@"\n')
    pip.chmod(0o755)
    path = f"{pip.parent}:{laptop.environment['PATH']}"
    ran = laptop.run("sh", "-c", command, environment={"PATH": path})
    assert ran.code == 0, ran
    return ran.output
