"""``make demo``: the walk as a program that people start to see the product."""

import sys
from pathlib import Path

import pytest

from tests.clients.laptop import Laptop

pytestmark = pytest.mark.client

DEMO = Path(__file__).parents[2] / "examples" / "demo.py"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where temporary files go."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def test_the_demo_greets_and_leaves_nothing_behind(laptop: Laptop, folder: Path) -> None:
    ran = laptop.run(sys.executable, DEMO, environment={"TMPDIR": str(folder)})

    lines = ran.output.splitlines()
    assert ran.code == 0, ran
    assert lines[-1].strip() == "Hello from MyPyPiPackage"
    assert "    Successfully installed mypypipackage-0.0.1" in lines
    assert "glpat-" not in ran.output
    assert "__token__:****@127.0.0.1" in ran.output
    assert list(folder.iterdir()) == []


def test_the_demo_says_what_failed(laptop: Laptop, folder: Path) -> None:
    broken = laptop.work / "demo.py"
    broken.write_text(DEMO.read_text().replace('"serve", "--data"', '"serve", "--nonsense"'))

    ran = laptop.run(sys.executable, broken, environment={"TMPDIR": str(folder)})

    assert ran.code == 1
    assert "The demo failed: The registry did not start" in ran.output, ran
    assert "No such option: --nonsense" in ran.output
    assert list(folder.iterdir()) == []
