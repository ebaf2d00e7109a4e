"""The words in which rights are told: roles, scopes, visibilities, kinds of token."""

from enum import IntEnum, StrEnum


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
