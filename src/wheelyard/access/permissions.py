"""What routes need, and the table that says who has it."""

from dataclasses import dataclass
from enum import IntEnum, auto

from wheelyard.access.words import Role, Scope


class Permission(IntEnum):  # numbers, because they are in the key of every hot look-up
    """What a route needs.  ``RULES`` says who has it."""

    READ_PACKAGES = auto()
    PUBLISH = auto()
    DELETE_PACKAGES = auto()
    CURATE_PACKAGES = auto()
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
    # Yanking, and saying what a package is.
    Permission.CURATE_PACKAGES: Rule(Role.MAINTAINER, changes_packages=True),
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
        Permission.CURATE_PACKAGES,
        Permission.READ_GROUP_PACKAGES,
        Permission.READ_ALL_PACKAGES,
    }
)
"""What there is nothing of while packages are switched off; job tokens have these and no others."""
