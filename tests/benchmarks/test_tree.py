"""The tree of packages that the benchmark installs can be installed."""

from packaging.requirements import Requirement
from packaging.version import Version

from benchmarks import tree

COUNTS = (30, len(tree.NAMES))


def needs(package: tree.Package) -> list[Requirement]:
    """What it asks for here and now, with every extra."""
    found = map(Requirement, package.needs)
    return [need for need in found if not need.marker or need.marker.evaluate({"extra": "speed"})]


def test_all_are_needed_by_the_first() -> None:
    for count in COUNTS:
        made = {package.name: package for package in tree.make(count)}
        reached, waiting = set[str](), [next(iter(made))]
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting += [need.name for need in needs(made[name])]

        assert reached == made.keys()


def test_one_version_of_each_is_taken_by_all_who_need_it() -> None:
    for count in COUNTS:
        made = tree.make(count)
        asked = [need for package in made for need in needs(package)]

        for package in made:
            ranges = [need.specifier for need in asked if need.name == package.name]
            assert any(
                all(Version(version) in each for each in ranges) for version in package.offered
            ), package


def test_each_has_as_many_versions_as_real_packages_have() -> None:
    made = tree.make(len(tree.NAMES))
    counts = sorted(len(package.versions) for package in made)

    assert (counts[0], counts[-1]) == (3, 40)
    assert 5 <= counts[len(counts) // 2] <= 9
    assert all(len(set(package.versions)) == len(package.versions) for package in made)
