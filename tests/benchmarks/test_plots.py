"""The pictures of growth are sound, and show each measure."""

from pathlib import Path
from xml.etree import ElementTree as ET

from benchmarks.growth import FORMATS, LOOKS, Step

from benchmarks import plots

SVG = "{http://www.w3.org/2000/svg}"


def step(sweep: str, size: int, milliseconds: float) -> Step:
    """As if everything had taken as long."""
    asked = [f"{look} {form} {state}" for look in LOOKS for form in FORMATS for state in STATES]
    return Step(sweep, size, dict.fromkeys([*asked, "upload"], [milliseconds] * 3), {})


STATES = ("warm", "cold")


def test_each_measure_has_a_picture_with_a_line_for_each_look(tmp_path: Path) -> None:
    steps = [step("files in all", 10**n, 3.0**n) for n in range(4)]
    plots.write([*steps, step("packages", 5, 0.2), step("packages", 7, 0.2)], tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "growth-files-in-all.svg",
        "growth-packages.svg",
    ]
    tree = ET.parse(tmp_path / "growth-files-in-all.svg")  # noqa: S314  our own file
    texts = [text.text for text in tree.iter(f"{SVG}text")]
    assert "JSON, median ms by files in all" in texts
    assert {f"{look}, {state}" for look in LOOKS for state in STATES} <= set(texts)
    assert len(list(tree.iter(f"{SVG}circle"))) == 4 * (len(LOOKS) * len(STATES) + 1)


def test_what_is_larger_stands_higher_and_further_right(tmp_path: Path) -> None:
    plots.write([step("files", 10, 1.0), step("files", 1000, 50.0)], tmp_path)

    tree = ET.parse(tmp_path / "growth-files.svg")  # noqa: S314  our own file
    small, large = list(tree.iter(f"{SVG}circle"))[:2]
    assert float(small.attrib["cx"]) < float(large.attrib["cx"])
    assert float(small.attrib["cy"]) > float(large.attrib["cy"])
