"""A tiny project, and how each client builds it: with its own backend, and without an index."""

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.clients.laptop import CLIENTS, Laptop, Ran

NAME, VERSION = "tiny", "1.0"

_PROJECT = """\
[build-system]
requires = [{requires!r}]
build-backend = {backend!r}

[project]
name = {name!r}
version = {version!r}
description = "A tiny project"
requires-python = ">=3.11"
dependencies = {needed}

[tool.uv.build-backend]
module-root = ""

# Where what is there is used, and nothing is installed.
[tool.hatch.envs.hatch-build]
type = "system"
"""

_BACKENDS = {
    "twine": ("setuptools", "setuptools.build_meta"),
    "flit": ("flit_core", "flit_core.buildapi"),
    "poetry": ("poetry-core", "poetry.core.masonry.api"),
    "pdm": ("pdm-backend", "pdm.backend"),
    "hatch": ("hatchling", "hatchling.build"),
    "uv": ("uv_build", "uv_build"),
}

_BUILDS: dict[str, Callable[[Laptop, Path], Ran]] = {
    "twine": lambda laptop, at: laptop.run_python("-m", "build", "--no-isolation", cwd=at),
    "flit": lambda laptop, at: laptop.flit("build", cwd=at),
    "poetry": lambda laptop, at: laptop.poetry("build", cwd=at),
    "pdm": lambda laptop, at: laptop.pdm(
        "build", "--no-isolation", cwd=at, PDM_PYTHON=str(CLIENTS / "python")
    ),
    "hatch": lambda laptop, at: laptop.hatch("build", cwd=at),
    "uv": lambda laptop, at: laptop.uv("build", "--no-build-isolation", at),
}


class Workshop:
    """Builds the tiny project with each client once, and hands out copies."""

    def __init__(self, laptop: Laptop) -> None:
        self._laptop = laptop

    def copy(self, client: str, to: Laptop) -> Path:
        """Put the project with what this client has built of it on somebody's laptop."""
        built = self._laptop.work / client
        if not built.exists():
            write_project(built, client)
            ran = _BUILDS[client](self._laptop, built)
            assert ran.code == 0, ran
        folder = to.work / NAME
        shutil.copytree(built, folder)
        return folder


def write_project(folder: Path, client: str, *, name: str = NAME, needing: str = "") -> Path:
    """Write the sources of a project for a client to build."""
    requires, backend = _BACKENDS[client]
    folder.mkdir(parents=True)
    text = _PROJECT.format(
        requires=requires,
        backend=backend,
        name=name,
        version=VERSION,
        needed=[needing] if needing else [],
    )
    (folder / "pyproject.toml").write_text(text)
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text('"""A tiny package."""\n')
    return folder
