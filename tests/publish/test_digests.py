"""Every digest that was sent is compared with the bytes; none has to be sent."""

import pytest

from tests.actors import Actor
from tests.builders import wheel
from wheelyard.projects import Project

DIGESTS = ["sha256_digest", "md5_digest", "blake2_256_digest"]


@pytest.mark.parametrize("field", DIGESTS)
def test_a_wrong_digest_is_refused_and_nothing_is_kept(
    developer: Actor, project: Project, field: str
) -> None:
    dist = wheel()
    wrong = "0" * len(dist.fields()[field])

    answer = developer.publish(project, dist, **{field: wrong})

    assert (answer.status_code, answer.json()) == (
        400,
        {"message": f"400 Bad request - {field} does not match"},
    )
    assert developer.simple(project, "demo").status_code == 404
    assert developer.download(project, dist).status_code == 404


@pytest.mark.parametrize("field", DIGESTS)
def test_a_digest_of_another_file_is_refused(
    developer: Actor, project: Project, field: str
) -> None:
    other = wheel(files={"a.py": b"other bytes"})

    answer = developer.publish(project, wheel(), **{field: other.fields()[field]})

    assert (answer.status_code, answer.json()) == (
        400,
        {"message": f"400 Bad request - {field} does not match"},
    )


@pytest.mark.parametrize(
    "malformed", ["abc", "g" * 64, "0" * 63, "0" * 65, "sha256=" + "0" * 57, "٣" * 64]
)
def test_a_malformed_sha256_is_invalid(developer: Actor, project: Project, malformed: str) -> None:
    answer = developer.publish(project, wheel(), sha256_digest=malformed)

    assert (answer.status_code, answer.json()) == (400, {"error": "sha256_digest is invalid"})


@pytest.mark.parametrize("field", ["md5_digest", "blake2_256_digest"])
@pytest.mark.parametrize("malformed", ["abc", "g" * 64, "0" * 200, "٣" * 32])
def test_another_malformed_digest_does_not_match(
    developer: Actor, project: Project, field: str, malformed: str
) -> None:
    answer = developer.publish(project, wheel(), **{field: malformed})

    assert (answer.status_code, answer.json()) == (
        400,
        {"message": f"400 Bad request - {field} does not match"},
    )


def test_digests_may_be_in_upper_case(developer: Actor, project: Project) -> None:
    dist = wheel()
    upper: dict[str, str | None] = {field: dist.fields()[field].upper() for field in DIGESTS}

    answer = developer.publish(project, dist, **upper)

    assert answer.status_code == 201
    assert f"#sha256={dist.sha256}" in developer.simple(project, "demo").text


@pytest.mark.parametrize("absent", [*[(field,) for field in DIGESTS], tuple(DIGESTS)])
def test_a_file_without_a_digest_is_listed_and_downloads(
    developer: Actor, project: Project, absent: tuple[str, ...]
) -> None:
    dist = wheel()

    answer = developer.publish(project, dist, **dict.fromkeys(absent))

    assert answer.status_code == 201
    assert f"#sha256={dist.sha256}" in developer.simple(project, "demo").text
    assert developer.download(project, dist).content == dist.content


def test_an_empty_digest_is_an_absent_one(developer: Actor, project: Project) -> None:
    empty: dict[str, str | None] = dict.fromkeys(DIGESTS, "")

    answer = developer.publish(project, wheel(), **empty)

    assert answer.status_code == 201
