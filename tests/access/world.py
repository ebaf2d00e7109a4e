"""The world of the permission matrix.

For each visibility there are a group and a project in it, people of every role, and every kind of
credential that they could present.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum, auto
from typing import Any

import httpx

from tests.actors import Installation
from tests.builders import wheel
from wheelyard.access import Role, Visibility
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.registry import utc_now
from wheelyard.tokens import Minted
from wheelyard.users import User

DIST = wheel("matrix", "1.0")
SCOPES = ("api", "read_api", "read_user", "self_rotate")
ROLES = (Role.NONE, Role.GUEST, Role.REPORTER, Role.DEVELOPER, Role.MAINTAINER, Role.OWNER)
WRONG = "glpat-matches-nothing-at-all"


class Kind(Enum):
    """What a credential turns out to be."""

    NOTHING = auto()
    PERSONAL = auto()
    REFUSED = auto()
    """A personal token that is expired, revoked or unknown where that is said at once."""

    BLOCKED = auto()
    DEPLOY = auto()
    STRANGE_DEPLOY = auto()
    """A deploy token of another place."""


@dataclass(frozen=True)
class Credential:
    """One thing that a request can present, and what is true of it."""

    label: str
    kind: Kind
    headers: dict[str, str] = field(default_factory=dict)
    auth: tuple[str, str] | None = None
    scope: str = ""
    role: Role = Role.NONE
    is_admin: bool = False
    user: User | None = None
    reaches_group: bool = False
    """Whether it is a deploy token of the group itself."""

    @property
    def is_basic(self) -> bool:
        return self.auth is not None


@dataclass
class Quarter:
    """One visibility's part of the world."""

    visibility: Visibility
    group: Namespace
    project: Project
    release_id: int
    file_id: int
    people: dict[Role, User]
    credentials: list[Credential]


class World:
    """Everything, made once for a test process."""

    def __init__(self, town: Installation) -> None:
        self.town = town
        self.admin = town.user(is_admin=True)
        self.admin_secret = town.token(self.admin).secret
        self.bystander = town.user()
        self.http = httpx.Client(base_url=town.url, timeout=60.0)
        self.quarters = {visibility: self._quarter(visibility) for visibility in Visibility}

    def close(self) -> None:
        self.http.close()

    def _quarter(self, visibility: Visibility) -> Quarter:
        town = self.town
        group = town.group(visibility=visibility)
        project = town.project(within=group, visibility=visibility)
        people = {role: town.user() for role in ROLES}
        for role, user in people.items():
            if role is not Role.NONE:
                town.join(user, group, role)
        with town.holding(town.deploy_token(project, "write_package_registry")) as robot:
            assert robot.publish(project, DIST).status_code == 201
        release_id, file_id = self.contents(project)
        return Quarter(
            visibility=visibility,
            group=group,
            project=project,
            release_id=release_id,
            file_id=file_id,
            people=people,
            credentials=list(self._credentials(group, project, people)),
        )

    def renewed(self, who: Credential) -> Credential:
        """The same caller with a token that was not used before, for a cell that spends it."""
        assert who.user is not None
        secret = self.town.token(who.user, who.scope).secret
        return replace(who, headers={"PRIVATE-TOKEN": secret})

    def contents(self, project: Project) -> tuple[int, int]:
        """The ids of the one release of a project and of its one file."""
        headers = {"PRIVATE-TOKEN": self.admin_secret}
        packages = f"/api/v4/projects/{project.id}/packages"
        release_id: int = self.http.get(packages, headers=headers).json()[0]["id"]
        files = self.http.get(f"{packages}/{release_id}/package_files", headers=headers)
        return release_id, files.json()[0]["id"]

    def _credentials(
        self, group: Namespace, project: Project, people: dict[Role, User]
    ) -> Iterator[Credential]:
        town = self.town
        yield Credential("nothing", Kind.NOTHING)
        yield Credential("a wrong Basic", Kind.NOTHING, auth=("__token__", WRONG))
        yield Credential("a wrong PRIVATE-TOKEN", Kind.REFUSED, {"PRIVATE-TOKEN": WRONG})
        for role, user in people.items():
            for scope in SCOPES:
                secret = town.token(user, scope).secret
                label = f"a {role.name.lower()}'s {scope}"
                yield Credential(
                    f"{label} as PRIVATE-TOKEN",
                    Kind.PERSONAL,
                    {"PRIVATE-TOKEN": secret},
                    scope=scope,
                    role=role,
                    user=user,
                )
                yield Credential(
                    f"{label} as Basic",
                    Kind.PERSONAL,
                    auth=("__token__", secret),
                    scope=scope,
                    role=role,
                    user=user,
                )
        for scope in SCOPES:
            secret = town.token(self.admin, scope).secret
            yield Credential(
                f"an administrator's {scope}",
                Kind.PERSONAL,
                {"Authorization": f"Bearer {secret}"},
                scope=scope,
                is_admin=True,
                user=self.admin,
            )
        yield from self._spent(people[Role.OWNER], group)
        yield from self._deploying(group, project)

    def _spent(self, owner: User, group: Namespace) -> Iterator[Credential]:
        town = self.town
        past = utc_now() - timedelta(days=1)
        expired = town.token(owner, expires_at=past)
        revoked = town.token(owner)
        town.revoke(revoked)
        blocked = town.join(town.user(), group, Role.OWNER)
        blocked_token = town.token(blocked)
        town.block(blocked)
        for label, token, kind in (
            ("an expired token", expired, Kind.REFUSED),
            ("a revoked token", revoked, Kind.REFUSED),
            ("a blocked user's token", blocked_token, Kind.BLOCKED),
        ):
            yield Credential(label, kind, {"PRIVATE-TOKEN": token.secret})
            yield Credential(f"{label} as Basic", kind, auth=("x", token.secret))

    def _deploying(self, group: Namespace, project: Project) -> Iterator[Credential]:
        town = self.town
        past = utc_now() - timedelta(days=1)
        scopes = ("read_package_registry", "write_package_registry", "read_repository")
        for scope in scopes:
            yield from _deploy("its project's", town.deploy_token(project, scope), scope)
            of_group = town.deploy_token(group, scope)
            yield from _deploy("its group's", of_group, scope, reaches_group=True)
        strange = town.deploy_token(town.project(), "write_package_registry")
        yield from _deploy("another's", strange, "write_package_registry", kind=Kind.STRANGE_DEPLOY)
        expired = town.deploy_token(project, "write_package_registry", expires_at=past)
        revoked = town.deploy_token(project, "write_package_registry")
        town.revoke(revoked)
        for state, token in (("an expired", expired), ("a revoked", revoked)):
            yield from _deploy(state, token, "write_package_registry", kind=Kind.NOTHING)


def _deploy(
    whose: str,
    token: Minted,
    scope: str,
    *,
    kind: Kind = Kind.DEPLOY,
    reaches_group: bool = False,
) -> Iterator[Credential]:
    label = f"{whose} deploy token of {scope}"
    more: dict[str, Any] = {"scope": scope, "reaches_group": reaches_group}
    yield Credential(f"{label} as Basic", kind, auth=("x", token.secret), **more)
    yield Credential(label, kind, {"Deploy-Token": token.secret}, **more)
