"""Every rule of the linter, wherever it is defined."""

import importlib
import pkgutil

from wheelyard import lint
from wheelyard.lint import Rule


def all_rules() -> dict[str, Rule]:
    """Rules by their names."""
    modules = [
        importlib.import_module(f"{lint.__name__}.{module.name}")
        for module in pkgutil.iter_modules(lint.__path__)
    ]
    rules = {
        id(rule): rule for module in modules for rule in vars(module).values() if is_rule(rule)
    }
    named = {rule.name: rule for rule in rules.values()}
    assert len(named) == len(rules)
    return named


def is_rule(thing: object) -> bool:
    return isinstance(thing, Rule)
