"""What the linter says: for people, and for programs."""

import json
from collections import Counter
from collections.abc import Iterator

from wheelyard.lint.findings import Finding, Rule, Severity
from wheelyard.lint.linting import Report
from wheelyard.pypi.metadata import UNSEEN

_PLACES = 5
"""How many places of one rule are told to people."""


def count(report: Report) -> dict[str, int]:
    """Return how many findings there are of each severity."""
    counted = Counter(finding.rule.severity for finding in report.findings)
    return {severity.value: counted[severity] for severity in Severity}


def is_sound(report: Report, *, strict: bool) -> bool:
    """Whether an index passes: without errors, and when it is ``strict`` without warnings."""
    counted = count(report)
    return not counted[Severity.ERROR] and not (strict and counted[Severity.WARNING])


def as_text(report: Report) -> str:
    """Write it for people: the gravest first, and once what is wrong in many places."""
    by_rule: dict[Rule, list[Finding]] = {}
    for finding in report.findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    order = list(Severity)
    rules = sorted(by_rule, key=lambda rule: order.index(rule.severity))
    paragraphs = ["\n".join(_paragraph(rule, by_rule[rule])) for rule in rules]
    return "\n\n".join([*paragraphs, _summary(report)]) + "\n"


def _paragraph(rule: Rule, found: list[Finding]) -> Iterator[str]:
    yield f"{rule.severity}: {rule.name}  ({rule.source})"
    yield f"  {rule.remedy}"
    for finding in found[:_PLACES]:
        yield f"  - {_harmless(finding.sentence)}"
        yield f"    {_harmless(finding.url)}"
    if len(found) > _PLACES:
        yield f"  - and {len(found) - _PLACES} more"


def _harmless(text: str) -> str:
    """Return what an index has written so that it can do nothing to a terminal."""
    return UNSEEN.sub("?", text.replace("\n", " ")).encode(errors="backslashreplace").decode()


def _summary(report: Report) -> str:
    packages, files = len(report.packages), report.files
    looked = f"{_many(packages, 'package')}, {_many(files, 'file')}, {report.requests} requests"
    counted = count(report)
    if any(counted.values()):
        found = ", ".join(_many(number, name) for name, number in counted.items())
        return f"{found}.  Looked at: {looked}."
    return f"Nothing to report.  Looked at: {looked}."


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def as_json(report: Report) -> str:
    """Write it for programs."""
    findings = [
        {
            "rule": finding.rule.name,
            "severity": finding.rule.severity.value,
            "url": finding.url,
            "sentence": finding.sentence,
            "remedy": finding.rule.remedy,
            "source": finding.rule.source,
        }
        for finding in report.findings
    ]
    document = {
        "url": report.url,
        "counts": count(report),
        "packages": list(report.packages),
        "files": report.files,
        "requests": report.requests,
        "findings": findings,
    }
    return json.dumps(document, indent=2) + "\n"
