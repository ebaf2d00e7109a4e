"""A terminal on the machine of the registry: the command line as processes."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.servers import clean_environment

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Ran:
    """What a command said, and how it ended."""

    out: str
    err: str
    code: int


class Terminal:
    """Runs ``wheelyard`` on one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def run(self, *words: str, typing: str = "", **environment: str) -> Ran:
        """Run a command on the data folder."""
        return self.run_bare(*words, "--data", str(self.data), typing=typing, **environment)

    def run_bare(self, *words: str, typing: str = "", **environment: str) -> Ran:
        """Run a command as it is."""
        done = subprocess.run(
            [sys.executable, "-m", "wheelyard", *words],
            env=clean_environment(COLUMNS="80", **environment),
            input=typing,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
            start_new_session=True,
        )
        return Ran(done.stdout, done.stderr, done.returncode)
