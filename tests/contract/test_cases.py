"""The cases themselves: they are written as the README says, and leave no section out."""

from collections import Counter

import pytest

from tests.contract.cases import sections, trials
from tests.contract.matching import agrees, fill, holds

SECTIONS = range(3, 24)


def test_every_section_is_there_once_with_cases() -> None:
    written = sections()

    assert [section.section for section in written] == list(SECTIONS)
    assert [section.title for section in written if not section.cases] == []


def test_every_trial_has_a_name_of_its_own() -> None:
    names = Counter(trial.name for trial in trials("wheelyard"))

    assert [name for name, count in names.items() if count > 1] == []


def test_where_the_two_differ_it_is_said_why() -> None:
    differing = [
        case.name
        for section in sections()
        for case in section.cases
        if (case.only or case.gitlab) and not case.why
    ]

    assert differing == []


def test_what_is_no_case_has_a_reason() -> None:
    rows = [exempt for section in sections() for exempt in section.exempt]

    assert [exempt.row for exempt in rows if not exempt.row or not exempt.why] == []


def test_a_gitlab_is_asked_what_it_can_be_asked_and_expected_to_answer_as_it_does() -> None:
    ours = {trial.name: trial for trial in trials("wheelyard")}
    theirs = {trial.name: trial for trial in trials("gitlab")}

    assert theirs.keys() < ours.keys()
    absent = "6 an absent package's page"
    assert (ours[absent].expect.status, theirs[absent].expect.status) == (404, 302)
    left_out = "3 R2 the pre-authorisation of GitLab's own proxy is not there"
    assert left_out in ours.keys() - theirs.keys()
    assert not [trial for trial in theirs.values() if trial.given.max_file_size is not None]


@pytest.mark.parametrize(
    ("value", "wanted", "agreeing", "holding"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 2}, True, True),
        ({"a": 1, "b": 2}, {"a": 1}, False, True),
        ({"a": 1}, {"a": 1, "b": 2}, False, False),
        ([1, 2], [2], False, True),
        ([1, 2], [2, 1], False, True),
        ([1], [2], False, False),
        (1, True, False, False),
        (None, "~.*", True, True),
        (None, "~.+", False, False),
        (None, None, True, True),
        ("a", None, False, False),
        ("glpat-secret", "~glpat-.+", True, True),
        ("no glpat-secret", "~glpat-.+", False, False),
        ("a.c", "a.c", True, True),
        ("abc", "a.c", False, False),
    ],
)
def test_a_value_is_what_is_wanted_or_holds_it(
    value: object, wanted: object, *, agreeing: bool, holding: bool
) -> None:
    assert (agrees(value, wanted), holds(value, wanted)) == (agreeing, holding)


def test_placeholders_become_values_and_are_no_expressions() -> None:
    names = {"id": 7, "file": "a+b.whl"}

    assert fill({"id": "{id}", "path": "/p/{id}", "kept": "{other}"}, names) == {
        "id": 7,
        "path": "/p/7",
        "kept": "{other}",
    }
    assert agrees("a+b.whl", fill("~{file}", names))
    assert not agrees("aab-whl", fill("~{file}", names))
