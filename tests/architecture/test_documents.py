"""The documents say what the code does, no more and no less."""

import importlib
import re
import tomllib
from collections import defaultdict
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from starlette.routing import Route

from tests.architecture.repository import DOCS, ROOT, SRC, list_files, read_table
from tests.browser.gallery import VARIABLE as SCREENSHOTS
from tests.contract.target import TOKEN_VARIABLE, URL_VARIABLE
from wheelyard.lint.credentials import TOKEN
from wheelyard.registry import Registry
from wheelyard.settings import PREFIX, Settings, meaning
from wheelyard.web.routes import routes

PAGES = list(list_files("*.md"))


def test_every_setting_stands_on_its_page_with_default_and_meaning() -> None:
    wanted = [
        [
            f"`{PREFIX}{field.name.upper()}`",
            shown_default(field.default),
            meaning(field.name),
        ]
        for field in fields(Settings)
    ]

    assert read_table(DOCS / "settings.md", "Variable") == wanted


def shown_default(value: object) -> str:
    """A default as one would write it into the environment."""
    if value in ("", ()):
        return "(empty)"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def without_names(route: str) -> str:
    """A route with its parameters nameless: GitLab's names and ours differ."""
    return re.sub(r"\{[^}]+\}|[:*][a-z_0-9]+", "*", route)


def listed_routes(registry: Registry) -> set[str]:
    """What the route table answers."""
    return {
        without_names(f"{method} {route.path.removeprefix('/api/v4')}")
        for route in routes(registry)
        if isinstance(route, Route)
        and not type(route.endpoint).__module__.startswith("wheelyard.web.pages")
        for method in (route.methods or set()) - {"HEAD"}
    }


def test_every_route_is_compared_with_gitlabs_and_none_that_is_not_there(
    registry: Registry,
) -> None:
    rows = read_table(DOCS / "api-compatibility.md", "Route")
    verdicts = {without_names(route.strip("`")): verdict for route, verdict, _ in rows}

    present = {route for route, verdict in verdicts.items() if verdict != "absent"}
    absent = {route for route, verdict in verdicts.items() if verdict == "absent"}

    assert set(verdicts.values()) <= {"same", "differs", "ours", "absent"}
    assert len(verdicts) == len(rows)
    assert listed_routes(registry) == present
    assert not listed_routes(registry) & absent


def test_what_differs_or_is_absent_says_how_or_why() -> None:
    rows = read_table(DOCS / "api-compatibility.md", "Route")

    assert [route for route, verdict, notes in rows if verdict != "same" and not notes] == []


def test_every_direct_dependency_says_what_it_saves() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = sorted(Requirement(one).name for one in project["dependencies"])

    rows = read_table(DOCS / "ARCHITECTURE.md", "Part")

    assert [part.strip("`") for part, _ in rows] == names
    assert all(saved for _, saved in rows)


def test_the_map_names_every_module_and_no_other() -> None:
    text = (DOCS / "ARCHITECTURE.md").read_text()
    drawn = re.findall(r"^([a-z_/]+\.py)(?: |$)", text, re.MULTILINE)
    present = [
        str(path.relative_to(SRC))
        for path in SRC.rglob("*.py")
        if path.name != "__init__.py" and "migrations" not in path.parts
    ]

    assert sorted(drawn) == sorted(present)


def test_the_walks_name_functions_that_exist() -> None:
    text = (DOCS / "ARCHITECTURE.md").read_text()
    pattern = r"`(?:web\.)?(?:api\.)?([a-z_]+)\.(?!py`)([A-Za-z_]+(?:\.[a-z_]+)?)`"
    modules = defaultdict(list)
    for path in SRC.rglob("*.py"):
        module = load(path)
        # A package that has names of its own is spoken of as a module of its folder's name.
        stem = path.parent.name if hasattr(module, "__all__") else path.stem
        modules[stem].append(module)

    named = [(stem, name) for stem, name in re.findall(pattern, text) if stem in modules]
    missing = [
        f"{stem}.{name}"
        for stem, name in named
        if not any(has(module, name) for module in modules[stem])
    ]

    assert len(named) > 20
    assert missing == []


def load(path: Path) -> ModuleType | None:
    """The module of a file; migrations cannot be had, and a program's start must not."""
    if "migrations" in path.parts or path.stem == "__main__":
        return None
    dotted = ".".join(path.relative_to(SRC.parent).with_suffix("").parts)
    return importlib.import_module(dotted.removesuffix(".__init__"))


def has(thing: object, dotted: str) -> bool:
    """Whether an attribute of an attribute exists."""
    for name in dotted.split("."):
        if not hasattr(thing, name):
            return False
        thing = getattr(thing, name)
    return True


def test_the_architecture_is_told_in_under_two_and_a_half_thousand_words_and_a_map() -> None:
    # The map has a line for each module, and grows with them.
    told = re.sub(r"```.*?```", "", (DOCS / "ARCHITECTURE.md").read_text(), flags=re.DOTALL)

    assert 1000 < len(told.split()) < 2500


def test_the_documents_name_only_targets_of_make_that_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = {
        target
        for page in PAGES
        for target in re.findall(r"(?:^|`)make ([a-z]+)", page.read_text(), re.MULTILINE)
    }

    assert {"serve", "test", "demo", "check"} <= named
    assert named <= targets


def test_the_documents_name_only_variables_that_exist() -> None:
    known = {f"{PREFIX}{field.name.upper()}" for field in fields(Settings)}
    known |= {"WHEELYARD_ROOT_PASSWORD", "WHEELYARD_ROOT_TOKEN", SCREENSHOTS}
    known |= {URL_VARIABLE, TOKEN_VARIABLE, TOKEN}

    named = {name for page in PAGES for name in re.findall(r"WHEELYARD_[A-Z_]+", page.read_text())}

    assert named <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_decisions_are_numbered_in_order() -> None:
    pages = sorted((DOCS / "decisions").iterdir())

    numbers = [int(page.name[:4]) for page in pages]
    headings = [page.read_text().splitlines()[0] for page in pages]

    assert numbers == list(range(1, len(pages) + 1))
    assert [heading.split(".")[0] for heading in headings] == [f"# {n}" for n in numbers]
