"""From the files of cases to trials: of each case, every world by every caller by every path."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET

from tests.contract.vocabulary import Caller, Case, Expect, Given, Request, Section, Step

Product: TypeAlias = Literal["wheelyard", "gitlab"]

FOLDER = Path(__file__).parent

T = TypeVar("T")


@dataclass(frozen=True)
class Trial:
    """One request by one caller in one world, and the answer that a product is to give."""

    name: str
    given: Given
    caller: Caller
    before: tuple[Step, ...]
    request: Request
    path: str
    expect: Expect

    @property
    def callers(self) -> list[Caller]:
        """Everybody who makes a request."""
        return [self.caller, *(step.caller for step in self.before)]

    @property
    def wants_expired_token(self) -> bool:
        """Whether it needs what no request can make."""
        return any(caller.state == "expired" for caller in self.callers)

    @property
    def spoils(self) -> bool:
        """Whether it wants a world of its own, for others would see what it leaves behind."""
        if self.before or self.given.instance:
            return True
        made = any(status < 300 for status in several(self.expect.status))
        return made and self.request.method not in ("GET", "HEAD")


def sections() -> list[Section]:
    """Every file of cases.  Raises msgspec.ValidationError for one that is not written so."""
    return [
        msgspec.json.decode(path.read_bytes(), type=Section)
        for path in sorted(FOLDER.glob("*.json"))
    ]


def trials(kind: Product) -> list[Trial]:
    """Everything that can be tried on a product."""
    return [
        trial
        for section in sections()
        for case in section.cases
        for trial in _take_apart(section, case, kind)
        if kind == "wheelyard" or not (case.only or _is_beyond_gitlab(trial))
    ]


def _is_beyond_gitlab(trial: Trial) -> bool:
    """Whether no HTTP request brings a GitLab into the state that is asked about.

    Its job tokens live in its jobs, and what has expired needs a clock; the rest is set by GraphQL,
    or is ours alone.
    """
    given = trial.given
    return (
        any(caller.credential == "job" for caller in trial.callers)
        or trial.wants_expired_token
        or given.duplicates is not None
        or given.max_file_size is not None
        or given.forwarding is False
    )


def _take_apart(section: Section, case: Case, kind: Product) -> Iterator[Trial]:
    expect = case.expect if kind == "wheelyard" or case.gitlab is UNSET else case.gitlab
    givens, callers = several(case.given), several(case.caller)
    paths = several(case.request.path)
    for given, caller, path in product(givens, callers, paths):
        marks = [
            _describe(given, givens) if len(givens) > 1 else "",
            str(caller) if len(callers) > 1 else "",
            path if len(paths) > 1 else "",
        ]
        yield Trial(
            name=", ".join([f"{section.section} {case.name}", *filter(None, marks)]),
            given=given,
            caller=caller,
            before=case.before,
            request=case.request,
            path=path,
            expect=expect,
        )


def _describe(given: Given, beside: tuple[Given, ...]) -> str:
    """Say in what a world differs from those beside it."""
    differing = [
        name
        for name in given.__struct_fields__
        if len({repr(getattr(other, name)) for other in beside}) > 1
    ]
    return " ".join(f"{name} {getattr(given, name)}" for name in differing)


def several(value: T | tuple[T, ...]) -> tuple[T, ...]:
    """What is written alone or as a list, as a tuple."""
    return value if isinstance(value, tuple) else (value,)
