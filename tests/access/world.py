"""The world of the permission matrix: for each visibility a project, people and credentials."""

from dataclasses import dataclass, replace

import httpx

from tests.access.credentials import Credential, Kind, access, all_credentials, surroundings
from tests.access.inside import Inside
from tests.actors import Installation
from tests.builders import Dist, wheel
from wheelyard.access import Visibility
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project

DIST = wheel("matrix", "1.0")


@dataclass
class Quarter:
    """One visibility's part of the world."""

    visibility: Visibility
    group: Namespace
    project: Project
    release_id: int
    file_id: int
    credentials: list[Credential]


class World:
    """Everything, made once for a test process."""

    def __init__(self, town: Installation) -> None:
        self.town = town
        self.admin = town.user(is_admin=True)
        self.bystander = town.user()
        self.inside = Inside(town.data)
        self.quarters = {visibility: self._quarter(visibility) for visibility in Visibility}

    def close(self) -> None:
        self.inside.close()

    def _quarter(self, visibility: Visibility) -> Quarter:
        where = surroundings(self.town, visibility, self.admin)
        release_id, file_id = stock(self.town, where.project)
        return Quarter(
            visibility=visibility,
            group=where.group,
            project=where.project,
            release_id=release_id,
            file_id=file_id,
            credentials=all_credentials(self.town, where),
        )

    def renewed(self, who: Credential) -> Credential:
        """The same caller with a token that was not used before, for a cell that spends it."""
        if who.kind is Kind.ACCESS:
            assert who.of is not None
            return access(self.town, who.of, who.made_as, who.scope)
        assert who.user is not None
        secret = self.town.token(who.user, who.scope).secret
        return replace(who, headers={"PRIVATE-TOKEN": secret}, query="")

    def within(self, project: Project, who: Credential) -> Credential:
        """The same caller, with the role in another project that one has in the project alone."""
        if not isinstance(who.of, Project):
            return who
        if who.kind is Kind.ACCESS:
            return access(self.town, project, who.made_as, who.scope)
        assert who.user is not None
        self.town.join(who.user, project, who.role)
        return who


def stock(town: Installation, project: Project, dist: Dist = DIST) -> tuple[int, int]:
    """Publish one file; return the ids of its release and of itself."""
    with town.holding(town.deploy_token(project, "write_package_registry")) as robot:
        assert robot.publish(project, dist).status_code == 201
    headers = {"PRIVATE-TOKEN": town.token(town.user(is_admin=True)).secret}
    with httpx.Client(base_url=town.url, headers=headers, timeout=60.0) as http:
        packages = f"/api/v4/projects/{project.id}/packages"
        release_id: int = http.get(packages).json()[0]["id"]
        files = http.get(f"{packages}/{release_id}/package_files")
        return release_id, files.json()[0]["id"]
