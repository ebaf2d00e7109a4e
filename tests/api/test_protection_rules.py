"""Protection rules through the REST API."""

from typing import Any

import pytest
from gitlab.exceptions import GitlabCreateError, GitlabDeleteError, GitlabUpdateError

from tests.actors import Actor, Installation
from tests.api.conftest import Connect
from tests.builders import wheel
from wheelyard import journal
from wheelyard.access import Role
from wheelyard.journal import Filter
from wheelyard.projects import Project
from wheelyard.protection import Level

RULE = {
    "package_name_pattern": "My_Pkg-*",
    "package_type": "pypi",
    "minimum_access_level_for_push": "maintainer",
    "minimum_access_level_for_delete": "owner",
}


def path_of(project: Project) -> str:
    return f"/projects/{project.id}/packages/protection/rules"


def refused(*sentences: str) -> dict[str, Any]:
    return {"message": {"error": list(sentences)}}


def test_a_script_makes_lists_changes_and_deletes_rules(
    connect: Connect, town: Installation, project: Project
) -> None:
    user = town.join(town.user(), project, Role.MAINTAINER)
    rules = connect(user).projects.get(project.id).package_protection_rules

    made = rules.create(RULE)
    made.minimum_access_level_for_push = "owner"
    made.save()
    (listed,) = rules.list(get_all=True)
    made.delete()

    expected = {
        **RULE,
        "id": made.id,
        "project_id": project.id,
        "minimum_access_level_for_push": "owner",
    }
    assert listed.attributes == expected
    assert rules.list(get_all=True) == []


def test_a_rule_is_in_force_from_the_next_upload_on_and_until_it_is_gone(
    root: Actor, developer: Actor, project: Project
) -> None:
    def publish(version: str) -> int:
        return developer.publish(project, wheel("my.pkg.core", version)).status_code

    before = publish("1.0")
    rule = root.api("POST", path_of(project), **RULE).json()["id"]
    during = publish("2.0")
    root.api("PATCH", f"{path_of(project)}/{rule}", package_name_pattern="other")
    aside = publish("3.0")
    root.api("PATCH", f"{path_of(project)}/{rule}", package_name_pattern="my-pkg-*")
    again = publish("4.0")
    root.api("DELETE", f"{path_of(project)}/{rule}")

    assert (before, during, aside, again, publish("5.0")) == (201, 403, 201, 403, 201)


def test_a_level_that_is_null_or_left_out_is_as_without_a_rule(
    root: Actor, project: Project
) -> None:
    sent = {"package_name_pattern": "a", "package_type": "pypi"}

    push = root.api("POST", path_of(project), **sent, minimum_access_level_for_push="admin").json()
    changed = root.api(
        "PATCH",
        f"{path_of(project)}/{push['id']}",
        minimum_access_level_for_push=None,
        minimum_access_level_for_delete="owner",
    )

    assert push["minimum_access_level_for_delete"] is None
    assert (changed.status_code, changed.json()) == (
        200,
        {**push, "minimum_access_level_for_push": None, "minimum_access_level_for_delete": "owner"},
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"package_name_pattern": None}, "package_name_pattern is missing"),
        ({"package_type": None}, "package_type is missing"),
        ({"package_type": "npm"}, "package_type does not have a valid value"),
        (
            {"minimum_access_level_for_push": "developer"},
            "minimum_access_level_for_push does not have a valid value",
        ),
        (
            {"minimum_access_level_for_delete": "maintainer"},
            "minimum_access_level_for_delete does not have a valid value",
        ),
        (
            {"minimum_access_level_for_push": None, "minimum_access_level_for_delete": None},
            (
                "minimum_access_level_for_push, minimum_access_level_for_delete are missing,"
                " at least one parameter must be provided"
            ),
        ),
        ({"package_name_pattern": "a" * 256}, "package_name_pattern is invalid"),
    ],
)
def test_parameters_that_cannot_be_are_refused(
    root: Actor, project: Project, changes: dict[str, Any], said: str
) -> None:
    answer = root.api("POST", path_of(project), **{**RULE, **changes})

    assert (answer.status_code, answer.json()) == (400, {"error": said})


@pytest.mark.parametrize("pattern", ["@scope/pkg-*", "a b", "a?", "[ab]", "ä*", "a%", "a\n"])
def test_a_pattern_that_no_name_matches_is_refused(
    root: Actor, project: Project, pattern: str
) -> None:
    answer = root.api("POST", path_of(project), **{**RULE, "package_name_pattern": pattern})

    said = (
        "Package name pattern should be a valid PyPI package name with optional wildcard"
        " characters."
    )
    assert (answer.status_code, answer.json()) == (422, refused(said))


@pytest.mark.parametrize("pattern", ["My_Pkg-*", "my-pkg-*", "MY.PKG.*"])
def test_a_pattern_is_taken_once_in_a_project(
    root: Actor, town: Installation, project: Project, pattern: str
) -> None:
    root.api("POST", path_of(project), **RULE)
    other = town.protect(project, "other", push=Level.OWNER)
    sent = {**RULE, "package_name_pattern": pattern}

    again = root.api("POST", path_of(project), **sent)
    moved = root.api("PATCH", f"{path_of(project)}/{other.id}", package_name_pattern=pattern)
    elsewhere = root.api("POST", path_of(town.project()), **sent)

    taken = (422, refused("Package name pattern has already been taken"))
    assert (again.status_code, again.json()) == taken
    assert (moved.status_code, moved.json()) == taken
    assert elsewhere.status_code == 201


def test_a_rule_may_be_spelled_otherwise_and_keeps_a_level(root: Actor, project: Project) -> None:
    rule = root.api("POST", path_of(project), **RULE).json()["id"]

    spelled = root.api("PATCH", f"{path_of(project)}/{rule}", package_name_pattern="my.pkg-*")
    emptied = root.api(
        "PATCH",
        f"{path_of(project)}/{rule}",
        minimum_access_level_for_push=None,
        minimum_access_level_for_delete=None,
    )

    assert spelled.json()["package_name_pattern"] == "my.pkg-*"
    assert (emptied.status_code, emptied.json()) == (
        422,
        refused("A rule must have at least a minimum access role for push or delete."),
    )


def test_a_rule_of_another_project_is_not_there(
    connect: Connect, town: Installation, project: Project
) -> None:
    elsewhere = town.protect(town.project(), "a", push=Level.OWNER)
    user = town.join(town.user(), project, Role.OWNER)
    rules = connect(user).projects.get(project.id).package_protection_rules

    with pytest.raises(GitlabUpdateError, match="404"):
        rules.update(elsewhere.id, {"package_name_pattern": "b"})
    with pytest.raises(GitlabDeleteError, match="404"):
        rules.delete(elsewhere.id)


def test_developers_make_none(connect: Connect, town: Installation, project: Project) -> None:
    user = town.join(town.user(), project, Role.DEVELOPER)
    rules = connect(user).projects.get(project.id).package_protection_rules

    with pytest.raises(GitlabCreateError, match="403"):
        rules.create(RULE)


def test_each_change_is_in_the_journal(root: Actor, town: Installation, project: Project) -> None:
    rule = root.api("POST", path_of(project), **RULE).json()["id"]
    root.api("PATCH", f"{path_of(project)}/{rule}", minimum_access_level_for_push="admin")
    root.api("PATCH", f"{path_of(project)}/{rule}", minimum_access_level_for_push="admin")
    root.api("DELETE", f"{path_of(project)}/{rule}")

    with town.database.read() as conn:
        entries = journal.list_entries(conn, Filter(project_id=project.id))
    told = [
        (entry.entry.action, entry.details["pattern"], entry.details["push_level"])
        for entry in reversed(entries)
        if entry.entry.action.startswith("protection_rule.")
    ]
    assert told == [
        ("protection_rule.created", "My_Pkg-*", "maintainer"),
        ("protection_rule.edited", "My_Pkg-*", "admin"),
        ("protection_rule.deleted", "My_Pkg-*", "admin"),
    ]
