"""The document tells of every rule, and each says where it is written and what to do."""

from html import unescape

from tests.architecture.repository import DOCS, read_table
from tests.lint.rules import all_rules


def test_every_rule_stands_in_the_document_and_no_other() -> None:
    rows = read_table(DOCS / "linting.md", "Finding")

    told = {row[0].strip("`"): [unescape(cell) for cell in row[1:]] for row in rows}

    assert told == {
        name: [rule.severity.value, rule.source, rule.remedy] for name, rule in all_rules().items()
    }


def test_every_remedy_is_a_sentence() -> None:
    remedies = [rule.remedy for rule in all_rules().values()]

    assert [
        remedy for remedy in remedies if not (remedy[0].isupper() and remedy.endswith("."))
    ] == []
