"""What was measured: each figure by rounds, as a table for people and as JSON for programs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

OURS = "wheelyard"

_ROW = "{:<34} {:<13} {:>8} {:>15} {:>6} {:>10}  {:<7} {}"
_HEADINGS = ("figure", "server", "median", "min-max", "ratio", "min-max", "target", "")


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured, once a round, on us and on those beside us in turn.

    A ratio is ours to theirs of the same round, so that what slows the whole machine for a while
    cancels.
    """

    title: str
    samples: Mapping[str, Sequence[float]]
    """By server; each has as many as there were rounds."""

    least_ratio: float | None = None
    most: float | None = None
    """What our own value stays below."""

    def ratios(self, peer: str) -> list[float]:
        """Return ours to theirs, by rounds."""
        return [
            mine / other for mine, other in zip(self.samples[OURS], self.samples[peer], strict=True)
        ]

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.most is not None:
            return median(self.samples[OURS]) < self.most
        if self.least_ratio is not None:
            peers = (peer for peer in self.samples if peer != OURS)
            return all(median(self.ratios(peer)) >= self.least_ratio for peer in peers)
        return None

    @property
    def target(self) -> str:
        """The target in words."""
        if self.most is not None:
            return f"< {self.most:g}"
        return "" if self.least_ratio is None else f">= {self.least_ratio:g}"


def table(figures: Iterable[Figure]) -> Iterator[str]:
    """Return the lines of the table."""
    yield _ROW.format(*_HEADINGS).rstrip()
    for figure in figures:
        for number, server in enumerate(figure.samples):
            yield _row(figure, server, title="" if number else figure.title)


def _row(figure: Figure, server: str, *, title: str) -> str:
    values = figure.samples[server]
    ratios = [] if server == OURS else figure.ratios(server)
    judged = figure.is_met is not None and (bool(ratios) or figure.most is not None)
    return _ROW.format(
        title,
        server,
        _number(median(values)),
        f"{_number(min(values))}-{_number(max(values))}",
        f"{median(ratios):.2f}" if ratios else "",
        f"{min(ratios):.2f}-{max(ratios):.2f}" if ratios else "",
        figure.target if judged else "",
        ("PASS" if figure.is_met else "below") if judged else "",
    ).rstrip()


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def as_json(figures: Iterable[Figure]) -> list[dict[str, object]]:
    """Return the figures for ``json.dump``."""
    return [
        {
            "title": figure.title,
            "samples": {server: list(values) for server, values in figure.samples.items()},
            "ratios": {peer: figure.ratios(peer) for peer in figure.samples if peer != OURS},
            "target": figure.target,
            "met": figure.is_met,
        }
        for figure in figures
    ]
