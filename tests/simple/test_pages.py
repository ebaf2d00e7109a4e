"""Simple pages in HTML: what they say, their names, their headers."""

import hashlib

import pytest

from tests.actors import Actor, Installation
from tests.builders import wheel
from wheelyard.access import Role, Visibility
from wheelyard.projects import Project

SPELLINGS = ["my-package", "My.Package", "MY_PACKAGE", "my--package", "my.-_package"]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("end", ["", "/"])
def test_a_package_is_found_under_every_spelling_of_its_name(
    developer: Actor, project: Project, spelling: str, end: str
) -> None:
    developer.publish(project, wheel("My.Package", "1.0"))

    answer = developer.simple(project, spelling + end)

    assert answer.status_code == 200
    assert answer.history == []
    assert "<h1>Links for My.Package</h1>" in answer.text


def test_the_page_of_a_package_in_full(developer: Actor, project: Project) -> None:
    dist = wheel("demo", "1.0+local.1", requires_python=">=3.8")
    metadata = hashlib.sha256(dist.metadata).hexdigest()
    developer.publish(project, dist)

    answer = developer.simple(project, "demo/")

    url = f"/api/v4/projects/{project.id}/packages/pypi/files/{dist.sha256}"
    assert answer.text == (
        "<!DOCTYPE html>\n"
        "<html>\n"
        "  <head>\n"
        '    <meta name="pypi:repository-version" content="1.4">\n'
        "    <title>Links for demo</title>\n"
        "  </head>\n"
        "  <body>\n"
        "    <h1>Links for demo</h1>\n"
        f'    <a href="{url}/demo-1.0%2Blocal.1-py3-none-any.whl#sha256={dist.sha256}"'
        ' data-requires-python="&gt;=3.8"'
        f' data-core-metadata="sha256={metadata}" data-dist-info-metadata="sha256={metadata}"'
        ">demo-1.0+local.1-py3-none-any.whl</a>\n"
        "  </body>\n"
        "</html>\n"
        f"<!--SERIAL {answer.headers['x-pypi-last-serial']}-->\n"
    )
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_the_index_in_full(developer: Actor, project: Project) -> None:
    for name in ("Zeta", "alpha.beta", "zeta"):
        developer.publish(project, wheel(name, "1.0"))

    answer = developer.simple(project)

    root = f"/api/v4/projects/{project.id}/packages/pypi/simple"
    assert answer.text == (
        "<!DOCTYPE html>\n"
        "<html>\n"
        "  <head>\n"
        '    <meta name="pypi:repository-version" content="1.4">\n'
        f"    <title>Links for {project.name}</title>\n"
        "  </head>\n"
        "  <body>\n"
        f"    <h1>Links for {project.name}</h1>\n"
        f'    <a href="{root}/alpha-beta/">alpha.beta</a><br>\n'
        f'    <a href="{root}/zeta/">Zeta</a>\n'
        "  </body>\n"
        "</html>\n"
        f"<!--SERIAL {answer.headers['x-pypi-last-serial']}-->\n"
    )


def test_an_empty_registry_has_an_empty_index(developer: Actor, project: Project) -> None:
    answer = developer.simple(project, "")

    assert answer.status_code == 200
    assert "<a " not in answer.text


def test_an_unknown_package_is_not_found(developer: Actor, project: Project) -> None:
    answer = developer.simple(project, "no-such-package/")

    assert (answer.status_code, answer.json()) == (404, {"message": "404 Package Not Found"})


@pytest.mark.parametrize("turned", [str.lower, str.upper])
def test_a_project_is_found_by_its_encoded_path_in_any_case(
    town: Installation, project: Project, turned: type[str]
) -> None:
    ref = turned(project.full_path).replace("/", "%2F")
    with town.member(project, Role.DEVELOPER) as developer:
        assert developer.publish(ref, wheel()).status_code == 201

        answer = developer.simple(ref, "demo")

    # The links name the project by its id, as GitLab's do.
    assert f"/api/v4/projects/{project.id}/packages/pypi/files/" in answer.text


def test_an_upload_url_with_a_trailing_slash_is_answered_and_not_redirected(
    developer: Actor, project: Project
) -> None:
    dist = wheel()

    answer = developer.http.post(
        f"/api/v4/projects/{project.id}/packages/pypi/",
        data=dist.fields(),
        files={"content": (dist.filename, dist.content)},
    )

    assert answer.status_code == 201


def test_head_says_what_get_would(developer: Actor, project: Project) -> None:
    developer.publish(project, wheel())
    got = developer.simple(project, "demo/")

    answer = developer.http.head(got.request.url)

    assert (answer.status_code, answer.content) == (200, b"")
    for name in ("content-type", "content-length", "etag", "cache-control", "vary"):
        assert answer.headers[name] == got.headers[name]


@pytest.mark.parametrize(
    ("visibility", "expected"),
    [
        (Visibility.PRIVATE, "max-age=0, must-revalidate, private"),
        (Visibility.INTERNAL, "max-age=0, must-revalidate, private"),
        (Visibility.PUBLIC, "max-age=0, must-revalidate, public"),
    ],
)
def test_a_page_is_shared_by_caches_only_when_anybody_may_read_it(
    town: Installation, visibility: Visibility, expected: str
) -> None:
    project = town.project(visibility=visibility)
    with town.member(project, Role.GUEST) as guest:
        answer = guest.simple(project)

    assert answer.headers["cache-control"] == expected


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("PUT", "/api/v4/projects/1/packages/pypi/simple", 405, {"error": "405 Not Allowed"}),
        ("PATCH", "/api/v4/projects/1/packages/pypi", 405, {"error": "405 Not Allowed"}),
        ("GET", "/api/v4/no/such/route", 404, {"error": "404 Not Found"}),
        ("GET", "/api/v4/projects/1/packages/pypi/files/abc", 404, {"error": "404 Not Found"}),
    ],
)
def test_other_methods_and_routes_are_refused_as_json(
    town: Installation, method: str, path: str, status: int, body: dict[str, str]
) -> None:
    with town.anonymous() as anonymous:
        answer = anonymous.http.request(method, path)

    assert (answer.status_code, answer.json()) == (status, body)
    assert answer.headers["content-type"] == "application/json"


def test_a_path_is_decoded_once(town: Installation, project: Project) -> None:
    doubly = project.full_path.replace("/", "%252F")
    with town.member(project, Role.OWNER) as owner:
        answer = owner.http.get(f"/api/v4/projects/{doubly}/packages/pypi/simple")

    assert answer.status_code == 404


def test_a_path_that_led_somewhere_leads_there_for_everybody_by_their_own_right(
    town: Installation, project: Project
) -> None:
    with town.member(project, Role.OWNER) as owner, town.anonymous() as anonymous:
        first = owner.simple(project).status_code
        second = anonymous.simple(project).status_code
        third = owner.simple(project).status_code

    assert [first, second, third] == [200, 401, 200]


def test_a_spelling_longer_than_a_name_can_be_is_not_found(
    developer: Actor, project: Project
) -> None:
    developer.publish(project, wheel("my-package", "1.0"))

    answer = developer.simple(project, f"my{'-' * 300}package")

    assert (answer.status_code, answer.json()) == (404, {"message": "404 Package Not Found"})
