"""HEAD is answered as GET would be, without the body (RFC 9110, section 9.3.2)."""

from collections.abc import Iterator

import pytest

from tests.actors import Actor, Installation, pypi
from tests.builders import wheel
from wheelyard.access import Role, Visibility
from wheelyard.projects import Project

DIST = wheel("heads", "1.0")

CHANGING = {"date", "x-request-id", "set-cookie", "content-security-policy", "content-length"}
"""What differs from one GET to the next as well: pages carry a new word against forgery each."""


@pytest.fixture(scope="module")
def project(town: Installation) -> Project:
    """A public project with a file in it."""
    project = town.project(visibility=Visibility.PUBLIC)
    with town.member(project, Role.DEVELOPER) as developer:
        assert developer.publish(project, DIST).status_code == 201
    return project


@pytest.fixture(scope="module")
def stranger(town: Installation) -> Iterator[Actor]:
    """Somebody without a credential."""
    with town.anonymous() as actor:
        yield actor


@pytest.mark.parametrize(
    "path",
    [
        "{pypi}/simple",
        "{pypi}/simple/heads/",
        "{pypi}/simple/absent/",
        "{pypi}/files/{file}",
        "{pypi}/files/{file}.metadata",
        "{pypi}/files/{file}.other",
        "/api/v4/projects",
        "/api/v4/projects/{id}",
        "/api/v4/projects/{id}/packages",
        "/api/v4/projects/{id}/packages?per_page=none",
        "/api/v4/user",
        "/api/v4/openapi.json",
        "/api/v4/nothing",
        "/{path}",
        "/{path}/-/packages",
        "/users/sign_in",
        "/nothing/there",
        "/-/liveness",
        "/-/readiness",
    ],
)
def test_head_says_what_get_says(project: Project, stranger: Actor, path: str) -> None:
    address = path.format(
        pypi=pypi(project),
        file=f"{DIST.sha256}/{DIST.filename}",
        id=project.id,
        path=project.full_path,
    )
    got = stranger.http.get(address)
    answer = stranger.http.head(address)

    assert answer.status_code == got.status_code
    assert answer.content == b""
    assert {name: value for name, value in answer.headers.items() if name not in CHANGING} == {
        name: value for name, value in got.headers.items() if name not in CHANGING
    }
    if "set-cookie" not in got.headers:
        assert answer.headers.get("content-length") == got.headers.get("content-length")
