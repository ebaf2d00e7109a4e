"""One run of the linter, from an address to a report."""

from collections.abc import Callable, Mapping
from importlib import metadata

from wheelyard.lint.credentials import InvalidAddress, separate
from wheelyard.lint.linting import Linter, NoIndex, Report, Wish
from wheelyard.lint.reading import Reader


def examine(
    url: str,
    wish: Wish,
    *,
    token: str | None = None,
    environment: Mapping[str, str],
    timeout: float,
    tell: Callable[[str], None],
) -> Report:
    """Look at an index, or at one package's page.

    ``timeout`` is of each wait, in seconds; ``tell`` is told of each step.  Raises NoIndex when
    there is nothing to look at.
    """
    try:
        shown, credentials = separate(url, token, environment)
    except InvalidAddress as wrong:
        raise NoIndex(str(wrong)) from wrong
    agent = f"wheelyard-lint/{metadata.version('wheelyard')}"
    with Reader.opened(credentials, timeout=timeout, agent=agent) as reader:
        return Linter(reader, wish, tell).look(shown)
