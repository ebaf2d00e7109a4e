"""Where the bars of a plot stand: geometry alone, for the SVG of ``templates/plots.html``.

All lengths are in units of the view box, in which text is 12 high; a browser scales the whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass

DAYS_AT_MOST = 90

_WIDTH = 720.0
_LEFT = 48.0  # for the numbers beside the axis
_TOP = 12.0
_DAY_HEIGHT = 180.0
_FOOT = 24.0  # for the first and the last day
_GAP = 0.25  # of the width of a bar

_CATEGORY_WIDTH = 440.0
_LABEL_WIDTH = 112.0  # for names of categories, some 16 characters
_VALUE_WIDTH = 64.0  # for the number behind a bar
_BAR_HEIGHT = 20.0
_ROW_HEIGHT = 28.0

_TICKS = 4  # at most, above zero
_ROUND = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar, from its upper left corner, and what it stands for."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A round number of the axis, and where its line is: a height for days, else a place across."""

    at: float
    value: int


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot; ``left`` to ``right`` and ``top`` to ``bottom`` is where its bars are."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float

    @property
    def view_box(self) -> str:
        """As the attribute of ``svg`` has it."""
        return f"0 0 {self.width:g} {self.height:g}"

    @property
    def total(self) -> int:
        """The sum of all bars."""
        return sum(bar.value for bar in self.bars)


def by_day(counts: Sequence[tuple[str, int]]) -> Plot:
    """Stand the bars side by side, one for each day in this order, the last 90 of them."""
    shown = counts[-DAYS_AT_MOST:]
    bottom = _TOP + _DAY_HEIGHT
    top_value = _axis([value for _, value in shown])
    step = (_WIDTH - _LEFT) / max(len(shown), 1)
    bars = []
    for number, (label, value) in enumerate(shown):
        height = _scaled(value, top_value, _DAY_HEIGHT)
        x = _rounded(_LEFT + number * step + step * _GAP / 2)
        width = _rounded(step * (1 - _GAP))
        bars.append(Bar(x, _rounded(bottom - height), width, height, label, value))
    ticks = tuple(
        Tick(_rounded(bottom - _scaled(value, top_value, _DAY_HEIGHT)), value)
        for value in _tick_values(top_value)
    )
    return Plot(tuple(bars), ticks, _WIDTH, bottom + _FOOT, _LEFT, _WIDTH, _TOP, bottom)


def by_category(counts: Sequence[tuple[str, int]]) -> Plot:
    """Lay the bars under each other, in this order; the number stands behind each."""
    top_value = _axis([value for _, value in counts])
    length = _CATEGORY_WIDTH - _LABEL_WIDTH - _VALUE_WIDTH
    bars = tuple(
        Bar(
            x=_LABEL_WIDTH,
            y=_rounded(number * _ROW_HEIGHT + (_ROW_HEIGHT - _BAR_HEIGHT) / 2),
            width=_scaled(value, top_value, length),
            height=_BAR_HEIGHT,
            label=label,
            value=value,
        )
        for number, (label, value) in enumerate(counts)
    )
    ticks = tuple(
        Tick(_rounded(_LABEL_WIDTH + _scaled(value, top_value, length)), value)
        for value in _tick_values(top_value)
    )
    bottom = len(counts) * _ROW_HEIGHT
    right, height = _CATEGORY_WIDTH - _VALUE_WIDTH, max(bottom, _ROW_HEIGHT)
    return Plot(bars, ticks, _CATEGORY_WIDTH, height, _LABEL_WIDTH, right, 0, bottom)


def _step(highest: int) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, 50 ... that reaches a value in four steps."""
    step = max(1, highest) / _TICKS
    power = 10 ** (len(str(int(step))) - 1) if step >= 1 else 1
    return next(int(power * number) for number in _ROUND if power * number >= step)


def _axis(values: Sequence[int]) -> int:
    """Return the value at the end of the axis: the first round one that no bar passes."""
    highest = max([1, *values])
    step = _step(highest)
    return -(-highest // step) * step


def _tick_values(top_value: int) -> range:
    step = _step(top_value)
    return range(0, top_value + 1, step)


def _scaled(value: int, top_value: int, length: float) -> float:
    """Return the length of a bar, of one that is not empty at least what an eye can see."""
    return _rounded(max(value / top_value * length, 1.0)) if value > 0 else 0.0


def _rounded(length: float) -> float:
    return round(length, 2)
