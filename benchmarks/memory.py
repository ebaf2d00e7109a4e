"""The memory of a server's worker, as Linux accounts for it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from benchmarks.endpoints import Broken


@dataclass(frozen=True, slots=True)
class Worker:
    """The process that answers; the one that was started only supervises it."""

    pid: int

    @classmethod
    def of(cls, supervisor: int) -> Self:
        """Find the largest child: the others only look after resources."""
        children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
        if not children:
            raise Broken(f"The server {supervisor} has no worker")
        return max((cls(int(pid)) for pid in children), key=cls.resident_bytes)

    def resident_bytes(self) -> int:
        """What it holds now."""
        return self._kilobytes("status", "VmRSS")

    def peak_bytes(self) -> int:
        """The most it has held since it began."""
        return self._kilobytes("status", "VmHWM")

    def proportional_bytes(self) -> int:
        """What it holds now, of what it shares with others only its part."""
        return self._kilobytes("smaps_rollup", "Pss")

    def _kilobytes(self, file: str, name: str) -> int:
        text = Path(f"/proc/{self.pid}/{file}").read_text()
        found = re.search(rf"^{name}:\s+(\d+) kB$", text, re.MULTILINE)
        if found is None:
            raise Broken(f"The process {self.pid} does not say its {name}")
        return int(found[1]) * 1024
