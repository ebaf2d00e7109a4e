"""Files are published by dropping or choosing them on the Packages page."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from tests.browser.visitor import Visitor, Visitors, visiting
from tests.browser.world import World
from tests.builders import Dist, sdist, wheel
from wheelyard.projects import Project

NOT_A_WHEEL = FilePayload(
    name="broken-1.0-py3-none-any.whl", mimeType="application/zip", buffer=b"not a ZIP file"
)
BAD_NAME = FilePayload(name="holiday.zip", mimeType="application/zip", buffer=b"PK")


@dataclass
class Bench:
    """A project's Packages page before somebody who may publish."""

    visitor: Visitor
    project: Project

    @property
    def address(self) -> str:
        return f"/{self.project.full_path}/-/packages"

    def choose(self, *files: FilePayload) -> None:
        """Choose files in the browser's own dialogue."""
        page = self.visitor.page
        with page.expect_file_chooser() as chooser:
            page.locator("input[type=file]").click()
        chooser.value.set_files(list(files))

    def drop(self, *files: FilePayload) -> None:
        """Drag files over the page, and let them go over the place for it."""
        page = self.visitor.page
        transfer = page.evaluate_handle(
            """files => {
                const transfer = new DataTransfer();
                for (const [name, type, content] of files) {
                    const bytes = Uint8Array.from(atob(content), one => one.charCodeAt(0));
                    transfer.items.add(new File([bytes], name, { type }));
                }
                return transfer;
            }""",
            [
                [file["name"], file["mimeType"], base64.b64encode(file["buffer"]).decode()]
                for file in files
            ],
        )
        for event in ("dragenter", "dragover", "drop"):
            page.locator(".drop").dispatch_event(event, {"dataTransfer": transfer})

    def lists(self, *names: str) -> None:
        """Wait until the list has exactly these releases."""
        page = self.visitor.page
        expect(page.locator("table .name")).to_have_text(sorted(names))

    def says(self, *lines: str) -> None:
        """Wait until each file has been told of."""
        expect(self.visitor.page.locator(".uploads li")).to_have_text(list(lines))


@pytest.fixture
def bench(guests: Visitors, world: World) -> Bench:
    """A new project's page, sorted by name."""
    project = world.town.project(within=world.group)
    bench = Bench(world.ada.enter(guests()), project)
    bench.visitor.open(f"{bench.address}?sort=name-up")
    return bench


@pytest.fixture
def plain_bench(chromium: Browser, world: World) -> Iterator[Bench]:
    """The same without any script."""
    project = world.town.project(within=world.group)
    with visiting(chromium, world.url, scripts=False) as visitor:
        bench = Bench(world.ada.enter(visitor), project)
        visitor.open(f"{bench.address}?sort=name-up")
        yield bench


def file_of(dist: Dist) -> FilePayload:
    """A distribution as the browser takes it."""
    return FilePayload(name=dist.filename, mimeType="application/zip", buffer=dist.content)


def test_files_that_are_dropped_are_listed_without_another_press(bench: Bench) -> None:
    bench.drop(file_of(wheel("dropped")), file_of(sdist("dropped-too")))

    bench.lists("dropped", "dropped-too")


def test_a_file_that_is_chosen_is_listed_without_another_press(bench: Bench) -> None:
    bench.choose(file_of(wheel("chosen")))

    bench.lists("chosen")
    bench.visitor.miss("There are no packages yet")


def test_a_large_file_shows_how_far_it_is(bench: Bench) -> None:
    page = bench.visitor.page
    network = bench.visitor.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 400_000}
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", slow)
    noise = bytes(range(256)) * 12
    large = wheel(
        "large", files={f"large/{n}.bin": noise[n:] + bytes([n]) * 9000 for n in range(64)}
    )
    stuffed = FilePayload(name=large.filename, mimeType="application/zip", buffer=large.content)

    bench.choose(stuffed)

    bar = page.get_by_role("progressbar", name=large.filename)
    expect(bar).to_be_visible()
    bench.lists("large")


def test_a_wrong_file_says_why_and_the_others_are_published(bench: Bench) -> None:
    bench.visitor.expects("status of 400")

    bench.drop(file_of(wheel("first")), NOT_A_WHEEL, BAD_NAME, file_of(wheel("last")))

    bench.lists("first", "last")
    bench.says(
        "broken-1.0-py3-none-any.whl: The file is damaged or not an archive of its type",
        "holiday.zip: File name is invalid: Invalid sdist filename: 'holiday.zip'",
    )
    bench.visitor.open(bench.address)
    bench.says()


def test_a_file_over_the_projects_limit_says_so(bench: Bench, world: World) -> None:
    world.town.edit(bench.project, max_file_bytes=500)
    bench.visitor.expects("status of 400")

    bench.choose(file_of(wheel("heavy")))

    bench.says("heavy-1.0-py3-none-any.whl: File is too large: at most 500 bytes are allowed")


def test_a_file_over_the_limit_that_the_page_tells_is_not_sent(bench: Bench, world: World) -> None:
    world.town.edit(bench.project, max_file_bytes=500)
    bench.visitor.open(bench.address)
    bench.visitor.see("At most 500 B each.")

    bench.choose(file_of(wheel("heavy")))

    bench.says("heavy-1.0-py3-none-any.whl: larger than 500 B, and not sent")


def test_a_file_on_its_way_can_be_stopped(bench: Bench) -> None:
    page = bench.visitor.page
    network = bench.visitor.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 9_000}
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", slow)
    dist = sdist("large", files={"large-1.0/noise": bytes(range(256)) * 400})
    stuffed = FilePayload(name=dist.filename, mimeType="", buffer=dist.content * 40)

    bench.choose(stuffed)
    page.get_by_role("button", name=f"Cancel: {dist.filename}").click()

    bench.says(f"{dist.filename}: canceled")


def test_a_form_without_script_publishes_a_file(plain_bench: Bench) -> None:
    plain_bench.choose(file_of(wheel("plain")))
    plain_bench.visitor.press("Publish")

    plain_bench.visitor.see("The file was published.")
    plain_bench.lists("plain")


def test_a_form_without_script_says_why_not(plain_bench: Bench) -> None:
    plain_bench.choose(NOT_A_WHEEL)
    plain_bench.visitor.press("Publish")

    plain_bench.visitor.see("The file is damaged or not an archive of its type")
    plain_bench.visitor.see("There are no packages yet")


def test_who_may_not_publish_is_offered_nothing(guests: Visitors, world: World) -> None:
    visitor = world.newcomer.enter(guests())

    visitor.open("/acme/widgets/-/packages")

    visitor.miss("Drop wheels or sdists here")
