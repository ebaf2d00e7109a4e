"""Pages compressed: as is accepted, once for each change, and never where it does not pay."""

import gzip
import sys
from collections.abc import Callable

import httpx
import pytest

from tests.actors import Actor, Installation, pypi
from tests.builders import wheel
from wheelyard.access import Role, Visibility
from wheelyard.projects import Project

if sys.version_info >= (3, 14):
    from compression import zstd

    unzstd = zstd.decompress
else:
    import zstandard

    unzstd = zstandard.ZstdDecompressor().decompress

JSON = "application/vnd.pypi.simple.v1+json"
DECODED: dict[str | None, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "zstd": unzstd,
    None: bytes,
}

ROWS = [
    # What clients send
    ("gzip, deflate", "gzip"),  # pip, Poetry, PDM
    ("gzip, deflate, br, zstd", "zstd"),  # browsers
    ("gzip, br, zstd, deflate", "zstd"),  # uv
    ("identity", None),
    # By weight
    ("gzip;q=1.0, zstd;q=0.5", "gzip"),
    ("gzip;q=0, zstd;q=0.1", "zstd"),
    ("identity, gzip;q=0.5", None),
    ("GZIP", "gzip"),
    ("x-gzip", "gzip"),
    # What a wildcard covers is sent as it is
    ("*", None),
    ("gzip, *;q=0.1", "gzip"),
    ("identity;q=0, *", "gzip"),
    # None of what there is
    ("", None),
    ("br, deflate", None),
    ("gzip;q=0", None),
    ("identity;q=0, gzip;q=0", None),
]


@pytest.fixture
def page(developer: Actor, project: Project) -> str:
    """The URL of a page that is worth compressing."""
    for number in range(4):
        developer.publish(project, wheel("demo", f"1.{number}"))
    return f"{pypi(project)}/simple/demo/"


def sent(actor: Actor, page: str, coding: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """An answer, and its body as it was on the wire."""
    asked = {"Accept-Encoding": coding, "Accept": JSON, **headers}
    with actor.http.stream("GET", page, headers=asked) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize(("coding", "expected"), ROWS)
def test_what_is_accepted_says_how_it_is_compressed(
    developer: Actor, page: str, coding: str, expected: str | None
) -> None:
    _, plain = sent(developer, page, "identity")

    for _ in range(2):  # built, and then remembered
        answer, body = sent(developer, page, coding)
        assert answer.headers.get("content-encoding") == expected
        assert int(answer.headers["content-length"]) == len(body)
        assert DECODED[expected](body) == plain
        assert "Accept-Encoding" in answer.headers["vary"].split(", ")


def test_each_coding_has_a_tag_of_its_own(developer: Actor, page: str) -> None:
    codings = ("identity", "gzip", "zstd")
    tags = {coding: sent(developer, page, coding)[0].headers["etag"] for coding in codings}

    assert len(set(tags.values())) == 3
    for coding, tag in tags.items():
        for other in codings:
            asked = {"If-None-Match": tag}
            answer, body = sent(developer, page, other, **asked)
            assert answer.status_code == (304 if other == coding else 200)
            assert (body == b"") == (other == coding)


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_head_says_what_get_would(developer: Actor, page: str, coding: str) -> None:
    asked = {"Accept-Encoding": coding, "Accept": JSON}
    got, _ = sent(developer, page, coding)

    answer = developer.http.head(page, headers=asked)

    names = ("content-encoding", "content-length", "content-type", "etag", "vary")
    assert [answer.headers.get(name) for name in names] == [got.headers.get(name) for name in names]


def test_an_upload_is_in_each_of_them_at_once(
    developer: Actor, project: Project, page: str
) -> None:
    codings = {"identity": None, "gzip": "gzip", "zstd": "zstd"}
    for coding in codings:
        sent(developer, page, coding)

    developer.publish(project, wheel("demo", "2.0"))

    for coding, expected in codings.items():
        _, body = sent(developer, page, coding)
        assert b"demo-2.0-py3-none-any.whl" in DECODED[expected](body)


def test_a_small_page_stays_as_it_is(developer: Actor, project: Project) -> None:
    developer.publish(project, wheel("small", "1.0"))
    url = f"{pypi(project)}/simple/small/"

    plain, body = sent(developer, url, "identity")
    answer, same = sent(developer, url, "gzip, zstd")

    assert "content-encoding" not in answer.headers
    assert same == body
    assert answer.headers["etag"] == plain.headers["etag"]


def test_what_a_page_depends_on_is_said(town: Installation) -> None:
    opened, closed = (
        town.project(visibility=one) for one in (Visibility.PUBLIC, Visibility.PRIVATE)
    )
    said = {}
    for project in (opened, closed):
        with town.member(project, Role.DEVELOPER) as developer:
            said[project.id] = developer.simple(project).headers["vary"]

    assert said == {
        opened.id: "Accept, Accept-Encoding",
        closed.id: "Accept, Accept-Encoding, Authorization, Cookie, Deploy-Token, Job-Token,"
        " Private-Token",
    }
