"""A tree of packages that depend on each other, made up, with the proportions of real ones.

Each has 3 to 40 versions, half of them fewer than 9; a version is a wheel, now and then with an
sdist beside it.  Half of the wheels are below 40 KB, four of 150 packages bring 5 MB.  They ask for
each other with ranges, markers and extras; some newest versions are for a Python yet to come, are
release candidates, or are shut out by who needs them, so that a resolver has something to do.  All
of it is the same in every run.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from tests.builders import Dist, sdist, wheel

_FIRST = "amber brisk cedar delta ember fable grove hazel ivory jolly karst lunar mossy noble ochre"
_SECOND = "parser client schema stream models routes tables queues render tokens"
NAMES = [f"{first}-{second}" for second in _SECOND.split() for first in _FIRST.split()]
"""As many packages as there can be."""

_WORDS = ("self", "return", "value", "config", "index", "name", "path", "data", "request", "result")
_MODULES = 64
_MODULE_BYTES = 6_000
"""Packed, of one module."""

_MEDIAN_BYTES = 52_000
_HEAVY_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Package:
    """One of the tree."""

    name: str
    versions: Sequence[str]
    """From the oldest to the newest."""

    offered: Sequence[str]
    """Those that an installer may take: for the Python of today, and final."""

    needs: Sequence[str]
    """Its ``Requires-Dist``, the same for each version; two may be of the extra ``speed``."""

    packed_bytes: int
    """Of each wheel, about."""

    @property
    def has_extra(self) -> bool:
        """Whether it may be asked for with the extra."""
        return any("extra ==" in need for need in self.needs)


def make(count: int) -> list[Package]:
    """Make up the tree; the first needs all others, some through many between."""
    source = Random(count)  # noqa: S311  no secret
    wanted: dict[int, set[int]] = {number: set() for number in range(count)}
    for child in range(1, count):
        # One surely, of those just before it, so that the tree is some layers deep.
        wanted[source.randrange(max(0, child - 30), child)].add(child)
        for _ in range(source.choice((0, 0, 1, 2))):
            wanted[source.randrange(child)].add(child)
    made: dict[int, Package] = {}
    for number in reversed(range(count)):
        needs = [_need(source, made[child]) for child in sorted(wanted[number])]
        needs += _needs_at_times(source, list(made.values()))
        made[number] = _package(source, NAMES[number], needs, is_heavy=number % 37 == 20)
    return [made[number] for number in range(count)]


def _need(source: Random, package: Package) -> str:
    """Ask for a package, of a version that is not among its oldest."""
    least, newest = package.offered[len(package.offered) // 3], package.offered[-1]
    forms = [f">={least}", f">={least}", "", f"!={package.versions[0]}"]
    if len(package.offered) > 2:  # then each of these forms takes the last but one
        forms.append(f">={least},<{newest}")
    extra = "[speed]" if package.has_extra and source.random() < 0.3 else ""
    marker = source.choice(("", "", '; python_version >= "3.9"'))
    return f"{package.name}{extra}{source.choice(forms)}{marker}"


def _needs_at_times(source: Random, others: Sequence[Package]) -> list[str]:
    """Ask for what is for an old Python or another system, and with the extra for another."""
    needs = ['absent-backport>=1.0; python_version < "3.8"', 'absent-console; os_name == "nt"']
    needs = source.sample(needs, source.randrange(3))
    if others and source.random() < 0.2:
        needs.append(f'{source.choice(others).name}; extra == "speed"')
    return needs


def _package(source: Random, name: str, needs: Sequence[str], *, is_heavy: bool) -> Package:
    versions = _versions(source, 3 if is_heavy else min(40, 3 + int(source.expovariate(1 / 8))))
    candidates = versions[-1:] if source.random() < 0.15 else []
    if candidates:
        versions[-1] += "rc1"
    ahead = versions[-1:] if source.random() < 0.1 else candidates
    light = min(400_000, int(source.lognormvariate(0, 1.1) * _MEDIAN_BYTES))
    return Package(
        name,
        versions,
        versions[:-1] if ahead or candidates else versions,
        needs,
        _HEAVY_BYTES if is_heavy else light,
    )


def _versions(source: Random, count: int) -> list[str]:
    numbers = [(source.randrange(2), source.randrange(5), 0)]
    while len(numbers) < count:
        major, minor, patch = numbers[-1]
        raised = ((major + 1, 0, 0), (major, minor + 1, 0), (major, minor, patch + 1))
        numbers.append(source.choices(raised, (1, 5, 6))[0])
    return [".".join(map(str, number)) for number in numbers]


# Its files ---------------------------------------------------------------------------------------


def build(packages: Sequence[Package]) -> Iterator[Dist]:
    """Make every file, one after another."""
    source = Random(len(packages))  # noqa: S311  no secret
    modules = [_module(source) for _ in range(_MODULES)]
    for package in packages:
        files = _files(source, package, modules)
        for version in package.versions:
            python = ">=3.8" if version in package.offered or "rc" in version else ">=3.99"
            described = _metadata(source, package, version, python)
            yield wheel(package.name, version, files=files, described=described)
            if source.random() < 0.15:
                yield sdist(package.name, version, requires_python=python)


def _files(source: Random, package: Package, modules: Sequence[bytes]) -> dict[str, bytes]:
    folder = package.name.replace("-", "_")
    if package.packed_bytes == _HEAVY_BYTES:
        return {f"{folder}/_native.so": source.randbytes(_HEAVY_BYTES)}
    # Half of it is code, which takes long to pack, and half what does not pack.
    count = package.packed_bytes // 2 // _MODULE_BYTES
    code = {f"{folder}/part{n}.py": source.choice(modules) for n in range(count)}
    return {**code, f"{folder}/data.bin": source.randbytes(package.packed_bytes // 2)}


def _module(source: Random) -> bytes:
    """Text that packs to about a third, as code does."""
    lines = (
        f"    {source.choice(_WORDS)} = {source.choice(_WORDS)}.{source.randbytes(4).hex()}("
        f"{source.choice(_WORDS)}, {source.choice(_WORDS)})"
        for _ in range(_MODULE_BYTES // 11)
    )
    return ("def part(self):\n" + "\n".join(lines)).encode()


def _metadata(source: Random, package: Package, version: str, python: str) -> bytes:
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {package.name}",
        f"Version: {version}",
        f"Summary: What {package.name} does, in one line",
        f"Home-page: https://{package.name}.example.com",
        "License: MIT",
        "Classifier: Development Status :: 5 - Production/Stable",
        *(f"Classifier: Programming Language :: Python :: 3.{minor}" for minor in range(8, 15)),
        f"Requires-Python: {python}",
        "Description-Content-Type: text/markdown",
        *(["Provides-Extra: speed"] if package.has_extra else []),
        *(f"Requires-Dist: {need}" for need in package.needs),
    ]
    words = " ".join(source.choices(_WORDS, k=source.randrange(200, 2500)))
    return "\n".join([*lines, "", f"# {package.name}", "", words, ""]).encode()
