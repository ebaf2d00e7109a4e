"""File downloads: headers, conditions and ranges (RFC 9110, sections 13 and 14)."""

from collections.abc import Iterator

import pytest

from tests.actors import Actor, Installation, pypi
from tests.builders import Dist, wheel
from tests.servers import Server
from wheelyard.access import Role, Visibility
from wheelyard.projects import Project

DIST = wheel("ranged", "1.0", files={"data.bin": bytes(range(256)) * 40})
SIZE = len(DIST.content)
ETAG = f'"{DIST.sha256}"'


@pytest.fixture(scope="module")
def library(town: Installation) -> Project:
    """A private project that holds the file."""
    project = town.project()
    with town.member(project, Role.DEVELOPER) as developer:
        assert developer.publish(project, DIST).status_code == 201
    return project


@pytest.fixture(scope="module")
def reader(town: Installation, library: Project) -> Iterator[Actor]:
    """Somebody who may read it."""
    with town.member(library, Role.GUEST) as guest:
        yield guest


def test_a_download_says_everything_about_the_file(reader: Actor, library: Project) -> None:
    answer = reader.download(library, DIST)

    assert answer.status_code == 200
    assert answer.content == DIST.content
    expected = {
        "content-type": "application/octet-stream",
        "content-length": str(SIZE),
        "content-disposition": (
            f"attachment; filename=\"{DIST.filename}\"; filename*=UTF-8''{DIST.filename}"
        ),
        "etag": ETAG,
        "accept-ranges": "bytes",
        "cache-control": "private, max-age=31536000, immutable",
        "vary": "Authorization, Cookie, Deploy-Token, Job-Token, Private-Token",
        "x-content-type-options": "nosniff",
    }
    assert {name: answer.headers.get(name) for name in expected} == expected


def test_a_file_of_a_public_project_may_be_kept_by_shared_caches(town: Installation) -> None:
    project = town.project(visibility=Visibility.PUBLIC)
    with town.member(project, Role.DEVELOPER) as developer, town.anonymous() as anonymous:
        developer.publish(project, DIST)

        answer = anonymous.download(project, DIST)

    assert answer.headers["cache-control"] == "public, max-age=31536000, s-maxage=600, immutable"


def test_head_says_what_get_would(reader: Actor, library: Project) -> None:
    got = reader.download(library, DIST)

    answer = reader.http.head(got.request.url)

    assert (answer.status_code, answer.content) == (200, b"")
    changing = {"date", "x-request-id"}
    assert {k: v for k, v in answer.headers.items() if k not in changing} == {
        k: v for k, v in got.headers.items() if k not in changing
    }


def test_head_knows_no_ranges(reader: Actor, library: Project) -> None:
    got = reader.download(library, DIST)

    answer = reader.http.head(got.request.url, headers={"Range": "bytes=0-9"})

    assert (answer.status_code, answer.headers["content-length"]) == (200, str(SIZE))


RANGES = [
    ("bytes=0-0", 206, (0, 1)),
    ("bytes=0-99", 206, (0, 100)),
    ("bytes=100-", 206, (100, SIZE)),
    ("bytes=-100", 206, (SIZE - 100, SIZE)),
    (f"bytes=-{SIZE * 2}", 206, (0, SIZE)),
    (f"bytes={SIZE - 1}-{SIZE * 2}", 206, (SIZE - 1, SIZE)),
    (f"bytes=0-{SIZE - 1}", 206, (0, SIZE)),
    (f"bytes={SIZE}-", 416, None),
    ("bytes=-0", 416, None),
    ("bytes=5-2", 200, None),
    ("bytes=0-1,5-6", 200, None),
    ("bytes=abc", 200, None),
    ("bytes=-", 200, None),
    ("lines=0-1", 200, None),
    ("bytes=99999999999999999999-", 416, None),
    ("Bytes=0-9", 206, (0, 10)),
]


@pytest.mark.parametrize(("header", "status", "span"), RANGES)
def test_a_range(
    reader: Actor, library: Project, header: str, status: int, span: tuple[int, int] | None
) -> None:
    answer = reader.download(library, DIST, Range=header)

    assert answer.status_code == status
    if span is not None:
        start, stop = span
        assert answer.content == DIST.content[start:stop]
        assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{SIZE}"
        assert answer.headers["content-length"] == str(stop - start)
    elif status == 416:
        assert answer.content == b""
        assert answer.headers["content-range"] == f"bytes */{SIZE}"
    else:
        assert answer.content == DIST.content


@pytest.mark.parametrize(
    ("condition", "status"),
    [(ETAG, 206), ('"other"', 200), ("last-modified", 206), ("Sat, 01 Jan 2000 00:00:00 GMT", 200)],
)
def test_a_range_is_given_only_of_the_state_that_it_names(
    reader: Actor, library: Project, condition: str, status: int
) -> None:
    if condition == "last-modified":
        condition = reader.download(library, DIST).headers["last-modified"]

    answer = reader.download(library, DIST, **{"Range": "bytes=0-9", "If-Range": condition})

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("known", "status"),
    [
        (ETAG, 304),
        (f"W/{ETAG}", 304),
        (f'"other", {ETAG}', 304),
        ("*", 304),
        ('"other"', 200),
    ],
)
def test_what_the_client_has_is_not_sent_again(
    reader: Actor, library: Project, known: str, status: int
) -> None:
    answer = reader.download(library, DIST, **{"If-None-Match": known})

    assert answer.status_code == status
    assert answer.content == (b"" if status == 304 else DIST.content)
    assert answer.headers["etag"] == ETAG


def other_name(dist: Dist) -> Dist:
    """The same bytes under another name."""
    return Dist("other-1.0-py3-none-any.whl", dist.content, "other", "1.0", dist.filetype, b"")


def test_a_digest_under_another_name_is_not_found(reader: Actor, library: Project) -> None:
    answer = reader.download(library, other_name(DIST))

    assert (answer.status_code, answer.json()) == (404, {"message": "404 Package Not Found"})


def test_a_file_is_not_found_through_another_project(town: Installation, library: Project) -> None:
    other = town.project()
    with town.member(other, Role.OWNER) as owner:
        answer = owner.download(other, DIST)

    assert library.id != other.id
    assert answer.status_code == 404


def test_a_digest_in_upper_case_is_the_same_digest(reader: Actor, library: Project) -> None:
    path = f"/api/v4/projects/{library.id}/packages/pypi/files/{DIST.sha256.upper()}"

    answer = reader.http.get(f"{path}/{DIST.filename}")

    assert answer.content == DIST.content


def test_a_file_with_a_local_version_is_reached_by_the_link_on_its_page(
    developer: Actor, project: Project
) -> None:
    dist = wheel("demo", "1.0+cu118")
    developer.publish(project, dist)
    page = developer.simple(project, "demo/").text
    link = page.split('href="')[1].split("#")[0]

    answer = developer.http.get(link)

    assert "%2Bcu118" in link
    assert answer.content == dist.content


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("left", [None, b"half of it"])
@pytest.mark.parametrize("is_remembered", [False, True])
def test_a_file_whose_bytes_are_lost_is_not_called_absent(
    server: Server,
    town: Installation,
    project: Project,
    method: str,
    left: bytes | None,
    is_remembered: bool,  # noqa: FBT001  a column of a table
) -> None:
    lost = wheel("lost", "1.0", files={"a.py": f"{project.id}".encode()})
    with town.member(project, Role.DEVELOPER) as developer:
        developer.publish(project, lost)
        if is_remembered:
            assert developer.download(project, lost).content == lost.content
        blob = server.data / "blobs" / lost.sha256[:2] / lost.sha256
        blob.unlink()
        if left is not None:
            blob.write_bytes(left)

        url = f"{pypi(project)}/files/{lost.sha256}/{lost.filename}"
        answer = developer.http.request(method, url, headers={"Range": "bytes=0-3"})

    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    assert f"{url} status=503" in server.log.read_text()
