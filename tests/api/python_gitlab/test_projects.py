"""Projects through python-gitlab's own objects."""

import pytest
from gitlab import Gitlab, GitlabGetError

from tests.actors import Installation
from tests.api.conftest import Connect
from wheelyard.access import Role


def test_a_project_is_made_found_changed_and_deleted(connect: Connect, town: Installation) -> None:
    user = town.user()
    script = connect(user)

    made = script.projects.create({"name": "Tools", "visibility": "public"})
    found = script.projects.get(f"{user.username}/tools")
    found.description = "What we use"
    found.package_registry_access_level = "private"
    found.pypi_duplicates = "refuse"
    found.save()
    again = script.projects.get(made.id)
    found.delete()

    assert found.id == made.id
    assert (again.name, again.visibility) == ("Tools", "public")
    assert again.description == "What we use"
    assert again.package_registry_access_level == "private"
    assert again.pypi_duplicates == "refuse"
    with pytest.raises(GitlabGetError) as refused:
        script.projects.get(made.id)
    assert refused.value.response_code == 404


def test_a_project_is_updated_by_its_manager(connect: Connect, town: Installation) -> None:
    script = connect(town.user())
    made = script.projects.create({"name": "tools"})

    script.projects.update(made.id, {"name": "Better tools"})

    assert script.projects.get(made.id).name == "Better tools"


def test_a_project_is_archived_and_brought_back(connect: Connect, town: Installation) -> None:
    script = connect(town.user())
    project = script.projects.create({"name": "tools"})

    project.archive()
    archived = script.projects.get(project.id).archived
    project.unarchive()

    assert archived is True
    assert script.projects.get(project.id).archived is False


def test_a_project_is_moved(connect: Connect, town: Installation) -> None:
    user, group = town.user(), town.group()
    town.join(user, group, Role.OWNER)
    script = connect(user)
    project = script.projects.create({"name": "tools"})

    project.transfer(group.full_path)

    moved = script.projects.get(f"{group.full_path}/tools")
    assert moved.id == project.id
    assert moved.namespace["id"] == group.id


def test_projects_are_listed_and_narrowed(connect: Connect, town: Installation) -> None:
    script = connect(town.user())
    made = {name: script.projects.create({"name": name}) for name in ("beta", "alpha", "gamma")}
    made["gamma"].archive()

    def names(**asked: object) -> list[str]:
        return [project.name for project in script.projects.list(iterator=True, **asked)]

    order = {"order_by": "name", "sort": "asc"}
    assert names(owned=True, **order) == ["alpha", "beta", "gamma"]
    assert names(membership=True, archived=True) == ["gamma"]
    assert names(owned=True, archived=False, **order) == ["alpha", "beta"]
    assert names(owned=True, search="alp") == ["alpha"]
    assert names(owned=True, visibility="public") == []
    assert names(min_access_level=int(Role.OWNER), **order) == ["alpha", "beta", "gamma"]


def test_the_projects_of_a_user_and_of_a_group_are_listed(
    admin: Gitlab, town: Installation
) -> None:
    user, group = town.user(), town.group()
    inner = town.group(parent=group)
    upper, lower = town.project(within=group), town.project(within=inner)
    own = admin.users.get(user.id).projects
    place = admin.groups.get(group.full_path).projects

    assert own.list(get_all=True) == []
    assert [project.id for project in place.list(get_all=True)] == [upper.id]
    below = place.list(include_subgroups=True, order_by="id", sort="asc", get_all=True)
    assert [project.id for project in below] == [upper.id, lower.id]
