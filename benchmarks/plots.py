"""Growth as pictures: an SVG for each measure, both axes logarithmic, for light and dark."""

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, log10
from pathlib import Path
from statistics import median

from benchmarks.growth import LOOKS, Step

_WIDTH, _HEIGHT = 760, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 190, 40, 48

_STYLE = """\
text{font:13px system-ui,sans-serif;fill:#444}.title{font-size:15px;font-weight:600}
.grid{stroke:#8884;stroke-width:1}.end{text-anchor:end}.middle{text-anchor:middle}
polyline{fill:none;stroke:var(--c);stroke-width:2}circle{fill:var(--c)}.warm{stroke-dasharray:2 4}
.c0{--c:#1f6fc4}.c1{--c:#c4541f}.c2{--c:#2a8c4a}.c3{--c:#8a4fc0}.c4{--c:#888}
@media(prefers-color-scheme:dark){text{fill:#ccc}
.c0{--c:#6cb0ff}.c1{--c:#ff9a5c}.c2{--c:#63d08a}.c3{--c:#c79bff}.c4{--c:#aaa}}
"""


def write(steps: Sequence[Step], folder: Path) -> None:
    """Write a picture for each sweep into a folder."""
    for sweep in dict.fromkeys(step.sweep for step in steps):
        of_sweep = [step for step in steps if step.sweep == sweep]
        path = folder / f"growth-{sweep.replace(' ', '-')}.svg"
        path.write_text("\n".join(_picture(sweep, of_sweep)) + "\n")


def _picture(sweep: str, steps: Sequence[Step]) -> Iterator[str]:
    lines = dict(_lines(steps))
    every = [value for values in lines.values() for value in values]
    across = _Axis([step.size for step in steps], _LEFT, _WIDTH - _RIGHT)
    up = _Axis(every, _HEIGHT - _BOTTOM, _TOP)
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">'
    yield f"<title>Milliseconds by {escape(sweep)}</title><style>{_STYLE}</style>"
    yield f'<text class="title" x="{_LEFT}" y="22">JSON, median ms by {escape(sweep)}</text>'
    yield from _grid(across, up)
    for number, (name, values) in enumerate(lines.items()):
        points = [(across(step.size), up(y)) for step, y in zip(steps, values, strict=True)]
        state = "warm" if name.endswith("warm") else "cold"
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        yield f'<g class="c{number // 2}"><polyline class="{state}" points="{path}"/>'
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points)
        yield "</g>"
        y = _TOP + 12 + 24 * number
        yield f'<g class="c{number // 2}"><polyline class="{state}" points="586,{y} 612,{y}"/></g>'
        yield f'<text x="620" y="{y + 4}">{escape(name)}</text>'
    yield "</svg>"


def _lines(steps: Sequence[Step]) -> Iterator[tuple[str, list[float]]]:
    for look in LOOKS:
        for state in ("cold", "warm"):
            yield f"{look}, {state}", [median(s.times[f"{look} JSON {state}"]) for s in steps]
    yield "upload", [median(step.times["upload"]) for step in steps]


class _Axis:
    """A logarithmic one, from a power of ten to another."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        self.low, high = floor(log10(min(values))), ceil(log10(max(values)))
        self.powers = range(self.low, max(high, self.low + 1) + 1)
        self._start, self._scale = start, (end - start) / (self.powers[-1] - self.low)

    def __call__(self, value: float) -> float:
        return self._start + (log10(value) - self.low) * self._scale


def _grid(across: _Axis, up: _Axis) -> Iterator[str]:
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    for power in up.powers:
        y = up(10.0**power)
        yield f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="end" x="{_LEFT - 8}" y="{y + 4:.1f}">{10.0**power:,g}</text>'
    for power in across.powers:
        x = across(10.0**power)
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{bottom}"/>'
        yield f'<text class="middle" x="{x:.1f}" y="{bottom + 22}">{10**power:,}</text>'
