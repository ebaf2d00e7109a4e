"""Nobody replaces the files of a version that is served: who comes later comes last.

Whatever the order in which somebody uploads, opens and moves: what counts is since when a version
is before the readers of an index.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from re import findall

import pytest

from tests.actors import Actor, Installation, Source
from tests.builders import Dist, wheel
from wheelyard import namespaces
from wheelyard.access import RegistryAccess, Role, Visibility
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.users import User

PUBLIC, INTERNAL, PRIVATE = Visibility.PUBLIC, Visibility.INTERNAL, Visibility.PRIVATE


@dataclass
class Member:
    """Somebody who publishes, through REST and the uploads alone."""

    user: User
    uploads: Actor
    calls: Actor
    own: Namespace

    def publish(self, project: Project, dist: Dist) -> Dist:
        assert self.uploads.publish(project, dist).status_code == 201
        return dist

    def edit(self, project: Project, **changes: str) -> None:
        answer = self.calls.api("PUT", f"/projects/{project.id}", **changes)
        assert answer.status_code == 200, answer.text

    def move(self, project: Project, into: Namespace) -> None:
        path = f"/projects/{project.id}/transfer"
        answer = self.calls.api("PUT", path, namespace=into.id)
        assert answer.status_code == 200, answer.text


def arriving(town: Installation) -> Iterator[Member]:
    user = town.user()
    token = town.token(user)
    with town.database.read() as conn:
        own = namespaces.find_own(conn, user.id)
    assert own is not None
    with town.holding(token) as uploads, town.calling(token) as calls:
        yield Member(user, uploads, calls, own)


@pytest.fixture
def alice(town: Installation) -> Iterator[Member]:
    """Who publishes what others want to be taken for."""
    yield from arriving(town)


@pytest.fixture
def mallory(town: Installation) -> Iterator[Member]:
    """Who would like to be taken for alice."""
    yield from arriving(town)


@pytest.fixture
def group(town: Installation, alice: Member, mallory: Member) -> Namespace:
    """A public group in which both have a role."""
    group = town.group(visibility=PUBLIC)
    for member in (alice, mallory):
        town.join(member.user, group, Role.MAINTAINER)
    return group


@pytest.fixture
def wanted(town: Installation, alice: Member) -> Project:
    """A public project of alice's own."""
    return town.project(within=alice.own, visibility=PUBLIC)


def variant(name: str, version: str, of: str) -> Dist:
    """A wheel that has the name of another one, and other bytes."""
    return wheel(name, version, files={"of.txt": of.encode()})


def shown(actor: Actor, place: Source, name: str) -> list[str]:
    """The digests of all links of a page, in their order."""
    answer = actor.simple(place, f"{name}/")
    return findall(r"#sha256=([0-9a-f]{64})", answer.text) if answer.status_code == 200 else []


WIDENINGS: list[tuple[Visibility, RegistryAccess, dict[str, str]]] = [
    (PRIVATE, RegistryAccess.ENABLED, {"visibility": "public"}),
    (PRIVATE, RegistryAccess.ENABLED, {"visibility": "internal"}),
    (INTERNAL, RegistryAccess.ENABLED, {"visibility": "public"}),
    (PUBLIC, RegistryAccess.PRIVATE, {"package_registry_access_level": "enabled"}),
    (PUBLIC, RegistryAccess.PRIVATE, {"package_registry_access_level": "public"}),
]


@pytest.mark.parametrize(("visibility", "registry", "change"), WIDENINGS)
def test_who_opens_a_project_later_replaces_nothing_on_the_instance(
    town: Installation,
    alice: Member,
    mallory: Member,
    wanted: Project,
    visibility: Visibility,
    registry: RegistryAccess,
    change: dict[str, str],
) -> None:
    name = f"lateco{wanted.id}"
    trap = town.project(within=mallory.own, visibility=visibility, registry=registry)
    mallory.publish(trap, variant(name, "1.0", "mallory"))
    real = alice.publish(wanted, variant(name, "1.0", "alice"))
    with town.anonymous() as anonymous:
        assert shown(anonymous, None, name) == [real.sha256]

        mallory.edit(trap, **change)

        for reader in (anonymous, alice.uploads, mallory.uploads):
            assert shown(reader, None, name) == [real.sha256]


def test_who_switches_a_registry_on_later_replaces_nothing_on_the_instance(
    town: Installation, alice: Member, mallory: Member, wanted: Project
) -> None:
    trap = town.project(within=mallory.own, visibility=PUBLIC)
    mallory.publish(trap, variant("switched", "1.0", "mallory"))
    mallory.edit(trap, package_registry_access_level="disabled")
    real = alice.publish(wanted, variant("switched", "1.0", "alice"))

    mallory.edit(trap, package_registry_access_level="enabled")

    with town.anonymous() as anonymous:
        assert shown(anonymous, None, "switched") == [real.sha256]


def test_who_moves_a_project_into_a_group_later_replaces_nothing_there(
    town: Installation, alice: Member, mallory: Member, group: Namespace
) -> None:
    trap = town.project(within=mallory.own, visibility=PUBLIC)
    theirs = town.project(within=group, visibility=PUBLIC)
    mallory.publish(trap, variant("moved", "1.0", "mallory"))
    real = alice.publish(theirs, variant("moved", "1.0", "alice"))
    with town.anonymous() as anonymous:
        assert shown(anonymous, group, "moved") == [real.sha256]

        mallory.move(trap, group)
        added = mallory.publish(trap, variant("moved", "2.0", "mallory"))

        assert shown(anonymous, group, "moved") == [added.sha256, real.sha256]
        # In its own project nothing has changed.
        assert real.sha256 not in shown(anonymous, trap, "moved")


def test_who_has_another_version_for_longer_replaces_nothing(
    town: Installation, alice: Member, mallory: Member, group: Namespace
) -> None:
    first, second = (town.project(within=group, visibility=PUBLIC) for _ in range(2))
    old = mallory.publish(second, variant("foo", "0.0.1", "mallory"))
    real = alice.publish(first, variant("foo", "1.0", "alice"))
    mallory.publish(second, variant("foo", "1.0", "mallory"))

    with town.anonymous() as anonymous:
        for place in (group, None):
            assert shown(anonymous, place, "foo") == [old.sha256, real.sha256]


def test_who_opens_a_project_in_a_group_keeps_their_place_in_its_index(
    town: Installation, alice: Member, mallory: Member, group: Namespace
) -> None:
    first = town.project(within=group)
    second = town.project(within=group, visibility=PUBLIC)
    early = alice.publish(first, variant("within", "1.0", "alice"))
    late = mallory.publish(second, variant("within", "1.0", "mallory"))

    alice.edit(first, visibility="public")

    with town.anonymous() as anonymous:
        assert shown(anonymous, group, "within") == [early.sha256]
        assert shown(anonymous, None, "within") == [late.sha256]


UNOPENED: list[dict[str, str]] = [
    {"description": "another"},
    {"visibility": "internal"},
    {"visibility": "public"},
    {"package_registry_access_level": "private"},
    {"package_registry_access_level": "enabled"},
]


@pytest.mark.parametrize("change", UNOPENED)
def test_what_opens_a_project_to_nobody_keeps_its_place(
    town: Installation, alice: Member, mallory: Member, wanted: Project, change: dict[str, str]
) -> None:
    name = f"kept{wanted.id}"
    trap = town.project(within=mallory.own, visibility=PUBLIC)
    real = alice.publish(wanted, variant(name, "1.0", "alice"))
    mallory.publish(trap, variant(name, "1.0", "mallory"))

    alice.edit(wanted, **change)

    assert shown(alice.uploads, None, name) == [real.sha256]
