"""What many projects' index is made of is what ``access`` decides, project by project.

``projects.readable_ids`` is that decision as a condition of the database; here the two are held
together for every kind of caller and every kind of project.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import Connection

from tests.actors import Installation
from tests.builders import wheel
from tests.library import publish
from wheelyard import access, admissions, memberships, namespaces, projects, reaching
from wheelyard.access import (
    ANONYMOUS,
    Decision,
    Permission,
    Principal,
    RegistryAccess,
    Role,
    TokenKind,
    Visibility,
)
from wheelyard.facts import Fact
from wheelyard.index import EVERYTHING, Grant, key_of
from wheelyard.journal import OPERATOR
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.pypi.names import NormalizedName
from wheelyard.registry import Registry, utc_now
from wheelyard.users import User

READS = frozenset({"read_api"})


@dataclass(frozen=True)
class Quarter:
    """A group in a group, with a project of each visibility and level in either."""

    above: Namespace
    below: Namespace
    projects: list[Project]
    own: User
    """Who has one of them in a namespace of their own."""


@pytest.fixture
def town(registry: Registry) -> Iterator[Installation]:
    """A town without a server."""
    town = Installation(registry.settings.data)
    yield town
    town.close()


@pytest.fixture
def quarter(town: Installation) -> Quarter:
    """Every kind of project."""
    above = town.group(visibility=Visibility.PUBLIC)
    below = town.group(parent=above, visibility=Visibility.PUBLIC)
    made = [
        town.project(within=group, visibility=visibility, registry=level)
        for group in (above, below)
        for visibility in Visibility
        for level in RegistryAccess
    ]
    own = town.user()
    with town.database.read() as conn:
        namespace = namespaces.find_own(conn, own.id)
    return Quarter(above, below, [*made, town.project(within=namespace)], own)


def callers(town: Installation, quarter: Quarter) -> Iterator[tuple[str, Principal]]:
    """Every kind of caller that knows of memberships or of what a token was made for."""
    some = quarter.projects[5]
    yield "nobody", ANONYMOUS
    yield "a stranger", Principal(user_id=town.user().id, scopes=READS)
    yield "who owns a namespace", Principal(user_id=quarter.own.id, scopes=READS)
    yield "an administrator", Principal(user_id=town.user().id, is_admin=True, scopes=READS)
    for label, where in (("above", quarter.above), ("below", quarter.below), ("of one", some)):
        member = town.join(town.user(), where, Role.GUEST)
        yield f"a guest {label}", Principal(user_id=member.id, scopes=READS)
    for scope in ("read_package_registry", "write_package_registry", "read_repository"):
        deploy = Principal(token_id=1, token_kind=TokenKind.DEPLOY, scopes=frozenset({scope}))
        for label, group in (("above", quarter.above), ("below", quarter.below)):
            yield f"the {scope} of {label}", replace(deploy, reach_namespace_id=group.id)
        yield f"the {scope} of one", replace(deploy, reach_project_id=some.id)
    yield from jobs(town, quarter)


def jobs(town: Installation, quarter: Quarter) -> Iterator[tuple[str, Principal]]:
    """Job tokens, which some projects admit, and one of them everybody's."""
    home = quarter.projects[0]
    for project in quarter.projects[6:10]:
        town.admit(project, quarter.above)
    town.admit(quarter.projects[10], home)
    with town.database.write() as conn:
        number = quarter.projects[1].id
        admissions.keep_list(conn, number, enabled=False, by=OPERATOR, at=utc_now())
    owner = town.join(town.user(), quarter.above, Role.OWNER)
    job = Principal(user_id=owner.id, token_kind=TokenKind.JOB, job_project_id=home.id)
    yield "an owner's job", job
    yield "an administrator's job", replace(job, user_id=town.user().id, is_admin=True)
    yield "a stranger's job", replace(job, user_id=town.user().id)


def test_what_is_read_through_a_group_is_what_may_be_read_in_each_project(
    registry: Registry, town: Installation, quarter: Quarter
) -> None:
    at, wrong = utc_now(), []
    who = list(callers(town, quarter))
    with registry.database.read() as conn:
        for label, principal in who:
            for group in (None, quarter.above, quarter.below):
                statement = reaching.readable_projects(conn, principal, under=group, at=at)
                found: set[int] = set(conn.scalars(statement))
                expected = {
                    project.id
                    for project in quarter.projects
                    if group is None or group.id in project.lineage
                    if may_read(conn, through(principal, group), project)
                }
                if found != expected:
                    wrong.append(f"{label} under {group}: {found ^ expected}")

    assert len(who) == 19
    assert wrong == []


def through(principal: Principal, group: Namespace | None) -> Principal:
    """As whom somebody reads through a group: a project's deploy token reaches none."""
    return principal if group is None else replace(principal, reach_project_id=None)


def may_read(conn: Connection, principal: Principal, project: Project) -> bool:
    """Whether packages may be read, but for what is open to the whole world in its own place."""
    subject = project.subject
    if subject.registry is RegistryAccess.PUBLIC:
        subject = replace(subject, registry=RegistryAccess.ENABLED)
    try:
        memberships.require(conn, principal, Permission.READ_PACKAGES, subject, at=utc_now())
    except Fact:
        return False
    return True


@pytest.mark.parametrize("place", ["above", "below", "everywhere"])
def test_all_who_read_everything_in_a_place_read_the_same(
    registry: Registry, town: Installation, quarter: Quarter, place: str
) -> None:
    group = {"above": quarter.above, "below": quarter.below}.get(place)
    subject = group.subject if group else access.INSTANCE
    readers, who = [], list(callers(town, quarter))
    with registry.database.read() as conn:
        everything = projects.readable_ids(Principal(is_admin=True), at=utc_now(), under=group)
        for label, principal in who:
            standing = (
                memberships.find_standing(conn, principal.user_id, subject, utc_now())
                if group
                else memberships.STRANGER
            )
            allowed = access.decide(
                principal, Permission.READ_GROUP_PACKAGES, subject, standing.role
            )
            if allowed is Decision.ALLOWED and access.reaches_all(
                principal, subject, standing.role
            ):
                statement = projects.readable_ids(principal, at=utc_now(), under=group)
                assert set(conn.scalars(statement)) == set(conn.scalars(everything)), label
                readers.append(label)

    assert readers[0] == "an administrator"
    assert len(readers) == {"above": 4, "below": 7, "everywhere": 1}[place]


def test_a_job_token_never_counts_as_reading_everything() -> None:
    job = Principal(user_id=1, is_admin=True, token_kind=TokenKind.JOB, job_project_id=1)

    assert not access.reaches_all(job, access.INSTANCE, Role.OWNER)


@pytest.mark.parametrize("place", ["group", "instance"])
def test_the_same_projects_in_another_order_of_arrival_are_other_sources(
    registry: Registry, town: Installation, place: str
) -> None:
    # Or a page that somebody else made before could be taken for the one that is to be made.
    group = town.group(visibility=Visibility.PUBLIC)
    below = town.group(parent=group, visibility=Visibility.PUBLIC)
    first, second = town.project(within=group), town.project(within=group)
    with town.database.write() as conn:
        for project in (first, second):
            publish(conn, project, wheel("ordered", "1.0"), utc_now())
    where = group if place == "group" else None

    found = [sources_of(registry, where)]
    town.edit(first, visibility=Visibility.PUBLIC.value)
    found.append(sources_of(registry, where))
    with town.database.write() as conn:
        projects.transfer(conn, first, below, by=OPERATOR, at=utc_now())
    found.append(sources_of(registry, where))

    assert (found[0] == found[1]) is (place == "group")
    assert found[1] != found[2]


def sources_of(registry: Registry, place: Namespace | None) -> bytes:
    """Under which sources whoever reads everything finds the page of ``ordered``."""
    grant = Grant(
        principal=Principal(is_admin=True),
        place=place,
        key=key_of(place),
        reader=EVERYTHING,
        until=None,
        max_file_bytes=0,
        is_open=False,
    )
    with registry.database.read() as conn:
        sources = reaching.find_sources(conn, grant, NormalizedName("ordered"), at=utc_now())
    assert sources.reach is not None
    return sources.reach.sources
