"""A terminal before the first start, and one after it."""

import shutil
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A terminal on a data folder that does not exist yet."""
    return Terminal(tmp_path / "data")


@pytest.fixture
def started(tmp_path: Path, prepared: Path) -> Terminal:
    """A terminal on a data folder just after its first start."""
    return Terminal(shutil.copytree(prepared, tmp_path / "data"))
