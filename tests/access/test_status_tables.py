"""GitLab's status tables for the PyPI routes and the packages API, row by row.

The rows are those of GitLab's own request specs: visibility, the role of the user behind the token,
what is presented, and the status.  "wrong" is Basic with a secret that matches nothing.
"""

import httpx
import pytest

from tests.actors import Actor, Installation, pypi
from tests.builders import wheel
from tests.servers import running
from wheelyard.access import RegistryAccess, Role, Visibility
from wheelyard.projects import Project
from wheelyard.registry import utc_now

DIST = wheel("table", "1.0")
WRONG = "glpat-matches-nothing-at-all"

PUBLIC, INTERNAL, PRIVATE = Visibility.PUBLIC, Visibility.INTERNAL, Visibility.PRIVATE
GUEST, REPORTER, DEVELOPER = Role.GUEST, Role.REPORTER, Role.DEVELOPER
MAINTAINER, STRANGER = Role.MAINTAINER, Role.NONE

READING = [
    (PUBLIC, DEVELOPER, "valid", 200),
    (PUBLIC, GUEST, "valid", 200),
    (PUBLIC, DEVELOPER, "wrong", 200),
    (PUBLIC, GUEST, "wrong", 200),
    (PUBLIC, STRANGER, "valid", 200),
    (PUBLIC, STRANGER, "wrong", 200),
    (PUBLIC, STRANGER, "anonymous", 200),
    (INTERNAL, STRANGER, "valid", 200),
    (INTERNAL, STRANGER, "wrong", 401),
    (INTERNAL, STRANGER, "anonymous", 401),
    (PRIVATE, DEVELOPER, "valid", 200),
    (PRIVATE, GUEST, "valid", 200),
    (PRIVATE, DEVELOPER, "wrong", 401),
    (PRIVATE, GUEST, "wrong", 401),
    (PRIVATE, STRANGER, "valid", 404),
    (PRIVATE, STRANGER, "wrong", 401),
    (PRIVATE, STRANGER, "anonymous", 401),
]

UPLOADING = [
    (PUBLIC, DEVELOPER, "valid", 201),
    (PUBLIC, GUEST, "valid", 403),
    (PUBLIC, DEVELOPER, "wrong", 401),
    (PUBLIC, GUEST, "wrong", 401),
    (PUBLIC, STRANGER, "valid", 403),
    (PUBLIC, STRANGER, "wrong", 401),
    (PUBLIC, STRANGER, "anonymous", 401),
    (PRIVATE, DEVELOPER, "valid", 201),
    (PRIVATE, GUEST, "valid", 403),
    (PRIVATE, DEVELOPER, "wrong", 401),
    (PRIVATE, GUEST, "wrong", 401),
    (PRIVATE, STRANGER, "valid", 404),
    (PRIVATE, STRANGER, "wrong", 401),
    (PRIVATE, STRANGER, "anonymous", 401),
    (PUBLIC, REPORTER, "valid", 403),
    (PRIVATE, REPORTER, "valid", 403),
]

DEPLOYING = [
    # visibility, scope, state, read, upload
    (PUBLIC, "read_package_registry", "valid", 200, 403),
    (PRIVATE, "read_package_registry", "valid", 200, 403),
    (PUBLIC, "write_package_registry", "valid", 200, 201),
    (PRIVATE, "write_package_registry", "valid", 200, 201),
    (PUBLIC, "write_package_registry", "expired", 200, 401),
    (PRIVATE, "write_package_registry", "expired", 401, 401),
    (PUBLIC, "write_package_registry", "revoked", 200, 401),
    (PRIVATE, "write_package_registry", "revoked", 401, 401),
]

REST_READING = [
    (PUBLIC, STRANGER, "anonymous", 200),
    (PUBLIC, STRANGER, "valid", 200),
    (PRIVATE, STRANGER, "anonymous", 404),
    (PRIVATE, STRANGER, "valid", 404),
    (PRIVATE, GUEST, "valid", 200),
    (PRIVATE, REPORTER, "valid", 200),
    (PRIVATE, DEVELOPER, "valid", 200),
]

REST_DELETING = [
    (PUBLIC, STRANGER, "anonymous", 403),
    (PUBLIC, STRANGER, "valid", 403),
    (PUBLIC, DEVELOPER, "valid", 403),
    (PRIVATE, STRANGER, "anonymous", 404),
    (PRIVATE, STRANGER, "valid", 404),
    (PRIVATE, DEVELOPER, "valid", 403),
    (PUBLIC, MAINTAINER, "valid", 204),
    (PRIVATE, MAINTAINER, "valid", 204),
]

REGISTRY_LEVELS = [
    # level, visibility, role, what is presented, read
    (RegistryAccess.PUBLIC, PRIVATE, STRANGER, "valid", 200),
    (RegistryAccess.PUBLIC, PRIVATE, STRANGER, "anonymous", 200),
    (RegistryAccess.PUBLIC, PRIVATE, STRANGER, "wrong", 200),
    (RegistryAccess.DISABLED, PUBLIC, DEVELOPER, "valid", 403),
    (RegistryAccess.DISABLED, PUBLIC, STRANGER, "anonymous", 403),
    (RegistryAccess.DISABLED, PRIVATE, MAINTAINER, "valid", 403),
    (RegistryAccess.DISABLED, PRIVATE, STRANGER, "valid", 404),
    (RegistryAccess.DISABLED, PRIVATE, STRANGER, "anonymous", 401),
    (RegistryAccess.PRIVATE, PUBLIC, GUEST, "valid", 200),
    (RegistryAccess.PRIVATE, PUBLIC, STRANGER, "valid", 403),
    (RegistryAccess.PRIVATE, PUBLIC, STRANGER, "anonymous", 401),
]


def presenting(town: Installation, project: Project, role: Role, presented: str) -> Actor:
    """Somebody with this role who presents this, as Basic."""
    if presented == "anonymous":
        return town.anonymous()
    user = town.user()
    if role is not Role.NONE:
        town.join(user, project, role)
    return town.holding(WRONG if presented == "wrong" else town.token(user))


def stocked(town: Installation, visibility: Visibility) -> Project:
    """A project with one file in it."""
    project = town.project(visibility=visibility)
    with town.holding(town.deploy_token(project, "write_package_registry")) as robot:
        robot.publish(project, DIST)
    return project


@pytest.fixture(scope="module")
def projects(town: Installation) -> dict[Visibility, Project]:
    """One project of each visibility, with one file in it."""
    return {visibility: stocked(town, visibility) for visibility in Visibility}


def reads(actor: Actor, project: Project) -> list[httpx.Response]:
    """The index, the page and the file."""
    return [
        actor.simple(project),
        actor.simple(project, "table/"),
        actor.download(project, DIST),
    ]


@pytest.mark.parametrize(("visibility", "role", "presented", "status"), READING)
def test_reading(
    town: Installation,
    projects: dict[Visibility, Project],
    visibility: Visibility,
    role: Role,
    presented: str,
    status: int,
) -> None:
    project = projects[visibility]
    with presenting(town, project, role, presented) as actor:
        answers = reads(actor, project)

    assert [answer.status_code for answer in answers] == [status] * 3
    if status == 401:
        require_challenges(answers)


@pytest.mark.parametrize(("visibility", "role", "presented", "status"), UPLOADING)
def test_uploading(
    town: Installation,
    projects: dict[Visibility, Project],
    visibility: Visibility,
    role: Role,
    presented: str,
    status: int,
) -> None:
    project = projects[visibility]
    with presenting(town, project, role, presented) as actor:
        answer = actor.publish(project, DIST)

    assert answer.status_code == status
    if status == 401:
        require_challenges([answer])


def require_challenges(answers: list[httpx.Response]) -> None:
    """Every 401 of the PyPI routes asks for a credential, in GitLab's words."""
    for answer in answers:
        assert answer.headers["www-authenticate"] == 'Basic realm="GitLab Packages Registry"'
        assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(("visibility", "scope", "state", "read", "upload"), DEPLOYING)
def test_a_deploy_token(
    town: Installation,
    projects: dict[Visibility, Project],
    visibility: Visibility,
    scope: str,
    state: str,
    read: int,
    upload: int,
) -> None:
    project = projects[visibility]
    expires_at = utc_now() if state == "expired" else None
    minted = town.deploy_token(project, scope, expires_at=expires_at)
    if state == "revoked":
        town.revoke(minted)
    with town.holding(minted, username="whoever") as actor:
        answers = reads(actor, project)
        answer = actor.publish(project, DIST)

    assert [answer.status_code for answer in answers] == [read] * 3
    assert answer.status_code == upload


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_wrong_job_token_is_refused_even_where_anybody_may_read(
    town: Installation, projects: dict[Visibility, Project], method: str
) -> None:
    project = projects[PUBLIC]
    with town.holding(WRONG, username="gitlab-ci-token") as actor:
        reading = method == "GET"
        answers = reads(actor, project) if reading else [actor.publish(project, DIST)]

    assert {answer.status_code for answer in answers} == {401}
    require_challenges(answers)


@pytest.mark.parametrize("ref", ["999999999", "no-such%2Fproject"])
@pytest.mark.parametrize("presented", ["anonymous", "valid", "wrong"])
def test_an_unknown_project_is_not_found_whoever_asks(
    town: Installation, project: Project, ref: str, presented: str
) -> None:
    with presenting(town, project, DEVELOPER, presented) as actor:
        answers = [
            actor.simple(ref),
            actor.simple(ref, "table"),
            actor.download(ref, DIST),
            actor.publish(ref, DIST),
        ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert answers[0].json() == {"message": "404 Not Found"}


@pytest.mark.parametrize(("visibility", "role", "presented", "status"), REST_READING)
def test_reading_through_the_rest_api(
    town: Installation,
    projects: dict[Visibility, Project],
    visibility: Visibility,
    role: Role,
    presented: str,
    status: int,
) -> None:
    project = projects[visibility]
    with rest_caller(town, project, role, presented) as actor:
        listed = actor.api("GET", f"/projects/{project.id}/packages")
        package = release_id(town, project)
        answers = [
            listed,
            actor.api("GET", f"/projects/{project.id}/packages/{package}"),
            actor.api("GET", f"/projects/{project.id}/packages/{package}/package_files"),
        ]

    assert [answer.status_code for answer in answers] == [status] * 3
    if status == 404:
        assert listed.json() == {"message": "404 Project Not Found"}


@pytest.mark.parametrize(("visibility", "role", "presented", "status"), REST_DELETING)
@pytest.mark.parametrize("what", ["package", "file"])
def test_deleting_through_the_rest_api(
    town: Installation,
    what: str,
    visibility: Visibility,
    role: Role,
    presented: str,
    status: int,
) -> None:
    project = stocked(town, visibility)
    package = f"/projects/{project.id}/packages/{release_id(town, project)}"
    path = package if what == "package" else f"{package}/package_files/{file_id(town, package)}"

    with rest_caller(town, project, role, presented) as actor:
        answer = actor.api("DELETE", path)

    assert answer.status_code == status


def rest_caller(town: Installation, project: Project, role: Role, presented: str) -> Actor:
    """Somebody with this role who presents this, as PRIVATE-TOKEN."""
    if presented == "anonymous":
        return town.anonymous()
    user = town.user()
    if role is not Role.NONE:
        town.join(user, project, role)
    return town.calling(town.token(user))


def release_id(town: Installation, project: Project) -> int:
    """The id of the first release of a project."""
    with town.administrator() as admin:
        found: int = admin.api("GET", f"/projects/{project.id}/packages").json()[0]["id"]
        return found


def file_id(town: Installation, package: str) -> int:
    """The id of the first file of a release."""
    with town.administrator() as admin:
        found: int = admin.api("GET", f"{package}/package_files").json()[0]["id"]
        return found


@pytest.mark.parametrize(("level", "visibility", "role", "presented", "status"), REGISTRY_LEVELS)
def test_the_registry_access_level(
    town: Installation,
    level: RegistryAccess,
    visibility: Visibility,
    role: Role,
    presented: str,
    status: int,
) -> None:
    project = stocked(town, visibility)
    town.edit(project, registry_access_level=level.value)

    with presenting(town, project, role, presented) as actor:
        answers = reads(actor, project)

    assert [answer.status_code for answer in answers] == [status] * 3


def test_an_expired_personal_token_says_so_even_where_anybody_may_read(
    town: Installation, projects: dict[Visibility, Project]
) -> None:
    minted = town.token(town.user(), expires_at=utc_now())

    with town.holding(minted) as actor:
        answer = actor.simple(projects[PUBLIC], "table")

    assert (answer.status_code, answer.json()) == (
        401,
        {
            "error": "invalid_token",
            "error_description": (
                "Token is expired. You can either do re-authorization or token refresh."
            ),
        },
    )


def test_a_revoked_personal_token_says_so_even_where_anybody_may_read(
    town: Installation, projects: dict[Visibility, Project]
) -> None:
    minted = town.token(town.user())
    town.revoke(minted)

    with town.holding(minted) as actor:
        answer = actor.simple(projects[PUBLIC], "table")

    assert (answer.status_code, answer.json()) == (
        401,
        {
            "error": "invalid_token",
            "error_description": "Token was revoked. You have to re-authorize from the user.",
        },
    )


def test_reading_scope_cannot_publish(town: Installation, project: Project) -> None:
    with town.member(project, DEVELOPER, "read_api") as actor:
        answer = actor.publish(project, DIST)

    assert (answer.status_code, answer.json()) == (
        403,
        {
            "error": "insufficient_scope",
            "error_description": (
                "The request requires higher privileges than provided by the access token."
            ),
            "scope": "api",
        },
    )


def test_another_scope_cannot_read(town: Installation, project: Project) -> None:
    with town.member(project, DEVELOPER, "read_user") as actor:
        answer = actor.simple(project)

    assert (answer.status_code, answer.json()["scope"]) == (403, "api read_api")


def test_a_blocked_user_is_refused(town: Installation, project: Project) -> None:
    user = town.join(town.user(), project, DEVELOPER)
    with town.holding(town.token(user)) as actor:
        assert actor.simple(project).status_code == 200
        town.block(user)

        answer = actor.simple(project)

    assert (answer.status_code, answer.json()) == (
        403,
        {"message": "403 Forbidden - Your account has been blocked."},
    )


def test_an_archived_project_serves_and_takes_nothing(town: Installation, project: Project) -> None:
    with town.member(project, MAINTAINER) as actor:
        actor.publish(project, DIST)
        town.edit(project, archived=True)

        answers = [*reads(actor, project), actor.publish(project, DIST)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 403]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"PRIVATE-TOKEN": WRONG}, 401),
        ({"Authorization": f"Bearer {WRONG}"}, 401),
        ({"JOB-TOKEN": WRONG}, 401),
        ({"Deploy-Token": WRONG}, 200),
        ({"Authorization": "Basic !!!"}, 200),
        ({"Authorization": "Digest whatever"}, 200),
    ],
)
def test_a_secret_that_matches_nothing(
    town: Installation,
    projects: dict[Visibility, Project],
    headers: dict[str, str],
    status: int,
) -> None:
    with Actor(town.url, headers=headers) as actor:
        answer = actor.simple(projects[PUBLIC], "table")

    assert answer.status_code == status


@pytest.mark.parametrize("username", ["__token__", "anything", ""])
def test_the_user_name_in_basic_is_not_looked_at(
    town: Installation, project: Project, username: str
) -> None:
    user = town.join(town.user(), project, GUEST)
    with town.holding(town.token(user), username=username) as actor:
        answer = actor.simple(project)

    assert answer.status_code == 200


def test_every_other_form_of_a_token_is_taken(town: Installation, project: Project) -> None:
    secret = town.token(town.join(town.user(), project, GUEST)).secret
    deploy = town.deploy_token(project, "read_package_registry").secret
    forms: list[dict[str, str]] = [
        {"PRIVATE-TOKEN": secret},
        {"Authorization": f"Bearer {secret}"},
        {"Deploy-Token": deploy},
    ]
    for headers in forms:
        with Actor(town.url, headers=headers) as actor:
            assert actor.simple(project).status_code == 200
    with town.anonymous() as actor:
        path = f"{pypi(project)}/simple?private_token={secret}"
        assert actor.http.get(path).status_code == 200


def test_packages_switched_off_for_the_instance_are_found_nowhere(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    data = tmp_path_factory.mktemp("off") / "data"
    with running(data, WHEELYARD_PACKAGES_ENABLED="false") as server:
        town = Installation(server.data, server.url)
        project = town.project(visibility=PUBLIC)
        with town.member(project, MAINTAINER) as actor:
            answers = [*reads(actor, project), actor.publish(project, DIST)]
        with town.caller(project, MAINTAINER) as caller:
            answers.append(caller.api("GET", f"/projects/{project.id}/packages"))
        town.close()

    assert [answer.status_code for answer in answers] == [404] * 5
    assert answers[0].json() == {"message": "404 Not Found"}
