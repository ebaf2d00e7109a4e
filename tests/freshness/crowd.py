"""A crowd: readers who hardly pause, on both workers, and somebody who uploads.

It is a process of its own, so that it takes no turn from whoever looks.  Each line that it is sent
says what is read from then on, and is answered by how much was done so far.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, cycle, islice

from tests.builders import wheel
from tests.freshness.looks import Look
from tests.publish import wire

READERS = 3

REQUESTS = 100
"""On one connection; the system deals them out among the workers."""

PAUSE_SECONDS = 0.001
"""Between two requests of a reader: without one, whoever looks would hardly get a turn."""

UPLOAD_SECONDS = 0.2
"""Between two uploads."""


@dataclass
class _Crowd:
    """What is read now, and what has been done."""

    url: str
    requests: Sequence[bytes] = ()
    is_over: bool = False
    answers: list[int] = field(default_factory=lambda: [0] * READERS)
    uploads: int = 0

    def read(self, number: int) -> None:
        """Read, whatever comes, until it is over."""
        while not self.is_over:
            requests = self.requests
            if not requests:
                time.sleep(0.01)
                continue
            with wire.connect(self.url) as connection:
                for request in islice(cycle(requests), REQUESTS):
                    connection.sendall(request)
                    self.answers[number] += wire.read_reply(connection).status > 0
                    if requests is not self.requests:
                        break
                    time.sleep(PAUSE_SECONDS)

    def upload(self, target: str, secret: str) -> None:
        """Publish file after file, so that there is always news, and indexes change."""
        for number in count():
            if self.is_over:
                return
            if not self.requests:
                time.sleep(0.01)
                continue
            request = wire.post(target.encode(), secret, wire.upload(wheel("noise", f"{number}")))
            self.uploads += wire.exchange(self.url, request).status == 201
            time.sleep(UPLOAD_SECONDS)


def main(url: str, target: str, secret: str) -> None:
    """Be the crowd."""
    crowd = _Crowd(url)
    threads = [threading.Thread(target=crowd.read, args=[number]) for number in range(READERS)]
    threads.append(threading.Thread(target=crowd.upload, args=[target, secret]))
    for thread in threads:
        thread.start()
    for line in sys.stdin:
        crowd.requests = [request.encode("latin-1") for request in json.loads(line)]
        sys.stdout.write(f"{json.dumps([sum(crowd.answers), crowd.uploads])}\n")
        sys.stdout.flush()
    crowd.is_over = True


@dataclass(frozen=True)
class Done:
    """How much the crowd has done so far."""

    answers: int
    uploads: int


class Crowd:
    """The crowd, as it is told what to read."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def read(self, looks: Sequence[Look]) -> Done:
        """Let all of them read this from now on, in an endless row; nothing: let them rest."""
        requests = [_request(look) for look in looks if look.method == "GET"]
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(requests)}\n")
        self._process.stdin.flush()
        return Done(*json.loads(self._process.stdout.readline()))


@contextmanager
def gathered(url: str, target: str, secret: str) -> Iterator[Crowd]:
    """A crowd that uploads to a registry with a token, and reads what it is told."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.freshness.crowd", url, target, secret],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Crowd(process)
        finally:
            process.kill()


def _request(look: Look) -> str:
    lines = [f"GET {look.path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in look.headers.items()]
    return "\r\n".join(lines) + "\r\n\r\n"


if __name__ == "__main__":
    main(*sys.argv[1:])
