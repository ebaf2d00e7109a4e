"""What the figures were taken on and with: they mean little without it."""

import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

from benchmarks.peers import find_program

_PEERS = (
    "from importlib.metadata import version as v;"
    "print(*map(v, ('pypiserver', 'devpi-server', 'simple-repository-server')))"
)


def describe(programs: Path, folder: Path) -> dict[str, str]:
    """Return names and values, in the order to print."""
    pypiserver, devpi, simple = _output(str(programs / "python"), "-c", _PEERS).split()
    return {
        "machine": f"{os.cpu_count()} cores, {_processor()}, {platform.system()}",
        "load before": f"{os.getloadavg()[0]:.2f}",
        "file system": _output("stat", "--file-system", "--format=%T", str(folder)).strip(),
        "python": platform.python_version(),
        "wheelyard": f"{version('wheelyard')} on granian {version('granian')}, one worker",
        "nginx": f"{_first_version(find_program('nginx'), '-v')}, one worker",
        "pypiserver": f"{pypiserver}, no fsync",
        "devpi-server": f"{devpi}, fsync of its database alone",
        "simple-repo…": f"{simple}, a folder",
        "uv, pip": f"{version('uv')}, {version('pip')}",
        "wrk": _first_version(find_program("wrk"), "-v"),
    }


def _processor() -> str:
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def _first_version(*command: str) -> str:
    found = re.search(r"\d+(\.\d+)+", _output(*command))
    return found[0] if found else "unknown"


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    return done.stdout + done.stderr
