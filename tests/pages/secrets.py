"""A town in which every thing bears a name of its own, so that it is known wherever it shows.

Each marker is known to some readers and hidden from all others; ``Town.hidden_from`` tells which.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.actors import Installation
from tests.builders import metadata, wheel
from wheelyard import groups, packages, projects, tokens, users
from wheelyard.access import RegistryAccess, Role, TokenKind, Visibility
from wheelyard.groups import NewGroup
from wheelyard.journal import OPERATOR
from wheelyard.namespaces import Namespace
from wheelyard.projects import NewProject, Project
from wheelyard.registry import utc_now
from wheelyard.tokens import Holder, NewToken
from wheelyard.users import NewUser, User

PREFIX = "zq"
"""Of every marker, so that a search for it finds everything."""

NOBODY, STRANGER, ADMIN = "nobody", "stranger", "administrator"
MEMBERS = ("guest", "reporter", "developer", "maintainer", "owner")
READERS = (NOBODY, STRANGER, *MEMBERS, ADMIN)

EVERYBODY = frozenset(READERS)
KNOWN = EVERYBODY - {NOBODY}
"""Whoever has signed in."""

ADMINS = frozenset({ADMIN})
INSIDERS = frozenset(MEMBERS) | ADMINS
MANAGERS = frozenset({"maintainer", "owner"}) | ADMINS
NONE: frozenset[str] = frozenset()

_SEES = {
    Visibility.PUBLIC: EVERYBODY,
    Visibility.INTERNAL: KNOWN,
    Visibility.PRIVATE: INSIDERS,
}


@dataclass
class Town:
    """Groups, projects, packages, tokens and people with marked names."""

    installation: Installation
    markers: dict[str, frozenset[str]] = field(default_factory=dict)
    """By marker, the readers who may see it."""

    managers: frozenset[str] = MANAGERS
    """Who manages what is made now."""

    people: dict[str, User] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    """Full paths of all groups and projects."""

    releases: list[tuple[str, int, int]] = field(default_factory=list)
    """The path of each project with the ids of its release and its file."""

    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(100))

    def mark(self, what: str, readers: Iterable[str]) -> str:
        """Make a marker."""
        marker = f"{PREFIX}{next(self._numbers)}{what}"
        self.markers[marker] = frozenset(readers)
        return marker

    def hidden_from(self, reader: str) -> set[str]:
        """The markers that a reader may not see."""
        return {marker for marker, readers in self.markers.items() if reader not in readers}

    def hidden_paths(self, reader: str) -> list[str]:
        """The paths of the groups and projects that a reader may not see."""
        hidden = self.hidden_from(reader)
        return [path for path in self.paths if path.rpartition("/")[2] in hidden]

    def person(self, reader: str, *, is_admin: bool = False) -> User:
        """A user whose e-mail address and token are for themselves and administrators alone."""
        private = {reader, ADMIN}
        new = NewUser(
            f"{reader}-user",
            reader.title(),
            f"{self.mark('mail', private)}@example.com",
            None,
            is_admin=is_admin,
        )
        with self.installation.database.write() as conn:
            user = users.create(conn, new, by=OPERATOR, at=utc_now())
        self.token(TokenKind.PERSONAL, Holder(user_id=user.id), private, "api")
        self.people[reader] = user
        return user

    def token(self, kind: TokenKind, holder: Holder, readers: Iterable[str], scope: str) -> None:
        """A token with a marked name and description."""
        new = NewToken(
            kind,
            holder,
            self.mark("token", readers),
            (scope,),
            description=self.mark("purpose", readers),
        )
        with self.installation.database.write() as conn:
            tokens.mint(conn, new, by=OPERATOR, at=utc_now())

    def group(
        self, visibility: Visibility, readers: frozenset[str], parent: Namespace | None = None
    ) -> Namespace:
        """A group, and a deploy token of it."""
        new = NewGroup(
            self.mark("groupname", readers),
            self.mark("group", readers),
            self.mark("about", readers),
            visibility,
        )
        with self.installation.database.write() as conn:
            group = groups.create(conn, new, parent, by=OPERATOR, at=utc_now())
        holder = Holder(namespace_id=group.id)
        self.token(TokenKind.DEPLOY, holder, readers & self.managers, "read_package_registry")
        self.paths.append(group.full_path)
        return group

    def project(
        self,
        within: Namespace,
        visibility: Visibility,
        readers: frozenset[str],
        *,
        registry: RegistryAccess = RegistryAccess.ENABLED,
        of_packages: frozenset[str] | None = None,
    ) -> Project:
        """A project with a package and a deploy token."""
        new = NewProject(
            self.mark("projectname", readers),
            self.mark("project", readers),
            self.mark("about", readers),
            visibility,
        )
        with self.installation.database.write() as conn:
            project = projects.create(conn, new, within, by=OPERATOR, at=utc_now())
        holder = Holder(project_id=project.id)
        self.token(TokenKind.DEPLOY, holder, readers & self.managers, "read_package_registry")
        self.publish(project, readers if of_packages is None else of_packages)
        if registry is not RegistryAccess.ENABLED:
            self.installation.edit(project, registry_access_level=registry.value)
        self.paths.append(project.full_path)
        return project

    def publish(self, project: Project, readers: frozenset[str]) -> None:
        """Publish a wheel that is marked inside and outside."""
        # The journal names what was published, and administrators read it.
        name = self.mark("package", readers | ADMINS)
        about = metadata(
            name,
            "1.0",
            extra=f"Summary: {self.mark('summary', readers)}\n"
            f"Author: {self.mark('author', readers)}\n"
            f"Keywords: {self.mark('keyword', readers)}\n"
            f"\n{self.mark('readme', readers)}\n",
        )
        inside = {f"{self.mark('module', readers)}.py": b"pass\n"}
        town = self.installation
        with town.holding(town.deploy_token(project, "write_package_registry")) as robot:
            summary = self.mark("formsummary", readers)
            answer = robot.publish(
                project, wheel(name, "1.0", described=about, files=inside), summary=summary
            )
            assert answer.status_code == 201, answer.text
        with town.database.read() as conn:
            release = packages.latest_packages(conn, project.id, limit=1)[0].release
            file = packages.all_files(conn, release)[0].file
        self.releases.append((project.full_path, release.id, file.id))


def build(installation: Installation) -> Town:
    """Make the town."""
    town = Town(installation)
    for reader in (STRANGER, *MEMBERS):
        town.person(reader)
    town.person(ADMIN, is_admin=True)
    for visibility, readers in _SEES.items():
        group = town.group(visibility, readers)
        for role in MEMBERS:
            installation.join(town.people[role], group, Role[role.upper()])
        for inner, also in _SEES.items():
            if also <= readers:  # nothing is more open than what it is in
                town.project(group, inner, also)
                town.group(inner, also, group)
        town.project(group, visibility, readers, registry=RegistryAccess.DISABLED, of_packages=NONE)
        town.project(
            group, visibility, readers, registry=RegistryAccess.PRIVATE, of_packages=INSIDERS
        )
        town.project(group, visibility, readers, registry=RegistryAccess.PUBLIC)
    _build_elsewhere(town)
    return town


def _build_elsewhere(town: Town) -> None:
    """Places in which none of the readers is a member."""
    town.managers = ADMINS
    for visibility, readers in _SEES.items():
        others = ADMINS if visibility is Visibility.PRIVATE else readers
        group = town.group(visibility, others)
        town.project(group, visibility, others)
        hidden = town.group(Visibility.PRIVATE, ADMINS, group)
        project = town.project(hidden, Visibility.PRIVATE, ADMINS)
        town.installation.edit(project, archived=True)
        town.project(group, visibility, others, registry=RegistryAccess.PRIVATE, of_packages=ADMINS)
