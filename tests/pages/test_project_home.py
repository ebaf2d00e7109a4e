"""What a project shows of its packages, and what its settings leave alone."""

import pytest

from tests.actors import Installation
from tests.builders import wheel
from tests.pages.visitor import Visitor, visiting
from wheelyard import projects
from wheelyard.access import RegistryAccess, Role, Visibility
from wheelyard.projects import Project
from wheelyard.users import User


@pytest.fixture
def owned(town: Installation, user: User) -> Project:
    """A project of the visitor's."""
    project = town.project()
    town.join(user, project, Role.OWNER)
    return project


def read(town: Installation, project: Project) -> Project:
    """The project as it is now."""
    with town.database.read() as conn:
        return projects.get(conn, project.id)


def test_saving_what_becomes_of_duplicates_leaves_the_limit_as_it_is(
    town: Installation, visitor: Visitor, owned: Project
) -> None:
    town.edit(owned, max_file_bytes=49_999_999)
    page = visitor.get(f"/{owned.full_path}/-/settings/general").text
    shown = page.partition('name="max_file_mb"')[2].partition('value="')[2].partition('"')[0]

    answer = visitor.post(
        f"/{owned.full_path}/-/settings/packages", {"duplicates": "refuse", "max_file_mb": shown}
    )

    assert answer.status_code == 303
    assert read(town, owned).max_file_bytes == 49_999_999


def test_archiving_takes_yes_or_no(town: Installation, visitor: Visitor, owned: Project) -> None:
    visitor.get(f"/{owned.full_path}/-/settings/general")

    answer = visitor.post(f"/{owned.full_path}/-/settings/archive", {"archived": "perhaps"})

    assert answer.status_code == 422
    assert not read(town, owned).archived


@pytest.mark.parametrize(
    ("level", "said"),
    [
        (RegistryAccess.PRIVATE, "The packages are for members"),
        (RegistryAccess.DISABLED, "Packages are switched off here"),
    ],
)
def test_a_stranger_reads_why_there_are_no_packages(
    town: Installation, visitor: Visitor, level: RegistryAccess, said: str
) -> None:
    project = town.project(visibility=Visibility.PUBLIC, registry=level)

    assert said in visitor.get(f"/{project.full_path}").text


def test_a_file_by_browser_is_kept_by_nobody(town: Installation, visitor: Visitor) -> None:
    project = town.project(visibility=Visibility.PUBLIC)
    dist = wheel("kept", "1.0")
    with town.member(project, Role.DEVELOPER) as developer:
        developer.publish(project, dist).raise_for_status()
    page = visitor.get(f"/{project.full_path}/-/packages").text
    number = next(
        part.partition('"')[0]
        for part in page.split(f'href="/{project.full_path}/-/packages/')[1:]
        if part.partition('"')[0].isdigit()
    )
    files = visitor.get(f"/{project.full_path}/-/packages/{number}/files").text
    address = files.partition('/download"')[0].rpartition('href="')[2] + "/download"

    answer = visitor.http.get(address)

    assert answer.content == dist.content
    assert answer.headers["cache-control"] == "private, no-store"


def test_who_is_no_administrator_is_shown_no_way_through_the_administration(
    visitor: Visitor,
) -> None:
    answer = visitor.get("/admin/users")

    assert answer.status_code == 403
    assert "/admin/journal" not in answer.text


def test_that_no_credential_is_needed_can_be_chosen(town: Installation, visitor: Visitor) -> None:
    project = town.project(visibility=Visibility.PUBLIC)
    home = f"/{project.full_path}"
    visitor.get(home)

    chosen = visitor.post("/-/preferences", {"credential": "none", "return_to": home})

    assert '<option value="none" selected>' in visitor.follow(chosen).text


def test_a_destination_that_is_gone_keeps_what_was_typed(town: Installation, user: User) -> None:
    with visiting(town, user) as visitor:
        visitor.get("/projects/new")

        answer = visitor.post("/projects/new", {"name": "Kept words", "namespace_id": "999999999"})

    assert answer.status_code == 422
    assert "Kept words" in answer.text
