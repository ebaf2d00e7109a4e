"""A page while others work: while uploads run, and with a second worker."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.servers import running

from benchmarks.endpoints import Broken, Endpoint
from benchmarks.publishing import send_all, small_bodies
from benchmarks.reading import Filled, filled, load, requests_per_second
from benchmarks.report import OURS, Figure

UPLOADS_PER_SECOND = 20
MOST_TIMES_IDLE = 4

_UPLOADERS = 4
_P99 = re.compile(r"^\s*99%\s+([\d.]+)(us|ms|s)$", re.MULTILINE)
_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def measure_workers(folder: Path, *, rounds: int, seconds: int) -> Iterator[Figure]:
    """Measure the page from two workers and from one, in turns."""
    title = "page from two workers, req/s"
    samples: dict[str, list[float]] = {OURS: [], "one worker": []}
    with ExitStack() as stack:
        pages = {}
        for name, workers in zip(samples, ("2", "1"), strict=True):
            server = running(folder / f"workers-{workers}", WHEELYARD_WORKERS=workers)
            pages[name] = filled(stack.enter_context(server)).at("simple/demo/")
        for name in list(pages) * (rounds + 1):
            samples[name].append(requests_per_second(pages[name], seconds))
    # In the first round each worker made its page.
    yield Figure(title, {name: rates[1:] for name, rates in samples.items()})


def measure_uploads(folder: Path, *, rounds: int, seconds: int) -> Iterator[Figure]:
    """Measure the slowest hundredth of answers, idle and while uploads run."""
    idle, busy = [], []
    with running(folder / "crowded") as server:
        place = filled(server)
        page = place.at("simple/demo/")
        requests_per_second(page, 1)
        for _ in range(rounds):
            idle.append(_p99(page, seconds))
            with _uploads(place):
                busy.append(_p99(page, seconds))
    yield Figure("p99 of a page, idle, ms", {OURS: idle})
    yield Figure(f"  while {UPLOADS_PER_SECOND} uploads/s run, ms", {OURS: busy})
    times = [loud / quiet for loud, quiet in zip(busy, idle, strict=True)]
    yield Figure("  in times of the idle one", {OURS: times}, most=MOST_TIMES_IDLE)


def _p99(endpoint: Endpoint, seconds: int) -> float:
    found = _P99.search(load(endpoint, seconds, "--latency"))
    if found is None:
        raise Broken("wrk does not tell how long the slowest hundredth takes")
    return float(found[1]) * _MS[found[2]]


@contextmanager
def _uploads(place: Filled) -> Iterator[None]:
    """Upload small wheels at an even pace, until the end of the block."""
    ended = threading.Event()
    endpoint = place.at("")
    bodies = small_bodies()
    turn = threading.Lock()

    def upload(first: int) -> None:
        pause = _UPLOADERS / UPLOADS_PER_SECOND
        due = time.monotonic() + first / UPLOADS_PER_SECOND
        while not ended.wait(max(0.0, due - time.monotonic())):
            with turn:
                body = next(bodies)
            send_all(endpoint, [body], 1)
            due += pause

    uploaders = [threading.Thread(target=upload, args=[number]) for number in range(_UPLOADERS)]
    for uploader in uploaders:
        uploader.start()
    try:
        yield
    finally:
        ended.set()
        for uploader in uploaders:
            uploader.join()
