"""Live servers: the product as its users start it, in a process of its own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx

START_SECONDS = 30.0


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def clean_environment(**changes: str) -> dict[str, str]:
    """The environment without any setting of ours and of pip's, and with these changes."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("WHEELYARD_", "PIP_", "UV_", "TWINE_", "PYTHON"))
    }
    return {**kept, "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **changes}


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(word) for word in listed.split()]


NO_LIMITS = {"WHEELYARD_AUTH_FAILURES": "0"}
"""Of wrong credentials: all tests share one address, and many send them on purpose."""


class Server:
    """``wheelyard serve`` in a process group of its own."""

    def __init__(self, data: Path, environment: Mapping[str, str]) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = clean_environment(**{**NO_LIMITS, **environment})
        self._process: subprocess.Popen[str] | None = None
        self.log = data.parent / f"{data.name}.log"

    @property
    def process(self) -> subprocess.Popen[str]:
        """The running process."""
        assert self._process is not None, "the server was not started"
        return self._process

    def workers(self) -> list[int]:
        """The processes that answer requests, each a child of the one that was started."""
        return children(self.process.pid)

    def start(self) -> "Server":
        """Start, and wait until it answers."""
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "wheelyard",
                    "serve",
                    "--data",
                    str(self.data),
                    "--port",
                    str(self.port),
                ],
                env=self._environment,
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        with httpx.Client(base_url=self.url) as client:
            while time.monotonic() < deadline:
                with contextlib.suppress(httpx.TransportError):
                    if client.get("/-/readiness").status_code == 200:
                        return self
                assert self._process.poll() is None, f"the server ended:\n{self.log.read_text()}"
                time.sleep(0.02)
        self.kill()
        raise AssertionError(f"the server did not answer:\n{self.log.read_text()}")

    def stop(self) -> int:
        """Ask it to end, and wait."""
        self.process.terminate()
        return self.process.wait(timeout=60)

    def kill(self) -> None:
        """End the whole process group at once, as a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=60)


@contextlib.contextmanager
def running(data: Path, **environment: str) -> Iterator[Server]:
    """A server with these settings; it is ended afterwards, whatever happened."""
    server = Server(data, environment).start()
    try:
        yield server
    finally:
        server.kill()
