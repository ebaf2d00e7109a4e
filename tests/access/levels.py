"""What a registry's access level, an archive and the instance add to the policy.

As ``policy`` does, it tells GitLab's documentation a second time.
"""

from dataclasses import dataclass, replace

from tests.access.credentials import Credential, Kind
from tests.access.policy import REACHED, Expected, sees
from wheelyard.access import RegistryAccess, Role, Visibility


@dataclass(frozen=True)
class Level:
    """The state of a project that decides, beside who asks."""

    visibility: Visibility
    registry: RegistryAccess
    archived: bool
    anyone_can_pull: bool = True
    """Whether the instance lets projects be ``public`` to everybody."""

    @property
    def label(self) -> str:
        words = [self.visibility, self.registry, "archived" if self.archived else ""]
        return " ".join([*filter(None, words), "" if self.anyone_can_pull else "kept in"]).strip()

    @property
    def is_open(self) -> bool:
        """Whether everybody may pull from it."""
        return self.registry is RegistryAccess.PUBLIC and self.anyone_can_pull

    def is_seen_by(self, who: Credential) -> bool:
        """Whether somebody is told that it exists."""
        if who.kind is Kind.DEPLOY or self.visibility is Visibility.PUBLIC:
            return True
        return who.kind not in (Kind.NOTHING, Kind.STRANGE_DEPLOY) and sees(who, self.visibility)

    def is_for(self, who: Credential) -> bool:
        """Whether its packages are for somebody who sees it."""
        if self.registry is not RegistryAccess.PRIVATE:
            return True
        return who.kind is Kind.DEPLOY or who.is_admin or who.role > Role.NONE


def pull(who: Credential, level: Level) -> Expected:
    """What the reading PyPI routes of the project answer."""
    if not (level.is_seen_by(who) or level.is_open):
        return 401 if who.kind is Kind.NOTHING else 404
    if level.registry is RegistryAccess.DISABLED:
        return 403
    if not level.is_for(who):
        return 401 if who.kind is Kind.NOTHING else 403
    return REACHED


def pull_of_group(who: Credential, level: Level) -> Expected:
    """What the page of the group answers, which is as visible as the project."""
    if who.kind is Kind.DEPLOY and not who.reaches_group:  # a project's is a stranger to its group
        who = replace(who, kind=Kind.STRANGE_DEPLOY)
    group_is_seen = level.visibility is Visibility.PUBLIC or (
        who.kind not in (Kind.NOTHING, Kind.STRANGE_DEPLOY)
        and (who.kind is Kind.DEPLOY or sees(who.in_group(), level.visibility))
    )
    if not group_is_seen:
        return 401 if who.kind is Kind.NOTHING else 404
    return pull_of_all(who, level)


def pull_of_all(who: Credential, level: Level) -> Expected:
    """What the page of the instance answers, which has nothing but what the caller may read."""
    if level.registry is RegistryAccess.DISABLED or not level.is_seen_by(who):
        return 404
    return REACHED if level.is_for(who) else 404


def push(who: Credential, level: Level) -> Expected:
    """What the upload answers."""
    if who.kind is Kind.SESSION:
        who = Credential("nobody", Kind.NOTHING)
    if not level.is_seen_by(who):
        return 401 if who.kind is Kind.NOTHING else 404
    if level.registry is RegistryAccess.DISABLED or level.archived:
        return 403
    if who.kind is Kind.DEPLOY:
        return REACHED if who.scope == "write_package_registry" else 403
    if who.is_admin or who.role >= Role.DEVELOPER:
        return REACHED if who.scope != "read_api" else 403
    return 401 if who.kind is Kind.NOTHING else 403


def rest_read(who: Credential, level: Level) -> Expected:
    """What the packages API answers to a GET."""
    who = _to_rest(who)
    if not (level.is_seen_by(who) or level.is_open):
        return 404
    if level.registry is RegistryAccess.DISABLED:
        return 403
    return REACHED if level.is_for(who) else 403


def rest_delete(who: Credential, level: Level) -> Expected:
    """What the packages API answers to a DELETE."""
    who = _to_rest(who)
    if who.kind is Kind.SESSION:
        who = Credential("nobody", Kind.NOTHING)
    if who.scope == "read_api":
        return 403
    if not level.is_seen_by(who):
        return 404
    if level.registry is RegistryAccess.DISABLED or level.archived:
        return 403
    return REACHED if who.is_admin or who.role >= Role.MAINTAINER else 403


def _to_rest(who: Credential) -> Credential:
    if who.kind in (Kind.DEPLOY, Kind.STRANGE_DEPLOY):
        return Credential("nobody", Kind.NOTHING)
    return who
