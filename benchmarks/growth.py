"""What becomes of pages and of uploads as a registry grows, one measure of it after another.

Of a package's page and the project's index, and of the group's, the time is taken from the question
until the whole answer is here, as a developer gets it over one connection.  Warm is what is
remembered; cold is the first answer after a change of the package, which is forgotten with all the
pages and indexes that have it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from time import perf_counter

from tests.actors import Source, basic, pypi
from tests.builders import wheel

from benchmarks.endpoints import Broken, Endpoint
from benchmarks.growing import NAME, SWEEPS, Place, begin
from benchmarks.memory import Worker
from benchmarks.publishing import FORM_HEADERS, multipart
from benchmarks.report import OURS
from wheelyard import journal, packages
from wheelyard.journal import OPERATOR, Entry
from wheelyard.pypi.simple import JSON_V1_TYPE
from wheelyard.registry import utc_now

FORMATS = {"HTML": "text/html", "JSON": JSON_V1_TYPE}
LOOKS = ("page", "index", "group's page", "group's index")
_UPLOADED = "9."
"""How the versions begin that are uploaded to see how long it takes."""


@dataclass(frozen=True, slots=True)
class Step:
    """What was measured at one size."""

    sweep: str
    size: int
    times: Mapping[str, Sequence[float]]
    """Milliseconds, by what was asked for, such as ``page HTML cold``, and of ``upload``."""

    sizes: Mapping[str, int]
    """Bytes: of each answer as it came, such as ``page HTML``; ``RSS``, ``PSS``, ``database``."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long each thing is measured."""

    warm: int
    cold: int
    seconds: float
    """Of one thing at most, if it was measured three times by then."""


def measure(folder: Path, *, quick: bool) -> Iterator[Step]:
    """Look at each size of each measure."""
    effort = Effort(50, 5, 0.2) if quick else Effort(200, 30, 1.5)
    for number, sweep in enumerate(SWEEPS):
        with begin(folder / f"growth{number}", sweep) as place:
            grown = sweep.begun
            for size in sweep.sizes:
                if quick and size > sweep.most_quick:
                    break
                place.grow(sweep, grown, size)
                grown = size
                yield _measure(place, sweep.title, size, effort)


def _measure(place: Place, title: str, size: int, effort: Effort) -> Step:
    times: dict[str, Sequence[float]] = {}
    sizes: dict[str, int] = {}
    here: Mapping[str, tuple[Source, str]] = {
        "page": (place.project, f"simple/{NAME}/"),
        "index": (place.project, "simple/"),
        "group's page": (place.group, f"simple/{NAME}/"),
        "group's index": (place.group, "simple/"),
    }
    for look in LOOKS:
        source, path = here[look]
        for form, media_type in FORMATS.items():
            asker = _Asker(place, f"{pypi(source)}/{path}", media_type)
            sizes[f"{look} {form}"] = asker.ask()
            cold = _sample(asker.ask, effort.cold, effort, before=_changing(place))
            times[f"{look} {form} cold"] = cold
            times[f"{look} {form} warm"] = _sample(asker.ask, effort.warm, effort)
            asker.close()
    times["upload"] = _uploads(place, effort)
    worker = Worker.of(place.server.process.pid)
    sizes |= {"RSS": worker.resident_bytes(), "PSS": worker.proportional_bytes()}
    sizes["database"] = place.path.stat().st_size
    return Step(title, size, times, sizes)


def _sample(
    do: Callable[[], object],
    count: int,
    effort: Effort,
    *,
    before: Callable[[], None] = lambda: None,
) -> list[float]:
    """Return how many milliseconds each time took, without what comes before it."""
    found: list[float] = []
    until = perf_counter() + effort.seconds
    while len(found) < count and (len(found) < 3 or perf_counter() < until):
        before()
        began = perf_counter()
        do()
        found.append((perf_counter() - began) * 1000)
    return found


class _Asker:
    """Asks for one page over one connection."""

    def __init__(self, place: Place, path: str, media_type: str) -> None:
        self._headers = {
            **basic(place.secret),
            "Accept": media_type,
            "Accept-Encoding": "gzip",
        }
        self._path = path
        self._connection = HTTPConnection("127.0.0.1", place.server.port, timeout=60)

    def ask(self) -> int:
        """Return how many bytes came."""
        self._connection.request("GET", self._path, headers=self._headers)
        response = self._connection.getresponse()
        body = response.read()
        found = response.headers["Content-Type"].partition(";")[0]
        if response.status != 200 or found != self._headers["Accept"]:
            raise Broken(f"{self._path} is answered {response.status} as {found}")
        return len(body)

    def close(self) -> None:
        self._connection.close()


def _changing(place: Place) -> Callable[[], None]:
    """Return what tells the worker, as an upload does, that the package has changed."""

    def change() -> None:
        entry = Entry("file.published", project_id=place.project.id, package=NAME)
        with place.town.database.write() as conn:
            journal.record(conn, entry, by=OPERATOR, at=utc_now())

    return change


def _uploads(place: Place, effort: Effort) -> list[float]:
    """Upload releases of the package, and take them away again."""
    headers = {"PRIVATE-TOKEN": place.secret, **FORM_HEADERS}
    endpoint = Endpoint(OURS, place.server.port, pypi(place.project), headers)
    bodies = (multipart(wheel(NAME, f"{_UPLOADED}{n}")) for n in range(effort.cold))
    with closing(endpoint.connect()) as connection:

        def upload(body: bytes) -> None:
            connection.request("POST", endpoint.path, body, endpoint.headers)
            response = connection.getresponse()
            response.read()
            if response.status != 201:
                raise Broken(f"An upload is answered {response.status}")

        found = _sample(lambda: upload(next(bodies)), effort.cold, Effort(0, 0, 60))
    with place.town.database.write() as conn:
        for release in packages.other_releases(conn, place.demo):
            if release.version.startswith(_UPLOADED):
                packages.delete_release(conn, release, by=OPERATOR, at=utc_now())
    return found


# As a table --------------------------------------------------------------------------------------

_ROW = "{:<34}{:<15}" + "{:>11}{:>8}{:>10}{:>9}{:>9}" * 2
_UNITS = ("p99", "cold p50", "p99", "KB")


def table(steps: Sequence[Step]) -> Iterator[str]:
    """Return the lines, in milliseconds."""
    yield _ROW.format("growth, ms", "", "HTML warm", *_UNITS, "JSON warm", *_UNITS)
    for step in steps:
        yield ""
        title = f"{step.size:,} {step.sweep}"
        for look in LOOKS:
            yield _ROW.format(title, look, *_columns(step, look)).rstrip()
            title = ""
        upload = step.times["upload"]
        megabytes = ", ".join(
            f"{name} {step.sizes[name] / 1e6:,.1f} MB" for name in ("RSS", "PSS", "database")
        )
        yield (
            f"{'':<34}{'upload':<15}{median(upload):>11.2f}{percentile(upload, 0.99):>8.2f}"
            f"      {megabytes}"
        )


def _columns(step: Step, look: str) -> Iterator[str]:
    for form in FORMATS:
        for state in ("warm", "cold"):
            times = step.times[f"{look} {form} {state}"]
            yield f"{median(times):.2f}"
            yield f"{percentile(times, 0.99):.2f}"
        yield f"{step.sizes[f'{look} {form}'] / 1000:,.1f}"


def percentile(values: Sequence[float], part: float) -> float:
    """Return the least value that is not passed by this part of them."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
