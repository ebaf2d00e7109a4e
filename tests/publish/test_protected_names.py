"""Publishing under a protected name: whom the rule lets, whatever spelling is sent."""

import pytest

from tests.actors import Actor, Installation
from tests.builders import Dist, wheel
from tests.publish import wire
from tests.publish.test_changes_during_an_upload import BODY, upload_around
from tests.servers import Server
from wheelyard.access import Role
from wheelyard.blobs.store import Sha256
from wheelyard.projects import Project
from wheelyard.protection import Level

REFUSED = (403, {"message": "403 Forbidden - Package protected."})
MAINTAINER, OWNER, ADMIN = Level.MAINTAINER, Level.OWNER, Level.ADMIN


@pytest.mark.parametrize(
    ("level", "role", "status"),
    [
        (MAINTAINER, Role.DEVELOPER, 403),
        (MAINTAINER, Role.MAINTAINER, 201),
        (MAINTAINER, Role.OWNER, 201),
        (MAINTAINER, None, 201),
        (OWNER, Role.MAINTAINER, 403),
        (OWNER, Role.OWNER, 201),
        (OWNER, None, 201),
        (ADMIN, Role.OWNER, 403),
        (ADMIN, None, 201),
    ],
)
def test_the_table_of_levels(
    town: Installation, project: Project, level: Level, role: Role | None, status: int
) -> None:
    town.protect(project, "my-pkg*", push=level)
    who = town.administrator() if role is None else town.member(project, role)

    with who:
        answer = who.publish(project, wheel("my-pkg"))

    assert answer.status_code == status
    if status == 403:
        assert (answer.status_code, answer.json()) == REFUSED


@pytest.mark.parametrize("name", ["my-pkg", "My_Pkg", "MY.PKG", "my--pkg", "my_pkg_more"])
@pytest.mark.parametrize("pattern", ["my-pkg*", "My_Pkg*"])
def test_no_spelling_gets_around_a_rule(
    town: Installation, developer: Actor, project: Project, pattern: str, name: str
) -> None:
    town.protect(project, pattern, push=MAINTAINER)

    answer = developer.publish(project, wheel(name.replace("--", "-")), name=name)

    assert (answer.status_code, answer.json()) == REFUSED
    assert developer.simple(project, name).status_code == 404


def test_a_name_that_no_rule_is_about_is_published_as_before(
    town: Installation, developer: Actor, project: Project
) -> None:
    town.protect(project, "my-pkg", push=ADMIN)
    town.protect(project, "other", delete=OWNER)

    answers = [developer.publish(project, wheel(name)) for name in ("my-pkg-more", "other")]

    assert [answer.status_code for answer in answers] == [201, 201]


@pytest.mark.parametrize("of_group", [False, True])
def test_deploy_tokens_publish_no_protected_package(
    town: Installation, project: Project, *, of_group: bool
) -> None:
    group = town.group()
    place = group if of_group else project
    project = town.project(within=group) if of_group else project
    town.protect(project, "my-pkg", push=MAINTAINER)

    with town.holding(town.deploy_token(place, "write_package_registry")) as robot:
        answers = [robot.publish(project, wheel(name)) for name in ("my-pkg", "other")]

    assert [answer.status_code for answer in answers] == [403, 201]
    assert answers[0].json() == REFUSED[1]


def test_a_refused_upload_leaves_nothing_in_the_store(
    server: Server, town: Installation, developer: Actor, project: Project
) -> None:
    dist = wheel("my-pkg", "9.9", files={"payload": b"of this test alone"})
    town.protect(project, "*", push=MAINTAINER)

    answer = developer.publish(project, dist)

    assert answer.status_code == 403
    assert not _is_kept(server, dist)


def _is_kept(server: Server, dist: Dist) -> bool:
    digest = Sha256(dist.sha256)
    return any(path.name == digest for path in (server.data / "blobs").rglob("*"))


def test_what_is_published_is_found_where_the_test_looks(
    server: Server, developer: Actor, project: Project
) -> None:
    dist = wheel("my-pkg", "9.8")
    developer.publish(project, dist)

    assert _is_kept(server, dist)


def test_a_rule_that_is_made_while_the_body_comes_counts(
    server: Server, town: Installation, project: Project, target: bytes, secret: str
) -> None:
    ending = upload_around(
        server,
        wire.post(target, secret, BODY),
        lambda: town.protect(project, "demo", push=MAINTAINER),
    )

    assert ending == (403, b'{"message": "403 Forbidden - Package protected."}')


@pytest.mark.parametrize(
    ("level", "role", "status"),
    [
        (MAINTAINER, Role.DEVELOPER, 403),
        (MAINTAINER, Role.MAINTAINER, 201),
        (OWNER, Role.MAINTAINER, 403),
        (OWNER, Role.OWNER, 201),
        (ADMIN, Role.OWNER, 403),
    ],
)
@pytest.mark.parametrize("of_group", [False, True])
def test_bots_are_judged_by_their_role(
    town: Installation, level: Level, role: Role, status: int, *, of_group: bool
) -> None:
    group = town.group()
    project = town.project(within=group)
    town.protect(project, "my-pkg", push=level)

    with town.holding(town.access_token(group if of_group else project, role)) as bot:
        answer = bot.publish(project, wheel("my-pkg"))

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("level", "role", "status"),
    [
        (MAINTAINER, Role.DEVELOPER, 403),
        (MAINTAINER, Role.MAINTAINER, 201),
        (OWNER, Role.MAINTAINER, 403),
        (ADMIN, None, 201),
    ],
)
def test_jobs_are_judged_by_their_user(
    town: Installation, project: Project, level: Level, role: Role | None, status: int
) -> None:
    town.protect(project, "my-pkg", push=level)
    user = town.user(is_admin=role is None)
    if role is not None:
        town.join(user, project, role)

    with town.job(town.job_token(user, project)) as job:
        answer = job.publish(project, wheel("my-pkg"))

    assert answer.status_code == status
