"""What has changed is seen by the very next request, though pages and callers are remembered.

The changes are made by another process than the one that serves.
"""

import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from sqlite3 import connect

import pytest

from tests.actors import Actor, Installation, pypi
from tests.builders import wheel
from wheelyard import memberships, packages, projects
from wheelyard.access import RegistryAccess, Role, Visibility
from wheelyard.database.paging import Window
from wheelyard.journal import OPERATOR
from wheelyard.memberships import Place
from wheelyard.projects import Project
from wheelyard.registry import utc_now
from wheelyard.users import User

DIST = wheel("fresh", "1.0")


@pytest.fixture
def user(town: Installation, project: Project) -> User:
    """A maintainer of the project."""
    return town.join(town.user(), project, Role.MAINTAINER)


def warmed(actor: Actor, project: Project) -> None:
    """Publish, and read everything until it is remembered."""
    assert actor.publish(project, DIST).status_code == 201
    for _ in range(2):
        assert statuses(actor, project) == [200, 200, 200]


def statuses(actor: Actor, project: Project) -> list[int]:
    """What the index, the page and the file answer."""
    answers = (
        actor.simple(project),
        actor.simple(project, "fresh"),
        actor.download(project, DIST),
    )
    return [answer.status_code for answer in answers]


def remove_member(town: Installation, project: Project, user: User) -> None:
    with town.database.write() as conn:
        place = Place(project_id=project.id)
        member = memberships.find_member(conn, place, user.id, at=utc_now())
        assert member is not None
        memberships.remove(conn, place, member, by=OPERATOR, at=utc_now())


def delete_project(town: Installation, project: Project, user: User) -> None:
    del user
    with town.database.write() as conn:
        projects.remove(conn, project, by=OPERATOR, at=utc_now())


def delete_release(town: Installation, project: Project, user: User) -> None:
    del user
    with town.database.write() as conn:
        page = packages.list_releases(conn, project.id, packages.Filter(), Window())
        packages.delete_release(conn, page.items[0].release, by=OPERATOR, at=utc_now())


Change = Callable[[Installation, Project, User], object]

CHANGES: list[tuple[str, Change, list[int]]] = [
    ("the member removed", remove_member, [404, 404, 404]),
    ("the user blocked", lambda town, _, user: town.block(user), [403, 403, 403]),
    (
        "the registry switched off",
        lambda town, project, _: town.edit(
            project, registry_access_level=RegistryAccess.DISABLED.value
        ),
        [403, 403, 403],
    ),
    ("the project deleted", delete_project, [404, 404, 404]),
    ("the release deleted", delete_release, [200, 404, 404]),
]


@pytest.mark.parametrize(
    ("change", "expected"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES]
)
def test_the_next_request_sees(
    town: Installation, project: Project, user: User, change: Change, expected: list[int]
) -> None:
    with town.holding(town.token(user)) as actor:
        warmed(actor, project)

        change(town, project, user)

        assert statuses(actor, project) == expected


def test_a_revoked_token_is_refused_by_the_next_request(
    town: Installation, project: Project, user: User
) -> None:
    minted = town.token(user)
    with town.holding(minted) as actor:
        warmed(actor, project)

        town.revoke(minted)

        assert statuses(actor, project) == [401, 401, 401]


def test_a_project_made_private_is_hidden_from_the_next_request(
    town: Installation,
) -> None:
    project = town.project(visibility=Visibility.PUBLIC)
    with town.member(project, Role.DEVELOPER) as developer, town.anonymous() as anonymous:
        developer.publish(project, DIST)
        assert statuses(anonymous, project) == [200, 200, 200]

        town.edit(project, visibility=Visibility.PRIVATE.value)

        assert statuses(anonymous, project) == [401, 401, 401]


def test_a_token_is_refused_from_its_expiry_on_though_it_is_remembered(
    town: Installation, project: Project, user: User
) -> None:
    expires_at = utc_now() + timedelta(seconds=1.5)
    with town.holding(town.token(user, expires_at=expires_at)) as actor:
        warmed(actor, project)
        assert utc_now() < expires_at, "the machine was too slow for this test"

        while utc_now() < expires_at:
            time.sleep(0.05)

        assert statuses(actor, project) == [401, 401, 401]


def test_a_membership_ends_at_its_expiry_though_it_is_remembered(
    town: Installation, project: Project
) -> None:
    expires_at = utc_now() + timedelta(seconds=1.5)
    user = town.join(town.user(), project, Role.DEVELOPER, expires_at=expires_at)
    with town.holding(town.token(user)) as actor:
        warmed(actor, project)
        assert utc_now() < expires_at, "the machine was too slow for this test"

        while utc_now() < expires_at:
            time.sleep(0.05)

        assert statuses(actor, project) == [404, 404, 404]


def test_an_upload_is_on_pages_that_were_remembered(
    town: Installation, project: Project, user: User
) -> None:
    with town.holding(town.token(user)) as actor:
        warmed(actor, project)

        for number in range(20):
            later = wheel("fresh", f"1.{number + 1}")
            actor.publish(project, later)

            assert later.sha256 in actor.simple(project, "fresh").text


def test_a_page_answers_304_until_it_changes(
    town: Installation, project: Project, user: User
) -> None:
    with town.holding(town.token(user)) as actor:
        warmed(actor, project)
        seen = actor.simple(project, "fresh")
        condition = {"If-None-Match": seen.headers["etag"]}
        url = seen.request.url

        unchanged = actor.http.get(url, headers=condition)
        actor.publish(project, wheel("fresh", "2.0"))
        changed = actor.http.get(url, headers=condition)

        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert unchanged.headers["etag"] == seen.headers["etag"]
        assert changed.status_code == 200
        assert changed.headers["etag"] != seen.headers["etag"]


def test_metadata_is_served_from_the_upload_on_that_brings_it(
    town: Installation, project: Project, user: User
) -> None:
    path = f"{pypi(project)}/files/{DIST.sha256}/{DIST.filename}.metadata"
    with town.holding(town.token(user)) as actor:
        assert actor.publish(project, DIST).status_code == 201
        with closing(connect(town.data / "wheelyard.sqlite")) as database, database:
            # As an older release has left it.
            database.execute(
                "UPDATE files SET serves_metadata = 0 WHERE sha256 = ?", (DIST.sha256,)
            )
        for _ in range(2):
            assert actor.http.get(path).status_code == 404

        assert actor.publish(project, DIST).status_code == 201

        assert actor.http.get(path).content == DIST.metadata
