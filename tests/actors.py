"""Who acts in the tests, and the town they act in.

An Actor speaks HTTP with one credential; an Installation makes users, projects and tokens directly
through the library, in the data folder of a running server, which has to notice.
"""

import functools
import itertools
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx
from sqlalchemy import Connection

from tests.builders import Dist
from wheelyard import (
    admissions,
    groups,
    jobs,
    memberships,
    namespaces,
    packages,
    projects,
    protection,
    tokens,
    users,
)
from wheelyard.access import RegistryAccess, Role, TokenKind, Visibility
from wheelyard.admissions import Guest
from wheelyard.database.engine import Database
from wheelyard.groups import NewGroup
from wheelyard.journal import OPERATOR
from wheelyard.memberships import Member, Place
from wheelyard.namespaces import Namespace
from wheelyard.packages import File, Release
from wheelyard.projects import NewProject, Project
from wheelyard.protection import Level, NewRule, Rule
from wheelyard.pypi.names import parse_filename
from wheelyard.pypi.status import PackageStatus
from wheelyard.registry import utc_now
from wheelyard.tokens import Holder, Minted, NewToken
from wheelyard.users import NewUser, PasswordHash, State, User

PASSWORD = "correct horse battery"
"""Of whoever needs one: everybody's is hashed once, which takes long."""

Source = Project | Namespace | int | str | None
"""Where packages are read: a project, itself or as its URL names it, a group, or the instance."""

_numbers = itertools.count(1)


class Actor:
    """Somebody with one credential, or none."""

    def __init__(
        self,
        url: str,
        *,
        auth: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.http = httpx.Client(base_url=url, auth=auth, headers=headers, timeout=60.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.http.close()

    def publish(
        self, project: Project | int | str, dist: Dist, **fields: str | None
    ) -> httpx.Response:
        """Upload a file as twine does; fields replace those of the form, None leaves one out."""
        return self.http.post(
            f"{pypi(project)}",
            data=dist.fields(**fields),
            files={"content": (dist.filename, dist.content)},
        )

    def simple(self, place: Source, package: str = "") -> httpx.Response:
        """Get a simple page, or the index."""
        return self.http.get(f"{pypi(place)}/simple/{package}")

    def download(self, place: Source, dist: Dist, **headers: str) -> httpx.Response:
        """Get a file by its own URL."""
        path = f"{pypi(place)}/files/{dist.sha256}/{quote(dist.filename)}"
        return self.http.get(path, headers=headers)

    def metadata(self, place: Source, dist: Dist, **headers: str) -> httpx.Response:
        """Get what is served beside a file for resolvers."""
        path = f"{pypi(place)}/files/{dist.sha256}/{quote(dist.filename)}.metadata"
        return self.http.get(path, headers=headers)

    def api(self, method: str, path: str, /, **params: Any) -> httpx.Response:
        """Make a REST call; parameters go as JSON, or into the query of a GET."""
        sent: dict[str, Any] = {"params": params} if method == "GET" else {"json": params}
        return self.http.request(method, f"/api/v4{path}", **sent)


def basic(secret: str | Minted, username: str = "__token__") -> dict[str, str]:
    """The header of a token that is sent as installers do."""
    password = secret if isinstance(secret, str) else secret.secret
    return {"Authorization": f"Basic {b64encode(f'{username}:{password}'.encode()).decode()}"}


def pypi(place: Source) -> str:
    """The URL path of a registry: a project's, a group's, or for None the instance's."""
    if place is None:
        return "/api/v4/packages/pypi"
    if isinstance(place, Namespace):
        return f"/api/v4/groups/{place.id}/-/packages/pypi"
    ref = place.id if isinstance(place, Project) else place
    return f"/api/v4/projects/{ref}/packages/pypi"


class Installation:
    """A data folder, and the people and things in it."""

    def __init__(self, data: Path, url: str = "") -> None:
        self.data = data
        self.url = url
        self.database = Database(data / "wheelyard.sqlite")

    def close(self) -> None:
        self.database.close()

    # Things ------------------------------------------------------------------------------------

    def user(
        self, username: str = "", *, is_admin: bool = False, password: str | None = None
    ) -> User:
        """A new user with a name of their own; for signing in, with PASSWORD or another."""
        name = username or f"user{next(_numbers)}"
        hashed = None if password is None else _hash(password)
        new = NewUser(name, name.title(), f"{name}@example.com", hashed, is_admin=is_admin)
        with self.database.write() as conn:
            return users.create(conn, new, by=OPERATOR, at=utc_now())

    def group(
        self,
        *,
        parent: Namespace | None = None,
        visibility: Visibility = Visibility.PRIVATE,
    ) -> Namespace:
        """A new group."""
        path = f"group{next(_numbers)}"
        with self.database.write() as conn:
            new = NewGroup(path, path, visibility=visibility)
            return groups.create(conn, new, parent, by=OPERATOR, at=utc_now())

    def group_of(self, project: Project) -> Namespace:
        """The namespace that a project is in."""
        with self.database.read() as conn:
            return namespaces.get(conn, project.namespace_id)

    def project(
        self,
        *,
        within: Namespace | None = None,
        visibility: Visibility = Visibility.PRIVATE,
        registry: RegistryAccess = RegistryAccess.ENABLED,
        **changes: str | int | bool | None,
    ) -> Project:
        """A new project, in a new public group unless told where."""
        namespace = within or self.group(visibility=Visibility.PUBLIC)
        path = f"project{next(_numbers)}"
        new = NewProject(path, path, visibility=visibility, registry_access_level=registry)
        with self.database.write() as conn:
            project = projects.create(conn, new, namespace, by=OPERATOR, at=utc_now())
            if changes:
                project = projects.edit(conn, project, changes, by=OPERATOR, at=utc_now())
        return project

    def join(
        self,
        user: User,
        where: Project | Namespace,
        role: Role,
        *,
        expires_at: datetime | None = None,
    ) -> User:
        """Give a user a role."""
        place = (
            Place(project_id=where.id)
            if isinstance(where, Project)
            else Place(namespace_id=where.id)
        )
        with self.database.write() as conn:
            member = Member(user, role, expires_at, utc_now())
            memberships.add(conn, place, member, by=OPERATOR)
        return user

    def token(self, user: User, *scopes: str, expires_at: datetime | None = None) -> Minted:
        """A personal access token; of scope ``api`` unless told."""
        holder = Holder(user_id=user.id)
        return self._mint(TokenKind.PERSONAL, holder, scopes or ("api",), expires_at)

    def deploy_token(
        self, where: Project | Namespace, *scopes: str, expires_at: datetime | None = None
    ) -> Minted:
        """A deploy token of a project or of a group."""
        holder = (
            Holder(project_id=where.id)
            if isinstance(where, Project)
            else Holder(namespace_id=where.id)
        )
        return self._mint(TokenKind.DEPLOY, holder, scopes, expires_at)

    def access_token(
        self,
        where: Project | Namespace,
        role: Role = Role.MAINTAINER,
        *scopes: str,
        expires_at: datetime | None = None,
    ) -> Minted:
        """An access token of a project or a group, with its bot; of scope ``api`` unless told."""
        of_project = isinstance(where, Project)
        new = NewToken(
            TokenKind.PROJECT if of_project else TokenKind.GROUP,
            Holder(project_id=where.id) if of_project else Holder(namespace_id=where.id),
            "an access token",
            scopes or ("api",),
            expires_at=expires_at,
            role=role,
        )
        with self.database.write() as conn:
            return tokens.mint_for_bot(conn, new, by=OPERATOR, at=utc_now())

    def job_token(self, user: User, project: Project, *, seconds: int = 3600) -> Minted:
        """A token for a job that a user has started in a project; of those who may start one."""
        with self.database.write() as conn:
            return jobs.mint(conn, project, user, seconds=seconds, by=OPERATOR, at=utc_now())

    def admit(self, project: Project, guest: Project | Namespace) -> None:
        """Let a project admit the job tokens of another, or of all in a group."""
        of_project = isinstance(guest, Project)
        admitted = Guest(project_id=guest.id) if of_project else Guest(namespace_id=guest.id)
        with self.database.write() as conn:
            admissions.admit(conn, project.id, admitted, by=OPERATOR, at=utc_now())

    def _mint(
        self,
        kind: TokenKind,
        holder: Holder,
        scopes: Iterable[str],
        expires_at: datetime | None,
    ) -> Minted:
        new = NewToken(kind, holder, "a token", tuple(scopes), expires_at=expires_at)
        with self.database.write() as conn:
            return tokens.mint(conn, new, by=OPERATOR, at=utc_now())

    def revoke(self, minted: Minted) -> None:
        """Revoke a token."""
        with self.database.write() as conn:
            tokens.revoke(conn, minted.token, by=OPERATOR, at=utc_now())

    def block(self, user: User) -> None:
        """Block a user."""
        with self.database.write() as conn:
            users.set_state(conn, user, State.BLOCKED, by=OPERATOR, at=utc_now())

    def demote(self, user: User) -> None:
        """Take an administrator's rights away."""
        with self.database.write() as conn:
            users.edit(conn, user, {"is_admin": False}, by=OPERATOR, at=utc_now())

    def remove(self, user: User) -> None:
        """Delete a user."""
        with self.database.write() as conn:
            users.remove(conn, user, by=OPERATOR, at=utc_now())

    def edit(self, project: Project, **changes: str | int | bool | None) -> Project:
        """Change a project."""
        with self.database.write() as conn:
            return projects.edit(conn, project, changes, by=OPERATOR, at=utc_now())

    def protect(
        self,
        project: Project,
        pattern: str,
        *,
        push: Level | None = None,
        delete: Level | None = None,
    ) -> Rule:
        """A protection rule of a project."""
        new = NewRule(pattern, push, delete)
        with self.database.write() as conn:
            return protection.create_rule(conn, project.id, new, by=OPERATOR, at=utc_now())

    def yank(self, project: Project, dist: Dist, reason: str = "", *, alone: bool = False) -> None:
        """Yank the release of a file, or the file alone."""
        with self.database.write() as conn:
            release = self._release_of(conn, project, dist)
            if alone:
                file = self._file_of(conn, release, dist)
                packages.yank_file(conn, release, file, reason, by=OPERATOR, at=utc_now())
            else:
                packages.yank_release(conn, release, reason, by=OPERATOR, at=utc_now())

    def unyank(self, project: Project, dist: Dist, *, alone: bool = False) -> None:
        """Take back that the release of a file was yanked, or the file alone."""
        with self.database.write() as conn:
            release = self._release_of(conn, project, dist)
            if alone:
                file = self._file_of(conn, release, dist)
                packages.unyank_file(conn, release, file, by=OPERATOR, at=utc_now())
            else:
                packages.unyank_release(conn, release, by=OPERATOR, at=utc_now())

    def _file_of(self, conn: Connection, release: Release, dist: Dist) -> File:
        file = packages.find_newest_copy(conn, release, parse_filename(dist.filename))
        assert file is not None
        return file

    def _release_of(self, conn: Connection, project: Project, dist: Dist) -> Release:
        release = packages.find_version(conn, project.id, dist.name, dist.version)
        assert release is not None
        return release

    def declare(self, project: Project, name: str, status: PackageStatus, reason: str = "") -> None:
        """Say what a package is as a whole."""
        with self.database.write() as conn:
            standing = packages.get_standing(conn, project.id, name)
            packages.change_status(conn, standing, status, reason, by=OPERATOR, at=utc_now())

    # People ------------------------------------------------------------------------------------

    def anonymous(self) -> Actor:
        """Somebody without a credential."""
        return Actor(self.url)

    def holding(self, secret: str | Minted, username: str = "__token__") -> Actor:
        """Somebody who sends a token as Basic, as installers do."""
        return Actor(self.url, auth=(username, _secret(secret)))

    def calling(self, secret: str | Minted) -> Actor:
        """Somebody who sends a token as PRIVATE-TOKEN, as scripts do."""
        return Actor(self.url, headers={"PRIVATE-TOKEN": _secret(secret)})

    def job(self, secret: str | Minted) -> Actor:
        """A CI job, which sends its token as Basic."""
        return self.holding(secret, "gitlab-ci-token")

    def administrator(self) -> Actor:
        """A new administrator, calling the REST API."""
        return self.calling(self.token(self.user(is_admin=True)))

    def member(self, project: Project, role: Role, *scopes: str) -> Actor:
        """A new user with a role in a project, sending a token of theirs as Basic."""
        return self.holding(self.token(self.join(self.user(), project, role), *scopes))

    def caller(self, project: Project, role: Role, *scopes: str) -> Actor:
        """The same, sending it as PRIVATE-TOKEN."""
        return self.calling(self.token(self.join(self.user(), project, role), *scopes))


@functools.cache
def _hash(password: str) -> PasswordHash:
    return users.hash_password(password)


def _secret(token: str | Minted) -> str:
    return token if isinstance(token, str) else token.secret
