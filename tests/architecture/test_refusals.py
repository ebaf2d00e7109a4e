"""Every fact of the core has its place in the one table of answers."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import wheelyard
from wheelyard.facts import Fact, Refused
from wheelyard.web.errors import TABLE

NEVER_RAISED = {Fact, Refused}
"""What only groups others."""


def list_facts(kind: type[Fact] = Fact) -> Iterator[type[Fact]]:
    """The whole tree, wherever its branches are defined."""
    for module in pkgutil.walk_packages(wheelyard.__path__, "wheelyard."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    yield kind
    for child in kind.__subclasses__():
        yield from list_facts(child)


FACTS = sorted(set(list_facts()) - NEVER_RAISED, key=lambda fact: fact.__name__)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.__name__)
def test_a_fact_has_a_row(fact: type[Fact]) -> None:
    assert [kind for kind in fact.__mro__ if kind in TABLE] != []


def test_no_row_is_for_the_roots() -> None:
    assert not NEVER_RAISED & set(TABLE)


def test_the_tree_is_drawn_whole() -> None:
    facts = importlib.import_module("wheelyard.facts")
    drawn = {word for word in (facts.__doc__ or "").split() if word[:1].isupper()}

    here = {fact.__name__ for fact in list_facts() if fact.__module__ == facts.__name__}

    assert here <= drawn
