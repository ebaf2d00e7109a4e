"""The world of the pages' matrix: who looks, and for each visibility what there is to look at."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update

from tests import library
from tests.actors import Installation
from tests.builders import Dist, wheel
from tests.pages.policy import Kind
from tests.pages.visitor import Visitor, visiting
from wheelyard import packages
from wheelyard.access import Role, Visibility
from wheelyard.database.schema import journal, sessions
from wheelyard.namespaces import Namespace
from wheelyard.packages import File, Release
from wheelyard.projects import Project
from wheelyard.registry import utc_now
from wheelyard.users import User

ROLES = (Role.NONE, Role.GUEST, Role.REPORTER, Role.DEVELOPER, Role.MAINTAINER, Role.OWNER)
DIST = wheel("matrix", "1.0")

_numbers = itertools.count(1)


@dataclass
class Looker:
    """Somebody with a browser, and what the server should take them for."""

    label: str
    kind: Kind
    visitor: Visitor
    role: Role = Role.NONE
    user: User | None = None


@dataclass
class Quarter:
    """One visibility's part of the world."""

    visibility: Visibility
    group: Namespace
    project: Project
    release: Release
    file: File
    lookers: list[Looker]


def new_looker(
    town: Installation, label: str, kind: Kind, role: Role = Role.NONE, user: User | None = None
) -> Looker:
    """A browser of its own for somebody, with the token that its forms hold."""
    visitor = visiting(town, user)
    visitor.get("/explore")  # shown to everybody, with the footer's form
    return Looker(label, kind, visitor, role, user)


def lookers_at(town: Installation, place: Namespace | Project) -> Iterator[Looker]:
    """Everybody who may come by a place."""
    yield new_looker(town, "nobody", Kind.NOBODY)
    for role in ROLES:
        user = town.user()
        if role is not Role.NONE:
            town.join(user, place, role)
        label = "a stranger" if role is Role.NONE else f"a {role.name.lower()}"
        yield new_looker(town, label, Kind.USER, role, user)
    yield new_looker(town, "an administrator", Kind.ADMINISTRATOR, user=town.user(is_admin=True))
    blocked = town.join(town.user(), place, Role.OWNER)
    looker = new_looker(town, "a blocked owner's session", Kind.NOBODY, user=blocked)
    town.block(blocked)
    yield looker
    late = town.join(town.user(), place, Role.OWNER)
    looker = new_looker(town, "an owner's session that has expired", Kind.NOBODY, user=late)
    expire(town, late)
    yield looker


def expire(town: Installation, user: User, **moments: timedelta) -> None:
    """Let a user's sessions have ended, or have begun or been used so long ago."""
    ago = moments or {"expires_at": timedelta(seconds=1)}
    values = {name: utc_now() - span for name, span in ago.items()}
    with town.database.write() as conn:
        conn.execute(update(sessions).where(sessions.c.user_id == user.id).values(values))


def last_serial(town: Installation) -> int:
    """The serial of the newest row of the journal: it rises with every change."""
    with town.database.read() as conn:
        serial: int = conn.execute(select(func.max(journal.c.serial))).scalar_one()
    return serial


def new_release(
    town: Installation, project: Project, dist: Dist | None = None
) -> tuple[Release, File]:
    """A release with one file, without its bytes, which somebody may spoil."""
    dist = dist or wheel(f"spoilt{next(_numbers)}", "1.0")
    with town.database.write() as conn:
        return library.publish(conn, project, dist, utc_now())


class World:
    """Everything, made once for a test process."""

    def __init__(self, town: Installation) -> None:
        self.town = town
        self.bystander = town.user()
        self.quarters = {visibility: self._quarter(visibility) for visibility in Visibility}

    def close(self) -> None:
        for quarter in self.quarters.values():
            for looker in quarter.lookers:
                looker.visitor.http.close()

    def _quarter(self, visibility: Visibility) -> Quarter:
        town = self.town
        group = town.group(visibility=visibility)
        project = town.project(within=group, visibility=visibility)
        with town.holding(town.deploy_token(project, "write_package_registry")) as robot:
            assert robot.publish(project, DIST).status_code == 201
        with town.database.read() as conn:
            release = packages.latest_packages(conn, project.id, limit=1)[0].release
            file = packages.all_files(conn, release)[0].file
        lookers = list(lookers_at(town, group))
        return Quarter(visibility, group, project, release, file, lookers)
