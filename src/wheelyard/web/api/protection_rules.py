"""Protection rules (GitLab documentation, "Protected packages API")."""

from typing import Annotated, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from wheelyard import protection
from wheelyard.protection import Level, LevelWord, NewRule, Rule
from wheelyard.web.api.endpoint import NO_CONTENT, Call, Created, NoContent, Reply
from wheelyard.web.operations import also

# What is asked for -------------------------------------------------------------------------------

Pattern = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=protection.MAX_PATTERN,
        pattern=f"^{protection.PATTERN}$",
        description="A package name, in any spelling; `*` stands for any text.",
    ),
]
PackageType = Annotated[Literal["pypi"], Meta(description="There is no other type here.")]
PushLevel = Annotated[
    LevelWord,
    Meta(description="The least role for publishing; null: Developer, as without a rule."),
]
DeleteLevel = Annotated[
    Literal["owner", "admin"],
    Meta(description="The least role for deleting; null: Maintainer, as without a rule."),
]
_NO_RULE = "There is a rule for the pattern, or the rule would ask for nothing."
_LEVELS = ("minimum_access_level_for_push", "minimum_access_level_for_delete")


class CreateRule(Struct, kw_only=True, frozen=True):
    """Which packages are to be protected, and from whom."""

    needs_one_of: ClassVar = _LEVELS

    package_name_pattern: Pattern
    package_type: PackageType
    minimum_access_level_for_push: PushLevel | None = None
    minimum_access_level_for_delete: DeleteLevel | None = None


class EditRule(Struct, kw_only=True, frozen=True):
    """What is to be different; null takes a level away."""

    package_name_pattern: Pattern | None = None
    package_type: PackageType | None = None
    minimum_access_level_for_push: PushLevel | UnsetType | None = UNSET
    minimum_access_level_for_delete: DeleteLevel | UnsetType | None = UNSET


# What is answered --------------------------------------------------------------------------------


class ProtectionRule(Struct, kw_only=True, frozen=True):
    """Who may publish and delete the packages whose names match a pattern."""

    id: int
    project_id: int
    package_name_pattern: str
    package_type: Literal["pypi"] = "pypi"
    minimum_access_level_for_push: LevelWord | None
    minimum_access_level_for_delete: LevelWord | None


# Calls -------------------------------------------------------------------------------------------


def list_rules(call: Call) -> Reply[list[ProtectionRule]]:
    """List the protection rules of a project.

    All of them: there are no pages, as on GitLab.
    """
    return Reply([show_rule(rule) for rule in protection.all_rules(call.conn, call.project.id)])


@also(422, _NO_RULE)
def create_rule(call: Call, asked: CreateRule) -> Created[ProtectionRule]:
    """Protect the packages whose names match a pattern."""
    new = NewRule(
        pattern=asked.package_name_pattern,
        push_level=_level(asked.minimum_access_level_for_push),
        delete_level=_level(asked.minimum_access_level_for_delete),
    )
    rule = protection.create_rule(call.conn, call.project.id, new, by=call.actor, at=call.at)
    return Reply(show_rule(rule))


@also(422, _NO_RULE)
def edit_rule(call: Call, asked: EditRule) -> Reply[ProtectionRule]:
    """Change a protection rule."""
    rule = _named(call)
    push, delete = asked.minimum_access_level_for_push, asked.minimum_access_level_for_delete
    new = NewRule(
        pattern=asked.package_name_pattern or rule.pattern,
        push_level=rule.push_level if push is UNSET else _level(push),
        delete_level=rule.delete_level if delete is UNSET else _level(delete),
    )
    return Reply(show_rule(protection.edit_rule(call.conn, rule, new, by=call.actor, at=call.at)))


def delete_rule(call: Call) -> NoContent:
    """Delete a protection rule."""
    protection.delete_rule(call.conn, _named(call), by=call.actor, at=call.at)
    return NO_CONTENT


def _named(call: Call) -> Rule:
    return protection.get_rule(call.conn, call.project.id, call.number("rule"))


def _level(word: str | None) -> Level | None:
    return Level[word.upper()] if word else None


def show_rule(rule: Rule) -> ProtectionRule:
    """Show a protection rule."""
    return ProtectionRule(
        id=rule.id,
        project_id=rule.project_id,
        package_name_pattern=rule.pattern,
        minimum_access_level_for_push=rule.push_level.word if rule.push_level else None,
        minimum_access_level_for_delete=rule.delete_level.word if rule.delete_level else None,
    )
