"""What was measured: each figure by rounds, as a table for people and as JSON for programs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

OURS = "wheelyard"

_ROW = "{:<34} {:<17} {:>8} {:>15} {:>6} {:>10}  {:<7} {}"
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
    most_ratios: Mapping[str, float] = field(default_factory=dict)
    """By server, what ours to theirs does not pass, where less is better."""

    most: float | None = None
    """What our own value stays below."""

    def ratios(self, peer: str) -> list[float]:
        """Return ours to theirs, by rounds."""
        return [
            mine / other for mine, other in zip(self.samples[OURS], self.samples[peer], strict=True)
        ]

    def is_met(self, server: str) -> bool | None:
        """Whether the target of a server's line is met; None where there is none."""
        if server == OURS:
            return None if self.most is None else median(self.samples[OURS]) < self.most
        if server in self.most_ratios:
            return median(self.ratios(server)) <= self.most_ratios[server]
        if self.least_ratio is None:
            return None
        return median(self.ratios(server)) >= self.least_ratio

    def target(self, server: str) -> str:
        """That target in words."""
        if server == OURS:
            return "" if self.most is None else f"< {self.most:g}"
        if server in self.most_ratios:
            return f"<= {self.most_ratios[server]:g}"
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
    is_met = figure.is_met(server)
    return _ROW.format(
        title,
        server,
        _number(median(values)),
        f"{_number(min(values))}-{_number(max(values))}",
        f"{median(ratios):.2f}" if ratios else "",
        f"{min(ratios):.2f}-{max(ratios):.2f}" if ratios else "",
        figure.target(server),
        "" if is_met is None else "PASS" if is_met else "missed",
    ).rstrip()


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def as_json(figures: Iterable[Figure]) -> list[dict[str, object]]:
    """Return the figures for ``json.dump``."""
    return [
        {
            "title": figure.title,
            "samples": {server: list(values) for server, values in figure.samples.items()},
            "ratios": {peer: figure.ratios(peer) for peer in figure.samples if peer != OURS},
            "targets": {server: figure.target(server) for server in figure.samples},
            "met": {server: figure.is_met(server) for server in figure.samples},
        }
        for figure in figures
    ]
