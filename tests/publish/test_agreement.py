"""File name, form and metadata say the same, or the upload is refused with what they say."""

from dataclasses import replace

import pytest

from tests.actors import Actor
from tests.builders import Dist, metadata, sdist, wheel
from wheelyard.projects import Project

REFUSED = "400 Bad request - Validation failed: "


def refusal(developer: Actor, project: Project, dist: Dist, **fields: str | None) -> str:
    """Upload what must be refused; the sentence after GitLab's own words."""
    answer = developer.publish(project, dist, **fields)
    assert answer.status_code == 400
    message: str = answer.json()["message"]
    assert message.startswith(REFUSED)
    assert developer.simple(project).text.count("<a ") == 0
    return message.removeprefix(REFUSED)


# Agreeing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", ["My.Package", "my_package", "MY--PACKAGE", "my-package"])
def test_spellings_of_one_name_agree(developer: Actor, project: Project, spelling: str) -> None:
    dist = wheel("my-package", "1.0", described=metadata("My_Package", "1.0"))

    answer = developer.publish(project, dist, name=spelling)

    assert answer.status_code == 201


@pytest.mark.parametrize("spelling", ["1.0", "1", "1.0.0", "v1.0", "1.0.0.0", " 1.0 "])
def test_spellings_of_one_version_agree(developer: Actor, project: Project, spelling: str) -> None:
    dist = wheel("demo", "1.0", described=metadata("demo", "1.0.0"))

    answer = developer.publish(project, dist, version=spelling)

    assert answer.status_code == 201


def test_a_local_version_agrees_with_its_escaped_form(developer: Actor, project: Project) -> None:
    dist = wheel("demo", "1.0+ubuntu.1")

    assert developer.publish(project, dist).status_code == 201
    assert developer.download(project, dist).content == dist.content
    assert "demo-1.0%2Bubuntu.1-py3-none-any.whl" in developer.simple(project, "demo").text


def test_an_sdist_of_a_name_with_hyphens_agrees(developer: Actor, project: Project) -> None:
    dist = replace(sdist("my-package", "1.0"), filename="my-package-1.0.tar.gz")

    assert developer.publish(project, dist).status_code == 201


# Form and file name ------------------------------------------------------------------------------


def test_another_name_in_the_form_is_refused(developer: Actor, project: Project) -> None:
    sentence = refusal(developer, project, wheel("demo", "1.0"), name="other")

    assert sentence == "File name is of demo, the form is of other"


def test_another_version_in_the_form_is_refused(developer: Actor, project: Project) -> None:
    sentence = refusal(developer, project, wheel("demo", "1.0"), version="1.1")

    assert sentence == "File name has version 1, the form 1.1"


@pytest.mark.parametrize(
    "name", [".$/@!^*", "-demo", "demo-", "_demo", "de mo", "demo/..", "../demo", "démo", "a" * 256]
)
def test_an_invalid_name_is_refused(developer: Actor, project: Project, name: str) -> None:
    assert refusal(developer, project, wheel(), name=name) == "Name is invalid"


@pytest.mark.parametrize(
    "version",
    ["one", "1.0-", "1..0", "1.0/..", "../1.0", "1.0 1.0", "1.0+a+b", "1" * 256, "\u0661.0"],
)
def test_an_invalid_version_is_refused(developer: Actor, project: Project, version: str) -> None:
    assert refusal(developer, project, wheel(), version=version) == "Version is invalid"


# File name and metadata --------------------------------------------------------------------------


def test_another_name_in_the_metadata_is_refused(developer: Actor, project: Project) -> None:
    dist = wheel("demo", "1.0", described=metadata("other", "1.0"))

    sentence = refusal(developer, project, dist)

    assert sentence == "The metadata of the file names 'other', its file name 'demo'"


def test_another_version_in_the_metadata_is_refused(developer: Actor, project: Project) -> None:
    dist = wheel("demo", "1.0", described=metadata("demo", "2.0"))

    sentence = refusal(developer, project, dist)

    assert sentence == "The metadata of the file has version '2.0', its file name '1'"


def test_a_renamed_wheel_is_refused(developer: Actor, project: Project) -> None:
    dist = replace(
        wheel("demo", "1.0"), filename="other-1.0-py3-none-any.whl", name="other", version="1.0"
    )

    sentence = refusal(developer, project, dist)

    assert sentence == "The folder demo-1.0.dist-info of the wheel is of another package"


def test_a_renamed_sdist_is_refused(developer: Actor, project: Project) -> None:
    dist = replace(sdist("demo", "1.0"), filename="other-1.0.tar.gz", name="other")

    sentence = refusal(developer, project, dist)

    assert sentence == "The metadata of the file names 'demo', its file name 'other'"


# File name and kind ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dist", "filename"),
    [
        (wheel(), "demo-1.0.tar.gz"),
        (sdist(), "demo-1.0-py3-none-any.whl"),
        (sdist(), "demo-1.0.zip"),
    ],
)
def test_a_file_of_another_kind_than_its_name_says_is_refused(
    developer: Actor, project: Project, dist: Dist, filename: str
) -> None:
    sentence = refusal(developer, project, replace(dist, filename=filename))

    assert sentence == "The file is damaged or not an archive of its type"


def test_a_wheel_named_as_a_zip_sdist_is_refused(developer: Actor, project: Project) -> None:
    sentence = refusal(developer, project, replace(wheel(), filename="demo-1.0.zip"))

    assert sentence == "An sdist has one PKG-INFO in its top folder; this one does not"


@pytest.mark.parametrize(
    ("filename", "reason"),
    [
        ("demo-1.0.exe", "Only wheels (.whl) and sdists (.tar.gz, .zip) are taken"),
        ("demo-1.0.egg", "Only wheels (.whl) and sdists (.tar.gz, .zip) are taken"),
        ("demo-1.0.tar.bz2", "Only wheels (.whl) and sdists (.tar.gz, .zip) are taken"),
        ("demo-1.0.whl.asc", "Only wheels (.whl) and sdists (.tar.gz, .zip) are taken"),
        ("demo-1.0.WHL", "Only wheels (.whl) and sdists (.tar.gz, .zip) are taken"),
        ("demo 1.0.tar.gz", "The file name has characters that no wheel or sdist has"),
        (f"demo-1.{'0' * 300}.tar.gz", "The file name has more than 255 characters"),
    ],
)
def test_a_file_name_of_no_known_kind_is_refused(
    developer: Actor, project: Project, filename: str, reason: str
) -> None:
    sentence = refusal(developer, project, replace(wheel(), filename=filename))

    assert sentence == f"File name is invalid: {reason}"
