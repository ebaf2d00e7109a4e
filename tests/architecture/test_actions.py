"""The list of what the journal tells is the list of what the code records."""

import re

from tests.architecture.repository import SRC
from wheelyard.journal import ACTIONS

_ACTION = re.compile(r'"([a-z_]+\.[a-z_]+(?:ed|en))"')


def test_every_action_in_the_code_is_listed_and_no_other() -> None:
    recorded = {
        action
        for path in SRC.rglob("*.py")
        if path.name != "journal.py"
        for action in _ACTION.findall(path.read_text())
    }

    assert sorted(recorded) == list(ACTIONS)
