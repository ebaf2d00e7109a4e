"""The pages of groups and of the instance: their HTML, their links, their headers."""

import hashlib

import pytest

from tests.actors import Actor, Installation, pypi
from tests.builders import wheel
from wheelyard.access import Role, Visibility
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project


@pytest.fixture
def group(town: Installation) -> Namespace:
    """A private group."""
    return town.group()


@pytest.fixture
def stocked(town: Installation, group: Namespace) -> Project:
    """A project of a subgroup."""
    return town.project(within=town.group(parent=group))


def published(town: Installation, project: Project, *names: str) -> None:
    """Publish version 1.0+local of each."""
    with town.member(project, Role.DEVELOPER) as developer:
        for name in names:
            dist = wheel(name, "1.0+local", requires_python=">=3.8")
            assert developer.publish(project, dist).status_code == 201


def reader(town: Installation, group: Namespace) -> Actor:
    """A guest of the group."""
    return town.holding(town.token(town.join(town.user(), group, Role.GUEST)))


@pytest.mark.parametrize("end", ["", "/"])
def test_the_page_of_a_package_in_full(
    town: Installation, group: Namespace, stocked: Project, end: str
) -> None:
    published(town, stocked, "Group.Demo")
    dist = wheel("Group.Demo", "1.0+local", requires_python=">=3.8")
    metadata = hashlib.sha256(dist.metadata).hexdigest()
    with reader(town, group) as actor:
        answer = actor.simple(group, f"group_demo{end}")

    url = f"/api/v4/groups/{group.id}/-/packages/pypi/files/{dist.sha256}"
    assert answer.text == (
        "<!DOCTYPE html>\n"
        "<html>\n"
        "  <head>\n"
        '    <meta name="pypi:repository-version" content="1.4">\n'
        "    <title>Links for Group.Demo</title>\n"
        "  </head>\n"
        "  <body>\n"
        "    <h1>Links for Group.Demo</h1>\n"
        f'    <a href="{url}/Group_Demo-1.0%2Blocal-py3-none-any.whl#sha256={dist.sha256}"'
        ' data-requires-python="&gt;=3.8"'
        f' data-core-metadata="sha256={metadata}" data-dist-info-metadata="sha256={metadata}"'
        ">Group_Demo-1.0+local-py3-none-any.whl</a>\n"
        "  </body>\n"
        "</html>\n"
        f"<!--SERIAL {answer.headers['x-pypi-last-serial']}-->\n"
    )
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Authorization" in answer.headers["vary"].split(", ")
    assert answer.headers["cache-control"] == "max-age=0, must-revalidate, private"


def test_the_index_in_full(town: Installation, group: Namespace, stocked: Project) -> None:
    published(town, stocked, "Zeta", "alpha.beta")
    with reader(town, group) as actor:
        answer = actor.simple(group, "")

    root = f"/api/v4/groups/{group.id}/-/packages/pypi/simple"
    assert answer.text == (
        "<!DOCTYPE html>\n"
        "<html>\n"
        "  <head>\n"
        '    <meta name="pypi:repository-version" content="1.4">\n'
        f"    <title>Links for {group.name}</title>\n"
        "  </head>\n"
        "  <body>\n"
        f"    <h1>Links for {group.name}</h1>\n"
        f'    <a href="{root}/alpha-beta/">alpha.beta</a><br>\n'
        f'    <a href="{root}/zeta/">Zeta</a>\n'
        "  </body>\n"
        "</html>\n"
        f"<!--SERIAL {answer.headers['x-pypi-last-serial']}-->\n"
    )


def test_the_instance_links_to_its_own_routes(town: Installation) -> None:
    project = town.project(visibility=Visibility.PUBLIC)
    published(town, project, "instance-demo")
    dist = wheel("instance-demo", "1.0+local", requires_python=">=3.8")
    with town.anonymous() as anonymous:
        index = anonymous.simple(None).text
        page = anonymous.simple(None, "instance-demo/").text

    assert "<title>Links for all projects</title>" in index
    assert '<a href="/api/v4/packages/pypi/simple/instance-demo/">instance-demo</a>' in index
    assert f'href="/api/v4/packages/pypi/files/{dist.sha256}/' in page


def test_an_empty_group_has_an_empty_index(town: Installation, group: Namespace) -> None:
    with reader(town, group) as actor:
        answer = actor.simple(group)

    assert (answer.status_code, "<a " in answer.text) == (200, False)


def test_an_unknown_package_is_not_found(town: Installation, group: Namespace) -> None:
    with reader(town, group) as actor:
        for place in (group, None):
            answer = actor.simple(place, "no-such-package/")

            assert (answer.status_code, answer.json()) == (
                404,
                {"message": "404 Package Not Found"},
            )


def test_a_group_is_found_by_its_encoded_path_in_any_case(
    town: Installation, group: Namespace, stocked: Project
) -> None:
    published(town, stocked, "by-path")
    below = stocked.full_path.rpartition("/")[0]
    with reader(town, group) as actor:
        ref = below.upper().replace("/", "%2F")
        answer = actor.http.get(f"/api/v4/groups/{ref}/-/packages/pypi/simple/by-path/")

    # The links name the group by its id, as GitLab's do.
    assert f'href="/api/v4/groups/{stocked.namespace_id}/-/packages/pypi/files/' in answer.text


def test_head_and_304_are_answered_as_on_a_projects_page(
    town: Installation, group: Namespace, stocked: Project
) -> None:
    published(town, stocked, "headed")
    with reader(town, group) as actor:
        got = actor.simple(group, "headed/")
        head = actor.http.head(got.request.url)
        known = actor.http.get(got.request.url, headers={"If-None-Match": got.headers["etag"]})

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert (known.status_code, known.content) == (304, b"")


@pytest.mark.parametrize("path", ["", "/simple"])
def test_there_is_nothing_to_upload_to(
    town: Installation, group: Namespace, stocked: Project, path: str
) -> None:
    dist = wheel("nowhere", "1.0")
    with town.member(stocked, Role.OWNER) as owner:
        for place in (group, None):
            answer = owner.http.post(
                f"{pypi(place)}{path}",
                data=dist.fields(),
                files={"content": (dist.filename, dist.content)},
            )

            assert answer.status_code == (405 if path else 404)


def test_a_file_keeps_its_headers_and_ranges(
    town: Installation, group: Namespace, stocked: Project
) -> None:
    dist = wheel("ranged", "1.0+local", requires_python=">=3.8")
    published(town, stocked, "ranged")
    with reader(town, group) as actor:
        whole = actor.download(group, dist)
        part = actor.download(group, dist, Range="bytes=0-9")

    assert whole.content == dist.content
    assert whole.headers["etag"] == f'"{dist.sha256}"'
    assert whole.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert (part.status_code, part.content) == (206, dist.content[:10])
