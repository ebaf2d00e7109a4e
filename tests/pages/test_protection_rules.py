"""Protected packages: the rules of a project, and what pages show of what they keep."""

import pytest

from tests import library
from tests.actors import Installation
from tests.builders import sdist, wheel
from tests.pages.visitor import Visitor, notes, rows, text_of, wrong
from wheelyard import packages, protection
from wheelyard.access import Role, Visibility
from wheelyard.database.paging import Window
from wheelyard.packages import Filter, Release
from wheelyard.projects import Project
from wheelyard.protection import Level
from wheelyard.registry import utc_now
from wheelyard.users import User


@pytest.fixture
def project(town: Installation, user: User) -> Project:
    """A project that the visitor maintains."""
    project = town.project()
    town.join(user, project, Role.MAINTAINER)
    return project


@pytest.fixture
def kept(town: Installation, project: Project) -> Release:
    """A release with two files that a rule keeps from maintainers, beside one that none keeps."""
    town.protect(project, "My_Pkg*", delete=Level.OWNER)
    with town.database.write() as conn:
        release, _ = library.publish(conn, project, wheel("my-pkg"), utc_now())
        library.publish(conn, project, sdist("my-pkg"), utc_now())
        library.publish(conn, project, wheel("other"), utc_now())
    return release


def page_of(project: Project) -> str:
    return f"/{project.full_path}/-/settings/packages_and_registries"


def form(**changes: str) -> dict[str, str]:
    """The form, filled in, but for some changes."""
    return {
        "package_name_pattern": "acme-*",
        "minimum_access_level_for_push": "maintainer",
        "minimum_access_level_for_delete": "",
        **changes,
    }


def names_left(town: Installation, project: Project) -> list[str]:
    with town.database.read() as conn:
        found = packages.list_releases(conn, project.id, Filter(order_by="name"), Window())
    return [listed.release.name for listed in found.items]


def test_without_rules_the_page_says_what_that_means(visitor: Visitor, project: Project) -> None:
    shown = visitor.get(page_of(project))

    assert "No packages are protected" in shown.text
    assert "Add a rule below" in shown.text


def test_a_rule_is_made_changed_and_deleted(
    town: Installation, visitor: Visitor, project: Project
) -> None:
    made = visitor.follow(visitor.post(page_of(project), form()))
    (rule,) = _rules(town, project)
    changed = visitor.follow(
        visitor.post(f"{page_of(project)}/{rule}/edit", {"push": "owner", "delete": "admin"})
    )
    gone = visitor.follow(visitor.post(f"{page_of(project)}/{rule}/delete"))

    assert notes(made) == ["The packages acme-* are protected now."]
    assert rows(made)[0][0] == "acme-*"
    assert _chosen(made.text) == ["Maintainer", "Maintainer (default)"]
    assert notes(changed) == ["The protection of acme-* was changed."]
    assert _chosen(changed.text) == ["Owner", "Administrator"]
    assert notes(gone) == ["The packages acme-* are protected no more."]
    assert "No packages are protected" in gone.text


def _rules(town: Installation, project: Project) -> list[int]:
    with town.database.read() as conn:
        return [rule.id for rule in protection.all_rules(conn, project.id)]


def _chosen(page: str) -> list[str]:
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [text_of(part.partition("</option>")[0]) for part in table.split(" selected>")[1:]]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"package_name_pattern": ""}, "Name pattern is empty"),
        ({"package_name_pattern": "a" * 256}, "Name pattern is invalid"),
        (
            {"package_name_pattern": "@scope/a"},
            ("Name pattern should be a valid PyPI package name with optional wildcard characters."),
        ),
        (
            {"minimum_access_level_for_push": "developer"},
            "Least role to publish does not have a valid value",
        ),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(
    town: Installation, visitor: Visitor, project: Project, changes: dict[str, str], said: str
) -> None:
    answer = visitor.post(page_of(project), form(**changes))

    assert (answer.status_code, wrong(answer)) == (422, [said])
    assert _rules(town, project) == []


def test_a_rule_that_asks_for_nothing_is_refused_at_the_top(
    town: Installation, visitor: Visitor, project: Project
) -> None:
    rule = town.protect(project, "acme", push=Level.OWNER)
    said = ["A rule must have at least a minimum access role for push or delete."]

    made = visitor.post(page_of(project), form(minimum_access_level_for_push=""))
    edited = visitor.post(f"{page_of(project)}/{rule.id}/edit", {"push": "", "delete": ""})

    assert (made.status_code, notes(made)) == (422, said)
    assert (edited.status_code, notes(edited)) == (422, said)
    assert 'value="acme-*"' in made.text


def test_a_pattern_is_taken_in_any_spelling(
    town: Installation, visitor: Visitor, project: Project
) -> None:
    town.protect(project, "Acme_*", push=Level.OWNER)

    answer = visitor.post(page_of(project), form())

    assert (answer.status_code, wrong(answer)) == (422, ["Name pattern has already been taken"])


def test_rules_of_other_projects_are_not_there(
    town: Installation, visitor: Visitor, project: Project
) -> None:
    rule = town.protect(town.project(), "acme", push=Level.OWNER)

    answers = [
        visitor.post(f"{page_of(project)}/{number}/{what}", {"push": "admin"})
        for number in (rule.id, "x")
        for what in ("edit", "delete")
    ]

    assert [answer.status_code for answer in answers] == [404] * 4


def test_what_a_rule_keeps_is_marked_and_cannot_be_chosen(
    town: Installation, visitor: Visitor, project: Project, kept: Release
) -> None:
    shown = visitor.get(f"/{project.full_path}/-/packages")

    by_name = {row[1].split()[0]: row for row in rows(shown)}
    assert by_name["my-pkg"][0] == "my-pkg 1.0 is protected from deletion"
    assert by_name["my-pkg"][1] == "my-pkg Protected"
    assert by_name["other"][0] == ""
    assert f'name="releases[]" value="{kept.id}"' not in shown.text
    assert "What has a lock is kept by a protection rule" in shown.text
    del town


def test_a_release_that_is_kept_says_so_in_the_place_of_its_button(
    visitor: Visitor, project: Project, kept: Release
) -> None:
    page = f"/{project.full_path}/-/packages/{kept.id}"

    overview, files = visitor.get(page), visitor.get(f"{page}/files")

    for shown in (overview, files):
        assert "A protection rule keeps this release: your role may not delete it." in shown.text
        assert "Delete release" not in shown.text
    assert "Delete file" not in files.text


@pytest.mark.parametrize("what", ["release", "file", "several", "asking"])
def test_what_is_kept_is_not_deleted_by_a_form_that_was_made_by_hand(
    town: Installation, visitor: Visitor, project: Project, kept: Release, what: str
) -> None:
    home = f"/{project.full_path}/-/packages"
    with town.database.read() as conn:
        file = packages.all_files(conn, kept)[0].file.id
        others = packages.list_releases(conn, project.id, Filter(search="other"), Window())
    chosen = {"releases[]": [str(others.items[0].release.id), str(kept.id)]}

    if what == "release":
        answer = visitor.post(f"{home}/{kept.id}/delete")
    elif what == "file":
        answer = visitor.post(f"{home}/{kept.id}/files/{file}/delete")
    elif what == "several":
        answer = visitor.post(f"{home}/delete", chosen)
    else:
        answer = visitor.http.get(f"{home}/delete", params=chosen)

    assert answer.status_code == 403
    assert "Package is deletion protected." in answer.text
    assert names_left(town, project) == ["my-pkg", "other"]


def test_who_has_the_role_deletes_as_ever(
    town: Installation, administrator: Visitor, project: Project, kept: Release
) -> None:
    page = f"/{project.full_path}/-/packages/{kept.id}"

    shown = administrator.get(page)
    done = administrator.follow(administrator.post(f"{page}/delete"))

    assert "Protected" in text_of(shown.text)
    assert "Delete release" in shown.text
    assert notes(done) == ["my-pkg 1.0 was deleted."]
    assert names_left(town, project) == ["other"]


def test_the_list_of_a_group_marks_what_is_protected(
    town: Installation, visitor: Visitor, user: User
) -> None:
    group = town.group(visibility=Visibility.PUBLIC)
    first, second = (
        town.project(within=group, visibility=Visibility.PUBLIC),
        town.project(within=group, visibility=Visibility.PUBLIC),
    )
    town.protect(first, "same", push=Level.MAINTAINER)
    with town.database.write() as conn:
        for project in (first, second):
            library.publish(conn, project, wheel("same"), utc_now())
    del user

    shown = visitor.get(f"/groups/{group.full_path}/-/packages")

    marked = {row[2]: "Protected" in row[0] for row in rows(shown)}
    assert marked == {first.full_path: True, second.full_path: False}


def test_a_file_that_is_dropped_under_a_protected_name_is_refused_with_the_reason(
    town: Installation, visitor: Visitor, project: Project
) -> None:
    town.protect(project, "acme*", push=Level.OWNER)
    dist = wheel("acme-core")

    answer = visitor.http.post(
        f"/{project.full_path}/-/packages/upload",
        data={"form_token": visitor.form_token},
        files={"content": (dist.filename, dist.content)},
        headers={"Accept": "application/json"},
    )

    assert (answer.status_code, answer.json()) == (403, {"message": "Package protected."})
    assert names_left(town, project) == []


def test_maintainers_find_the_rules_among_the_settings(
    town: Installation, visitor: Visitor, user: User, project: Project
) -> None:
    elsewhere = town.project()
    town.join(user, elsewhere, Role.DEVELOPER)

    assert (
        f'href="{page_of(project)}"' in visitor.get(f"/{project.full_path}/-/settings/general").text
    )
    assert visitor.get(page_of(elsewhere)).status_code == 403
