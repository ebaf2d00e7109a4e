"""What every test of the linter has: a look at an index."""

import os
from collections.abc import Callable

import pytest

from wheelyard import lint
from wheelyard.lint import Report, Wish

Look = Callable[..., Report]
"""By an address, perhaps with a token, and the names of packages."""


@pytest.fixture
def look() -> Look:
    """Look at an index as the command line does, with nothing of this machine's own."""

    def examine(url: str, token: str | None = None, *names: str) -> Report:
        return lint.examine(
            url,
            Wish(names),
            token=token,
            environment={"NETRC": os.devnull},
            timeout=10,
            tell=lambda _: None,
        )

    return examine
