"""Job tokens act as their user, on packages, in the projects that admit them."""

from datetime import timedelta

import pytest

from tests.actors import Installation
from tests.builders import wheel
from wheelyard import admissions, jobs, users
from wheelyard.access import RegistryAccess, Role, Visibility
from wheelyard.facts import Invalid
from wheelyard.journal import OPERATOR
from wheelyard.projects import Project
from wheelyard.registry import utc_now
from wheelyard.tokens import Minted
from wheelyard.users import User


def open_gates(town: Installation, project: Project) -> None:
    with town.database.write() as conn:
        admissions.keep_list(conn, project.id, enabled=False, by=OPERATOR, at=utc_now())


@pytest.fixture
def home(town: Installation) -> Project:
    """The project that jobs run in."""
    return town.project(within=town.group())


@pytest.fixture
def user(town: Installation, home: Project) -> User:
    """A user who starts them."""
    return town.join(town.user(), home, Role.DEVELOPER)


def test_a_job_publishes_and_installs_in_its_own_project(
    town: Installation, home: Project, user: User
) -> None:
    with town.job(town.job_token(user, home)) as job:
        assert job.publish(home, wheel()).status_code == 201
        assert job.simple(home, "demo").status_code == 200
        assert job.download(home, wheel()).status_code == 200


def test_a_job_is_a_stranger_in_a_project_that_does_not_admit_it(
    town: Installation, home: Project, user: User
) -> None:
    other = town.project(within=town.group())
    town.join(user, other, Role.OWNER)
    with town.job(town.job_token(user, home)) as job:
        assert job.simple(other).status_code == 404
        assert job.publish(other, wheel()).status_code == 404


@pytest.mark.parametrize("how", ["project", "group", "group above", "no list"])
def test_a_job_has_its_users_rights_where_it_is_admitted(
    town: Installation, home: Project, user: User, how: str
) -> None:
    other = town.project(within=town.group())
    town.join(user, other, Role.DEVELOPER)
    match how:
        case "project":
            town.admit(other, home)
        case "group" | "group above":
            above = town.group()
            within = above if how == "group" else town.group(parent=above)
            home = town.project(within=within)
            town.join(user, home, Role.DEVELOPER)
            town.admit(other, above)
        case _:
            open_gates(town, other)
    with town.job(town.job_token(user, home)) as job:
        assert job.simple(other).status_code == 200
        assert job.publish(other, wheel()).status_code == 201


def test_to_be_admitted_gives_no_rights(town: Installation, home: Project, user: User) -> None:
    other = town.project(within=town.group())
    town.admit(other, home)
    with town.job(town.job_token(user, home)) as job:
        assert job.simple(other).status_code == 404


@pytest.mark.parametrize(
    ("visibility", "registry", "read"),
    [
        (Visibility.PUBLIC, RegistryAccess.ENABLED, 200),
        (Visibility.INTERNAL, RegistryAccess.ENABLED, 200),
        (Visibility.PUBLIC, RegistryAccess.PRIVATE, 403),
        (Visibility.PRIVATE, RegistryAccess.PUBLIC, 200),
        (Visibility.PRIVATE, RegistryAccess.ENABLED, 404),
    ],
)
def test_a_job_that_is_not_admitted_reads_what_strangers_read(
    town: Installation,
    home: Project,
    user: User,
    visibility: Visibility,
    registry: RegistryAccess,
    read: int,
) -> None:
    within = town.group(visibility=visibility)
    other = town.project(within=within, visibility=visibility, registry=registry)
    town.join(user, other, Role.OWNER)
    with town.job(town.job_token(user, home)) as job:
        assert job.simple(other).status_code == read


def test_an_administrators_job_is_a_stranger_too(town: Installation, home: Project) -> None:
    admin, other = town.user(is_admin=True), town.project(within=town.group())
    minted = town.job_token(admin, home)
    with town.job(minted) as job:
        assert job.simple(home).status_code == 200
        assert job.simple(other).status_code == 404
        town.admit(other, home)
        assert job.simple(other).status_code == 200


def test_a_change_of_the_list_counts_from_the_next_request_on(
    town: Installation, home: Project, user: User
) -> None:
    other = town.project(within=town.group())
    town.join(user, other, Role.DEVELOPER)
    with town.job(town.job_token(user, home)) as job:
        assert job.simple(other).status_code == 404
        town.admit(other, home)
        assert job.simple(other).status_code == 200
        with town.database.write() as conn:
            guest = admissions.Guest(project_id=home.id)
            admissions.dismiss(conn, other.id, guest, by=OPERATOR, at=utc_now())
        assert job.simple(other).status_code == 404


def test_a_job_loses_what_its_user_loses(town: Installation, home: Project, user: User) -> None:
    minted = town.job_token(user, home)
    with town.job(minted) as job:
        assert job.simple(home).status_code == 200
        town.block(user)
        assert job.simple(home).status_code == 403


@pytest.mark.parametrize("how", ["expired", "revoked"])
def test_a_job_that_is_over_is_refused_even_where_all_is_public(
    town: Installation, user: User, home: Project, how: str
) -> None:
    public = town.project(visibility=Visibility.PUBLIC)
    minted = town.job_token(user, home, seconds=-1 if how == "expired" else 60)
    if how == "revoked":
        town.revoke(minted)
    with town.job(minted) as job:
        answer = job.simple(public)

    assert (answer.status_code, answer.json()) == (401, {"message": "401 Unauthorized"})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/projects"),
        ("GET", "/user"),
        ("GET", "/personal_access_tokens/self"),
        ("DELETE", "/projects/{project}"),
        ("GET", "/projects/{project}/members"),
    ],
)
def test_a_job_does_nothing_but_packages(
    town: Installation, home: Project, user: User, method: str, path: str
) -> None:
    with town.anonymous() as job:
        job.http.headers["JOB-TOKEN"] = town.job_token(user, home).secret
        answer = job.api(method, path.format(project=home.id))

    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")


def test_nobody_has_a_job_where_they_could_not_start_one(town: Installation, home: Project) -> None:
    reporter = town.join(town.user(), home, Role.REPORTER)
    with pytest.raises(Invalid, match="is no Developer of the project"):
        town.job_token(reporter, home)


def test_a_bot_starts_no_job(town: Installation, home: Project) -> None:
    bot_id = town.access_token(home, Role.OWNER).token.holder.user_id
    assert bot_id is not None
    with town.database.read() as conn:
        bot = users.get(conn, bot_id)
    with pytest.raises(Invalid, match="cannot start jobs"):
        town.job_token(bot, home)


def test_what_is_left_of_old_jobs_goes_when_a_new_one_begins(
    town: Installation, home: Project, user: User
) -> None:
    old = town.job_token(user, home)
    days_later = utc_now() + timedelta(days=2)
    with town.database.write() as conn:
        jobs.mint(conn, home, user, seconds=60, by=OPERATOR, at=days_later)

    assert not is_stored(town, old)


def is_stored(town: Installation, minted: Minted) -> bool:
    with town.database.read() as conn:
        found = conn.exec_driver_sql("SELECT id FROM tokens WHERE id = ?", (minted.token.id,))
        return found.first() is not None
