"""Patterns of protection rules: any spelling of a name, a wild card, the strictest of several."""

import pytest

from wheelyard.access import Principal, Role, TokenKind
from wheelyard.protection import Level, Protection, Rule

MAINTAINER, OWNER, ADMIN = Level.MAINTAINER, Level.OWNER, Level.ADMIN


def rule(pattern: str, push: Level | None = OWNER, delete: Level | None = None) -> Rule:
    return Rule(1, 1, pattern, push, delete)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("my-pkg", "my-pkg"),
        ("my-pkg", "My.Pkg"),
        ("My_Pkg", "my-pkg"),
        ("my-pkg*", "my_pkg"),
        ("MY_PKG*", "my.pkg-more"),
        ("*_internal", "acme-internal"),
        ("acme-*-core", "acme.web.core"),
        ("acme--*", "acme_web"),
        ("a*c*e", "abcde"),
        ("*", "anything"),
        ("q_*_b", "q.x.b"),
    ],
)
def test_a_pattern_matches_any_spelling(pattern: str, name: str) -> None:
    assert rule(pattern).matches(name)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("my-pkg", "my-pkg-more"),
        ("my-pkg-*", "my-pkg"),
        ("my.pkg", "myxpkg"),
        ("acme*", "not-acme"),
        ("*core", "core-more"),
        ("a_c", "abc"),
        # These two are spellings of one package, q-b.
        ("q-*-b", "q-b"),
        ("q-*-b", "q--b"),
    ],
)
def test_a_pattern_is_literal_but_for_the_wild_card(pattern: str, name: str) -> None:
    assert not rule(pattern).matches(name)


def test_many_wild_cards_are_compared_in_no_time() -> None:
    assert not rule("a*" * 100 + "b").matches("a" * 254 + "c")


def test_of_several_rules_the_strictest_counts() -> None:
    protection = Protection(
        [
            rule("acme*", push=MAINTAINER, delete=ADMIN),
            rule("acme-core", push=OWNER),
            rule("other", push=ADMIN),
        ]
    )

    assert (protection.push_level("acme-core"), protection.delete_level("acme-core")) == (
        OWNER,
        ADMIN,
    )
    assert (protection.push_level("acme-web"), protection.delete_level("elsewhere")) == (
        MAINTAINER,
        None,
    )
    assert (protection.covers("Acme.Web"), protection.covers("elsewhere")) == (True, False)


@pytest.mark.parametrize("kind", [TokenKind.PERSONAL, TokenKind.PROJECT, TokenKind.JOB, None])
def test_whoever_acts_as_somebody_is_judged_by_their_role(kind: TokenKind | None) -> None:
    protection = Protection([rule("acme*", push=MAINTAINER)])
    somebody = Principal(user_id=1, token_id=1, token_kind=kind)

    allowed = [protection.allows_push(somebody, role, "acme") for role in Role]

    assert allowed == [role >= Role.MAINTAINER for role in Role]


def test_a_deploy_token_is_refused_by_any_rule_about_publishing_and_by_no_other() -> None:
    robot = Principal(token_id=1, token_kind=TokenKind.DEPLOY, reach_project_id=1)
    protection = Protection([rule("acme*", push=MAINTAINER), rule("kept", None, delete=OWNER)])

    assert not protection.allows_push(robot, Role.NONE, "acme-web")
    assert protection.allows_push(robot, Role.NONE, "kept")
    assert protection.allows_push(robot, Role.NONE, "other")
