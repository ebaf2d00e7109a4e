"""Every range under every condition by every method, of files, of their metadata and of pages."""

from collections.abc import Iterator

import pytest

from tests.actors import Installation, pypi
from tests.files.judging import DIST, Thing, judge, told
from wheelyard.access import Role


@pytest.fixture(scope="module", params=["town", "bucket_town"], ids=["disk", "bucket"])
def shelves(request: pytest.FixtureRequest) -> Installation:
    """A server whose files are on the disk, and one whose files are in a bucket."""
    found: Installation = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module", params=["file", "metadata", "page", "index"])
def thing(shelves: Installation, request: pytest.FixtureRequest) -> Iterator[Thing]:
    """Each of the things, in a project of its own."""
    town, project = shelves, shelves.project()
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


def test_a_bucket_says_what_a_disk_says(town: Installation, bucket_town: Installation) -> None:
    said = []
    for shelf in (town, bucket_town):
        project = shelf.project()
        with shelf.member(project, Role.DEVELOPER) as developer:
            assert developer.publish(project, DIST).status_code == 201
            answers = [
                developer.download(project, DIST, Range="bytes=1-5"),
                developer.download(project, DIST),
                developer.metadata(project, DIST),
            ]
        said += [
            [
                (answer.status_code, {**told(answer), "last-modified": ""}, answer.content)
                for answer in answers
            ]
        ]

    assert said[0] == said[1]
