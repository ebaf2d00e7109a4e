"""Packages, their files and what protects them, through python-gitlab's own objects."""

import pytest
from gitlab import Gitlab, GitlabGetError

from tests.actors import Actor, Installation
from tests.builders import sdist, wheel
from wheelyard.access import Role
from wheelyard.projects import Project


@pytest.fixture
def published(developer: Actor, project: Project) -> Project:
    """A project with two versions of one package, and another package."""
    for dist in (
        wheel("demo", "1.0"),
        sdist("demo", "1.0"),
        wheel("demo", "2.0"),
        wheel("other", "1.0"),
    ):
        assert developer.publish(project, dist).status_code == 201
    return project


def test_packages_are_listed_narrowed_and_ordered(admin: Gitlab, published: Project) -> None:
    packages = admin.projects.get(published.id).packages

    def names(**asked: object) -> list[tuple[str, str]]:
        found = packages.list(iterator=True, **asked)
        return [(package.name, package.version) for package in found]

    assert names() == [("demo", "1.0"), ("demo", "2.0"), ("other", "1.0")]
    assert names(package_name="dem", order_by="version", sort="desc") == [
        ("demo", "2.0"),
        ("demo", "1.0"),
    ]
    assert names(package_version="1.0", order_by="name") == [("demo", "1.0"), ("other", "1.0")]
    assert names(package_type="pypi", status="default", per_page=1) == names()
    assert names(package_type="npm") == []


def test_a_package_is_found_with_its_files_and_deleted(admin: Gitlab, published: Project) -> None:
    packages = admin.projects.get(published.id).packages
    (listed,) = packages.list(package_name="demo", package_version="1.0", get_all=True)

    package = packages.get(listed.id)
    files = package.package_files.list(order_by="file_name", sort="desc", get_all=True)
    files[0].delete()
    left = package.package_files.list(get_all=True)
    package.delete()

    assert [version["version"] for version in package.versions] == ["2.0"]
    assert [file.file_name for file in files] == ["demo-1.0.tar.gz", "demo-1.0-py3-none-any.whl"]
    assert [file.file_name for file in left] == ["demo-1.0-py3-none-any.whl"]
    with pytest.raises(GitlabGetError) as refused:
        packages.get(listed.id)
    assert refused.value.response_code == 404


def test_the_pipelines_of_a_package_are_none(admin: Gitlab, published: Project) -> None:
    packages = admin.projects.get(published.id).packages.list(get_all=True)

    assert packages[0].pipelines.list(iterator=True).next_page is None
    assert packages[0].pipelines.list(get_all=True) == []


def test_the_packages_of_a_group_are_listed_with_their_projects(
    admin: Gitlab, town: Installation
) -> None:
    group = town.group()
    inner = town.group(parent=group)
    upper, lower = town.project(within=group), town.project(within=inner)
    developer = town.join(town.user(), group, Role.DEVELOPER)
    with town.holding(town.token(developer)) as actor:
        actor.publish(upper, wheel("alpha"))
        actor.publish(lower, wheel("beta"))
    packages = admin.groups.get(group.id).packages

    def names(**asked: object) -> list[tuple[str, int]]:
        found = packages.list(iterator=True, **asked)
        return [(package.name, package.project_id) for package in found]

    assert names(order_by="project_path", sort="asc") in (
        [("alpha", upper.id), ("beta", lower.id)],
        [("beta", lower.id), ("alpha", upper.id)],
    )
    assert names(exclude_subgroups=True) == [("alpha", upper.id)]
    assert names(package_name="bet", package_type="pypi") == [("beta", lower.id)]


def test_rules_that_protect_packages_are_made_listed_changed_and_deleted(
    admin: Gitlab, project: Project
) -> None:
    rules = admin.projects.get(project.id).package_protection_rules

    rule = rules.create(
        {
            "package_name_pattern": "acme-*",
            "package_type": "pypi",
            "minimum_access_level_for_push": "maintainer",
        }
    )
    rule.minimum_access_level_for_push = "owner"
    rule.save()
    (listed,) = rules.list(get_all=True)
    listed.delete()

    assert (listed.id, listed.package_name_pattern) == (rule.id, "acme-*")
    assert listed.minimum_access_level_for_push == "owner"
    assert rules.list(get_all=True) == []
