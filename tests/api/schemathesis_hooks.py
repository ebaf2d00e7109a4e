"""What schemathesis is told of us: names that lead somewhere, and where GitLab wants it otherwise.

It is loaded by the command, in the process that ``test_schemathesis`` starts.
"""

import json
import os
import zlib
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import Case, GenerationMode, HookContext, Response
from schemathesis.core.failures import Failure

WORLD = json.loads(os.environ["SCHEMATHESIS_WORLD"])
"""Values of names in paths: those of things that are there."""

_ENDING = frozenset(
    {
        "archive_project",
        "change_package_status",
        "delete_group",
        "delete_package",
        "delete_package_file",
        "delete_project",
        "edit_group",
        "edit_project",
        "transfer_project",
    }
)
"""What would end the world for all that come after, or hide it."""


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Lead every other call to what is there; names that are made up are nearly always absent."""
    del context, kwargs
    definition = case.operation.definition.raw
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    if definition["operationId"] in _ENDING or zlib.crc32(repr(case).encode()) % 2:
        return
    for name, value in case.path_parameters.items():
        kind = "text" if isinstance(value, str) else "id"
        case.path_parameters[name] = WORLD.get(f"{name} {kind}", value)


@schemathesis.hook
def after_call(context: HookContext, case: Case[Any], response: Response) -> None:
    """Note what was answered."""
    del context
    with Path(os.environ["SCHEMATHESIS_ANSWERS"]).open("a") as answers:
        answers.write(f"{response.status_code} {case.operation.label}\n")


@schemathesis.hook
def filter_failure(
    context: HookContext, failure: Failure, case: Case[Any], response: Response
) -> bool:
    """Keep a failure, unless GitLab answers so as well, and its clients count on it."""
    del context
    kind = type(failure).__name__
    if kind in {"AllowHeaderMismatch", "UnsupportedMethodResponse"}:
        # Of a number and a word in one place, such as /members/all and /members/{user}, the word's
        # methods are those of the number too.
        return not case.operation.path.endswith(("/members/all", "/packages/pypi"))
    if kind == "AcceptedNegativeData":
        return not _is_taken_for_another(case)
    if kind == "RejectedPositiveData":
        # A made-up file is no wheel; and its name and version are made up as well.
        is_upload = case.operation.definition.raw["operationId"] == "publish"
        return not (is_upload or _is_refused_for_what_it_means(response))
    # What one may not see is not found, whoever one is; of deploy tokens nobody is told to sign in.
    return not (kind == "IgnoredAuth" and "got `404 Not Found`" in failure.message)


def _is_taken_for_another(case: Case[Any]) -> bool:
    """Whether something stands for what it looks like, as a form would have it.

    A number, true or false is read as its text; what is empty is as if it were not there.
    """
    body = case.body if isinstance(case.body, dict) else {}
    scalars = [value for value in body.values() if isinstance(value, bool | int | float)]
    return bool(scalars) or "" in (*body.values(), *(case.query or {}).values())


def _is_refused_for_what_it_means(response: Response) -> bool:
    """Whether the parameters read well and cannot be used: a name that is taken, a day long gone.

    A schema cannot say that.  What cannot be read is answered with ``error``, and ``error`` alone.
    """
    told = response.json()
    words = ("must be a date in the future", "at least one parameter must be provided")
    return "message" in told or told.get("error", "").endswith(words)
