"""What has changed is seen by the very next request of a group's and of the instance's index.

As of a project's (test_freshness), and more: what such an index is made of can become wider by what
somebody else creates.  The changes are made by another process than the two that serve.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from re import findall

import pytest

from tests.actors import Actor, Installation, Source, pypi
from tests.builders import wheel
from tests.library import publish as add
from tests.servers import Server, running
from wheelyard import groups, instance, memberships, packages, projects
from wheelyard.access import RegistryAccess, Role, Visibility
from wheelyard.database.paging import Window
from wheelyard.journal import OPERATOR
from wheelyard.memberships import Place
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.registry import utc_now
from wheelyard.tokens import Minted
from wheelyard.users import User

DIST = wheel("seen", "1.0")
PUBLIC, PRIVATE = Visibility.PUBLIC, Visibility.PRIVATE


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of two processes."""
    data = tmp_path_factory.mktemp("pair") / "data"
    with running(data, WHEELYARD_WORKERS="2") as server:
        yield server


@pytest.fixture(scope="module")
def town(pair: Server) -> Iterator[Installation]:
    """Its people and things."""
    town = Installation(pair.data, pair.url)
    yield town
    town.close()


@dataclass
class Scene:
    """A public group with a private project, in which one user has a role of their own."""

    town: Installation
    group: Namespace
    project: Project
    user: User
    token: Minted
    actor: Actor

    def asked(self, place: Source) -> list[set[int]]:
        """What index, page and file answer, in both processes."""
        root = pypi(place)
        paths = ("/simple/", "/simple/seen/", f"/files/{DIST.sha256}/{DIST.filename}")
        return [self.statuses(root + path) for path in paths]

    def statuses(self, path: str) -> set[int]:
        """Ask on connections of their own, so that both processes are asked."""
        headers = {"connection": "close"}
        return {self.actor.http.get(path, headers=headers).status_code for _ in range(8)}

    def is_listed(self, place: Source) -> set[bool]:
        """Whether the index lists the package, in both processes."""
        path, headers = f"{pypi(place)}/simple/", {"connection": "close"}
        texts = [self.actor.http.get(path, headers=headers).text for _ in range(8)]
        return {">seen</a>" in text for text in texts}

    def digests(self, place: Source) -> set[str]:
        """What the page's only link leads to, in both processes."""
        path, headers = f"{pypi(place)}/simple/seen/", {"connection": "close"}
        texts = [self.actor.http.get(path, headers=headers).text for _ in range(8)]
        return {",".join(findall(r"#sha256=([0-9a-f]{64})", text)) for text in texts}


@pytest.fixture(params=["group", "instance"])
def place(request: pytest.FixtureRequest) -> str:
    """Which index is looked at."""
    return str(request.param)


@pytest.fixture
def scene(town: Installation) -> Iterator[Scene]:
    """The scene, with the package published."""
    yield from made(town, published=True)


@pytest.fixture
def empty(town: Installation) -> Iterator[Scene]:
    """The scene before anything is published."""
    yield from made(town, published=False)


def made(town: Installation, *, published: bool) -> Iterator[Scene]:
    group = town.group(visibility=PUBLIC)
    project = town.project(within=group)
    user = town.join(town.user(), project, Role.GUEST)
    token = town.token(user)
    if published:
        publish(town, project)
    with town.holding(token) as actor:
        yield Scene(town, group, project, user, token, actor)
    with town.database.write() as conn:  # the instance's index would go on listing it
        groups.remove(conn, group, by=OPERATOR, at=utc_now())


def publish(town: Installation, project: Project, version: str = "1.0") -> None:
    with town.holding(town.deploy_token(project, "write_package_registry")) as robot:
        assert robot.publish(project, wheel("seen", version)).status_code == 201


def where(scene: Scene, place: str) -> Source:
    return scene.group if place == "group" else None


def remove_member(scene: Scene) -> None:
    at_project = Place(project_id=scene.project.id)
    with scene.town.database.write() as conn:
        member = memberships.get_member(conn, at_project, scene.user.id, at=utc_now())
        memberships.remove(conn, at_project, member, by=OPERATOR, at=utc_now())


def delete_release(scene: Scene) -> None:
    with scene.town.database.write() as conn:
        page = packages.list_releases(conn, scene.project.id, packages.Filter(), Window())
        packages.delete_release(conn, page.items[0].release, by=OPERATOR, at=utc_now())


def delete_project(scene: Scene) -> None:
    with scene.town.database.write() as conn:
        projects.remove(conn, scene.project, by=OPERATOR, at=utc_now())


def switch_off(scene: Scene) -> None:
    level = RegistryAccess.DISABLED.value
    scene.town.edit(scene.project, registry_access_level=level)


GONE = [{200}, {404}, {404}]

LOSSES: list[tuple[str, Callable[[Scene], object], list[set[int]]]] = [
    ("the member removed", remove_member, GONE),
    ("the registry switched off", switch_off, GONE),
    ("the release deleted", delete_release, GONE),
    ("the project deleted", delete_project, GONE),
    ("the token revoked", lambda scene: scene.town.revoke(scene.token), [{401}] * 3),
    ("the user blocked", lambda scene: scene.town.block(scene.user), [{403}] * 3),
]


@pytest.mark.parametrize(
    ("change", "expected"), [row[1:] for row in LOSSES], ids=[row[0] for row in LOSSES]
)
def test_the_next_request_sees_what_is_gone(
    scene: Scene, place: str, change: Callable[[Scene], object], expected: list[set[int]]
) -> None:
    for _ in range(2):
        assert scene.asked(where(scene, place)) == [{200}] * 3

    change(scene)

    assert scene.asked(where(scene, place)) == expected
    if expected == GONE:
        assert scene.is_listed(where(scene, place)) == {False}


def test_the_next_request_sees_a_project_that_was_archived_as_before(
    scene: Scene, place: str
) -> None:
    assert scene.asked(where(scene, place)) == [{200}] * 3

    scene.town.edit(scene.project, archived=True)

    assert scene.asked(where(scene, place)) == [{200}] * 3


def test_the_next_request_sees_what_was_uploaded(empty: Scene, place: str) -> None:
    assert empty.asked(where(empty, place)) == GONE
    assert empty.is_listed(where(empty, place)) == {False}

    publish(empty.town, empty.project)

    assert empty.asked(where(empty, place)) == [{200}] * 3
    assert empty.is_listed(where(empty, place)) == {True}
    for number in range(2, 5):
        publish(empty.town, empty.project, f"{number}.0")
        page = empty.actor.simple(where(empty, place), "seen").text
        assert page.count("</a>") == number


def give_role(scene: Scene, other: Project) -> None:
    scene.town.join(scene.user, other, Role.GUEST)


def give_role_above(scene: Scene, other: Project) -> None:
    del other
    scene.town.join(scene.user, scene.group, Role.GUEST)


def make_public(scene: Scene, other: Project) -> None:
    scene.town.edit(other, visibility=PUBLIC.value)


GAINS = [
    ("a role in the project", give_role),
    ("a role in the group", give_role_above),
    ("the project made public", make_public),
]


@pytest.mark.parametrize("change", [row[1] for row in GAINS], ids=[row[0] for row in GAINS])
def test_the_next_request_sees_what_another_project_adds(
    scene: Scene, place: str, change: Callable[[Scene, Project], None]
) -> None:
    other = scene.town.project(within=scene.group)
    later = wheel("seen", "2.0")
    with scene.town.database.write() as conn:
        add(conn, other, later, utc_now())
    path = f"{pypi(where(scene, place))}/simple/seen"
    before = {scene.actor.http.get(path, headers={"connection": "close"}).text for _ in range(8)}
    assert [text.count("</a>") for text in before] == [1]

    change(scene, other)

    after = {scene.actor.http.get(path, headers={"connection": "close"}).text for _ in range(8)}
    assert [text.count("</a>") for text in after] == [2]


def test_the_next_request_sees_a_project_that_moved_into_the_group_and_out(scene: Scene) -> None:
    other = scene.town.group(visibility=PUBLIC)
    assert scene.asked(other) == GONE
    assert scene.asked(scene.group) == [{200}] * 3

    with scene.town.database.write() as conn:
        projects.transfer(conn, scene.project, other, by=OPERATOR, at=utc_now())

    assert scene.asked(other) == [{200}] * 3
    assert scene.asked(scene.group) == GONE
    delete_project(scene)


def test_the_next_request_sees_that_a_project_comes_after_another_from_now_on(
    scene: Scene, place: str
) -> None:
    # Whoever reads both reads the same two projects before and after.
    other = scene.town.project(within=scene.group, visibility=PUBLIC)
    below = scene.town.group(parent=scene.group, visibility=PUBLIC)
    second = wheel("seen", "1.0", files={"of.txt": b"the other's"})
    with scene.town.database.write() as conn:
        add(conn, other, second, utc_now())
    assert scene.digests(where(scene, place)) == {DIST.sha256}

    if place == "group":
        with scene.town.database.write() as conn:
            projects.transfer(conn, scene.project, below, by=OPERATOR, at=utc_now())
    else:
        scene.town.edit(scene.project, visibility=PUBLIC.value)

    assert scene.digests(where(scene, place)) == {second.sha256}


def test_a_role_that_is_changed_changes_nothing_that_is_read(scene: Scene, place: str) -> None:
    assert scene.asked(where(scene, place)) == [{200}] * 3
    at_project = Place(project_id=scene.project.id)
    with scene.town.database.write() as conn:
        member = memberships.get_member(conn, at_project, scene.user.id, at=utc_now())
        changed = memberships.Member(member.user, Role.OWNER, None, member.created_at)
        memberships.edit(conn, at_project, changed, by=OPERATOR, at=utc_now())

    assert scene.asked(where(scene, place)) == [{200}] * 3


def test_a_membership_ends_at_its_expiry_though_what_it_opens_is_remembered(
    town: Installation, place: str
) -> None:
    group = town.group(visibility=PUBLIC)
    project = town.project(within=group)
    name = f"ending-{place}"
    dist = wheel(name, "1.0")
    with town.database.write() as conn:
        add(conn, project, dist, utc_now())
    source = group if place == "group" else None
    expires_at = utc_now() + timedelta(seconds=2)
    user = town.join(town.user(), project, Role.GUEST, expires_at=expires_at)
    with town.holding(town.token(user)) as actor:
        for _ in range(2):
            assert actor.simple(source, name).status_code == 200
        assert utc_now() < expires_at, "the machine was too slow for this test"

        while utc_now() < expires_at:
            time.sleep(0.05)

        assert actor.simple(source, name).status_code == 404


def test_the_index_of_a_group_bears_its_new_name_at_once(scene: Scene) -> None:
    assert f"<title>Links for {scene.group.name}</title>" in scene.actor.simple(scene.group).text

    with scene.town.database.write() as conn:
        groups.edit(conn, scene.group, {"name": "Renamed"}, by=OPERATOR, at=utc_now())

    assert "<title>Links for Renamed</title>" in scene.actor.simple(scene.group).text


def test_there_is_nothing_while_packages_are_switched_off(scene: Scene, place: str) -> None:
    assert scene.asked(where(scene, place)) == [{200}] * 3
    switch(scene.town, packages_enabled=False)
    try:
        assert scene.asked(where(scene, place)) == [{404}] * 3
    finally:
        switch(scene.town, packages_enabled=None)

    assert scene.asked(where(scene, place)) == [{200}] * 3


def switch(town: Installation, *, packages_enabled: bool | None) -> None:
    with town.database.write() as conn:
        changes = {"packages_enabled": packages_enabled}
        instance.edit(conn, changes, by=OPERATOR, at=utc_now())
