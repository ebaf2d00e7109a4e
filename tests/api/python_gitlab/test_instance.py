"""What python-gitlab asks the instance itself."""

from typing import Any

from gitlab import Gitlab

from tests.actors import Installation
from tests.api.conftest import Connect


def test_the_version_is_gitlabs_with_ours_behind_it(admin: Gitlab) -> None:
    version, revision = admin.version()

    assert version.split(".")[0] == "18"
    assert revision


def test_settings_are_read_changed_and_saved(admin: Gitlab) -> None:
    settings = admin.settings.get()
    before = dict(settings.attributes)

    settings.pypi_reserved_prefixes = ["acme"]
    settings.pypi_upstream_url = "https://mirror.example.com/simple"
    settings.save()
    after = admin.settings.get().attributes
    admin.settings.update(None, {"pypi_reserved_prefixes": None, "pypi_upstream_url": None})

    assert after == {
        **before,
        "pypi_reserved_prefixes": ["acme"],
        "pypi_upstream_url": "https://mirror.example.com/simple",
    }
    assert admin.settings.get().attributes == before


def test_groups_and_projects_say_what_is_to_be_done_with_packages(admin: Gitlab) -> None:
    group = admin.groups.create({"name": "policed", "path": "policed"})
    project = admin.projects.create({"name": "obeying", "namespace_id": group.id})

    group.pypi_duplicates = "refuse"
    group.pypi_package_requests_forwarding = True
    group.lock_pypi_package_requests_forwarding = True
    group.save()
    project.pypi_max_file_size = 1000
    project.save()

    assert admin.groups.get(group.id).lock_pypi_package_requests_forwarding is True
    assert admin.projects.get(project.id).in_force == {
        "pypi_max_file_size": 1000,
        "pypi_duplicates": "refuse",
        "pypi_package_requests_forwarding": True,
        "pypi_package_requests_forwarding_locked": True,
    }


def test_lists_are_walked_page_by_page(connect: Connect, town: Installation) -> None:
    user = town.user()
    script = connect(user)
    made = [script.projects.create({"name": f"project{number}"}).id for number in range(5)]
    asked: dict[str, Any] = {"owned": True, "order_by": "id", "sort": "asc"}

    walked = script.projects.list(iterator=True, per_page=2, **asked)
    second = script.projects.list(page=2, per_page=2, **asked)

    assert (walked.total, walked.total_pages, walked.per_page) == (5, 3, 2)
    assert (walked.current_page, walked.prev_page, walked.next_page) == (1, None, 2)
    assert [project.id for project in walked] == made
    assert [project.id for project in second] == made[2:4]


def test_lists_are_walked_by_keys(connect: Connect, town: Installation) -> None:
    user = town.user()
    script = connect(user)
    made = [script.projects.create({"name": f"project{number}"}).id for number in range(5)]
    top = script.groups.create({"name": user.username, "path": f"{user.username}-top"})
    asked: dict[str, Any] = {"iterator": True, "pagination": "keyset", "per_page": 2}

    projects = script.projects.list(owned=True, order_by="id", sort="asc", **asked)
    groups = script.groups.list(owned=True, order_by="name", sort="asc", **asked)
    users = script.users.list(order_by="id", sort="desc", **asked)

    assert projects.total is None
    assert [project.id for project in projects] == made
    assert [group.id for group in groups] == [top.id]
    assert user.id in {user.id for user in users}
