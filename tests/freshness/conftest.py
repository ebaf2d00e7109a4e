"""A server of two workers, a connection to each, and a crowd that keeps both busy."""

from collections.abc import Iterator

import pytest

from tests.actors import Installation, pypi
from tests.conftest import ROOT_TOKEN
from tests.freshness.crowd import Crowd, gathered
from tests.freshness.lines import Line, line_to_each
from tests.freshness.of_rules import UPSTREAM
from tests.servers import Server, running
from wheelyard.access import Visibility


@pytest.fixture(scope="package")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of two workers."""
    data = tmp_path_factory.mktemp("pair") / "data"
    with running(
        data,
        WHEELYARD_WORKERS="2",
        WHEELYARD_ROOT_TOKEN=ROOT_TOKEN,
        WHEELYARD_FORWARDING="true",
        WHEELYARD_UPSTREAM_URL=UPSTREAM,
    ) as server:
        yield server


@pytest.fixture(scope="package")
def town(pair: Server) -> Iterator[Installation]:
    """Its people and things."""
    town = Installation(pair.data, pair.url)
    yield town
    town.close()


@pytest.fixture
def lines(pair: Server) -> Iterator[tuple[Line, Line]]:
    """A connection to each worker."""
    with line_to_each(pair) as lines:
        yield lines


@pytest.fixture(scope="package")
def crowd(pair: Server, town: Installation) -> Iterator[Crowd]:
    """A crowd, which uploads into a project that anybody reads."""
    project = town.project(visibility=Visibility.PUBLIC)
    with gathered(pair.url, pypi(project), ROOT_TOKEN) as crowd:
        yield crowd
