"""Pictures show a page in its four looks, and none of it stands beside the narrow screen."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.gallery import Gallery, choose_folder, looks
from tests.browser.stage import page, playing
from tests.browser.visitor import Visitors

STYLE = "<link rel=stylesheet href=/style.css>"
SITE = {
    "/style.css": "@media (prefers-color-scheme: dark) { body { background: #111 } }"
    "body { margin: 0 } .wide { width: 600px } .long { height: 2000px }"
    ".scrolls { overflow-x: auto }",
    "/fits": page("<div class=long></div><div class=scrolls><div class=wide>x</div></div>", STYLE),
    "/wide": page("<div id=outer><p class=wide>Too wide</p></div>", STYLE),
    "/word": page(f"<p>{'x' * 200}</p>", STYLE),
}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with playing(SITE) as url:
        yield url


def test_a_page_is_pictured_in_four_looks(visitors: Visitors, site: str, tmp_path: Path) -> None:
    visitor = visitors(site)
    visitor.open("/fits")

    Gallery(tmp_path).take(visitor.page, "a-page")

    sizes = {path.name: read_size(path) for path in tmp_path.iterdir()}
    assert sorted(sizes) == [
        "a-page.dark.narrow.png",
        "a-page.dark.wide.png",
        "a-page.light.narrow.png",
        "a-page.light.wide.png",
    ]
    assert [width for width, _ in sizes.values()].count(390) == 2
    assert [width for width, _ in sizes.values()].count(1280) == 2
    assert all(height > 2000 for _, height in sizes.values())
    assert len({path.read_bytes() for path in tmp_path.iterdir()}) == 4
    assert visitor.page.viewport_size == {"width": 1280, "height": 900}


def test_each_look_can_be_looked_at(visitors: Visitors, site: str) -> None:
    visitor = visitors(site)
    visitor.open("/fits")
    background = "getComputedStyle(document.body).backgroundColor"

    seen = {
        look: (visitor.page.evaluate("innerWidth"), visitor.page.evaluate(background))
        for look in looks(visitor.page)
    }

    assert seen == {
        "light.wide": (1280, "rgba(0, 0, 0, 0)"),
        "light.narrow": (390, "rgba(0, 0, 0, 0)"),
        "dark.wide": (1280, "rgb(17, 17, 17)"),
        "dark.narrow": (390, "rgb(17, 17, 17)"),
    }


@pytest.mark.parametrize(
    ("path", "element"),
    [("/wide", r"p\.wide is 210 px too wide"), ("/word", r"p is \d+ px too wide")],
)
def test_what_is_too_wide_is_named(
    visitors: Visitors, site: str, tmp_path: Path, path: str, element: str
) -> None:
    visitor = visitors(site)
    visitor.open(path)

    with pytest.raises(AssertionError, match=f"a-page scrolls sideways: .*narrow.*{element}"):
        Gallery(tmp_path).take(visitor.page, "a-page")


def test_pictures_never_go_into_the_repository(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHEELYARD_SCREENSHOTS", str(Path(__file__).parent / "pictures"))

    with pytest.raises(AssertionError, match="must be outside the repository"):
        choose_folder(tmp_path_factory)


def read_size(path: Path) -> tuple[int, int]:
    """The width and height of a PNG, from its header (PNG specification, section 11.2.2)."""
    header = path.read_bytes()[16:24]
    return int.from_bytes(header[:4]), int.from_bytes(header[4:])
