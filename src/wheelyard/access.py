"""Who may do what: scopes, roles and permissions meet here and nowhere else.

``decide`` is a pure function of four things: who asks (a Principal), what for (a Permission), on
what (a Subject, or None where there is no such thing) and with what role.  The first line that
applies wins:

    the token has none of the permission's scopes           INSUFFICIENT_SCOPE
    nobody is signed in and the permission needs somebody   UNAUTHENTICATED
    there is no such subject                                UNKNOWN
    the caller cannot see it                                HIDDEN
    it is switched off or archived                          CLOSED
    the caller can see it and may not do this               FORBIDDEN
    otherwise                                               ALLOWED

This is the order of GitLab's answers (GitLab documentation, "PyPI API" and "Packages API").
"""

from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum, StrEnum, auto

from wheelyard.facts import Forbidden, InsufficientScope, NotFound, Sentence, Unauthenticated


class Role(IntEnum):
    """What membership says; the numbers are GitLab's access levels."""

    NONE = 0
    GUEST = 10
    REPORTER = 20
    DEVELOPER = 30
    MAINTAINER = 40
    OWNER = 50


GIVEN_ROLES = tuple(role for role in Role if role is not Role.NONE)
"""The roles that somebody can be given."""


class Scope(StrEnum):
    """What a token says.  The last five are taken for GitLab's sake and open nothing here."""

    API = "api"
    READ_API = "read_api"
    READ_USER = "read_user"
    SELF_ROTATE = "self_rotate"
    READ_PACKAGE_REGISTRY = "read_package_registry"
    WRITE_PACKAGE_REGISTRY = "write_package_registry"
    READ_REPOSITORY = "read_repository"
    READ_REGISTRY = "read_registry"
    WRITE_REGISTRY = "write_registry"
    READ_VIRTUAL_REGISTRY = "read_virtual_registry"
    WRITE_VIRTUAL_REGISTRY = "write_virtual_registry"


class Visibility(StrEnum):
    """Who can see a project or a group without being a member."""

    PRIVATE = "private"
    INTERNAL = "internal"
    PUBLIC = "public"


class RegistryAccess(StrEnum):
    """A project's ``package_registry_access_level``."""

    DISABLED = "disabled"
    PRIVATE = "private"
    """Members only, in a public project too."""

    ENABLED = "enabled"
    """Everyone who can see the project."""

    PUBLIC = "public"
    """Everyone may pull, from a private project too."""


class TokenKind(StrEnum):
    """What a token belongs to."""

    PERSONAL = "personal"
    """A user's."""

    PROJECT = "project"
    """A project's, which acts as a user made for it: a bot, with a role in that project."""

    GROUP = "group"
    """The same of a group."""

    DEPLOY = "deploy"
    """A project's or a group's, which acts as nobody and knows packages alone."""

    JOB = "job"
    """A CI job's, for as long as it runs, which acts as the user who started it."""


BOT_KINDS = frozenset({TokenKind.PROJECT, TokenKind.GROUP})
"""Those that act as a bot."""


class Permission(IntEnum):  # numbers, because they are in the key of every hot look-up
    """What a route needs.  ``RULES`` says who has it."""

    READ_PACKAGES = auto()
    PUBLISH = auto()
    DELETE_PACKAGES = auto()
    READ_GROUP_PACKAGES = auto()
    READ_ALL_PACKAGES = auto()

    LIST_PROJECTS = auto()
    CREATE_PROJECT = auto()
    CREATE_PROJECT_IN_GROUP = auto()
    READ_PROJECT = auto()
    EDIT_PROJECT = auto()
    DELETE_PROJECT = auto()
    MANAGE_PROJECT_MEMBERS = auto()
    READ_PROJECT_DEPLOY_TOKENS = auto()
    MANAGE_PROJECT_DEPLOY_TOKENS = auto()
    READ_PROJECT_ACCESS_TOKENS = auto()
    MANAGE_PROJECT_ACCESS_TOKENS = auto()
    READ_PROTECTION_RULES = auto()
    MANAGE_PROTECTION_RULES = auto()
    READ_JOB_TOKEN_SCOPE = auto()
    MANAGE_JOB_TOKEN_SCOPE = auto()

    LIST_GROUPS = auto()
    CREATE_GROUP = auto()
    CREATE_SUBGROUP = auto()
    READ_GROUP = auto()
    EDIT_GROUP = auto()
    MANAGE_GROUP_MEMBERS = auto()
    READ_GROUP_DEPLOY_TOKENS = auto()
    MANAGE_GROUP_DEPLOY_TOKENS = auto()
    READ_GROUP_ACCESS_TOKENS = auto()
    MANAGE_GROUP_ACCESS_TOKENS = auto()

    READ_MEMBERS = auto()
    LEAVE = auto()

    READ_INSTANCE = auto()
    READ_OWN_ACCOUNT = auto()
    EDIT_OWN_ACCOUNT = auto()
    READ_USERS = auto()
    READ_OWN_TOKENS = auto()
    MANAGE_OWN_TOKENS = auto()
    USE_OWN_TOKEN = auto()
    ROTATE_OWN_TOKEN = auto()
    CREATE_OWN_TOKEN = auto()
    READ_AS_ADMINISTRATOR = auto()
    ADMINISTER = auto()


READ_SCOPES = (Scope.API, Scope.READ_API)
WRITE_SCOPES = (Scope.API,)
ANY_SCOPE: tuple[Scope, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Who has a permission."""

    role: Role = Role.NONE
    """The least role; NONE is anybody who can see the subject."""

    scopes: tuple[Scope, ...] = WRITE_SCOPES
    """One of these, of a personal token; empty: whatever it says."""

    deploy_scopes: tuple[Scope, ...] = ()
    """One of these, of a deploy token; empty: no deploy token."""

    signed_in: bool = False
    """Whether there is nothing to see without a user."""

    administrator: bool = False
    """Whether administrators alone have it."""

    changes_packages: bool = False
    """Whether an archived project refuses it."""

    people_only: bool = False
    """Whether a bot never has it: what a bot made would outlive its own token."""


_ON_PACKAGES = (Scope.READ_PACKAGE_REGISTRY, Scope.WRITE_PACKAGE_REGISTRY)

RULES = {
    # Guests may pull from private projects, as on GitLab from 18.0 on.
    Permission.READ_PACKAGES: Rule(scopes=READ_SCOPES, deploy_scopes=_ON_PACKAGES),
    Permission.PUBLISH: Rule(
        Role.DEVELOPER, deploy_scopes=(Scope.WRITE_PACKAGE_REGISTRY,), changes_packages=True
    ),
    Permission.DELETE_PACKAGES: Rule(Role.MAINTAINER, changes_packages=True),
    Permission.READ_GROUP_PACKAGES: Rule(scopes=READ_SCOPES, deploy_scopes=_ON_PACKAGES),
    Permission.READ_ALL_PACKAGES: Rule(scopes=READ_SCOPES, deploy_scopes=_ON_PACKAGES),
    Permission.LIST_PROJECTS: Rule(scopes=READ_SCOPES),
    Permission.CREATE_PROJECT: Rule(signed_in=True),
    Permission.CREATE_PROJECT_IN_GROUP: Rule(Role.DEVELOPER, signed_in=True),
    Permission.READ_PROJECT: Rule(scopes=READ_SCOPES),
    Permission.EDIT_PROJECT: Rule(Role.MAINTAINER, signed_in=True),
    Permission.DELETE_PROJECT: Rule(Role.OWNER, signed_in=True),
    Permission.MANAGE_PROJECT_MEMBERS: Rule(Role.MAINTAINER, signed_in=True),
    # Of deploy tokens GitLab tells nobody to sign in: who has not is answered 404 on a project or
    # group that is hidden, and 403 on a visible one.
    Permission.READ_PROJECT_DEPLOY_TOKENS: Rule(Role.MAINTAINER, scopes=READ_SCOPES),
    Permission.MANAGE_PROJECT_DEPLOY_TOKENS: Rule(Role.MAINTAINER),
    Permission.READ_PROJECT_ACCESS_TOKENS: Rule(
        Role.MAINTAINER, scopes=READ_SCOPES, signed_in=True
    ),
    Permission.MANAGE_PROJECT_ACCESS_TOKENS: Rule(
        Role.MAINTAINER, signed_in=True, people_only=True
    ),
    Permission.READ_PROTECTION_RULES: Rule(Role.MAINTAINER, scopes=READ_SCOPES, signed_in=True),
    Permission.MANAGE_PROTECTION_RULES: Rule(Role.MAINTAINER, signed_in=True),
    Permission.READ_JOB_TOKEN_SCOPE: Rule(Role.MAINTAINER, scopes=READ_SCOPES, signed_in=True),
    Permission.MANAGE_JOB_TOKEN_SCOPE: Rule(Role.MAINTAINER, signed_in=True),
    Permission.LIST_GROUPS: Rule(scopes=READ_SCOPES),
    Permission.CREATE_GROUP: Rule(signed_in=True, people_only=True),
    Permission.CREATE_SUBGROUP: Rule(Role.MAINTAINER, signed_in=True),
    Permission.READ_GROUP: Rule(scopes=READ_SCOPES),
    Permission.EDIT_GROUP: Rule(Role.OWNER, signed_in=True),
    Permission.MANAGE_GROUP_MEMBERS: Rule(Role.OWNER, signed_in=True),
    Permission.READ_GROUP_DEPLOY_TOKENS: Rule(Role.MAINTAINER, scopes=READ_SCOPES),
    Permission.MANAGE_GROUP_DEPLOY_TOKENS: Rule(Role.OWNER),
    Permission.READ_GROUP_ACCESS_TOKENS: Rule(Role.OWNER, scopes=READ_SCOPES, signed_in=True),
    Permission.MANAGE_GROUP_ACCESS_TOKENS: Rule(Role.OWNER, signed_in=True, people_only=True),
    # Who works where is not for the whole world to read, as on GitLab.
    Permission.READ_MEMBERS: Rule(scopes=READ_SCOPES, signed_in=True),
    Permission.LEAVE: Rule(signed_in=True),
    Permission.READ_INSTANCE: Rule(scopes=(*READ_SCOPES, Scope.READ_USER), signed_in=True),
    Permission.READ_OWN_ACCOUNT: Rule(scopes=(*READ_SCOPES, Scope.READ_USER), signed_in=True),
    Permission.EDIT_OWN_ACCOUNT: Rule(signed_in=True),
    Permission.READ_USERS: Rule(scopes=(*READ_SCOPES, Scope.READ_USER), signed_in=True),
    Permission.READ_OWN_TOKENS: Rule(scopes=READ_SCOPES, signed_in=True),
    Permission.MANAGE_OWN_TOKENS: Rule(signed_in=True),
    Permission.USE_OWN_TOKEN: Rule(scopes=ANY_SCOPE, signed_in=True),
    Permission.ROTATE_OWN_TOKEN: Rule(scopes=(Scope.API, Scope.SELF_ROTATE), signed_in=True),
    Permission.CREATE_OWN_TOKEN: Rule(signed_in=True, people_only=True),
    Permission.READ_AS_ADMINISTRATOR: Rule(scopes=READ_SCOPES, signed_in=True, administrator=True),
    Permission.ADMINISTER: Rule(signed_in=True, administrator=True),
}

ON_PACKAGES = frozenset(
    {
        Permission.READ_PACKAGES,
        Permission.PUBLISH,
        Permission.DELETE_PACKAGES,
        Permission.READ_GROUP_PACKAGES,
        Permission.READ_ALL_PACKAGES,
    }
)
"""What there is nothing of while packages are switched off; job tokens have these and no others."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who made a change; both are absent for the command line."""

    user_id: int | None = None
    token_id: int | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a request acts as, and with what scopes; made once per request."""

    user_id: int | None = None
    is_admin: bool = False
    token_id: int | None = None
    token_kind: TokenKind | None = None
    scopes: frozenset[str] = field(default_factory=frozenset)
    reach_project_id: int | None = None
    """Of a project's deploy token: the one project it reaches."""

    job_project_id: int | None = None
    """Of a job token: the project that the job runs in."""

    reach_namespace_id: int | None = None
    """Of a group's deploy token: it reaches everything under this group."""

    @property
    def is_anonymous(self) -> bool:
        """Whether nothing is known of who asks."""
        return self.user_id is None and self.token_id is None

    @property
    def actor(self) -> Actor:
        """Who the journal names."""
        return Actor(user_id=self.user_id, token_id=self.token_id)


ANONYMOUS = Principal()


@dataclass(frozen=True, slots=True)
class Subject:
    """As much of a project or a group as decides."""

    visibility: Visibility
    lineage: tuple[int, ...]
    """The ids of the namespaces above it, outermost first; a group's own is the last."""

    project_id: int | None = None
    registry: RegistryAccess = RegistryAccess.ENABLED
    archived: bool = False


INSTANCE = Subject(visibility=Visibility.PUBLIC, lineage=())
"""What a permission is asked on that concerns no project and no group."""


class Decision(Enum):
    """The answer; the order of the members is the order in which they win."""

    INSUFFICIENT_SCOPE = auto()
    UNAUTHENTICATED = auto()
    UNKNOWN = auto()
    HIDDEN = auto()
    CLOSED = auto()
    FORBIDDEN = auto()
    ALLOWED = auto()


def decide(  # noqa: PLR0911  as many answers as there are
    principal: Principal, permission: Permission, subject: Subject | None, role: Role
) -> Decision:
    """Answer for one permission; see the module's docstring for the order."""
    rule = RULES[permission]
    if not _has_scope(principal, permission, rule):
        return Decision.INSUFFICIENT_SCOPE
    if rule.signed_in and principal.user_id is None:
        return Decision.UNAUTHENTICATED
    if subject is None:
        return Decision.UNKNOWN
    if not _can_see(principal, permission, subject, role):
        return Decision.HIDDEN
    if _is_closed(permission, rule, subject):
        return Decision.CLOSED
    if not _may(principal, permission, rule, subject, role):
        return Decision.FORBIDDEN
    return Decision.ALLOWED


def _has_scope(principal: Principal, permission: Permission, rule: Rule) -> bool:
    # What a deploy token says counts only where it reaches; see _may.
    if principal.token_kind is TokenKind.JOB:
        return permission in ON_PACKAGES
    if principal.token_kind in (None, TokenKind.DEPLOY) or not rule.scopes:
        return True
    return not principal.scopes.isdisjoint(rule.scopes)


def _reaches(principal: Principal, subject: Subject) -> bool:
    """Whether a deploy token was made for this."""
    if principal.reach_project_id is not None:
        return principal.reach_project_id == subject.project_id
    return principal.reach_namespace_id in subject.lineage


def may_read_reached(principal: Principal) -> bool:
    """Whether a deploy token opens the packages of what it was made for."""
    return not principal.scopes.isdisjoint(RULES[Permission.READ_PACKAGES].deploy_scopes)


def reaches_all(principal: Principal, subject: Subject, role: Role) -> bool:
    """Whether whoever may read the packages of a group or of the instance reads all there are.

    A role in a group comes down to everything in it, as does what a group's deploy token reaches.
    A job's token asks each project anew whether it is admitted.
    """
    if principal.token_kind is TokenKind.JOB:
        return False
    return principal.is_admin or role > Role.NONE or _reaches(principal, subject)


def _is_open_to_all(permission: Permission, subject: Subject) -> bool:
    return permission is Permission.READ_PACKAGES and subject.registry is RegistryAccess.PUBLIC


def _can_see(principal: Principal, permission: Permission, subject: Subject, role: Role) -> bool:
    if subject.visibility is Visibility.PUBLIC or principal.is_admin or role > Role.NONE:
        return True
    if _is_open_to_all(permission, subject) or _reaches(principal, subject):
        return True
    return subject.visibility is Visibility.INTERNAL and principal.user_id is not None


def _is_closed(permission: Permission, rule: Rule, subject: Subject) -> bool:
    if permission in ON_PACKAGES and subject.registry is RegistryAccess.DISABLED:
        return True
    return rule.changes_packages and subject.archived


def _may(
    principal: Principal, permission: Permission, rule: Rule, subject: Subject, role: Role
) -> bool:
    if principal.is_admin:
        return True
    if rule.administrator or (rule.people_only and principal.token_kind in BOT_KINDS):
        return False
    if principal.token_kind is TokenKind.DEPLOY and _reaches(principal, subject):
        return not principal.scopes.isdisjoint(rule.deploy_scopes)
    if (
        permission is Permission.READ_PACKAGES
        and subject.registry is RegistryAccess.PRIVATE
        and role is Role.NONE
    ):
        return False
    return role >= rule.role


def require(
    principal: Principal,
    permission: Permission,
    subject: Subject | None,
    role: Role,
    *,
    noun: str = "",
    challenge: bool = False,
) -> None:
    """Return when allowed, and raise the fact that says why not otherwise.

    ``noun`` names what was sought.  With ``challenge`` an anonymous caller for whom a credential
    could help is told so: installers send theirs only after a 401.  Raises InsufficientScope,
    Unauthenticated, NotFound or Forbidden.
    """
    match decide(principal, permission, subject, role):
        case Decision.ALLOWED:
            return
        case Decision.INSUFFICIENT_SCOPE:
            raise InsufficientScope(RULES[permission].scopes)
        case Decision.UNAUTHENTICATED:
            raise Unauthenticated
        case Decision.HIDDEN | Decision.FORBIDDEN if challenge and principal.is_anonymous:
            raise Unauthenticated
        case Decision.UNKNOWN | Decision.HIDDEN:
            raise NotFound(noun)
        case Decision.CLOSED if subject and _is_only_archived(principal, permission, subject, role):
            raise Forbidden(
                Sentence("The project is archived: nothing can be published or deleted")
            )
        case Decision.CLOSED | Decision.FORBIDDEN:
            raise Forbidden


def _is_only_archived(
    principal: Principal, permission: Permission, subject: Subject, role: Role
) -> bool:
    """Whether nothing else stands against it: only those whom it helps are told why."""
    open_again = replace(subject, archived=False)
    return decide(principal, permission, open_again, role) is Decision.ALLOWED
