"""Several releases are deleted at once: those that were chosen, all of them or none."""

import html
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


def test_the_list_comes_back_as_it_was_filtered_sorted_and_paged(
    town: Installation, administrator: Visitor, project: Project
) -> None:
    (one,) = fill(town, project, ["one"])
    where = {"q": "o & n", "sort": "name-up", "page": "2"}

    asked = administrator.http.get(f"{page_of(project)}/delete", params={**chosen(one.id), **where})
    done = administrator.post(f"{page_of(project)}/delete", {**chosen(one.id), **where})

    back = f"{page_of(project)}?q=o+%26+n&sort=name-up&page=2"
    assert done.headers["location"] == back
    assert f'href="{html.escape(back)}"' in asked.text
    assert 'name="q" value="o &amp; n"' in asked.text


def test_behind_the_last_page_is_the_last_page(
    town: Installation, administrator: Visitor, project: Project
) -> None:
    fill(town, project, ["one"])

    assert len(rows(administrator.get(page_of(project), page="7"))) == 1


def test_nothing_chosen_is_said_on_the_list(
    town: Installation, administrator: Visitor, project: Project
) -> None:
    fill(town, project, ["one"])

    asked = administrator.follow(administrator.http.get(f"{page_of(project)}/delete?q=on"))
    sent = administrator.follow(administrator.post(f"{page_of(project)}/delete"))
    gone = administrator.follow(administrator.post(f"{page_of(project)}/delete", chosen(10**9)))

    assert notes(asked) == ["Nothing was deleted: mark some releases in the list first."]
    assert notes(sent) == notes(asked)
    assert notes(gone) == ["Nothing was deleted: none of the chosen releases is there any more."]
    assert len(rows(gone)) == 1


def test_too_many_are_refused_and_nothing_is_deleted(
    town: Installation, administrator: Visitor, project: Project
) -> None:
    fill(town, project, ["one"])
    wanted, said = chosen(*range(1, 102)), "At most 100 releases can be deleted at once"

    asked = administrator.http.get(f"{page_of(project)}/delete", params=wanted)
    refused = administrator.post(f"{page_of(project)}/delete", wanted)

    assert (asked.status_code, refused.status_code) == (400, 400)
    assert said in text_of(asked.text)
    assert said in text_of(refused.text)
    assert len(rows(administrator.get(page_of(project)))) == 1
