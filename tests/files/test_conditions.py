"""Every range under every condition by every method, of files, of their metadata and of pages."""

from collections.abc import Iterator

import pytest

from tests.actors import Installation, pypi
from tests.files.judging import DIST, Thing, judge, told
from wheelyard.access import Role


@pytest.fixture(scope="module", params=["file", "metadata", "page", "index"])
def thing(town: Installation, request: pytest.FixtureRequest) -> Iterator[Thing]:
    """Each of the things, in a project of its own."""
    project = town.project()
    with town.member(project, Role.DEVELOPER) as developer:
        assert developer.publish(project, DIST).status_code == 201
        file = f"/files/{DIST.sha256}/{DIST.filename}"
        paths = {"file": file, "metadata": f"{file}.metadata", "page": "/simple/judged/"}
        path = f"{pypi(project)}{paths.get(request.param, '/simple')}"
        whole = developer.http.get(path)
        assert whole.status_code == 200
        yield Thing(developer, path, whole)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_range_under_every_condition(thing: Thing, method: str) -> None:
    judge(thing, method)


def test_nothing_that_has_ranges_is_compressed(thing: Thing) -> None:
    if thing.whole.headers.get("accept-ranges") != "bytes":
        assert "page" in thing.path or "simple" in thing.path
        return
    answer = thing.ask("GET", {"Accept-Encoding": "gzip, br, zstd"})

    assert "content-encoding" not in answer.headers
    assert told(answer) == told(thing.whole)
