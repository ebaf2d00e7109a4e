"""Plots are drawn to scale, and say in words and in a table what they show."""

import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, PackageLoader, StrictUndefined

from wheelyard.web.pages.packages import plots
from wheelyard.web.pages.packages.plots import Bar, Plot, Tick

SVG_ATTRIBUTES = {
    *("x", "y", "x1", "x2", "y1", "y2", "width", "height", "viewBox", "preserveAspectRatio"),
    *("text-anchor", "class", "id", "role", "aria-labelledby", "scope"),
}


def drawn(macro: str, plot: Plot, title: str = "Downloads by day") -> ET.Element:
    """What a macro writes, read again."""
    environment = Environment(
        loader=PackageLoader("wheelyard.web.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    vars(environment)["install_null_translations"](newstyle=True)
    page = environment.from_string(
        '{% from "plots.html" import day_plot, category_plot with context %}'
        "{{ draw(plot, title, description) }}".replace("draw", macro)
    )
    html = page.render(plot=plot, title=title, description="One bar a day", number=str)
    return ET.fromstring(html)  # noqa: S314  what we wrote ourselves


def days(*values: int) -> list[tuple[str, int]]:
    """So many downloads on each day."""
    first = date(2026, 1, 1)
    return [(str(first + timedelta(days=n)), value) for n, value in enumerate(values)]


def test_days_stand_side_by_side_on_one_line() -> None:
    plot = plots.by_day(days(0, 5, 10))

    assert plot.bars == (
        Bar(76.0, 192.0, 168.0, 0.0, "2026-01-01", 0),
        Bar(300.0, 102.0, 168.0, 90.0, "2026-01-02", 5),
        Bar(524.0, 12.0, 168.0, 180.0, "2026-01-03", 10),
    )
    assert plot.ticks == (Tick(192.0, 0), Tick(102.0, 5), Tick(12.0, 10))
    assert (plot.view_box, plot.total) == ("0 0 720 216", 15)


def test_categories_lie_under_each_other() -> None:
    plot = plots.by_category([("pip", 40), ("uv", 10)])

    assert plot.bars == (
        Bar(112.0, 4.0, 264.0, 20.0, "pip", 40),
        Bar(112.0, 32.0, 66.0, 20.0, "uv", 10),
    )
    assert plot.view_box == "0 0 440 56"


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (7, [0, 2, 4, 6, 8]),
        (10, [0, 5, 10]),
        (99, [0, 50, 100]),
        (173, [0, 50, 100, 150, 200]),
        (1_000_000, [0, 500_000, 1_000_000]),
    ],
)
def test_the_numbers_of_the_axis_are_round(highest: int, ticks: list[int]) -> None:
    assert [tick.value for tick in plots.by_day(days(highest)).ticks] == ticks


def test_of_many_days_the_last_ninety_are_shown() -> None:
    plot = plots.by_day(days(*range(200)))

    assert [bar.value for bar in plot.bars] == list(range(110, 200))


@given(st.lists(st.integers(0, 10**12), max_size=120))
def test_bars_stay_inside_and_in_proportion(values: list[int]) -> None:
    for plot in (plots.by_day(days(*values)), plots.by_category(days(*values))):
        assert len(plot.ticks) <= 6
        for bar in plot.bars:
            assert bar.x >= 0
            assert bar.y >= 0
            assert bar.x + bar.width <= plot.right + 0.01
            assert bar.y + bar.height <= plot.bottom + 0.01
            assert bool(bar.value) == (min(bar.width, bar.height) > 0)


@pytest.mark.parametrize("macro", ["day_plot", "category_plot"])
def test_a_plot_is_named_and_every_bar_too(macro: str) -> None:
    plot = plots.by_day(days(1, 2)) if macro == "day_plot" else plots.by_category(days(1, 2))

    figure = drawn(macro, plot)

    svg = figure.find("svg")
    assert svg is not None
    named = [figure.find(f".//*[@id='{one}']") for one in svg.attrib["aria-labelledby"].split()]
    assert svg.attrib["role"] == "img"
    assert [one.text for one in named if one is not None] == ["Downloads by day", "One bar a day"]
    assert [bar.findtext("title") for bar in svg.iter("rect")] == [
        "2026-01-01: 1",
        "2026-01-02: 2",
    ]


@pytest.mark.parametrize("macro", ["day_plot", "category_plot"])
def test_a_table_has_the_same_numbers(macro: str) -> None:
    table = drawn(macro, plots.by_category(days(1, 2))).find("details/table")

    assert table is not None
    assert table.findtext("caption") == "Downloads by day"
    assert {cell.attrib["scope"] for cell in table.iter("th")} == {"col", "row"}
    rows = [[cell.text for cell in row] for row in table.findall("tbody/tr")]
    assert rows == [["2026-01-01", "1"], ["2026-01-02", "2"]]


@pytest.mark.parametrize("macro", ["day_plot", "category_plot"])
def test_nothing_needs_a_style_or_a_script(macro: str) -> None:
    hostile = [("<script>\"&'", 1), ("style='x'" * 20, 2)]

    figure = drawn(macro, plots.by_category(hostile), title="A <title> & 'more'")

    assert {name for element in figure.iter() for name in element.attrib} <= SVG_ATTRIBUTES
    assert not list(figure.iter("script"))
    assert figure.findtext("details/table/tbody/tr/th") == hostile[0][0]


@pytest.mark.parametrize("macro", ["day_plot", "category_plot"])
def test_a_plot_of_nothing_is_drawn(macro: str) -> None:
    plot = plots.by_day([]) if macro == "day_plot" else plots.by_category([])

    assert not list(drawn(macro, plot).iter("rect"))
