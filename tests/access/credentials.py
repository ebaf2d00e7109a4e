"""Every kind of credential that a request can present, in every form, and what is true of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum, auto

from tests.actors import Installation
from wheelyard import sessions, users
from wheelyard.access import Role, Visibility
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.registry import utc_now
from wheelyard.tokens import Minted
from wheelyard.users import User

SCOPES = ("api", "read_api", "read_user", "self_rotate")
ROLES = (Role.NONE, Role.GUEST, Role.REPORTER, Role.DEVELOPER, Role.MAINTAINER, Role.OWNER)
GIVEN = ROLES[1:]
WRONG = "glpat-matches-nothing-at-all"
CI = "gitlab-ci-token"


class Kind(Enum):
    """What a credential turns out to be."""

    NOTHING = auto()
    PERSONAL = auto()
    ACCESS = auto()
    """A project's or a group's access token, which acts as a bot."""

    JOB = auto()
    SESSION = auto()
    """A browser's cookie, which reads."""

    REFUSED = auto()
    """A token that is expired, revoked or unknown where that is said at once."""

    BLOCKED = auto()
    DEPLOY = auto()
    STRANGE_DEPLOY = auto()
    """A deploy token of another place."""


@dataclass(frozen=True)
class Credential:
    """One thing that a request can present, and what is true of it."""

    label: str
    kind: Kind
    headers: Mapping[str, str] = field(default_factory=dict)
    auth: tuple[str, str] | None = None
    query: str = ""
    scope: str = ""
    role: Role = Role.NONE
    """That counts in the project."""

    group_role: Role = Role.NONE
    is_admin: bool = False
    user: User | None = None
    of: Project | Namespace | None = None
    """Of an access token, where it was made; of a person, the one project they are in."""

    made_as: Role = Role.NONE
    """Of an access token, the role that it was given there."""

    token_id: int | None = None
    """Of an access token."""

    reaches_group: bool = False
    """Of a deploy token: whether it reaches the project's group."""

    @property
    def is_basic(self) -> bool:
        return self.auth is not None

    def in_group(self) -> "Credential":
        """The same, with the role that counts in the group."""
        kind = self.kind
        if kind is Kind.DEPLOY and not self.reaches_group:
            kind = Kind.STRANGE_DEPLOY
        return replace(self, kind=kind, role=self.group_role)


@dataclass(frozen=True)
class Surroundings:
    """Where credentials are from: ``above`` is around ``group``, that around the other two."""

    above: Namespace
    group: Namespace
    below: Namespace
    project: Project
    people: Mapping[Role, User]
    admin: User


def all_credentials(town: Installation, where: Surroundings) -> list[Credential]:
    """One of each."""
    return [
        *_nothing(),
        *_personal(town, where),
        *_members_elsewhere(town, where),
        *_spent(town, where),
        *_access(town, where),
        *_job(town, where),
        *_session(town, where),
        *_deploying(town, where),
    ]


def _nothing() -> Iterator[Credential]:
    yield Credential("nothing", Kind.NOTHING)
    yield Credential("a wrong Basic", Kind.NOTHING, auth=("__token__", WRONG))
    yield Credential("a wrong PRIVATE-TOKEN", Kind.REFUSED, {"PRIVATE-TOKEN": WRONG})
    yield Credential("a wrong private_token", Kind.REFUSED, query=f"private_token={WRONG}")
    yield Credential("a wrong Bearer", Kind.REFUSED, {"Authorization": f"Bearer {WRONG}"})
    yield Credential("an empty PRIVATE-TOKEN", Kind.NOTHING, {"PRIVATE-TOKEN": ""})


def _personal(town: Installation, where: Surroundings) -> Iterator[Credential]:
    for role, user in where.people.items():
        for scope in SCOPES:
            secret = town.token(user, scope).secret
            label = f"a {role.name.lower()}'s {scope}"
            own = Credential(
                f"{label} as PRIVATE-TOKEN",
                Kind.PERSONAL,
                _private(secret),
                scope=scope,
                role=role,
                group_role=role,
                user=user,
            )
            yield own
            yield replace(own, label=f"{label} as Basic", headers={}, auth=("__token__", secret))
    for scope in SCOPES:
        secret = town.token(where.admin, scope).secret
        yield Credential(
            f"an administrator's {scope}",
            Kind.PERSONAL,
            {"Authorization": f"Bearer {secret}"},
            scope=scope,
            is_admin=True,
            user=where.admin,
        )
    user = where.people[Role.DEVELOPER]
    for name in ("private_token", "access_token"):
        yield Credential(
            f"a developer's api as {name}",
            Kind.PERSONAL,
            query=f"{name}={town.token(user).secret}",
            scope="api",
            role=Role.DEVELOPER,
            group_role=Role.DEVELOPER,
            user=user,
        )


def _members_elsewhere(town: Installation, where: Surroundings) -> Iterator[Credential]:
    """Who has a role from above the group, and who has one in the project alone."""
    for role in GIVEN:
        user = town.join(town.user(), where.project, role)
        yield Credential(
            f"a {role.name.lower()}'s of the project alone",
            Kind.PERSONAL,
            _private(town.token(user).secret),
            scope="api",
            role=role,
            user=user,
            of=where.project,
        )
    for role in (Role.GUEST, Role.OWNER):
        user = town.join(town.user(), where.above, role)
        yield Credential(
            f"a {role.name.lower()}'s from above",
            Kind.PERSONAL,
            _private(town.token(user).secret),
            scope="api",
            role=role,
            group_role=role,
            user=user,
        )
    user = town.join(town.user(), where.below, Role.OWNER)
    yield Credential(
        "an owner's of a subgroup",
        Kind.PERSONAL,
        _private(town.token(user).secret),
        scope="api",
        user=user,
    )


def _spent(town: Installation, where: Surroundings) -> Iterator[Credential]:
    owner, past = where.people[Role.OWNER], utc_now() - timedelta(days=1)
    revoked, revoked_access = town.token(owner), town.access_token(where.project, Role.OWNER)
    town.revoke(revoked)
    town.revoke(revoked_access)
    blocked = town.join(town.user(), where.group, Role.OWNER)
    blocked_token = town.token(blocked)
    town.block(blocked)
    for label, token, kind in (
        ("an expired token", town.token(owner, expires_at=past), Kind.REFUSED),
        ("a revoked token", revoked, Kind.REFUSED),
        ("a revoked access token", revoked_access, Kind.REFUSED),
        ("a blocked user's token", blocked_token, Kind.BLOCKED),
    ):
        yield Credential(label, kind, _private(token.secret))
        yield Credential(f"{label} as Basic", kind, auth=("x", token.secret))


def _access(town: Installation, where: Surroundings) -> Iterator[Credential]:
    for role in GIVEN:
        for scope in ("api", "read_api"):
            yield access(town, where.project, role, scope)
            yield access(town, where.group, role, scope)
    yield access(town, where.project, Role.OWNER, "self_rotate")
    yield access(town, where.above, Role.DEVELOPER, "api")
    for place in (where.project, where.group):
        in_group = Role.NONE if isinstance(place, Project) else Role.DEVELOPER
        yield Credential(
            f"a developer's access token of a {_noun(place)} as Basic",
            Kind.ACCESS,
            auth=("anything", town.access_token(place, Role.DEVELOPER).secret),
            scope="api",
            role=Role.DEVELOPER,
            group_role=in_group,
        )
    yield replace(
        access(town, town.project(), Role.OWNER, "api"),
        label="an owner's access token of another project",
        role=Role.NONE,
    )


def access(town: Installation, place: Project | Namespace, role: Role, scope: str) -> Credential:
    """A new access token of a place, which reaches what is in it."""
    minted = town.access_token(place, role, scope)
    return Credential(
        f"a {role.name.lower()}'s {scope} access token of a {_noun(place)}",
        Kind.ACCESS,
        _private(minted.secret),
        scope=scope,
        role=role,
        group_role=Role.NONE if isinstance(place, Project) else role,
        user=bot_of(town, minted),
        of=place,
        made_as=role,
        token_id=minted.token.id,
    )


def bot_of(town: Installation, minted: Minted) -> User:
    """The bot that an access token acts as."""
    assert minted.token.holder.user_id is not None
    with town.database.read() as conn:
        return users.get(conn, minted.token.holder.user_id)


def _noun(place: Project | Namespace) -> str:
    return "project" if isinstance(place, Project) else f"group {place.id}"


def _job(town: Installation, where: Surroundings) -> Iterator[Credential]:
    for role in (Role.DEVELOPER, Role.MAINTAINER, Role.OWNER):
        secret = town.job_token(where.people[role], where.project).secret
        label = f"a {role.name.lower()}'s job token"
        own = Credential(f"{label} as JOB-TOKEN", Kind.JOB, role=role, group_role=role)
        yield replace(own, headers={"JOB-TOKEN": secret})
        yield replace(own, label=f"{label} as Basic", auth=(CI, secret))
        yield replace(own, label=f"{label} as job_token", query=f"job_token={secret}")
    secret = town.job_token(where.people[Role.OWNER], where.project).secret
    yield Credential("a job token, as somebody's", Kind.NOTHING, auth=("somebody", secret))
    yield from _foreign_jobs(town, where)
    yield Credential("a wrong JOB-TOKEN", Kind.REFUSED, {"JOB-TOKEN": WRONG})
    yield Credential("a wrong job_token", Kind.REFUSED, query=f"job_token={WRONG}")
    yield Credential("a wrong job token as Basic", Kind.REFUSED, auth=(CI, WRONG))
    over = town.job_token(where.people[Role.OWNER], where.project, seconds=-1).secret
    yield Credential("the token of a job that is over", Kind.REFUSED, {"JOB-TOKEN": over})


def _foreign_jobs(town: Installation, where: Surroundings) -> Iterator[Credential]:
    """Jobs of other projects, of somebody who owns this one."""
    owner = where.people[Role.OWNER]
    admitted, unknown = town.project(), town.project()
    town.admit(where.project, admitted)
    for project, label, role in (
        (admitted, "an owner's job token of a project that is admitted", Role.OWNER),
        (unknown, "an owner's job token of a project that is not admitted", Role.NONE),
    ):
        town.join(owner, project, Role.DEVELOPER)
        secret = town.job_token(owner, project).secret
        # A group keeps no list: to it the token is its user's.
        foreign = Credential(label, Kind.JOB, role=role, group_role=Role.OWNER)
        yield replace(foreign, headers={"JOB-TOKEN": secret})
        yield replace(foreign, label=f"{label} as Basic", auth=(CI, secret))


def _session(town: Installation, where: Surroundings) -> Iterator[Credential]:
    people = {role: where.people[role] for role in (Role.NONE, Role.GUEST, Role.OWNER)}
    for role, user in people.items():
        yield Credential(
            f"a {role.name.lower()}'s session",
            Kind.SESSION,
            begin_session(town, user),
            role=role,
            group_role=role,
            user=user,
        )
    yield Credential(
        "an administrator's session",
        Kind.SESSION,
        begin_session(town, where.admin),
        is_admin=True,
        user=where.admin,
    )
    yield Credential("a wrong session", Kind.NOTHING, {"Cookie": "wheelyard_session=nothing"})


def begin_session(town: Installation, user: User) -> dict[str, str]:
    """The cookies of a browser in which somebody has signed in."""
    with town.database.write() as conn:
        begun = sessions.begin(conn, user, address="127.0.0.1", user_agent="", at=utc_now())
    return {"Cookie": f"wheelyard_theme=dark; wheelyard_session={begun.secret}"}


def _deploying(town: Installation, where: Surroundings) -> Iterator[Credential]:
    past = utc_now() - timedelta(days=1)
    write = "write_package_registry"
    for scope in ("read_package_registry", write, "read_repository"):
        yield from _deploy("its project's", town.deploy_token(where.project, scope), scope)
        minted = town.deploy_token(where.group, scope)
        yield from _deploy("its group's", minted, scope, reaches_group=True)
    minted = town.deploy_token(where.above, write)
    yield from _deploy("the group's above", minted, write, reaches_group=True)
    for whose, place in (("another's", town.project()), ("a subgroup's", where.below)):
        minted = town.deploy_token(place, write)
        yield from _deploy(whose, minted, write, kind=Kind.STRANGE_DEPLOY)
    expired = town.deploy_token(where.project, write, expires_at=past)
    revoked = town.deploy_token(where.project, write)
    town.revoke(revoked)
    for state, token in (("an expired", expired), ("a revoked", revoked)):
        yield from _deploy(state, token, write, kind=Kind.NOTHING)


def _deploy(
    whose: str,
    token: Minted,
    scope: str,
    *,
    kind: Kind = Kind.DEPLOY,
    reaches_group: bool = False,
) -> Iterator[Credential]:
    label = f"{whose} deploy token of {scope}"
    sent = Credential(label, kind, scope=scope, reaches_group=reaches_group)
    yield replace(sent, label=f"{label} as Basic", auth=("x", token.secret))
    yield replace(sent, headers={"Deploy-Token": token.secret})


def _private(secret: str) -> dict[str, str]:
    return {"PRIVATE-TOKEN": secret}


def surroundings(town: Installation, visibility: Visibility, admin: User) -> Surroundings:
    """New places of one visibility, with people of every role in the group."""
    above = town.group(visibility=visibility)
    group = town.group(parent=above, visibility=visibility)
    people = {role: town.user() for role in ROLES}
    for role, user in people.items():
        if role is not Role.NONE:
            town.join(user, group, role)
    return Surroundings(
        above=above,
        group=group,
        below=town.group(parent=group, visibility=visibility),
        project=town.project(within=group, visibility=visibility),
        people=people,
        admin=admin,
    )
