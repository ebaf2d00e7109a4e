"""Simple pages in JSON, of a project, a group and the instance; and who gets which form."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.actors import Actor, Installation, Source, pypi
from tests.builders import Dist, sdist, wheel
from wheelyard import packages
from wheelyard.access import Role
from wheelyard.journal import OPERATOR
from wheelyard.projects import Project
from wheelyard.pypi.status import PackageStatus
from wheelyard.registry import utc_now

JSON = "application/vnd.pypi.simple.v1+json"
HTML_V1 = "application/vnd.pypi.simple.v1+html"
HTML = "text/html; charset=utf-8"


def ask(actor: Actor, place: Source, package: str = "", accept: str = JSON) -> httpx.Response:
    """Get a page in a form."""
    return actor.http.get(f"{pypi(place)}/simple/{package}", headers={"Accept": accept})


def read(actor: Actor, place: Source, package: str = "") -> Any:
    """What a page says in JSON."""
    answer = ask(actor, place, package)
    assert (answer.status_code, answer.headers["content-type"]) == (200, JSON)
    return answer.json()


def told(place: Source, dist: Dist, *, described: bool = True) -> dict[str, Any]:
    """What a page says of a file, but when it came."""
    filename = dist.filename.replace("+", "%2B")
    return {
        "filename": dist.filename,
        "url": f"{pypi(place)}/files/{dist.sha256}/{filename}",
        "hashes": {"sha256": dist.sha256},
        "size": len(dist.content),
        "yanked": False,
        **(
            {"core-metadata": {"sha256": hashlib.sha256(dist.metadata).hexdigest()}}
            if described
            else {}
        ),
    }


def test_the_page_of_a_package_in_full(developer: Actor, project: Project) -> None:
    first = wheel("My.Demo", "1.0+local.1", requires_python=">=3.8")
    second = sdist("My.Demo", "2.0")
    for dist in (first, second):
        developer.publish(project, dist)

    page = read(developer, project, "my-demo/")

    page["meta"].pop("_last-serial")
    times = [datetime.fromisoformat(file.pop("upload-time")) for file in page["files"]]
    assert page == {
        "meta": {"api-version": "1.4"},
        "name": "my-demo",
        "versions": ["1.0+local.1", "2.0"],
        "files": [
            {**told(project, first), "requires-python": ">=3.8"},
            told(project, second, described=False),
        ],
    }
    for moment in times:
        assert moment.utcoffset() == timedelta(0)
        assert timedelta(0) <= utc_now() - moment < timedelta(minutes=5)


def test_the_index_in_full(developer: Actor, project: Project) -> None:
    for name in ("Zeta", "alpha.beta", "zeta"):
        developer.publish(project, wheel(name, "1.0"))

    page = read(developer, project)

    assert page["meta"]["api-version"] == "1.4"
    assert [package["name"] for package in page["projects"]] == ["alpha-beta", "zeta"]


def test_a_version_is_there_once_as_it_was_first_written(
    developer: Actor, project: Project
) -> None:
    developer.publish(project, wheel("demo", "1.0"))
    developer.publish(project, sdist("demo", "1.0.0"))

    page = read(developer, project, "demo")

    assert page["versions"] == ["1.0"]
    assert len(page["files"]) == 2


def test_a_group_and_the_instance_link_to_files_of_their_own(
    town: Installation, developer: Actor, project: Project
) -> None:
    dist = wheel("demo", "1.0")
    developer.publish(project, dist)
    for place in (town.group_of(project), None):
        page = read(developer, place, "demo/")

        (file,) = page["files"]
        assert file["url"] == told(place, dist)["url"]
        assert developer.http.get(file["url"]).content == dist.content


def test_all_files_of_a_version_are_of_one_project_in_json_too(town: Installation) -> None:
    group = town.group()
    first, second = town.project(within=group), town.project(within=group)
    with town.holding(town.token(town.join(town.user(), group, Role.DEVELOPER))) as developer:
        for project, version in ((first, "1.0"), (second, "1.0"), (second, "2.0")):
            developer.publish(project, wheel("demo", version, files={f"{project.id}.py": b""}))
        page = read(developer, group, "demo")

    assert page["versions"] == ["1.0", "2.0"]
    assert [file["filename"] for file in page["files"]] == [
        "demo-1.0-py3-none-any.whl",
        "demo-2.0-py3-none-any.whl",
    ]


@pytest.mark.parametrize(
    ("accept", "expected"), [("*/*", HTML), (JSON, JSON), (HTML_V1, HTML_V1), ("text/html", HTML)]
)
@pytest.mark.parametrize("package", ["", "demo/"])
def test_the_type_is_the_one_that_is_accepted(
    developer: Actor, project: Project, package: str, accept: str, expected: str
) -> None:
    developer.publish(project, wheel())

    for _ in range(2):  # built, and then remembered
        answer = ask(developer, project, package, accept)
        assert (answer.status_code, answer.headers["content-type"]) == (200, expected)
        assert answer.text.startswith('{"meta"' if expected == JSON else "<!DOCTYPE html>")
        assert "Accept" in answer.headers["vary"].split(", ")


def test_each_form_has_a_tag_of_its_own(developer: Actor, project: Project) -> None:
    developer.publish(project, wheel())
    tags = {ask(developer, project, "demo/", one).headers["etag"] for one in (HTML_V1, JSON, "*/*")}

    assert len(tags) == 3
    for accept in (HTML_V1, JSON, "*/*"):
        known = {"Accept": accept, "If-None-Match": ", ".join(tags)}
        answer = developer.http.get(f"{pypi(project)}/simple/demo/", headers=known)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == ask(developer, project, "demo/", accept).headers["etag"]


@pytest.mark.parametrize("package", ["", "demo/"])
def test_who_accepts_none_is_told_what_there_is(
    developer: Actor, project: Project, package: str
) -> None:
    developer.publish(project, wheel())

    answer = ask(developer, project, package, "application/json")

    assert (answer.status_code, answer.json()) == (
        406,
        {"message": f"406 Not Acceptable - There are {JSON}, {HTML_V1} and text/html"},
    )
    assert answer.headers["vary"] == "Accept"


def test_yanks_and_statuses_are_in_every_form_at_once(
    town: Installation, developer: Actor, project: Project
) -> None:
    places: list[Source] = [project, town.group_of(project), None]
    developer.publish(project, wheel("stated", "1.0"))
    for place in places:
        assert "project-status" not in read(developer, place, "stated")
        assert "data-yanked" not in developer.simple(place, "stated").text

    with town.database.write() as conn:
        release = packages.find_version(conn, project.id, "stated", "1.0")
        assert release is not None
        packages.yank_release(conn, release, "broken", by=OPERATOR, at=utc_now())
    for place in places:
        (file,) = read(developer, place, "stated")["files"]
        assert file["yanked"] == "broken"
        assert 'data-yanked="broken"' in developer.simple(place, "stated").text

    with town.database.write() as conn:
        standing = packages.get_standing(conn, project.id, "stated")
        packages.change_status(
            conn, standing, PackageStatus.QUARANTINED, "unsafe", by=OPERATOR, at=utc_now()
        )
    for place in places:
        page = read(developer, place, "stated")
        assert page["project-status"] == {"status": "quarantined", "reason": "unsafe"}
        assert (page["versions"], page["files"]) == (["1.0"], [])
        seen = developer.simple(place, "stated").text
        assert '<meta name="pypi:project-status" content="quarantined">' in seen
        assert '<meta name="pypi:project-status-reason" content="unsafe">' in seen
        assert "<a " not in seen


def test_who_may_not_read_is_refused_whatever_they_accept(
    town: Installation, project: Project
) -> None:
    with town.anonymous() as anonymous:
        assert ask(anonymous, project, "", "application/json").status_code == 401


@pytest.mark.parametrize("wanted", ["json", JSON])
def test_a_person_asks_for_json_in_the_query(
    developer: Actor, project: Project, wanted: str
) -> None:
    developer.publish(project, wheel())

    answer = developer.http.get(f"{pypi(project)}/simple/demo/?format={wanted}")

    assert answer.headers["content-type"] == JSON


def test_head_says_what_get_would(developer: Actor, project: Project) -> None:
    developer.publish(project, wheel())
    got = ask(developer, project, "demo/")

    answer = developer.http.head(got.request.url, headers={"Accept": JSON})

    assert (answer.status_code, answer.content) == (200, b"")
    for name in ("content-type", "content-length", "etag", "cache-control", "vary"):
        assert answer.headers[name] == got.headers[name]


def test_an_upload_is_in_every_form_at_once(developer: Actor, project: Project) -> None:
    developer.publish(project, wheel("demo", "1.0"))
    for accept in (JSON, "text/html", HTML_V1):
        ask(developer, project, "demo/", accept)

    developer.publish(project, wheel("demo", "2.0"))

    for accept in (JSON, "text/html", HTML_V1):
        assert "demo-2.0-py3-none-any.whl" in ask(developer, project, "demo/", accept).text


def test_times_rise_with_the_uploads(developer: Actor, project: Project) -> None:
    before = datetime.now(UTC)
    for version in ("2.0", "1.0"):
        developer.publish(project, wheel("demo", version))

    times = [file["upload-time"] for file in read(developer, project, "demo")["files"]]

    assert [before.isoformat(timespec="microseconds").replace("+00:00", "Z"), *times] == sorted(
        [before.isoformat(timespec="microseconds").replace("+00:00", "Z"), *times]
    )
