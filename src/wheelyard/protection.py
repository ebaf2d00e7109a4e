"""Protection rules: who may publish and delete the packages whose names match a pattern.

A pattern is a package name in which ``*`` stands for any text.  It is brought to normal form and
compared with the name in that form alone, so that ``my-pkg*`` is not got around by sending
``My_Pkg``.  Of several rules that match the strictest counts.  A rule that says who may publish
shuts out deploy tokens altogether.  Job tokens are judged by their user, project and group access
tokens by their bot's role.

Source: GitLab documentation, "Protected packages" and "Protected packages API".
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from fnmatch import fnmatchcase
from typing import Any, Literal, TypeAlias

from sqlalchemy import Connection, Row, delete, select, update

from wheelyard import journal
from wheelyard.access import Actor, Principal, Role, TokenKind
from wheelyard.database.rows import add_row
from wheelyard.database.schema import protection_rules as table
from wheelyard.facts import Forbidden, InvalidRule, NotFound, Sentence
from wheelyard.journal import Entry
from wheelyard.pypi.names import normalize_name

MAX_PATTERN = 255
"""Characters of a pattern."""

# What names are made of, and the one wild card: no other pattern could match a name, and
# ``fnmatch`` takes none of these for anything else.
PATTERN = "[A-Za-z0-9._*-]+"
_PATTERN = re.compile(rf"{PATTERN}\Z", re.ASCII)


class Level(IntEnum):
    """What a rule asks for: a role, or to be an administrator; the numbers are GitLab's."""

    MAINTAINER = 40
    OWNER = 50
    ADMIN = 60

    @property
    def word(self) -> "LevelWord":
        """The level as GitLab's API writes it."""
        return _WORDS[self]


LevelWord: TypeAlias = Literal["maintainer", "owner", "admin"]
_WORDS: Mapping[Level, LevelWord] = {
    Level.MAINTAINER: "maintainer",
    Level.OWNER: "owner",
    Level.ADMIN: "admin",
}

PUSH_LEVELS = (Level.MAINTAINER, Level.OWNER, Level.ADMIN)
"""Those that may be asked of whoever publishes: developers need no rule."""

DELETE_LEVELS = (Level.OWNER, Level.ADMIN)
"""Those that may be asked of whoever deletes: maintainers need no rule."""


@dataclass(frozen=True, slots=True)
class NewRule:
    """What a rule says; no level is whoever may without it."""

    pattern: str
    push_level: Level | None
    delete_level: Level | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a project."""

    id: int
    project_id: int
    pattern: str
    push_level: Level | None
    delete_level: Level | None

    def matches(self, name: str) -> bool:
        """Whether it is about a package, by any spelling of its name."""
        return fnmatchcase(normalize_name(name), normalize_name(self.pattern))


@dataclass(frozen=True, slots=True)
class Protection:
    """The rules of one project, and what they come to."""

    rules: Collection[Rule] = ()

    def covers(self, name: str) -> bool:
        """Whether any rule is about a package."""
        return any(rule.matches(name) for rule in self.rules)

    def push_level(self, name: str) -> Level | None:
        """Return what publishing a package takes beyond the right to publish."""
        return _strictest(rule.push_level for rule in self.rules if rule.matches(name))

    def delete_level(self, name: str) -> Level | None:
        """Return what deleting of a package takes beyond the right to delete."""
        return _strictest(rule.delete_level for rule in self.rules if rule.matches(name))

    def allows_push(self, principal: Principal, role: Role, name: str) -> bool:
        """Whether somebody who may publish in the project may publish this package."""
        level = self.push_level(name)
        if level is None:
            return True
        return principal.token_kind is not TokenKind.DEPLOY and _has(principal, role, level)

    def allows_delete(self, principal: Principal, role: Role, name: str) -> bool:
        """Whether somebody who may delete in the project may delete of this package."""
        level = self.delete_level(name)
        return level is None or _has(principal, role, level)


def _strictest(levels: Iterable[Level | None]) -> Level | None:
    return max((level for level in levels if level is not None), default=None)


def _has(principal: Principal, role: Role, level: Level) -> bool:
    return principal.is_admin or role.value >= level.value


# Asking -------------------------------------------------------------------------------------------


def of_project(conn: Connection, project_id: int) -> Protection:
    """Return the protection of a project."""
    return Protection(all_rules(conn, project_id))


def of_projects(conn: Connection, ids: Collection[int]) -> Mapping[int, Protection]:
    """Return the protection of each of some projects, for a list of their packages."""
    found: dict[int, list[Rule]] = {number: [] for number in ids}
    for row in conn.execute(select(table).where(table.c.project_id.in_(ids))):
        found[row.project_id].append(_from_row(row))
    return {number: Protection(rules) for number, rules in found.items()}


def require_push(
    conn: Connection, principal: Principal, role: Role, project_id: int, name: str
) -> None:
    """Raise Forbidden when a rule keeps somebody with this role from publishing a package."""
    if not of_project(conn, project_id).allows_push(principal, role, name):
        raise Forbidden(Sentence("Package protected."))


def require_delete(
    conn: Connection, principal: Principal, role: Role, project_id: int, *names: str
) -> None:
    """Raise Forbidden when a rule keeps somebody with this role from deleting of the packages."""
    protection = of_project(conn, project_id)
    if not all(protection.allows_delete(principal, role, name) for name in names):
        raise Forbidden(Sentence("Package is deletion protected."))


# The rules themselves -----------------------------------------------------------------------------


def all_rules(conn: Connection, project_id: int) -> list[Rule]:
    """Return the rules of a project, in the order in which they were made."""
    rows = conn.execute(select(table).where(table.c.project_id == project_id).order_by(table.c.id))
    return [_from_row(row) for row in rows]


def get_rule(conn: Connection, project_id: int, rule_id: int) -> Rule:
    """Return a rule of a project; raises NotFound."""
    row = conn.execute(
        select(table).where(table.c.project_id == project_id, table.c.id == rule_id)
    ).first()
    if row is None:
        raise NotFound
    return _from_row(row)


def create_rule(
    conn: Connection, project_id: int, new: NewRule, *, by: Actor, at: datetime
) -> Rule:
    """Protect packages of a project; raises InvalidRule."""
    _require_valid(conn, project_id, new)
    values = {"project_id": project_id, "created_at": at, **_columns(new)}
    rule = get_rule(conn, project_id, add_row(conn, table, **values))
    _record(conn, "protection_rule.created", rule, by=by, at=at)
    return rule


def edit_rule(conn: Connection, rule: Rule, new: NewRule, *, by: Actor, at: datetime) -> Rule:
    """Let a rule say something else; raises InvalidRule."""
    _require_valid(conn, rule.project_id, new, instead_of=rule)
    conn.execute(update(table).where(table.c.id == rule.id).values(_columns(new)))
    edited = get_rule(conn, rule.project_id, rule.id)
    if edited != rule:
        _record(conn, "protection_rule.edited", edited, by=by, at=at)
    return edited


def delete_rule(conn: Connection, rule: Rule, *, by: Actor, at: datetime) -> None:
    """Take a rule away."""
    conn.execute(delete(table).where(table.c.id == rule.id))
    _record(conn, "protection_rule.deleted", rule, by=by, at=at)


def _require_valid(
    conn: Connection, project_id: int, new: NewRule, *, instead_of: Rule | None = None
) -> None:
    if not new.pattern:
        raise InvalidRule(package_name_pattern=Sentence("can't be blank"))
    if len(new.pattern) > MAX_PATTERN:
        raise InvalidRule(
            package_name_pattern=Sentence(
                "is too long (maximum is %(number)s characters)", number=MAX_PATTERN
            )
        )
    if not _PATTERN.match(new.pattern):
        raise InvalidRule(
            package_name_pattern=Sentence(
                "should be a valid PyPI package name with optional wildcard characters."
            )
        )
    if new.push_level is None and new.delete_level is None:
        raise InvalidRule(
            base=Sentence("A rule must have at least a minimum access role for push or delete.")
        )
    holder = conn.execute(
        select(table.c.id).where(
            table.c.project_id == project_id, table.c.pattern_key == normalize_name(new.pattern)
        )
    ).scalar()
    if holder is not None and (instead_of is None or holder != instead_of.id):
        raise InvalidRule(package_name_pattern=Sentence("has already been taken"))


def _columns(new: NewRule) -> dict[str, Any]:
    return {
        "pattern": new.pattern,
        "pattern_key": normalize_name(new.pattern),
        "push_level": new.push_level,
        "delete_level": new.delete_level,
    }


def _record(conn: Connection, action: str, rule: Rule, *, by: Actor, at: datetime) -> None:
    journal.record(
        conn,
        Entry(action, project_id=rule.project_id),
        by=by,
        at=at,
        pattern=rule.pattern,
        push_level=rule.push_level.word if rule.push_level else None,
        delete_level=rule.delete_level.word if rule.delete_level else None,
    )


def _from_row(row: Row[Any]) -> Rule:
    return Rule(
        id=row.id,
        project_id=row.project_id,
        pattern=row.pattern,
        push_level=Level(row.push_level) if row.push_level else None,
        delete_level=Level(row.delete_level) if row.delete_level else None,
    )
