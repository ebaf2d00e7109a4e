"""Where a client is sent for a package that is not here, and for which names it is sent nowhere."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests import library
from tests.actors import Installation
from tests.builders import wheel
from wheelyard import forwarding, groups, namespaces, packages, projects
from wheelyard.access import ANONYMOUS, Principal, TokenKind
from wheelyard.forwarding import Place
from wheelyard.journal import OPERATOR
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.pypi import names
from wheelyard.registry import Registry, utc_now
from wheelyard.settings import Settings

ADA = Principal(user_id=1)
ON = Settings(forwarding=True, upstream_url="https://mirror.example.com/simple")


class Desk:
    """Asks where clients are sent."""

    def __init__(self, town: Installation) -> None:
        self.town = town
        self.group = town.group()
        self.project = town.project(within=self.group)

    def ask(
        self,
        name: str = "requests",
        *,
        principal: Principal = ADA,
        place: Place = None,
        settings: Settings = ON,
    ) -> str | None:
        """Where a client is sent."""
        with self.town.database.read() as conn:
            return forwarding.find_target(conn, principal, place, name, settings)

    def refresh(self) -> tuple[Namespace, Project]:
        """The group and the project as they are now."""
        with self.town.database.read() as conn:
            project = projects.get(conn, self.project.id)
            group = namespaces.get(conn, self.group.id)
        return group, project

    def say(self, **changes: Any) -> None:
        """Let the group say something."""
        with self.town.database.write() as conn:
            groups.edit(conn, self.group, changes, by=OPERATOR, at=utc_now())


@pytest.fixture
def desk(registry: Registry) -> Iterator[Desk]:
    """A desk with a library of its own."""
    town = Installation(registry.settings.data)
    yield Desk(town)
    town.close()


def test_the_name_in_the_address_is_the_one_that_was_requested(desk: Desk) -> None:
    for place in (None, desk.group, desk.project):
        assert desk.ask("My.Lib_x", place=place) == "https://mirror.example.com/simple/My.Lib_x/"


def test_a_deploy_token_is_somebody(desk: Desk) -> None:
    deploy = Principal(
        token_id=1, token_kind=TokenKind.DEPLOY, scopes=frozenset({"read_package_registry"})
    )

    assert desk.ask(principal=deploy) == "https://mirror.example.com/simple/requests/"


@pytest.mark.parametrize(
    "scopes", [frozenset(), frozenset({"read_registry"})], ids=["none", "other"]
)
def test_a_deploy_token_that_opens_no_packages_is_not_sent_on(
    desk: Desk, scopes: frozenset[str]
) -> None:
    deploy = Principal(token_id=1, token_kind=TokenKind.DEPLOY, scopes=scopes)

    asked = [desk.ask(principal=deploy, place=place) for place in (None, desk.group, desk.project)]

    assert asked == [None, None, None]


def test_nobody_anonymous_is_sent_on(desk: Desk) -> None:
    assert desk.ask(principal=ANONYMOUS) is None


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(forwarding=True),
        Settings(upstream_url=ON.upstream_url),
        replace(ON, base_url="https://mirror.example.com"),
    ],
    ids=["by itself", "without an upstream", "switched off", "to itself"],
)
def test_nothing_is_forwarded(desk: Desk, settings: Settings) -> None:
    assert [desk.ask(place=place, settings=settings) for place in (None, desk.project)] == [
        None,
        None,
    ]


@pytest.mark.parametrize("name", ["", "..", "a/b", "a%2Fb", "-x", "x-", "ä", "x" * 256, "x\n"])
def test_what_is_no_name_is_not_forwarded(desk: Desk, name: str) -> None:
    assert desk.ask(name) is None


def test_a_group_and_a_project_decide_for_themselves(desk: Desk) -> None:
    off = replace(ON, forwarding=False)
    desk.say(forwarding=True)

    group, project = desk.refresh()

    asked = [desk.ask(place=place, settings=off) is not None for place in (None, group, project)]
    assert asked == [False, True, True]


@pytest.mark.parametrize("name", ["acme", "Acme", "acme-tools", "ACME_tools", "acme.tools.x"])
def test_nothing_under_a_reserved_prefix_is_forwarded(desk: Desk, name: str) -> None:
    reserved = names.normalize_prefixes(["Acme"])
    desk.say(reserved_prefixes=reserved)
    group, project = desk.refresh()

    by_instance = desk.ask(name, settings=replace(ON, reserved_prefixes=reserved))
    by_group = [desk.ask(name, place=place) for place in (group, project)]

    assert (by_instance, by_group) == (None, [None, None])


def test_what_a_group_reserves_is_reserved_for_all_that_it_is_inside(desk: Desk) -> None:
    below = desk.town.group(parent=desk.town.group(parent=desk.group))
    inside = desk.town.project(within=below)
    other, sibling = desk.town.group(), desk.town.group(parent=desk.group)
    with desk.town.database.write() as conn:
        reserved = names.normalize_prefixes(["Acme", "late"])
        groups.edit(conn, below, {"reserved_prefixes": reserved}, by=OPERATOR, at=utc_now())
        below = namespaces.get(conn, below.id)

    heeding = [desk.ask("acme-next", place=place) for place in (None, desk.group, below, inside)]
    free = [desk.ask("acme-next", place=place) for place in (other, sibling, desk.project)]

    assert heeding == [None, None, None, None]
    assert free == [f"{ON.upstream_url}/acme-next/"] * 3


@pytest.mark.parametrize("name", ["acmetools", "ac", "my-acme"])
def test_a_prefix_ends_where_a_word_ends(desk: Desk, name: str) -> None:
    settings = replace(ON, reserved_prefixes=names.normalize_prefixes(["acme"]))

    assert desk.ask(name, settings=settings) == f"{ON.upstream_url}/{name}/"


@pytest.mark.parametrize("asked", ["secret-lib", "Secret_Lib", "secret.lib"])
def test_a_name_that_is_anywhere_here_is_not_forwarded(desk: Desk, asked: str) -> None:
    other = desk.town.project()
    with desk.town.database.write() as conn:
        library.publish(conn, other, wheel("Secret.Lib", "1.0"), utc_now())

    assert desk.ask(asked, place=desk.project) is None
    assert desk.ask("secret-library", place=desk.project) is not None


def test_a_name_that_was_ever_here_is_not_forwarded(desk: Desk) -> None:
    with desk.town.database.write() as conn:
        release, _ = library.publish(conn, desk.project, wheel("gone", "1.0"), utc_now())
        packages.delete_release(conn, release, by=OPERATOR, at=utc_now())

    assert desk.ask("gone") is None


def test_a_name_stays_known_when_its_project_goes(desk: Desk) -> None:
    with desk.town.database.write() as conn:
        library.publish(conn, desk.project, wheel("gone", "1.0"), utc_now())
        projects.remove(conn, desk.project, by=OPERATOR, at=utc_now())

    assert desk.ask("gone") is None


def test_a_name_is_remembered_once_however_often_it_comes(desk: Desk) -> None:
    other = desk.town.project()
    with desk.town.database.write() as conn:
        for place in (desk.project, other):
            library.publish(conn, place, wheel("twice", "1.0"), utc_now())

    assert desk.ask("twice") is None
