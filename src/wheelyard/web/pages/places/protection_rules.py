"""Settings > Packages and registries of a project: which packages are protected, and from whom."""

from collections.abc import Collection

from wheelyard import protection
from wheelyard.protection import DELETE_LEVELS, PUSH_LEVELS, Level, NewRule, Rule
from wheelyard.web.pages.packages.protected import name_level
from wheelyard.web.pages.view import Answer, Page, Redirect, View

Choices = list[tuple[str, str]]
"""What can be chosen: the word that is sent, and what it is called."""


def show(view: View) -> Answer:
    """``GET /{project}/-/settings/packages_and_registries``."""
    _ = view.language.gettext
    return Page(
        "protection_rules.html",
        {
            "here": _here(view),
            "project": view.project,
            "rules": protection.all_rules(view.conn, view.project.id),
            "push_choices": _choices(view, _("Developer (default)"), PUSH_LEVELS),
            "delete_choices": _choices(view, _("Maintainer (default)"), DELETE_LEVELS),
            "max_pattern": protection.MAX_PATTERN,
        },
    )


def _choices(view: View, without: str, levels: Collection[Level]) -> Choices:
    return [("", without), *((level.word, name_level(view, level)) for level in levels)]


def create(view: View) -> Answer:
    """``POST …/packages_and_registries``."""
    pattern = view.params.line("package_name_pattern", required=True) or ""
    push = _read_level(view, "minimum_access_level_for_push", PUSH_LEVELS)
    delete = _read_level(view, "minimum_access_level_for_delete", DELETE_LEVELS)
    view.params.check()
    new = NewRule(pattern, push, delete)
    rule = protection.create_rule(view.conn, view.project.id, new, by=view.actor, at=view.at)
    said = view.language.gettext("The packages %(pattern)s are protected now.")
    return Redirect(_here(view), notice=said % {"pattern": rule.pattern})


def edit(view: View) -> Answer:
    """``POST …/packages_and_registries/{rule}/edit``: other levels."""
    rule = _named(view)
    push = _read_level(view, "push", PUSH_LEVELS)
    delete = _read_level(view, "delete", DELETE_LEVELS)
    view.params.check()
    new = NewRule(rule.pattern, push, delete)
    protection.edit_rule(view.conn, rule, new, by=view.actor, at=view.at)
    said = view.language.gettext("The protection of %(pattern)s was changed.")
    return Redirect(_here(view), notice=said % {"pattern": rule.pattern})


def delete(view: View) -> Answer:
    """``POST …/packages_and_registries/{rule}/delete``."""
    rule = _named(view)
    protection.delete_rule(view.conn, rule, by=view.actor, at=view.at)
    said = view.language.gettext("The packages %(pattern)s are protected no more.")
    return Redirect(_here(view), notice=said % {"pattern": rule.pattern})


def _named(view: View) -> Rule:
    return protection.get_rule(view.conn, view.project.id, view.number("rule"))


def _read_level(view: View, name: str, levels: Collection[Level]) -> Level | None:
    word = view.params.word(name, [level.word for level in levels])
    return Level[word.upper()] if word else None


def _here(view: View) -> str:
    return f"/{view.project.full_path}/-/settings/packages_and_registries"
