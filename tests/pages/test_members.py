"""Members of projects and groups: seen by who sees the place, changed by those who manage it."""

from datetime import timedelta

import pytest

from tests.actors import Installation
from tests.pages.visitor import Visitor, notes, rows, visiting, wrong
from wheelyard import memberships, namespaces, roster
from wheelyard.access import Role, Visibility
from wheelyard.database.paging import Window
from wheelyard.memberships import Place
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.registry import utc_now
from wheelyard.users import User

Where = Project | Namespace
IN_A_MONTH = (utc_now() + timedelta(days=30)).date().isoformat()


@pytest.fixture(params=["project", "group"])
def place(request: pytest.FixtureRequest, town: Installation) -> Where:
    """A new private place of either kind, in a group."""
    group = town.group()
    return town.project(within=group) if request.param == "project" else town.group(parent=group)


@pytest.fixture
def manager(town: Installation, user: User, place: Where) -> User:
    """The visitor, who may manage the place: just so in a project, as the owner of a group."""
    return town.join(user, place, manager_role(place))


def manager_role(place: Where) -> Role:
    """The least role that manages the members of a place."""
    return Role.MAINTAINER if isinstance(place, Project) else Role.OWNER


def page_of(place: Where) -> str:
    """The address of the page."""
    if isinstance(place, Project):
        return f"/{place.full_path}/-/project_members"
    return f"/groups/{place.full_path}/-/group_members"


def role_of(town: Installation, user: User, place: Where) -> tuple[Role, str] | None:
    """A user's direct role in a place, and the day on which it ends."""
    is_project = isinstance(place, Project)
    where = Place(project_id=place.id) if is_project else Place(namespace_id=place.id)
    with town.database.read() as conn:
        member = memberships.find_member(conn, where, user.id, at=utc_now())
    if member is None:
        return None
    return member.role, member.expires_at.date().isoformat() if member.expires_at else ""


def joined(town: Installation, place: Where, role: Role) -> User:
    """Another user with a role in a place."""
    return town.join(town.user(), place, role)


@pytest.mark.usefixtures("manager")
def test_somebody_is_added_with_a_role_and_an_end(
    town: Installation, visitor: Visitor, place: Where
) -> None:
    newcomer = town.user()
    sent = {"login": f"@{newcomer.username}", "access_level": "30", "expires_at": IN_A_MONTH}

    shown = visitor.follow(visitor.post(page_of(place), sent))

    assert notes(shown) == [f"{newcomer.name} is a member now."]
    assert role_of(town, newcomer, place) == (Role.DEVELOPER, IN_A_MONTH)
    assert newcomer.email not in shown.text


@pytest.mark.usefixtures("manager")
def test_who_cannot_be_added_is_refused_beside_the_field(
    town: Installation, user: User, visitor: Visitor, place: Where
) -> None:
    stranger = town.user()

    def told(**changes: str) -> list[str]:
        sent = {"login": stranger.username, "access_level": "30", "expires_at": "", **changes}
        answer = visitor.post(page_of(place), sent)
        assert answer.status_code == 422
        return wrong(answer)

    of_email = "Username must be a username: only administrators find people by email address"
    assert told(login="nobody-at-all") == ["Username belongs to nobody here"]
    assert told(login="") == ["Username is empty"]
    assert told(login=user.username.upper()) == ["Username is a member already"]
    assert told(access_level="31") == ["Role does not have a valid value"]
    assert told(expires_at="2001-01-01") == ["Ends on must be a date in the future"]
    # Whether somebody has an address is told to nobody.
    assert told(login=stranger.email) == told(login="nobody@example.com") == [of_email]
    assert role_of(town, stranger, place) is None


def test_an_administrator_adds_by_email(town: Installation, place: Where) -> None:
    newcomer = town.user()
    with visiting(town, town.user(is_admin=True)) as admin:
        sent = {"login": newcomer.email.upper(), "access_level": "50", "expires_at": ""}
        admin.follow(admin.post(page_of(place), sent))

    assert role_of(town, newcomer, place) == (Role.OWNER, "")


def test_nobody_gives_or_takes_a_role_above_their_own(
    town: Installation, user: User, visitor: Visitor
) -> None:
    project = town.project()
    town.join(user, project, Role.MAINTAINER)
    owner, guest = joined(town, project, Role.OWNER), joined(town, project, Role.GUEST)
    here = page_of(project)
    above = ["The role is above your own"]

    answers = [
        visitor.post(here, {"login": town.user().username, "access_level": "50"}),
        visitor.post(f"{here}/{guest.id}/edit", {"role": "50", "ends": ""}),
        visitor.post(f"{here}/{owner.id}/edit", {"role": "10", "ends": ""}),
        visitor.post(f"{here}/{owner.id}/remove"),
    ]

    assert [(answer.status_code, notes(answer)) for answer in answers] == [(403, above)] * 4
    assert wrong(answers[1]) == above, "it is not said in the row"
    assert f"{here}/{owner.id}/edit" not in answers[0].text, "a form that would be refused"
    assert role_of(town, owner, project) == (Role.OWNER, "")
    assert role_of(town, guest, project) == (Role.GUEST, "")


@pytest.mark.usefixtures("manager")
def test_a_role_and_its_end_are_changed_in_the_row(
    town: Installation, visitor: Visitor, place: Where
) -> None:
    member = joined(town, place, Role.GUEST)
    edit = f"{page_of(place)}/{member.id}/edit"

    shown = visitor.follow(visitor.post(edit, {"role": "40", "ends": IN_A_MONTH}))
    limited = role_of(town, member, place)
    visitor.follow(visitor.post(edit, {"role": "20", "ends": ""}))

    assert notes(shown) == [f"The membership of {member.name} was changed."]
    assert limited == (Role.MAINTAINER, IN_A_MONTH)
    assert role_of(town, member, place) == (Role.REPORTER, "")


@pytest.mark.usefixtures("manager")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"role": "99"}, "The role does not have a valid value"),
        ({"role": ""}, "The role is empty"),
        ({"ends": "2001-01-01"}, "The end must be a date in the future"),
        ({"ends": "soon"}, "The end is invalid"),
    ],
)
def test_a_change_that_cannot_be_is_refused_in_the_row(
    town: Installation, visitor: Visitor, place: Where, changes: dict[str, str], said: str
) -> None:
    member = joined(town, place, Role.GUEST)

    answer = visitor.post(
        f"{page_of(place)}/{member.id}/edit", {"role": "20", "ends": "", **changes}
    )

    assert (answer.status_code, wrong(answer)) == (422, [said])
    assert role_of(town, member, place) == (Role.GUEST, "")


@pytest.mark.usefixtures("manager")
def test_a_member_is_removed(town: Installation, visitor: Visitor, place: Where) -> None:
    member = joined(town, place, Role.DEVELOPER)

    shown = visitor.follow(visitor.post(f"{page_of(place)}/{member.id}/remove"))
    again = visitor.post(f"{page_of(place)}/{member.id}/remove")

    assert notes(shown) == [f"{member.name} is no longer a member."]
    assert role_of(town, member, place) is None
    assert again.status_code == 404


def test_the_last_owner_of_a_group_stays(town: Installation, user: User, visitor: Visitor) -> None:
    group = town.group()
    town.join(user, group, Role.OWNER)
    here = page_of(group)

    answers = [
        visitor.post(f"{here}/{user.id}/remove"),
        visitor.post(f"{here}/{user.id}/edit", {"role": "10", "ends": ""}),
    ]

    said = "A group keeps at least one owner"
    assert [(a.status_code, notes(a), wrong(a)) for a in answers] == [(403, [said], [said])] * 2
    assert role_of(town, user, group) == (Role.OWNER, "")


def test_anybody_may_leave(town: Installation, user: User, visitor: Visitor, place: Where) -> None:
    town.join(user, place, Role.GUEST)
    offered = visitor.get(page_of(place)).text

    answer = visitor.post(f"{page_of(place)}/{user.id}/remove")

    assert "Yes, leave" in offered
    assert answer.headers["location"] == "/"
    assert role_of(town, user, place) is None


def test_who_may_not_manage_sees_the_list_and_no_forms(
    town: Installation, user: User, visitor: Visitor, place: Where
) -> None:
    town.join(user, place, Role.DEVELOPER)
    other = joined(town, place, Role.GUEST)
    here = page_of(place)

    shown = visitor.get(here)
    answers = [
        visitor.post(here, {"login": town.user().username, "access_level": "10"}),
        visitor.post(f"{here}/{other.id}/edit", {"role": "20"}),
        visitor.post(f"{here}/{other.id}/remove"),
    ]

    assert [(row[1], row[2]) for row in rows(shown)] == [
        ("Direct member", "Developer"),
        ("Direct member", "Guest"),
    ]
    assert "Add member" not in shown.text
    assert f'action="{here}/{other.id}' not in shown.text
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert role_of(town, other, place) == (Role.GUEST, "")


def test_a_private_place_is_not_there_for_strangers(visitor: Visitor, place: Where) -> None:
    answers = [visitor.get(page_of(place)), visitor.post(page_of(place), {"login": "x"})]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_members_are_for_those_who_are_signed_in(town: Installation) -> None:
    group = town.group(visibility=Visibility.PUBLIC)
    with visiting(town) as nobody:
        answer = nobody.get(page_of(group))

    assert answer.headers["location"].startswith("/users/sign_in?return_to=/groups/")


def test_each_is_told_from_where_with_the_role_that_counts(
    town: Installation, user: User, visitor: Visitor
) -> None:
    above = town.group()
    group = town.group(parent=above)
    project = town.project(within=group)
    town.join(user, above, Role.OWNER)
    both = joined(town, group, Role.MAINTAINER)
    town.join(both, project, Role.GUEST)

    shown = visitor.get(page_of(project))

    first, second = rows(shown)
    assert first[:3] == [
        f"{user.name[0]} {user.name} You @{user.username}",
        "Inherited from a group above",
        "Owner",
    ]
    assert second[1] == "Direct member"
    assert "Maintainer, inherited from above, is in force" in second[2]


def test_the_owner_of_a_namespace_owns_its_projects(
    town: Installation, user: User, visitor: Visitor
) -> None:
    with town.database.read() as conn:
        own = namespaces.find_own(conn, user.id)
    project = town.project(within=own)

    assert [row[1:3] for row in rows(visitor.get(page_of(project)))] == [
        ["Owns the namespace", "Owner"]
    ]


def test_the_count_of_members_agrees_with_the_list(town: Installation, user: User) -> None:
    with town.database.read() as conn:
        own = namespaces.find_own(conn, user.id)
    personal = town.project(within=own)
    town.join(user, personal, Role.GUEST)
    above = town.group()
    group = town.group(parent=above)
    town.join(joined(town, group, Role.GUEST), above, Role.OWNER)
    town.join(town.user(), group, Role.GUEST, expires_at=utc_now())
    joined(town, above, Role.GUEST)

    with town.database.read() as conn:
        for subject, count in ((personal.subject, 1), (group.subject, 2)):
            listed = roster.list_everybody(conn, subject, Window(), at=utc_now())
            counted = roster.count_everybody(conn, subject, at=utc_now())
            assert (len(listed.items), listed.total, counted) == (count, count, count)


@pytest.mark.usefixtures("manager")
def test_members_are_found_by_name_and_never_by_email(
    town: Installation, visitor: Visitor, place: Where
) -> None:
    member = joined(town, place, Role.DEVELOPER)

    by_name = visitor.get(page_of(place), q=member.username)
    by_email = visitor.get(page_of(place), q="@example.com")

    assert len(rows(by_name)) == 1
    assert "your filter produced no results" in by_email.text


@pytest.mark.usefixtures("manager")
def test_many_members_stand_on_several_pages(
    town: Installation, visitor: Visitor, place: Where
) -> None:
    for _ in range(50):
        joined(town, place, Role.GUEST)

    first, second = visitor.get(page_of(place)), visitor.get(page_of(place), page="2")

    assert (len(rows(first)), len(rows(second))) == (50, 1)


@pytest.mark.usefixtures("manager")
def test_a_form_without_its_token_does_nothing(
    town: Installation, visitor: Visitor, place: Where
) -> None:
    member = joined(town, place, Role.GUEST)

    answers = [
        visitor.post(f"{page_of(place)}/{member.id}/{what}", {"form_token": "", "role": "20"})
        for what in ("edit", "remove")
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert role_of(town, member, place) == (Role.GUEST, "")
