"""GitLab's status table for the PyPI routes of groups, row by row; and the instance's beside it."""

import httpx
import pytest

from tests.access.test_status_tables import require_challenges
from tests.actors import Actor, Installation
from tests.builders import wheel
from wheelyard.access import RegistryAccess, Role, Visibility
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project

DIST = wheel("grouped", "1.0")
WRONG = "glpat-matches-nothing-at-all"

PUBLIC, INTERNAL, PRIVATE = Visibility.PUBLIC, Visibility.INTERNAL, Visibility.PRIVATE
DEVELOPER, GUEST, STRANGER = Role.DEVELOPER, Role.GUEST, Role.NONE

READING = [
    # of the group, whose project is as visible: role, what is presented, status
    (PUBLIC, DEVELOPER, "valid", 200),
    (PUBLIC, GUEST, "valid", 200),
    (PUBLIC, STRANGER, "valid", 200),
    (PUBLIC, DEVELOPER, "wrong", 200),
    (PUBLIC, STRANGER, "wrong", 200),
    (PUBLIC, STRANGER, "anonymous", 200),
    (PUBLIC, STRANGER, "group's", 200),
    (PUBLIC, STRANGER, "project's", 200),
    (INTERNAL, GUEST, "valid", 200),
    (INTERNAL, STRANGER, "valid", 200),
    (INTERNAL, DEVELOPER, "wrong", 401),
    (INTERNAL, STRANGER, "anonymous", 401),
    (PRIVATE, DEVELOPER, "valid", 200),
    (PRIVATE, GUEST, "valid", 200),
    (PRIVATE, STRANGER, "valid", 404),
    (PRIVATE, DEVELOPER, "wrong", 401),
    (PRIVATE, STRANGER, "wrong", 401),
    (PRIVATE, STRANGER, "anonymous", 401),
    (PRIVATE, STRANGER, "group's", 200),
    (PRIVATE, STRANGER, "project's", 404),
    (PRIVATE, STRANGER, "other group's", 404),
]

Places = dict[Visibility, tuple[Namespace, Project]]


@pytest.fixture(scope="module")
def places(town: Installation) -> Places:
    """A group of each visibility, and a project as visible with one file in it."""
    return {visibility: stocked(town, visibility) for visibility in Visibility}


def stocked(
    town: Installation,
    visibility: Visibility,
    registry: RegistryAccess = RegistryAccess.ENABLED,
    *,
    of_project: Visibility | None = None,
) -> tuple[Namespace, Project]:
    group = town.group(visibility=visibility)
    project = town.project(within=group, visibility=of_project or visibility)
    with town.holding(town.deploy_token(project, "write_package_registry")) as robot:
        assert robot.publish(project, DIST).status_code == 201
    return group, town.edit(project, registry_access_level=registry.value)


def presenting(
    town: Installation, group: Namespace, project: Project, role: Role, presented: str
) -> Actor:
    """Somebody with this role in the group who presents this, as Basic."""
    match presented:
        case "anonymous":
            return town.anonymous()
        case "group's":
            return town.holding(town.deploy_token(group, "read_package_registry"))
        case "project's":
            return town.holding(town.deploy_token(project, "write_package_registry"))
        case "other group's":
            return town.holding(town.deploy_token(town.group(), "read_package_registry"))
    user = town.user()
    if role is not Role.NONE:
        town.join(user, group, role)
    return town.holding(WRONG if presented == "wrong" else town.token(user))


def reads(actor: Actor, place: Namespace | None) -> list[httpx.Response]:
    """The index, the page and the file."""
    return [actor.simple(place), actor.simple(place, "grouped/"), actor.download(place, DIST)]


def statuses(actor: Actor, place: Namespace | None) -> list[int]:
    return [answer.status_code for answer in reads(actor, place)]


@pytest.mark.parametrize(("visibility", "role", "presented", "status"), READING)
def test_reading_through_a_group(
    town: Installation,
    places: Places,
    visibility: Visibility,
    role: Role,
    presented: str,
    status: int,
) -> None:
    with presenting(town, *places[visibility], role, presented) as actor:
        answers = reads(actor, places[visibility][0])

    assert [answer.status_code for answer in answers] == [status] * 3
    if status == 401:
        require_challenges(answers)


@pytest.mark.parametrize("ref", ["999999999", "no-such%2Fgroup"])
@pytest.mark.parametrize("presented", ["anonymous", "valid", "wrong"])
def test_an_unknown_group_is_not_found_whoever_asks(
    town: Installation, places: Places, ref: str, presented: str
) -> None:
    with presenting(town, *places[PUBLIC], DEVELOPER, presented) as actor:
        answer = actor.http.get(f"/api/v4/groups/{ref}/-/packages/pypi/simple/grouped/")

    assert (answer.status_code, answer.json()) == (404, {"message": "404 Not Found"})


def test_a_users_own_namespace_is_no_group(town: Installation) -> None:
    user = town.user()
    with town.holding(town.token(user)) as actor:
        answer = actor.http.get(f"/api/v4/groups/{user.username}/-/packages/pypi/simple")

    assert answer.status_code == 404


def test_a_group_deploy_token_reads_what_is_in_subgroups(town: Installation) -> None:
    above = town.group()
    below = town.group(parent=above)
    project = town.project(within=below)
    with town.holding(town.deploy_token(above, "write_package_registry")) as robot:
        robot.publish(project, DIST)

        assert statuses(robot, above) == statuses(robot, below) == [200, 200, 200]


def test_the_deploy_token_of_a_subgroup_is_a_stranger_to_the_group_above(
    town: Installation,
) -> None:
    above = town.group()
    below = town.group(parent=above)
    with town.holding(town.deploy_token(below, "read_package_registry")) as robot:
        assert robot.simple(above).status_code == 404


def test_the_deploy_token_of_a_project_is_a_stranger_to_the_group(town: Installation) -> None:
    group = town.group(visibility=PUBLIC)
    project, beside = town.project(within=group), town.project(within=group, visibility=PUBLIC)
    dist, public = wheel("for-a-project", "1.0"), wheel("for-everybody", "1.0")
    with (
        town.holding(town.deploy_token(project, "write_package_registry")) as robot,
        town.member(beside, DEVELOPER) as developer,
    ):
        assert robot.publish(project, dist).status_code == 201
        assert developer.publish(beside, public).status_code == 201

        assert robot.simple(group, "for-a-project").status_code == 404
        assert robot.download(group, dist).status_code == 404
        assert "for-a-project" not in robot.simple(group).text
        # What anybody reads there it reads as well; and elsewhere what it was made for.
        assert robot.download(group, public).status_code == 200
        for place in (project, None):
            assert robot.simple(place, "for-a-project").status_code == 200
            assert robot.download(place, dist).status_code == 200


def test_the_right_of_the_project_that_holds_a_file_counts(town: Installation) -> None:
    group, project = stocked(town, PUBLIC, of_project=PRIVATE)
    with town.anonymous() as anonymous, town.member(project, GUEST) as member:
        assert statuses(anonymous, group) == [200, 404, 404]
        assert statuses(member, group) == [200, 200, 200]


@pytest.mark.parametrize(
    ("registry", "of_project", "stranger", "member"),
    [
        # Switched off: as if it were not there, for whoever asks.
        (RegistryAccess.DISABLED, PUBLIC, [200, 404, 404], [200, 404, 404]),
        (RegistryAccess.PRIVATE, PUBLIC, [200, 404, 404], [200, 200, 200]),
        # That anybody may pull counts for the project's own routes alone.
        (RegistryAccess.PUBLIC, PRIVATE, [200, 404, 404], [200, 200, 200]),
        (RegistryAccess.PUBLIC, PUBLIC, [200, 200, 200], [200, 200, 200]),
    ],
)
def test_a_registry_level_counts_in_group_and_instance(
    town: Installation,
    registry: RegistryAccess,
    of_project: Visibility,
    stranger: list[int],
    member: list[int],
) -> None:
    name = f"grouped-{registry.value}-{of_project.value}"
    dist = wheel(name, "1.0")
    group, project = stocked(town, PUBLIC, registry, of_project=of_project)
    town.edit(project, registry_access_level=RegistryAccess.ENABLED.value)
    with town.member(project, DEVELOPER) as developer, town.anonymous() as anonymous:
        developer.publish(project, dist)
        town.edit(project, registry_access_level=registry.value)

        for place in (group, None):
            for actor, expected in ((anonymous, stranger), (developer, member)):
                answers = [
                    actor.simple(place),
                    actor.simple(place, name),
                    actor.download(place, dist),
                ]
                assert [answer.status_code for answer in answers] == expected


# The instance -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hidden(town: Installation) -> tuple[Project, str]:
    """A private project and the name of a package that nobody else has."""
    project = town.project()
    with town.holding(town.deploy_token(project, "write_package_registry")) as robot:
        assert robot.publish(project, wheel("only-here", "1.0")).status_code == 201
    return project, "only-here"


def test_the_instance_shows_anybody_what_is_public_and_asks_nobody_for_a_credential(
    town: Installation, places: Places, hidden: tuple[Project, str]
) -> None:
    assert places
    with town.anonymous() as anonymous, town.holding(WRONG) as stale:
        for actor in (anonymous, stale):
            assert statuses(actor, None) == [200, 200, 200]
            answer = actor.simple(None, hidden[1])
            assert (answer.status_code, answer.json()) == (
                404,
                {"message": "404 Package Not Found"},
            )


def test_the_instance_refuses_a_credential_that_is_refused(town: Installation) -> None:
    revoked = town.token(town.user())
    town.revoke(revoked)
    for actor in (
        town.calling(WRONG),
        town.holding(WRONG, "gitlab-ci-token"),
        town.holding(revoked),
    ):
        with actor:
            assert actor.simple(None).status_code == 401


def test_the_instance_shows_members_and_deploy_tokens_what_is_theirs(
    town: Installation, places: Places, hidden: tuple[Project, str]
) -> None:
    project, name = hidden
    of_project = town.deploy_token(project, "read_package_registry")
    with (
        town.member(project, GUEST) as member,
        town.holding(of_project) as robot,
        town.holding(town.token(town.user())) as stranger,
        town.holding(town.token(town.user(is_admin=True))) as administrator,
    ):
        found = [
            actor.simple(None, name).status_code
            for actor in (member, robot, administrator, stranger)
        ]
        # And what is public, as everybody else.
        assert statuses(robot, None) == [200, 200, 200]

    assert places
    assert found == [200, 200, 200, 404]


def test_somebody_signed_in_reads_what_is_internal_through_the_instance(
    town: Installation,
) -> None:
    group = town.group(visibility=INTERNAL)
    project = town.project(within=group, visibility=INTERNAL)
    dist = wheel("within-the-house", "1.0")
    with (
        town.member(project, DEVELOPER) as developer,
        town.holding(town.token(town.user())) as stranger,
        town.anonymous() as anonymous,
    ):
        developer.publish(project, dist)

        assert stranger.download(None, dist).status_code == 200
        assert anonymous.download(None, dist).status_code == 404


# Bots and jobs ----------------------------------------------------------------------------------


def test_a_bot_reads_what_its_role_opens(town: Installation) -> None:
    group = town.group()
    inside, beside = town.project(within=group), town.project(within=group)
    for project, name in ((inside, "bots-inside"), (beside, "bots-beside")):
        with town.member(project, DEVELOPER) as developer:
            assert developer.publish(project, wheel(name)).status_code == 201
    names = ("bots-inside", "bots-beside")
    with (
        town.holding(town.access_token(group, GUEST, "read_api")) as of_group,
        town.holding(town.access_token(inside, GUEST, "read_api")) as of_project,
    ):
        assert [of_group.simple(group, name).status_code for name in names] == [200, 200]
        assert [of_group.simple(None, name).status_code for name in names] == [200, 200]
        # A role in a project is none in the group above it, which is private.
        assert [of_project.simple(group, name).status_code for name in names] == [404, 404]
        assert [of_project.simple(None, name).status_code for name in names] == [200, 404]


def test_a_job_reads_in_groups_what_the_projects_admit(town: Installation) -> None:
    group = town.group()
    home, admitting, closed = (town.project(within=group) for _ in range(3))
    user = town.join(town.user(), group, DEVELOPER)
    names = {home: "jobs-home", admitting: "jobs-admitting", closed: "jobs-closed"}
    for project, name in names.items():
        with town.member(project, DEVELOPER) as developer:
            assert developer.publish(project, wheel(name)).status_code == 201
    with town.job(town.job_token(user, home)) as job:
        for place in (group, None):
            seen = [job.simple(place, name).status_code for name in names.values()]
            assert seen == [200, 404, 404]

        town.admit(admitting, home)

        for place in (group, None):
            seen = [job.simple(place, name).status_code for name in names.values()]
            assert seen == [200, 200, 404]
            assert job.download(place, wheel("jobs-closed")).status_code == 404
            assert "jobs-closed" not in job.simple(place).text
    # What the user reads without a job is another matter, and is not mixed up with it.
    with town.holding(town.token(user)) as person:
        assert person.simple(group, "jobs-closed").status_code == 200
