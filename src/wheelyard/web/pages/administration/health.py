"""How the installation is: what doctor finds, and what it runs on."""

import os
import platform
import sqlite3
import time
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from importlib import metadata

from wheelyard import doctor
from wheelyard.doctor import Depth, Finding
from wheelyard.web.pages.view import Answer, Page, View

_STARTED = time.monotonic()  # as near to the worker's start as the import of the routes
_MAX_SECONDS = 20.0
"""Of the search for files; a page that takes longer looks broken."""

_MAX_SHOWN = 100
_LIBRARIES = ("granian", "starlette", "sqlalchemy", "jinja2", "msgspec", "packaging", "argon2-cffi")


def show(view: View) -> Answer:
    """``GET /admin/health``; with ``full``, every file is looked for."""
    is_full = bool(view.params.peek_text("full"))
    return Page(
        "administration/health.html",
        {"is_full": is_full, "process": os.getpid(), "versions": _versions()},
        later=partial(_examine, view, Depth.SIZES if is_full else Depth.QUICK),
    )


def _examine(view: View, depth: Depth) -> dict[str, object]:
    begun = time.monotonic()
    findings = doctor.examine(view.settings, os.environ, depth=depth, seconds=_MAX_SECONDS)
    problems, sound, problem_count = _sort(findings)
    return {
        "seconds": time.monotonic() - begun,
        "problems": problems,
        "problem_count": problem_count,
        "sound": sound,
        "started_at": view.at - timedelta(seconds=begun - _STARTED),
    }


def _sort(findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding], int]:
    """Return the first problems, what is sound, and how many problems there are in all."""
    problems: list[Finding] = []
    sound: list[Finding] = []
    count = 0
    for finding in findings:
        if finding.ok:
            sound.append(finding)
            continue
        count += 1
        if count <= _MAX_SHOWN:  # a store that is lost would fill memory
            problems.append(finding)
    return problems, sound, count


def _versions() -> dict[str, str]:
    own = {
        "Wheelyard": metadata.version("wheelyard"),
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
    }
    return own | {name: metadata.version(name) for name in _LIBRARIES}
