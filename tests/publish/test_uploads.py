"""Uploads that succeed."""

from tests.actors import Actor, Installation
from tests.builders import sdist, wheel
from wheelyard.access import Role
from wheelyard.projects import Project


def test_a_wheel_is_on_its_page_as_soon_as_the_upload_is_answered(
    developer: Actor, project: Project
) -> None:
    dist = wheel("my-package", "1.0", requires_python=">=3.6,<4")

    answer = developer.publish(project, dist)

    assert (answer.status_code, answer.json()) == (201, {"message": "201 Created"})
    page = developer.simple(project, "my-package/").text
    assert f"/files/{dist.sha256}/my_package-1.0-py3-none-any.whl#sha256={dist.sha256}" in page
    assert 'data-requires-python="&gt;=3.6,&lt;4"' in page


def test_the_bytes_that_were_sent_come_back(developer: Actor, project: Project) -> None:
    dist = sdist("demo", "2.0")
    developer.publish(project, dist)

    answer = developer.download(project, dist)

    assert answer.content == dist.content


def test_the_newest_copy_is_listed_and_each_copy_keeps_its_own_bytes(
    town: Installation, project: Project
) -> None:
    old, new = wheel(files={"a.py": b"old"}), wheel(files={"a.py": b"new"})
    with town.member(project, Role.DEVELOPER) as developer:
        developer.publish(project, old)
        developer.publish(project, new)

        page = developer.simple(project, "demo").text

        assert new.sha256 in page
        assert old.sha256 not in page
        assert developer.download(project, old).content == old.content
        assert developer.download(project, new).content == new.content
