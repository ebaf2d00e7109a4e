"""Several releases are deleted at once: those that were chosen, all of them or none."""

from collections.abc import Iterable

import pytest

from tests import library
from tests.actors import Installation
from tests.builders import wheel
from tests.pages.visitor import Visitor, notes, rows, text_of
from wheelyard.packages import Release
from wheelyard.projects import Project
from wheelyard.registry import utc_now


@pytest.fixture
def project(town: Installation) -> Project:
    """A project."""
    return town.project()


def fill(town: Installation, project: Project, names: Iterable[str]) -> list[Release]:
    """One release of each package."""
    with town.database.write() as conn:
        return [library.publish(conn, project, wheel(name), utc_now())[0] for name in names]


def page_of(project: Project) -> str:
    """The list of the project's releases."""
    return f"/{project.full_path}/-/packages"


def chosen(*ids: int) -> dict[str, list[str]]:
    """What the marked boxes send."""
    return {"releases[]": [str(number) for number in ids]}


def test_what_was_chosen_is_shown_and_then_deleted_and_nothing_else(
    town: Installation, administrator: Visitor, project: Project
) -> None:
    one, two, _ = fill(town, project, ["one", "two", "three"])
    (elsewhere,) = fill(town, town.project(), ["elsewhere"])
    wanted = chosen(two.id, one.id, elsewhere.id, 10**9)

    asked = administrator.http.get(f"{page_of(project)}/delete", params=wanted)
    done = administrator.follow(administrator.post(f"{page_of(project)}/delete", wanted))

    assert asked.text.index("<strong>two</strong>") < asked.text.index("<strong>one</strong>")
    assert "elsewhere" not in asked.text
    assert notes(done) == ["2 releases were deleted."]
    assert [row[1] for row in rows(done)] == ["three"]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "No release is chosen: mark some in the list first"),
        (101, "At most 100 releases can be deleted at once"),
    ],
)
def test_none_or_too_many_are_refused_and_nothing_is_deleted(
    town: Installation, administrator: Visitor, project: Project, number: int, said: str
) -> None:
    fill(town, project, ["one"])
    wanted = chosen(*range(1, number + 1))

    asked = administrator.http.get(f"{page_of(project)}/delete", params=wanted)
    refused = administrator.post(f"{page_of(project)}/delete", wanted)

    assert (asked.status_code, refused.status_code) == (400, 400)
    assert said in text_of(asked.text)
    assert said in text_of(refused.text)
    assert len(rows(administrator.get(page_of(project)))) == 1
