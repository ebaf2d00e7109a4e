"""What the instance and the groups above say comes down, and the nearest that speaks counts."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.actors import Installation
from wheelyard import groups, policies, projects
from wheelyard.access import Principal
from wheelyard.facts import Forbidden, InvalidRecord
from wheelyard.journal import OPERATOR
from wheelyard.namespaces import Namespace
from wheelyard.policies import Policy
from wheelyard.projects import Project
from wheelyard.pypi import names
from wheelyard.pypi.names import InvalidPrefix
from wheelyard.registry import Registry, utc_now
from wheelyard.settings import Duplicates, Settings

SETTINGS = Settings(max_file_bytes=100, reserved_prefixes=names.normalize_prefixes(["corp"]))


class Tree:
    """A group in a group in a group, and a project in the last."""

    def __init__(self, town: Installation) -> None:
        self.town = town
        self.top = town.group()
        self.middle = town.group(parent=self.top)
        self.bottom = town.group(parent=self.middle)
        self.project = town.project(within=self.bottom)

    def say(self, place: Namespace | Project, **changes: Any) -> None:
        """Let one level say something."""
        with self.town.database.write() as conn:
            if isinstance(place, Project):
                projects.edit(conn, place, changes, by=OPERATOR, at=utc_now())
            else:
                groups.edit(conn, place, changes, by=OPERATOR, at=utc_now())

    def policy(self, settings: Settings = SETTINGS) -> Policy:
        """What is in force in the project."""
        with self.town.database.read() as conn:
            project = projects.get(conn, self.project.id)
            return policies.of_project(conn, project, settings)

    def above(self, place: Namespace | Project, settings: Settings = SETTINGS) -> Policy:
        """What comes down to a place."""
        with self.town.database.read() as conn:
            return policies.above(conn, place, settings)


@pytest.fixture
def tree(registry: Registry) -> Iterator[Tree]:
    """A tree on a library of its own."""
    town = Installation(registry.settings.data)
    yield Tree(town)
    town.close()


def test_without_a_word_the_instance_counts(tree: Tree) -> None:
    assert tree.policy() == Policy(
        max_file_bytes=100,
        duplicates=Duplicates.ALLOW,
        forwarding=False,
        forwarding_locked=False,
        reserved_prefixes=names.normalize_prefixes(["corp"]),
        origins={},
    )


@pytest.mark.parametrize(
    ("field", "far", "near"),
    [
        ("max_file_bytes", 50, 0),
        ("duplicates", "refuse", "identical"),
        ("forwarding", True, False),
    ],
)
def test_the_nearest_level_that_says_something_counts(
    tree: Tree, field: str, far: Any, near: Any
) -> None:
    tree.say(tree.top, **{field: far})
    from_the_top = tree.policy()
    tree.say(tree.bottom, **{field: near})
    from_the_bottom = tree.policy()
    tree.say(tree.project, **{field: far})
    own = tree.policy()

    found = [(getattr(policy, field), policy.origins) for policy in (from_the_top, from_the_bottom)]
    assert found == [
        (far, {field: tree.top.full_path}),
        (near, {field: tree.bottom.full_path}),
    ]
    assert (getattr(own, field), own.origins) == (far, {field: tree.project.full_path})


def test_what_comes_from_above_leaves_out_what_a_place_says_itself(tree: Tree) -> None:
    tree.say(tree.top, duplicates="refuse")
    tree.say(tree.middle, duplicates="identical")

    above = [tree.above(place).duplicates for place in (tree.top, tree.middle, tree.bottom)]

    assert above == [Duplicates.ALLOW, Duplicates.REFUSE, Duplicates.IDENTICAL]
    assert tree.above(tree.project).duplicates is Duplicates.IDENTICAL


def test_a_group_that_locks_forwarding_decides_for_all_below(tree: Tree) -> None:
    tree.say(tree.top, forwarding=True)
    tree.say(tree.middle, forwarding=False, forwarding_locked=True)
    tree.say(tree.bottom, forwarding=True, forwarding_locked=True)
    tree.say(tree.project, forwarding=True)

    locked = tree.policy()
    tree.say(tree.middle, forwarding_locked=False)
    tree.say(tree.bottom, forwarding_locked=False)
    free = tree.policy()

    assert (locked.forwarding, locked.forwarding_locked, free.forwarding) == (False, True, True)
    assert locked.origins == dict.fromkeys(
        ("forwarding", "forwarding_locked"), tree.middle.full_path
    )


def test_a_group_can_lock_what_comes_from_above(tree: Tree) -> None:
    tree.say(tree.middle, forwarding_locked=True)
    tree.say(tree.project, forwarding=True)

    assert tree.policy().forwarding is False


def test_the_instance_can_lock_forwarding(tree: Tree) -> None:
    tree.say(tree.top, forwarding=True)

    assert tree.policy(Settings(forwarding_locked=True)).forwarding is False
    assert tree.policy(Settings()).forwarding is True


def test_reserved_prefixes_add_up(tree: Tree) -> None:
    tree.say(tree.top, reserved_prefixes=names.normalize_prefixes(["Acme.Labs", "corp"]))
    tree.say(tree.bottom, reserved_prefixes=names.normalize_prefixes(["bolt"]))

    assert tree.policy().reserved_prefixes == ("acme-labs", "bolt", "corp")
    assert tree.above(tree.bottom).reserved_prefixes == ("acme-labs", "corp")


def test_only_administrators_go_past_the_limit_from_above(tree: Tree) -> None:
    tree.say(tree.top, max_file_bytes=50)
    above, owner = tree.above(tree.bottom), Principal(user_id=1)

    for allowed in (50, 1, None):
        policies.require_allowed(owner, {"max_file_bytes": allowed}, above)
    for refused in (51, 0):
        with pytest.raises(Forbidden, match="more than 50 bytes"):
            policies.require_allowed(owner, {"max_file_bytes": refused}, above)
        policies.require_allowed(
            Principal(user_id=1, is_admin=True), {"max_file_bytes": refused}, above
        )


def test_an_unlimited_instance_leaves_the_limit_to_everybody(tree: Tree) -> None:
    above = tree.above(tree.top, Settings(max_file_bytes=0))

    policies.require_allowed(Principal(user_id=1), {"max_file_bytes": 0}, above)
    policies.require_allowed(Principal(user_id=1), {"max_file_bytes": 1 << 40}, above)


@pytest.mark.parametrize(
    "changes", [{"forwarding": True}, {"forwarding": False}, {"forwarding_locked": True}]
)
def test_nobody_decides_on_what_is_locked_above(tree: Tree, changes: dict[str, bool]) -> None:
    tree.say(tree.top, forwarding_locked=True)
    administrator = Principal(user_id=1, is_admin=True)

    with pytest.raises(InvalidRecord, match=f"is locked by the group {tree.top.full_path}"):
        policies.require_allowed(administrator, changes, tree.above(tree.middle))
    with pytest.raises(InvalidRecord, match="is locked for the whole instance"):
        policies.require_allowed(
            administrator, changes, tree.above(tree.top, Settings(forwarding_locked=True))
        )
    policies.require_allowed(administrator, changes, tree.above(tree.top))


def test_a_place_can_be_left_to_what_is_locked_above(tree: Tree) -> None:
    tree.say(tree.top, forwarding_locked=True)

    policies.require_allowed(
        Principal(user_id=1),
        {"forwarding": None, "forwarding_locked": False},
        tree.above(tree.middle),
    )


def test_prefixes_are_normalised_sorted_and_there_once() -> None:
    assert names.normalize_prefixes([" b.C ", "", "A", "b_c"]) == ("a", "b-c")


@pytest.mark.parametrize("text", ["acme-*", "acme-", "*", "-acme", "a b", "äcme", "a" * 256])
def test_a_prefix_that_could_be_no_name_is_refused(text: str) -> None:
    with pytest.raises(InvalidPrefix):
        names.normalize_prefixes([text])
