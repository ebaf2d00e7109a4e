"""The one decision: scopes, roles and permissions meet here and nowhere else.

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

from dataclasses import replace
from enum import Enum, auto

from wheelyard.access.permissions import ON_PACKAGES, RULES, Permission, Rule
from wheelyard.access.principals import ANONYMOUS, Principal, Subject
from wheelyard.access.words import BOT_KINDS, RegistryAccess, Role, TokenKind, Visibility
from wheelyard.facts import Forbidden, InsufficientScope, NotFound, Sentence, Unauthenticated


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


def may_anybody(permission: Permission, subject: Subject) -> bool:
    """Whether it takes no credential at all."""
    return decide(ANONYMOUS, permission, subject, Role.NONE) is Decision.ALLOWED


_CHANGING = Sentence("The project is archived: nothing can be published or deleted")
_CURATING = Sentence("The project is archived: nothing can be yanked and no status be changed")


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
            raise Forbidden(_CURATING if permission is Permission.CURATE_PACKAGES else _CHANGING)
        case Decision.CLOSED | Decision.FORBIDDEN:
            raise Forbidden


def _is_only_archived(
    principal: Principal, permission: Permission, subject: Subject, role: Role
) -> bool:
    """Whether nothing else stands against it: only those whom it helps are told why."""
    open_again = replace(subject, archived=False)
    return decide(principal, permission, open_again, role) is Decision.ALLOWED
