"""Where things are changed: a package in a private project of a public group, and who reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from tests.actors import Installation, Source, basic, pypi
from tests.builders import Dist, wheel
from tests.freshness.lines import Line
from tests.freshness.looks import JSON, Look, Seen, listing, reason, status, versions
from tests.publish import wire
from wheelyard.access import Role, Visibility
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.tokens import Minted
from wheelyard.users import User

_numbers = count(1)


@dataclass
class Scene:
    """A place of its own, in which one kind of change is made."""

    town: Installation
    root: str
    """The administrator's token, with which most changes are made."""

    group: Namespace
    project: Project
    user: User
    """A developer of the project."""

    dist: Dist

    @classmethod
    def laid(
        cls,
        town: Installation,
        root: str,
        line: Line,
        *,
        visibility: Visibility = Visibility.PRIVATE,
    ) -> "Scene":
        """A new one, with a file published."""
        group = town.group(visibility=Visibility.PUBLIC)
        project = town.project(within=group, visibility=visibility)
        user = town.join(town.user(), project, Role.DEVELOPER)
        scene = cls(town, root, group, project, user, wheel(f"seen{next(_numbers)}", "1.0"))
        scene.publish(line, scene.dist)
        return scene

    @property
    def name(self) -> str:
        return self.dist.name

    @property
    def path(self) -> str:
        """The project as a URL names it by its path."""
        return f"{self.group.full_path}/{self.project.path}".replace("/", "%2F")

    def later(self, version: str) -> Dist:
        """Another file of the package."""
        return wheel(self.name, version)

    def token(self, *scopes: str) -> Minted:
        """A token of the developer."""
        return self.town.token(self.user, *scopes)

    # Changes -------------------------------------------------------------------------------------

    def call(self, line: Line, method: str, path: str, /, **params: Any) -> Any:
        """Make a REST call as the administrator."""
        return line.call(self.root, method, path, **params)

    def publish(self, line: Line, dist: Dist, project: Project | None = None) -> None:
        """Upload a file as the administrator."""
        look = self.upload(basic(self.root), dist, before=201, after=201, into=project)
        reply = line.ask("POST", look.path, look.headers, look.body)
        assert reply.status == 201, reply.text

    def release_of(self, line: Line, dist: Dist) -> str:
        """The path of a release in the REST API."""
        root = f"/projects/{self.project.id}/packages"
        found = self.call(line, "GET", f"{root}?package_version={dist.version}")
        return f"{root}/{found[0]['id']}"

    def file_of(self, line: Line, dist: Dist) -> str:
        """The path of a file in the REST API; of several copies the newest."""
        root = f"{self.release_of(line, dist)}/package_files"
        return f"{root}/{max(file['id'] for file in self.call(line, 'GET', root))}"

    # Looks ---------------------------------------------------------------------------------------

    def reads(
        self, headers: Mapping[str, str], *, here: int, elsewhere: int, place: int | None = None
    ) -> list[Look]:
        """Read the package in all ways, which after a change answers otherwise.

        ``here`` in the project; ``elsewhere`` through the group and the instance, of which the
        indexes answer ``place``, or no longer list the package.
        """
        index: Seen = "missing" if place is None else place
        return [
            *self.reads_here(headers, here),
            self.index(self.group, headers, "listed", index),
            self.page(self.group, headers, "1.0", elsewhere),
            self.file(self.group, headers, 200, elsewhere),
            self.page(None, headers, "1.0", elsewhere),
        ]

    def reads_here(self, headers: Mapping[str, str], after: int) -> list[Look]:
        """Read the package in the project alone."""
        return [
            self.index(self.project, headers, "listed", after),
            *self.pages(self.project, headers, "1.0", after),
            self.page(self.path, headers, "1.0", after),
            self.file(self.project, headers, 200, after),
            self.metadata(self.project, headers, 200, after),
        ]

    def index(self, place: Source, headers: Mapping[str, str], before: Seen, after: Seen) -> Look:
        """Look whether an index lists the package."""
        return Look(f"{pypi(place)}/simple/", headers, listing(self.name), before, after)

    def page(self, place: Source, headers: Mapping[str, str], before: Seen, after: Seen) -> Look:
        """Look at the package's page."""
        return Look(f"{pypi(place)}/simple/{self.name}/", headers, versions, before, after)

    def pages(
        self, place: Source, headers: Mapping[str, str], before: Seen, after: Seen
    ) -> list[Look]:
        """Look at the package's page in both formats."""
        accepting = {**headers, "Accept": JSON}
        return [self.page(place, each, before, after) for each in (headers, accepting)]

    def file(
        self,
        place: Source,
        headers: Mapping[str, str],
        before: int,
        after: int,
        dist: Dist | None = None,
    ) -> Look:
        """Look at a file."""
        file = dist or self.dist
        path = f"{pypi(place)}/files/{file.sha256}/{file.filename}"
        return Look(path, headers, status, before, after)

    def metadata(
        self,
        place: Source,
        headers: Mapping[str, str],
        before: int,
        after: int,
        dist: Dist | None = None,
    ) -> Look:
        """Look at the metadata beside a file."""
        file = self.file(place, headers, before, after, dist)
        return replace(file, path=f"{file.path}.metadata")

    def upload(
        self,
        headers: Mapping[str, str],
        dist: Dist,
        *,
        before: Seen,
        after: Seen,
        into: Project | None = None,
    ) -> Look:
        """Try to upload a file."""
        sent = {**headers, "Content-Type": wire.TYPE.decode()}
        path = pypi(into or self.project)
        return Look(path, sent, reason, before, after, "POST", wire.upload(dist))

    def attempt(self, headers: Mapping[str, str], *, after: int) -> Look:
        """Upload nothing: 400 to whoever may upload."""
        sent = {**headers, "Content-Type": wire.TYPE.decode()}
        return Look(pypi(self.project), sent, status, 400, after, "POST", wire.form([]))


NOBODY: Mapping[str, str] = {}
"""The headers of whoever has no credential."""
