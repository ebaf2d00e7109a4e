"""Groups made, changed and deleted in a browser."""

import itertools

import pytest

from tests.actors import Installation
from tests.builders import wheel
from tests.pages.visitor import Visitor, notes, text_of, visiting, wrong
from wheelyard import groups, memberships, namespaces, projects
from wheelyard.access import Role, Visibility
from wheelyard.memberships import Place
from wheelyard.namespaces import Namespace
from wheelyard.registry import utc_now
from wheelyard.users import User

NEW = "/groups/new"
_numbers = itertools.count(1)


def described(**changes: str) -> dict[str, str]:
    """The form of a new group, filled in but for some changes."""
    path = f"made{next(_numbers)}"
    return {
        "name": f"Group {path}",
        "path": path,
        "parent_id": "",
        "description": "of tests",
        "visibility": "internal",
        **changes,
    }


def find(town: Installation, full_path: str) -> Namespace | None:
    """A group by its path."""
    with town.database.read() as conn:
        return namespaces.find_group(conn, full_path)


def general(group: Namespace, form: str = "general") -> str:
    """The address of a group's settings, or of one of its forms."""
    return f"/groups/{group.full_path}/-/settings/{form}"


def owned(town: Installation, user: User, *, parent: Namespace | None = None) -> Namespace:
    """A new private group that a user owns."""
    group = town.group(parent=parent)
    town.join(user, group, Role.OWNER)
    return group


def test_who_makes_a_group_owns_it(town: Installation, user: User, visitor: Visitor) -> None:
    sent = described()

    answer = visitor.post(NEW, sent)

    group = find(town, sent["path"])
    assert group is not None
    assert answer.headers["location"] == f"/{sent['path']}"
    assert (group.name, group.description, group.visibility) == (
        sent["name"],
        "of tests",
        Visibility.INTERNAL,
    )
    with town.database.read() as conn:
        place = Place(namespace_id=group.id)
        member = memberships.find_member(conn, place, user.id, at=utc_now())
    assert member is not None
    assert member.role is Role.OWNER


def test_a_path_is_made_of_the_name(visitor: Visitor) -> None:
    number = next(_numbers)

    answer = visitor.post(NEW, described(name=f"Werkzeug für Daten {number}", path=""))

    assert answer.headers["location"] == f"/werkzeug-fur-daten-{number}"


def test_a_subgroup_is_made_in_the_group_that_was_asked_for(
    town: Installation, user: User, visitor: Visitor
) -> None:
    parent = town.group()
    town.join(user, parent, Role.MAINTAINER)
    shown = visitor.get(NEW, parent_id=str(parent.id)).text
    sent = described(parent_id=str(parent.id), visibility="private")

    visitor.post(NEW, sent)

    assert f'<option value="{parent.id}" selected>{parent.full_path}</option>' in shown
    made = find(town, f"{parent.full_path}/{sent['path']}")
    assert made is not None
    assert made.parent_id == parent.id


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Name is empty"),
        ({"name": "---", "path": ""}, "Path is missing"),
        ({"path": "-x"}, "Path can contain only letters"),
        ({"path": "admin"}, "Path admin is a reserved name"),
        ({"path": "root"}, "Path has already been taken"),
        ({"visibility": "secret"}, "Visibility does not have a valid value"),
        ({"parent_id": "x"}, "Parent group is invalid"),
        ({"description": "x" * 501}, "Description is invalid"),
    ],
)
def test_a_group_that_cannot_be_is_refused_beside_the_field(
    visitor: Visitor, changes: dict[str, str], said: str
) -> None:
    sent = described(**changes)

    answer = visitor.post(NEW, sent)

    assert answer.status_code == 422
    assert [problem[: len(said)] for problem in wrong(answer)] == [said]
    if sent["name"]:
        assert f'value="{sent["name"]}"' in answer.text, "what was typed is gone"


def test_a_subgroup_is_no_more_visible_than_its_parent(
    town: Installation, user: User, visitor: Visitor
) -> None:
    parent = owned(town, user)

    answer = visitor.post(NEW, described(parent_id=str(parent.id), visibility="public"))

    said = "Visibility public is not allowed since the parent group has a private visibility"
    assert (answer.status_code, wrong(answer)) == (422, [said])


def test_nobody_makes_a_group_where_they_may_not(
    town: Installation, user: User, visitor: Visitor
) -> None:
    hidden, joined = town.group(), town.group()
    town.join(user, joined, Role.DEVELOPER)

    answers = [
        visitor.post(NEW, described(parent_id=str(parent.id), visibility="private"))
        for parent in (hidden, joined)
    ]
    offered = visitor.get(NEW, parent_id=str(hidden.id)).text

    assert [answer.status_code for answer in answers] == [422, 403]
    assert wrong(answers[0]) == ["Parent group is not there any more"]
    assert hidden.full_path not in offered


def test_a_groups_address_below_groups_leads_home(
    town: Installation, user: User, visitor: Visitor
) -> None:
    group = owned(town, user)

    answer = visitor.get(f"/groups/{group.full_path}")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/{group.full_path}")
    assert visitor.get(f"/groups/{town.group().full_path}").status_code == 404


def test_name_description_and_visibility_are_changed(
    town: Installation, user: User, visitor: Visitor
) -> None:
    group = owned(town, user)
    sent = {"name": "New <b>", "description": "", "visibility": "public"}

    shown = visitor.follow(visitor.post(general(group), sent))

    changed = find(town, group.full_path)
    assert changed is not None
    assert (changed.name, changed.description, changed.visibility) == (
        "New <b>",
        "",
        Visibility.PUBLIC,
    )
    assert notes(shown) == ["The changes were saved."]
    assert "New &lt;b&gt;" in shown.text


def test_a_group_stays_as_visible_as_what_it_holds(
    town: Installation, user: User, visitor: Visitor
) -> None:
    group = town.group(visibility=Visibility.PUBLIC)
    town.join(user, group, Role.OWNER)
    project = town.project(within=group, visibility=Visibility.PUBLIC)
    sent = {"name": group.name, "description": "", "visibility": "private"}

    answer = visitor.post(general(group), sent)

    said = f"Visibility private is not allowed since {project.full_path} is more visible"
    assert (answer.status_code, wrong(answer)) == (422, [said])


def test_another_path_moves_everything_in_the_group(
    town: Installation, user: User, visitor: Visitor
) -> None:
    group = owned(town, user)
    project = town.project(within=town.group(parent=group))
    path = f"{group.path}-moved"

    answer = visitor.post(general(group, "path"), {"path": path})

    assert answer.headers["location"] == f"/groups/{path}/-/settings/general"
    with town.database.read() as conn:
        moved = projects.get(conn, project.id)
    assert moved.full_path == project.full_path.replace(group.path, path, 1)


@pytest.mark.parametrize(
    ("path", "said"),
    [("", "Path is empty"), ("root", "Path has already been taken"), ("a b", "Path can contain")],
)
def test_a_path_that_cannot_be_is_refused_beside_the_field(
    town: Installation, user: User, visitor: Visitor, path: str, said: str
) -> None:
    group = owned(town, user)

    answer = visitor.post(general(group, "path"), {"path": path})

    assert answer.status_code == 422
    assert [problem[: len(said)] for problem in wrong(answer)] == [said]


def test_a_group_is_deleted_when_its_path_was_typed(
    town: Installation, user: User, visitor: Visitor
) -> None:
    parent = owned(town, user)
    group = town.group(parent=parent)
    project = town.project(within=town.group(parent=group))
    with town.member(project, Role.DEVELOPER) as developer:
        developer.publish(project, wheel())
    told = text_of(visitor.get(general(group)).text)

    refused = visitor.post(general(group, "delete"), {"confirmation": group.path})
    answer = visitor.post(general(group, "delete"), {"confirmation": group.full_path})

    assert "Subgroups 1 Projects 1 Packages 1" in told
    assert (refused.status_code, wrong(refused)) == (422, ["The confirmation does not match"])
    assert answer.headers["location"] == f"/{parent.full_path}"
    assert find(town, group.full_path) is None
    with town.database.read() as conn:
        assert projects.find_by_id(conn, project.id) is None
        assert groups.measure(conn, parent) == groups.Extent(0, 0, 0)


@pytest.mark.parametrize("form", ["general", "path", "delete"])
def test_settings_are_for_owners(
    town: Installation, user: User, visitor: Visitor, form: str
) -> None:
    group = town.group()
    sent = {"name": "x", "path": "x", "confirmation": group.full_path}

    strange = [visitor.get(general(group)), visitor.post(general(group, form), sent)]
    town.join(user, group, Role.MAINTAINER)
    joined = [visitor.get(general(group)), visitor.post(general(group, form), sent)]

    assert [answer.status_code for answer in (*strange, *joined)] == [404, 404, 403, 403]
    assert find(town, group.full_path) == group


@pytest.mark.parametrize("form", ["general", "path", "delete"])
def test_a_form_without_its_token_does_nothing(
    town: Installation, user: User, visitor: Visitor, form: str
) -> None:
    group = owned(town, user)
    sent = {"form_token": "", "name": "x", "path": "x", "confirmation": group.full_path}

    assert visitor.post(general(group, form), sent).status_code == 403
    assert visitor.post(NEW, described(form_token="")).status_code == 403
    assert find(town, group.full_path) == group


def test_who_has_not_signed_in_is_asked_to(town: Installation) -> None:
    with visiting(town) as nobody:
        answer = nobody.get(NEW)

    assert answer.headers["location"] == "/users/sign_in?return_to=/groups/new"
