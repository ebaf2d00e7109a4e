"""Modules and functions stay small enough to be read at once."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.repository import ROOT, list_files

MAX_MODULE_LINES = 450
MAX_FUNCTION_LINES = 60

LISTS = {
    ("src/wheelyard/web/routes.py", "routes"),
    ("src/wheelyard/web/pages/routes.py", "page_routes"),
}
"""Functions that are tables; the schema's history is exempt as well."""


def list_modules() -> Iterator[tuple[Path, str]]:
    """Every module with its text, but for migrations."""
    for path in list_files("*.py"):
        if "versions" not in path.parts:
            yield path.relative_to(ROOT), path.read_text()


def test_no_module_is_too_long() -> None:
    # A test may be a table of as many rows as there are cases.
    long = {
        str(path): text.count("\n") for path, text in list_modules() if path.parts[0] != "tests"
    }

    assert {path: lines for path, lines in long.items() if lines > MAX_MODULE_LINES} == {}


def test_no_function_is_too_long() -> None:
    long = {
        f"{path}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path, text in list_modules()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (str(path), node.name) not in LISTS
    }

    assert {name: lines for name, lines in long.items() if lines > MAX_FUNCTION_LINES} == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "util", "common", "helpers", "helper", "base", "services", "managers", "misc"}

    assert [str(path) for path, _ in list_modules() if empty & {*path.parts, path.stem}] == []
