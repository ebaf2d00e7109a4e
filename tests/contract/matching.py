"""Whether an answer is the one that a case expects.

A text of an expectation that begins with ``~`` is a regular expression for the whole of what stands
there, null being the empty text; ``{name}`` in it is filled from the world first.
"""

import re
from collections.abc import Mapping
from typing import Any

import httpx
from msgspec import UNSET

from tests.contract.cases import several
from tests.contract.vocabulary import Expect

_PLACEHOLDER = re.compile(r"\{([a-z0-9_]+)\}")


def fill(template: Any, names: Mapping[str, Any]) -> Any:
    """Put values in the place of ``{name}``: a text that is nothing else becomes the value."""
    if isinstance(template, dict):
        return {fill(key, names): fill(value, names) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return [fill(item, names) for item in template]
    if not isinstance(template, str):
        return template
    whole = _PLACEHOLDER.fullmatch(template)
    if whole and whole[1] in names:
        return names[whole[1]]
    escape = re.escape if template.startswith("~") else str
    return _PLACEHOLDER.sub(
        lambda found: escape(str(names[found[1]])) if found[1] in names else found[0], template
    )


def faults(answer: httpx.Response, expect: Expect, names: Mapping[str, Any]) -> list[str]:
    """Everything in which an answer is another one."""
    found = []
    if answer.status_code not in several(expect.status):
        found.append(f"the status is {answer.status_code}, not {expect.status}")
    found += _faults_of_headers(answer, fill(expect.headers, names))
    found += [
        f"the body lacks {wanted!r}"
        for wanted in fill(expect.text, names)
        if not _stands_in(answer.text, wanted)
    ]
    found += [
        f"the body has {unwanted!r}"
        for unwanted in fill(expect.without, names)
        if _stands_in(answer.text, unwanted)
    ]
    found += _faults_of_json(answer, expect, names)
    return [*found, f"it says {answer.text[:500]!r}"] if found else []


def _faults_of_headers(answer: httpx.Response, wanted: Mapping[str, str | None]) -> list[str]:
    return [
        f"the header {name} is {answer.headers.get(name)!r}, not {value!r}"
        for name, value in wanted.items()
        if not agrees(answer.headers.get(name), value)
    ]


def _faults_of_json(answer: httpx.Response, expect: Expect, names: Mapping[str, Any]) -> list[str]:
    if expect.json is UNSET and expect.has is UNSET and not expect.lacks:
        return []
    try:
        body = answer.json()
    except ValueError:
        return ["the body is no JSON"]
    found = []
    if expect.json is not UNSET and not agrees(body, fill(expect.json, names)):
        found.append(f"the body is not {fill(expect.json, names)}")
    if expect.has is not UNSET and not holds(body, fill(expect.has, names)):
        found.append(f"the body does not hold {fill(expect.has, names)}")
    found += [f"the body has a {name!r}" for name in expect.lacks if name in body]
    return found


def agrees(value: Any, wanted: Any) -> bool:
    """Whether a value is the one wanted, and nothing more."""
    if isinstance(wanted, dict):
        return (
            isinstance(value, dict)
            and value.keys() == wanted.keys()
            and all(agrees(value[name], wanted[name]) for name in wanted)
        )
    if isinstance(wanted, list):
        return (
            isinstance(value, list)
            and len(value) == len(wanted)
            and all(map(agrees, value, wanted))
        )
    if isinstance(wanted, str) and wanted.startswith("~"):
        shown = "" if value is None else str(value)
        return re.fullmatch(wanted[1:], shown, re.DOTALL) is not None
    return type(value) is type(wanted) and bool(value == wanted)


def holds(value: Any, wanted: Any) -> bool:
    """Whether a value has everything that is wanted, and perhaps more."""
    if isinstance(wanted, dict):
        return isinstance(value, dict) and all(
            name in value and holds(value[name], wanted[name]) for name in wanted
        )
    if isinstance(wanted, list):
        return isinstance(value, list) and all(
            any(holds(item, sought) for item in value) for sought in wanted
        )
    return agrees(value, wanted)


def _stands_in(text: str, wanted: str) -> bool:
    if wanted.startswith("~"):
        return re.search(wanted[1:], text) is not None
    return wanted in text
