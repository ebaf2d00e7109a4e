"""Who reaches which page, told a second time and in another form than ``wheelyard.access`` does."""

from dataclasses import dataclass
from enum import Enum, auto

from wheelyard.access import RegistryAccess, Role, Visibility


class Kind(Enum):
    """What the server should take somebody for."""

    NOBODY = auto()
    """Also who brings the cookie of a session that has ended."""

    USER = auto()
    ADMINISTRATOR = auto()


class Outcome(Enum):
    """What a page does with somebody."""

    REACHED = "reached"
    NOT_FOUND = "not found"
    REFUSED = "refused"
    ASKED = "asked to sign in"


@dataclass(frozen=True)
class Anybody:
    """Pages that are the same for everybody."""

    def expect(self, kind: Kind, role: Role, visibility: Visibility) -> Outcome:
        del kind, role, visibility
        return Outcome.REACHED


@dataclass(frozen=True)
class SignedIn:
    """Pages about the reader or the instance."""

    admin: bool = False

    def expect(self, kind: Kind, role: Role, visibility: Visibility) -> Outcome:
        del role, visibility
        if kind is Kind.NOBODY:
            return Outcome.ASKED
        if self.admin and kind is not Kind.ADMINISTRATOR:
            return Outcome.REFUSED
        return Outcome.REACHED


@dataclass(frozen=True)
class Place:
    """Pages about a project or a group: the least role, and whether somebody must sign in."""

    role: Role = Role.NONE
    signed_in: bool = False

    def expect(self, kind: Kind, role: Role, visibility: Visibility) -> Outcome:
        if kind is Kind.NOBODY and self.signed_in:
            return Outcome.ASKED
        if not sees(kind, role, visibility):
            return Outcome.NOT_FOUND
        if kind is Kind.ADMINISTRATOR or role >= self.role:
            return Outcome.REACHED
        return Outcome.ASKED if kind is Kind.NOBODY else Outcome.REFUSED


Policy = Anybody | SignedIn | Place


def sees(kind: Kind, role: Role, visibility: Visibility) -> bool:
    """Whether somebody knows that a project or a group exists."""
    match visibility:
        case Visibility.PUBLIC:
            return True
        case Visibility.INTERNAL:
            return kind is not Kind.NOBODY
    return kind is Kind.ADMINISTRATOR or role > Role.NONE


def expect_packages(
    policy: Place, level: RegistryAccess, kind: Kind, role: Role, visibility: Visibility
) -> Outcome:
    """What a page about a project's packages does where the registry has an access level."""
    if level is RegistryAccess.DISABLED:
        return Outcome.NOT_FOUND
    if level is RegistryAccess.PRIVATE:
        policy = Place(max(policy.role, Role.GUEST), policy.signed_in)
    # That anybody may pull is said of installers: a page needs the project to be seen.
    return policy.expect(kind, role, visibility)
