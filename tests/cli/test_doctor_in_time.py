"""A look at an installation that has only moments says how far it came."""

from tests.actors import Installation
from tests.builders import wheel
from tests.library import publish
from wheelyard import doctor
from wheelyard.doctor import Depth, Finding
from wheelyard.registry import Registry, utc_now

DIST = wheel()


def examine(registry: Registry, depth: Depth, seconds: float | None = None) -> list[Finding]:
    """Everything that is found in a registry with one file, whose blob is missing."""
    town = Installation(registry.settings.data)
    project = town.project()
    town.close()
    with registry.database.write() as conn:
        publish(conn, project, DIST, utc_now())
    return list(doctor.examine(registry.settings, {}, depth=depth, seconds=seconds))


def test_a_quick_look_looks_for_no_file(registry: Registry) -> None:
    found = examine(registry, Depth.QUICK)

    assert all(finding.ok for finding in found)
    assert not any("looked for" in finding.sentence for finding in found)


def test_a_longer_look_finds_what_is_missing_and_says_what_to_do(registry: Registry) -> None:
    found = examine(registry, Depth.SIZES, seconds=60)

    problems = [finding for finding in found if not finding.ok]
    assert [problem.sentence.rpartition(" ")[2] for problem in problems] == ["missing."] * 2
    assert {problem.remedy for problem in problems} == {
        "Restore the blob from a backup, or delete the file and upload it again."
    }


def test_a_look_that_runs_out_of_time_says_so(registry: Registry) -> None:
    found = examine(registry, Depth.SIZES, seconds=-1)

    assert found[-1].sentence == (
        "Only the first 0 of 1 files were looked for in the time that there is for a page; "
        "the command doctor looks for all."
    )
