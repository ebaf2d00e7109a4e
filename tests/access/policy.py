"""The policy as GitLab's documentation tells it, for the matrix to hold ``wheelyard.access`` to.

It is a second telling, on purpose in another form than the first.
"""

from dataclasses import dataclass
from typing import Final, Literal

from tests.access.credentials import Credential, Kind
from wheelyard.access import Role, Visibility

REACHED: Final = "reached"
Expected = int | Literal["reached"]

WRITE = frozenset({"api"})
READ = frozenset({"api", "read_api"})
USER = frozenset({"api", "read_api", "read_user"})
ROTATE = frozenset({"api", "self_rotate"})
ANY = frozenset({"api", "read_api", "read_user", "self_rotate"})

TOKENS = (Kind.PERSONAL, Kind.ACCESS)
"""The kinds whose scopes count."""


@dataclass(frozen=True)
class Pull:
    """The reading PyPI routes of a project."""

    def expect(  # noqa: PLR0911  a line for each kind of credential
        self, who: Credential, visibility: Visibility, method: str
    ) -> Expected:
        del method
        public = visibility is Visibility.PUBLIC
        match who.kind:
            case Kind.REFUSED:
                return 401
            case Kind.BLOCKED:
                return 403
            case Kind.NOTHING:
                return REACHED if public else 401
            case Kind.STRANGE_DEPLOY:
                return REACHED if public else 404
            case Kind.DEPLOY:
                return 403 if who.scope == "read_repository" else REACHED
        if who.kind in TOKENS and who.scope not in READ:
            return 403
        return REACHED if sees(who, visibility) else 404


@dataclass(frozen=True)
class PullOfGroup:
    """The PyPI routes of a group, which holds the project."""

    is_index: bool = False
    """Whether the index is asked for, which is there though it may list nothing."""

    def expect(  # noqa: PLR0911  a line for each kind of credential
        self, who: Credential, visibility: Visibility, method: str
    ) -> Expected:
        del method
        public = visibility is Visibility.PUBLIC
        match who.kind:
            case Kind.REFUSED:
                return 401
            case Kind.BLOCKED:
                return 403
            case Kind.NOTHING:
                return REACHED if public else 401
            case Kind.DEPLOY if who.reaches_group:
                return 403 if who.scope == "read_repository" else REACHED
            case Kind.STRANGE_DEPLOY | Kind.DEPLOY:  # a project's is a stranger to its group
                return REACHED if public else 404
        if who.kind in TOKENS and who.scope not in READ:
            return 403
        if not sees(who.in_group(), visibility):
            return 404
        return REACHED if self.is_index or sees(who, visibility) else 404


@dataclass(frozen=True)
class PullOfAll:
    """The PyPI routes of the instance, whose public quarter anybody may read."""

    is_index: bool = False

    def expect(self, who: Credential, visibility: Visibility, method: str) -> Expected:
        del method
        match who.kind:
            case Kind.REFUSED:
                return 401
            case Kind.BLOCKED:
                return 403
            case Kind.DEPLOY if who.scope == "read_repository":
                # In what it reaches, what it says counts.
                return REACHED if self.is_index or visibility is not Visibility.PUBLIC else 404
        return REACHED if who.kind not in TOKENS or who.scope in READ else 403


@dataclass(frozen=True)
class Push:
    """The upload."""

    def expect(  # noqa: PLR0911  a line for each kind of credential
        self, who: Credential, visibility: Visibility, method: str
    ) -> Expected:
        del method
        match who.kind:
            case Kind.REFUSED | Kind.NOTHING | Kind.SESSION:
                return 401
            case Kind.BLOCKED:
                return 403
            case Kind.STRANGE_DEPLOY:
                return 403 if visibility is Visibility.PUBLIC else 404
            case Kind.DEPLOY:
                return REACHED if who.scope == "write_package_registry" else 403
        if who.kind in TOKENS and who.scope not in WRITE:
            return 403
        if who.is_admin or who.role >= Role.DEVELOPER:
            return REACHED
        return 403 if sees(who, visibility) else 404


@dataclass(frozen=True)
class Rest:
    """A REST route: the least role, the scopes that will do, and whether somebody must sign in."""

    role: Role = Role.NONE
    scopes: frozenset[str] = READ
    signed_in: bool = False
    admin: bool = False
    about_instance: bool = False
    about_packages: bool = False
    """Whether job tokens are taken."""

    about_token: bool = False
    """Whether the token that asks is what is asked for."""

    people_only: bool = False
    """Whether a bot never may."""

    def expect(  # noqa: PLR0911  a line for each kind of credential
        self, who: Credential, visibility: Visibility, method: str
    ) -> Expected:
        match self._kind(who, method):
            case Kind.REFUSED:
                return 401
            case Kind.BLOCKED:
                return 403
            case Kind.NOTHING:
                return self._expect_nobody(visibility)
            case Kind.JOB if not self.about_packages:
                return 403
            case Kind.SESSION if self.about_token:
                return 400
        if who.kind in TOKENS and who.scope not in self.scopes:
            return 403
        if not self.about_instance and not sees(who, visibility):
            return 404
        if self.people_only and who.kind is Kind.ACCESS:
            return 403
        if self.admin:
            return REACHED if who.is_admin else 403
        return REACHED if who.is_admin or who.role >= self.role else 403

    def _kind(self, who: Credential, method: str) -> Kind:
        """What a credential is to the REST API."""
        if who.is_basic or who.kind in {Kind.DEPLOY, Kind.STRANGE_DEPLOY}:
            return Kind.NOTHING
        # A form of another site would send the cookie along.
        if who.kind is Kind.SESSION and method != "GET":
            return Kind.NOTHING
        return who.kind

    def _expect_nobody(self, visibility: Visibility) -> Expected:
        if self.signed_in:
            return 401
        if self.about_instance:
            return REACHED
        if visibility is not Visibility.PUBLIC:
            return 404
        return REACHED if self.role is Role.NONE else 403


@dataclass(frozen=True)
class Open:
    """A route that says nothing about anything."""

    def expect(self, who: Credential, visibility: Visibility, method: str) -> Expected:
        del who, visibility, method
        return REACHED


Policy = Pull | PullOfGroup | PullOfAll | Push | Rest | Open


def sees(who: Credential, visibility: Visibility) -> bool:
    """Whether somebody who acts as a user is told that a place exists."""
    return who.is_admin or visibility is not Visibility.PRIVATE or who.role > Role.NONE
