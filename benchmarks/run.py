"""``make bench``: figures and ratios, beside nginx and other registries, in one run.

Servers that are compared take turns, round by round, so that a machine that is slower for a while
is slower for each.  Targets are printed and never fail anything: time is no test.
"""

import argparse
import json
import shlex
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import NoReturn

from benchmarks import (
    crowded,
    growth,
    installs,
    machine,
    many,
    pages,
    plots,
    proxied,
    publishing,
    reading,
    tree,
)
from benchmarks.endpoints import Broken
from benchmarks.growth import Step
from benchmarks.report import Figure, as_json, table

PARTS = ("reading", "proxied", "crowded", "many", "publishing", "pages", "installs", "growth")

LIMIT_SECONDS = 1200
"""A run takes half of it; a server that hangs may not hold the terminal for ever."""


def main() -> None:
    """Measure everything, and print it."""
    options = _options()
    # Turned into an exception, so that every server is ended on the way out.
    signal.signal(signal.SIGTERM, _give_up)
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(LIMIT_SECONDS)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="wheelyard-bench-", dir=options.folder) as name:
        folder = Path(name)
        try:
            about = machine.describe(options.peers, folder)
            figures = [_told(figure) for figure in _measure(options, folder)]
            steps = [_told_step(step) for step in _grow(options, folder)]
        except Broken as error:
            sys.exit(f"bench: {error}")
    about["took"] = f"{time.monotonic() - began:.0f} s"
    _print(about, figures, steps)
    if options.plots is not None:
        plots.write(steps, options.plots)
    if options.json is not None:
        every = {
            "about": about,
            "figures": as_json(figures),
            "growth": [asdict(step) for step in steps],
        }
        options.json.write_text(json.dumps(every, indent=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under two minutes; rough figures")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every sample here")
    parser.add_argument("--plots", type=Path, metavar="DIR", help="draw growth into this folder")
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=", ".join(PARTS)
    )
    parser.add_argument(
        "--folder",
        type=Path,
        help="where all data goes, on the disk to measure (default: the temporary folder)",
    )
    parser.add_argument(
        "--peers",
        type=Path,
        default=Path(".venv-bench/bin"),
        help="where the programs of other registries are (default: %(default)s)",
    )
    return parser.parse_args()


def _measure(options: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    rounds, seconds, uploads = (2, 1, 20) if options.quick else (5, 2, 60)
    peers: Path = options.peers
    parts: Mapping[str, Callable[[], Iterator[Figure]]] = {
        "reading": lambda: reading.measure(folder, rounds=rounds, seconds=seconds),
        "proxied": lambda: proxied.measure(folder, rounds=rounds, seconds=seconds),
        "crowded": lambda: chain(
            crowded.measure_workers(folder, rounds=rounds, seconds=seconds),
            crowded.measure_uploads(folder, rounds=rounds, seconds=seconds * 2),
        ),
        "many": lambda: many.measure(folder, rounds=rounds, seconds=seconds),
        "publishing": lambda: chain(
            publishing.measure_large(folder, rounds=rounds // 2),
            publishing.measure_small(folder, peers, rounds=rounds, uploads=uploads),
        ),
        "pages": lambda: pages.measure(folder, rounds=rounds * 3),
        "installs": lambda: installs.measure(
            folder, peers, rounds=rounds // 2, packages=30 if options.quick else len(tree.NAMES)
        ),
    }
    return chain.from_iterable(parts[part]() for part in parts if part in options.only)


def _grow(options: argparse.Namespace, folder: Path) -> Iterator[Step]:
    return growth.measure(folder, quick=options.quick) if "growth" in options.only else iter(())


def _told(figure: Figure) -> Figure:
    print(f"measured: {figure.title.strip()}", file=sys.stderr)
    return figure


def _told_step(step: Step) -> Step:
    print(f"measured: {step.size:,} {step.sweep}", file=sys.stderr)
    return step


def _print(about: dict[str, str], figures: list[Figure], steps: list[Step]) -> None:
    print(f"command       {shlex.join(sys.orig_argv)}")
    for name, value in about.items():
        print(f"{name:<13} {value}")
    print()
    for line in table(figures):
        print(line)
    print("\nRatios are ours to theirs; MB are 1,000,000 bytes.\n")
    for line in growth.table(steps) if steps else ():
        print(line)


def _give_up(number: int, _: object) -> NoReturn:
    sys.exit(f"bench: ended by {signal.Signals(number).name}")


if __name__ == "__main__":
    main()
