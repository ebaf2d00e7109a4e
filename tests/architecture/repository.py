"""The repository as files: what is in it, and the tables of its documents."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "wheelyard"
DOCS = ROOT / "docs"

_MADE = re.compile(
    r"^(?:\.git|\.venv[^/]*|\.hypothesis|data|dist|build)/"
    r"|(?:^|/)(?:__pycache__|\.[a-z_]+_cache|[^/]+\.egg-info)/"
)


def list_files(pattern: str = "*") -> Iterator[Path]:
    """Every file that somebody wrote."""
    for path in sorted(ROOT.rglob(pattern)):
        if not _MADE.search(str(path.relative_to(ROOT))) and path.is_file():
            yield path


def read_table(page: Path, first_heading: str) -> list[list[str]]:
    """The rows of every table of a page whose first column has this heading."""
    rows: list[list[str]] = []
    wanted = False
    for line in page.read_text().splitlines():
        if not line.startswith("|"):
            wanted = False
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == first_heading:
            wanted = True
        elif wanted and not set(cells[0]) <= {"-"}:
            rows.append(cells)
    return rows
