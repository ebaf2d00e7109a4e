"""Which Pythons a file is for: the form says it, or the file itself; nonsense is refused."""

import re

import pytest

from tests.actors import Actor
from tests.builders import metadata, sdist, wheel
from tests.servers import Server
from wheelyard.projects import Project


def shown(developer: Actor, project: Project) -> list[str]:
    """Every ``data-requires-python`` of the page, as it stands there."""
    page = developer.simple(project, "demo").text
    return re.findall(r'data-requires-python="([^"]*)"', page)


def test_the_forms_value_is_on_the_page_escaped(developer: Actor, project: Project) -> None:
    developer.publish(project, wheel(), requires_python=">=3.6,<4")

    assert shown(developer, project) == ["&gt;=3.6,&lt;4"]


def test_without_it_the_wheels_own_is_taken(developer: Actor, project: Project) -> None:
    developer.publish(project, wheel(requires_python=">=3.9"))

    assert shown(developer, project) == ["&gt;=3.9"]


def test_without_it_the_sdists_own_is_taken(developer: Actor, project: Project) -> None:
    developer.publish(project, sdist(requires_python=">=3.10"))

    assert shown(developer, project) == ["&gt;=3.10"]


def test_an_empty_value_is_an_absent_one(developer: Actor, project: Project) -> None:
    developer.publish(project, wheel(requires_python=">=3.9"), requires_python="")

    assert shown(developer, project) == ["&gt;=3.9"]


def test_the_forms_value_wins(developer: Actor, project: Project) -> None:
    developer.publish(project, wheel(requires_python=">=3.9"), requires_python=">=3.12")

    assert shown(developer, project) == ["&gt;=3.12"]


def test_without_any_the_page_has_no_attribute(developer: Actor, project: Project) -> None:
    developer.publish(project, wheel())

    assert "data-requires-python" not in developer.simple(project, "demo").text


def test_each_file_has_its_own(developer: Actor, project: Project) -> None:
    developer.publish(project, wheel("demo", "1.0", requires_python=">=3.6"))
    developer.publish(project, sdist("demo", "1.0", requires_python=">=3.7"))
    developer.publish(project, wheel("demo", "2.0"))

    assert shown(developer, project) == ["&gt;=3.6", "&gt;=3.7"]


@pytest.mark.parametrize(
    "nonsense", ["python3", ">=three", "3.6", ">=3.6;<4", ">=3.6 <4", '"><script>', ">=3.6,,,<"]
)
def test_a_value_that_no_installer_reads_is_refused(
    developer: Actor, project: Project, nonsense: str
) -> None:
    answer = developer.publish(project, wheel(), requires_python=nonsense)

    assert (answer.status_code, answer.json()) == (
        400,
        {
            "message": "400 Bad request - Validation failed: "
            "requires_python is not a valid version specifier"
        },
    )


def test_nonsense_in_the_file_is_refused_too(developer: Actor, project: Project) -> None:
    dist = wheel(described=metadata("demo", "1.0", requires_python="whatever"))

    answer = developer.publish(project, dist)

    assert (answer.status_code, answer.json()) == (
        400,
        {
            "message": "400 Bad request - Validation failed: "
            "requires_python is not a valid version specifier"
        },
    )


def test_a_value_of_1024_characters_passes_and_one_more_is_refused(
    developer: Actor, project: Project
) -> None:
    longest = ">=3.6," + "!=3.6.1," * 127 + "<4"
    assert len(longest) == 1024

    passed = developer.publish(project, wheel(), requires_python=longest)
    refused = developer.publish(project, wheel(), requires_python=longest + "0")

    assert passed.status_code == 201
    assert (refused.status_code, refused.json()) == (
        400,
        {
            "message": "400 Bad request - Validation failed: "
            "requires_python has more than 1024 characters"
        },
    )


def test_a_refused_value_leaves_no_bytes_behind(
    developer: Actor, project: Project, server: Server
) -> None:
    dist = wheel(files={"only.py": str(project.id).encode()})

    developer.publish(project, dist, requires_python="nonsense")

    assert not (server.data / "blobs" / dist.sha256[:2] / dist.sha256).exists()
