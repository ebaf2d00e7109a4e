"""What makes the pages pleasant, and that the same can be done without any script."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visitor import Visitor, Visitors, visiting
from tests.browser.world import World
from tests.builders import wheel
from wheelyard.projects import Project

PACKAGES = "/acme/widgets/-/packages"


@pytest.fixture
def ada(guests: Visitors, world: World) -> Visitor:
    """The owner, at a browser with scripts, which lets pages write to the clipboard."""
    visitor = world.ada.enter(guests())
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return visitor


@pytest.fixture
def plain(chromium: Browser, world: World) -> Iterator[Visitor]:
    """The same without scripts."""
    with visiting(chromium, world.url, scripts=False) as visitor:
        yield world.ada.enter(visitor)


@pytest.fixture
def spare(world: World) -> Project:
    """A project of the owner's with three releases, to be deleted."""
    project = world.town.project(within=world.group)
    with world.town.holding(world.town.token(world.ada.user)) as owner:
        for version in ("1.0", "2.0", "3.0"):
            assert owner.publish(project, wheel("spare", version)).status_code == 201
    return project


# Search -------------------------------------------------------------------------------------------


def test_suggestions_are_gone_through_with_the_arrow_keys(ada: Visitor) -> None:
    ada.open("/explore")
    page = ada.page
    box = page.get_by_role("combobox", name="Search projects and packages")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.click()
    page.keyboard.type("aurora")
    first = page.locator(".suggestions a").first
    expect(first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("[aria-live=polite]").first).to_contain_text("suggestion")

    page.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(box).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".suggestions")).to_be_hidden()
    expect(box).to_be_focused()

    page.keyboard.type(" ")
    expect(first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("aurora")


def test_what_is_searched_for_is_shown_as_text(ada: Visitor) -> None:
    ada.open("/")
    box = ada.page.get_by_role("combobox", name="Search projects and packages")

    box.fill("<img src=x onerror=window.__hit=1>")
    expect(ada.page.locator(".suggestions")).to_contain_text("Nothing found")
    box.press("Enter")

    ada.see("For “<img src=x onerror=window.__hit=1>”")
    assert ada.page.evaluate("window.__hit") is None


def test_a_search_without_script_is_a_page(plain: Visitor) -> None:
    plain.open("/")

    box = plain.page.get_by_role("searchbox", name="Search projects and packages")
    box.fill("aurora")
    box.press("Enter")

    plain.see("For “aurora”")
    plain.press("aurora")
    plain.see("Forecasts of northern lights")


# Copying ------------------------------------------------------------------------------------------


def test_a_copy_button_copies_what_is_beside_it_and_says_so(ada: Visitor, world: World) -> None:
    ada.open(f"{PACKAGES}/{world.release.id}/files")
    button = ada.page.get_by_role("button", name=re.compile("Copy the SHA-256 of .*whl"))

    button.click()

    expect(ada.page.get_by_role("button", name=re.compile("Copied"))).to_be_visible()
    wanted = next(file.sha256 for file in world.files if file.filename.endswith(".whl"))
    assert ada.page.evaluate("navigator.clipboard.readText()") == wanted
    expect(button).to_be_visible()  # the word comes back


@pytest.mark.parametrize(("form", "begin"), [("JSON", "{"), ("HTML", "<!DOCTYPE html>")])
def test_what_clients_are_sent_is_read_and_copied(
    ada: Visitor, world: World, form: str, begin: str
) -> None:
    ada.open(f"{PACKAGES}/{world.release.id}")
    ada.page.get_by_role("link", name="What clients are sent").click()
    shown = ada.page.get_by_role("region", name=f"{form} of the simple page")
    expect(shown).to_contain_text(next(file.filename for file in world.files))

    ada.press(f"Copy {form} of the simple page")

    expect(ada.page.get_by_role("button", name=re.compile("Copied"))).to_be_visible()
    copied = ada.page.evaluate("navigator.clipboard.readText()")
    assert copied == shown.inner_text()
    assert copied.startswith(begin)


def test_a_copy_button_copies_where_the_connection_is_not_secure(ada: Visitor) -> None:
    ada.page.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined })"
    )
    ada.open("/acme/widgets")

    ada.press("Copy the project ID")

    expect(ada.page.get_by_role("button", name=re.compile("Copied"))).to_be_visible()
    box = ada.page.locator("#search")
    box.focus()
    ada.page.keyboard.press("Control+V")
    expect(box).to_have_value(ada.page.locator("#project-id").inner_text())


def test_there_is_no_copy_button_that_cannot_copy(plain: Visitor) -> None:
    plain.open("/acme/widgets")

    expect(plain.page.get_by_role("button", name=re.compile("Copy"))).to_have_count(0)


# Colours, language, time zone ---------------------------------------------------------------------


@pytest.mark.parametrize("scripts", [True, False], ids=["with script", "without"])
def test_colours_stay_as_they_were_chosen(guests: Visitors, scripts: bool) -> None:  # noqa: FBT001  a parameter of pytest's
    visitor = guests(scripts=scripts, scheme="light")
    visitor.open("/explore")
    assert is_dark(visitor) is False

    choose(visitor, "Colours", "Dark", scripts=scripts)
    assert is_dark(visitor) is True
    visitor.open("/explore/groups")
    assert is_dark(visitor) is True

    visitor.page.emulate_media(color_scheme="dark")
    choose(visitor, "Colours", "Light", scripts=scripts)
    assert is_dark(visitor) is False
    choose(visitor, "Colours", "As the system", scripts=scripts)
    assert is_dark(visitor) is True


def is_dark(visitor: Visitor) -> bool:
    """Whether the page's ground is darker than its letters."""
    body = visitor.page.locator("body")
    ground, text = (
        sum(map(int, re.findall(r"\d+", body.evaluate(f"e => getComputedStyle(e).{name}"))[:3]))
        for name in ("backgroundColor", "color")
    )
    return ground < text


def choose(visitor: Visitor, label: str, choice: str, *, scripts: bool) -> None:
    """Choose at the foot of the page, and apply it where no script does."""
    foot = visitor.page.get_by_role("contentinfo")
    with visitor.page.expect_navigation():
        foot.get_by_label(label).select_option(choice)
        if not scripts:
            foot.get_by_role("button", name="Apply").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with script", "without"])
def test_pages_speak_the_language_that_was_chosen(guests: Visitors, scripts: bool) -> None:  # noqa: FBT001  as above
    visitor = guests(scripts=scripts)
    visitor.open("/users/sign_in")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")

    choose(visitor, "Language", "Deutsch", scripts=scripts)

    expect(visitor.page.locator("html")).to_have_attribute("lang", "de")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Anmelden")
    visitor.open("/there/is/nothing", status=404)
    expect(visitor.page.locator("html")).to_have_attribute("lang", "de")


def test_pages_speak_the_browsers_language_at_first(guests: Visitors) -> None:
    visitor = guests(locale="de-AT")

    visitor.open("/users/sign_in")

    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Anmelden")


def test_times_are_those_of_the_browsers_zone_with_the_exact_utc_beside(
    guests: Visitors, world: World
) -> None:
    visitor = world.ada.enter(guests(timezone="Asia/Kathmandu"))
    visitor.open("/")  # the browser tells its zone
    visitor.open(f"{PACKAGES}/{world.release.id}/files")

    time = visitor.page.locator(".facts time").first
    exact = datetime.strptime(time.get_attribute("title") or "", "%Y-%m-%d %H:%M:%S UTC").replace(
        tzinfo=UTC
    )
    there = exact.astimezone(ZoneInfo("Asia/Kathmandu"))
    assert time.get_attribute("datetime") == exact.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert f"{there:%-I:%M:%S}" in time.inner_text()
    assert f"{exact:%-I:%M:%S}" not in time.inner_text()


# Deleting -----------------------------------------------------------------------------------------


def test_all_releases_of_a_page_are_chosen_at_once_and_deleted_after_a_question(
    ada: Visitor, spare: Project
) -> None:
    address = f"/{spare.full_path}/-/packages"
    ada.open(address)
    page = ada.page
    button = page.get_by_role("button", name="Delete selected")
    expect(button).to_be_disabled()

    every = page.get_by_label("Choose all on this page")
    every.check()
    expect(page.get_by_label("Choose spare 2.0")).to_be_checked()
    page.get_by_label("Choose spare 2.0").uncheck()
    assert every.evaluate("box => box.indeterminate")
    button.click()

    ada.see("These releases will be deleted with all their files.")
    expect(page.locator("main li strong")).to_have_count(2)
    ada.press("Permanently delete")
    ada.see("2 releases were deleted.")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("2.0")


def test_releases_are_deleted_without_script_too(plain: Visitor, spare: Project) -> None:
    plain.open(f"/{spare.full_path}/-/packages")
    expect(plain.page.get_by_label("Choose all on this page")).to_be_hidden()

    plain.page.get_by_label("Choose spare 1.0").check()
    plain.press("Delete selected")
    plain.press("Permanently delete")

    plain.see("1 release was deleted.")


def test_a_button_stays_shut_until_the_name_is_typed(ada: Visitor, spare: Project) -> None:
    ada.open(f"/{spare.full_path}/-/settings/general")
    ada.page.locator("summary", has_text="Delete project").click()
    section = ada.page.get_by_role("region", name="Delete project")
    button = section.get_by_role("button", name="Yes, delete project")
    expect(button).to_be_disabled()

    section.get_by_role("textbox").press_sequentially(spare.full_path[:-1])
    expect(button).to_be_disabled()
    section.get_by_role("textbox").press_sequentially(spare.full_path[-1])
    expect(button).to_be_enabled()
    button.click()

    ada.see(f"The project {spare.full_path} was deleted.")


def test_a_project_is_deleted_without_script_only_when_its_name_is_typed(
    plain: Visitor, spare: Project
) -> None:
    plain.open(f"/{spare.full_path}/-/settings/general")
    section = plain.page.get_by_role("region", name="Delete project")
    section.locator("summary").click()
    section.get_by_role("textbox").fill("something else")
    section.get_by_role("button").last.click()

    expect(plain.page.get_by_text("The confirmation does not match")).to_be_visible()
    section.get_by_role("textbox").fill(spare.full_path)
    section.get_by_role("button").last.click()
    plain.see(f"The project {spare.full_path} was deleted.")


# Menus and lists ----------------------------------------------------------------------------------


def test_the_menu_opens_by_keyboard_and_closes_with_escape(ada: Visitor) -> None:
    ada.open("/")
    menu = ada.page.get_by_label("Your menu")
    menu.focus()

    ada.page.keyboard.press("Enter")
    ada.see("Sign out")
    ada.page.keyboard.press("Escape")

    ada.miss("Sign out")
    expect(menu).to_be_focused()


def test_signing_out_works_without_script(plain: Visitor, world: World) -> None:
    world.stranger().enter(plain)
    plain.open("/")
    plain.page.get_by_label("Your menu").click()
    plain.press("Sign out")

    plain.see("You have signed out.")
    plain.open("/-/user_settings/profile")
    plain.see("Accounts are made by an administrator.")


@pytest.mark.parametrize("scripts", [True, False], ids=["with script", "without"])
def test_a_list_is_sorted_and_filtered(chromium: Browser, world: World, scripts: bool) -> None:  # noqa: FBT001  as above
    with visiting(chromium, world.url, scripts=scripts) as visitor:
        world.ada.enter(visitor).open(PACKAGES)
        page = visitor.page

        with page.expect_navigation():
            page.get_by_label("Sort by").select_option("Name, A to Z")
            if not scripts:
                page.locator("main").get_by_role("button", name="Apply").click()
        expect(page.locator("tbody .name").first).to_have_text("aurora")
        page.get_by_label("Filter packages by name").fill("small1")
        page.get_by_label("Filter packages by name").press("Enter")

        expect(page.locator("tbody tr")).to_have_count(10)
        expect(page.locator("tbody .name").first).to_have_text("small10")
