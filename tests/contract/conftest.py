"""The instance that the cases are put to."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.actors import Installation
from tests.contract.runner import Runner
from tests.contract.target import Target, elsewhere
from tests.servers import running
from wheelyard.registry import utc_now

TOKEN = "glpat-the-root-of-all-cases"
UPSTREAM = "https://mirror.example.com/simple"


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A server of our own, unless the environment names another instance."""
    named = elsewhere()
    if named is not None:
        yield named
        return
    data = tmp_path_factory.mktemp("contract") / "data"
    with running(data, WHEELYARD_ROOT_TOKEN=TOKEN, WHEELYARD_UPSTREAM_URL=UPSTREAM) as server:
        yield Target(server.url, TOKEN, expired_token=_expired(server.data))


def _expired(data: Path) -> str:
    """The one thing that is not made over HTTP: it would take a day."""
    town = Installation(data)
    minted = town.token(town.user(), expires_at=utc_now() - timedelta(days=1))
    town.close()
    return minted.secret


@pytest.fixture(scope="session")
def runner(target: Target) -> Iterator[Runner]:
    """Whoever puts the cases to it, with the worlds that they share."""
    with target.http:
        yield Runner(target)
