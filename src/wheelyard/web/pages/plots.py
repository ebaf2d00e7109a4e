"""Bar plots: where each bar, tick and label stands, for a template that draws them as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

DAY_WIDTH, CATEGORY_WIDTH = 640, 420
_HEIGHT = 180
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 6, 8, 24
_ROW, _ROW_BAR = 26, 16
_NAME_WIDTH, _VALUE_WIDTH = 110, 60
_TICKS = 4
_MAX_DAY_LABELS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in the plot's own units."""

    label: str
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the plot, and what it stands for."""

    value: int
    y: float


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot of ``width`` by ``height`` units; the template scales it to its place."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...] = ()
    named: tuple[Bar, ...] = ()
    """The bars whose labels there is room for."""


def by_day(values: Sequence[tuple[str, int]]) -> Plot:
    """Stand bars side by side, oldest first, on an axis that begins at 0."""
    top = _round_up(max((value for _, value in values), default=0))
    room, ground = _HEIGHT - _TOP - _BOTTOM, _HEIGHT - _BOTTOM
    step = (DAY_WIDTH - _LEFT - _RIGHT) / max(1, len(values))
    bars = tuple(
        Bar(
            label=label,
            value=value,
            x=round(_LEFT + number * step + step * 0.1, 2),
            y=round(ground - room * value / top, 2),
            width=round(step * 0.8, 2),
            height=round(room * value / top, 2),
        )
        for number, (label, value) in enumerate(values)
    )
    marks = sorted({top * number // _TICKS for number in range(_TICKS + 1)})
    ticks = tuple(Tick(mark, round(ground - room * mark / top, 2)) for mark in marks)
    every = max(1, -(-len(bars) // _MAX_DAY_LABELS))
    return Plot(DAY_WIDTH, _HEIGHT, bars, ticks, named=bars[every // 2 :: every])


def by_category(values: Sequence[tuple[str, int]]) -> Plot:
    """Lay bars one below the other, each beside its name."""
    top = max((value for _, value in values), default=0) or 1
    room = CATEGORY_WIDTH - _NAME_WIDTH - _VALUE_WIDTH
    bars = tuple(
        Bar(
            label=label,
            value=value,
            x=_NAME_WIDTH,
            y=number * _ROW + (_ROW - _ROW_BAR) / 2,
            width=round(max(1.0, room * value / top), 2),
            height=_ROW_BAR,
        )
        for number, (label, value) in enumerate(values)
    )
    return Plot(CATEGORY_WIDTH, max(1, len(bars)) * _ROW, bars, named=bars)


def _round_up(value: int) -> int:
    """Return the first that is not below a value, of numbers whose quarters are round."""
    scale = 1
    while True:
        for step in (4, 8, 12, 16, 20, 24, 32):
            if step * scale >= value:
                return step * scale
        scale *= 10
