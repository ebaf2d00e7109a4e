"""What GitLab does, section by section, put to a live server."""

from collections.abc import Callable

import pytest

from tests.contract.cases import Trial, trials
from tests.contract.runner import Runner
from tests.contract.target import elsewhere

pytestmark = pytest.mark.xdist_group("contract")


def everything() -> list[Trial]:
    """What is put to our server, or to the instance that the environment names."""
    named = elsewhere()
    if named is None:
        return trials("wheelyard")
    with named.http:
        kind = named.product()
    return [trial for trial in trials(kind) if not trial.wants_expired_token]


@pytest.mark.parametrize("trial", [pytest.param(trial, id=trial.name) for trial in everything()])
def test_a_case(
    runner: Runner, trial: Trial, record_property: Callable[[str, object], None]
) -> None:
    record_property("contract cases", 1)

    assert runner.try_(trial) == []
