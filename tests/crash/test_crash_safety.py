"""Nothing that was answered 201 is ever lost, whenever the server is killed.

Each shard kills its server again and again while several people publish to it, restarts it on the
same folder, and looks: every answered upload is there byte for byte, and pages list only files that
download with the digest that the page names.
"""

import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.actors import Actor, Installation, pypi
from tests.builders import Dist, wheel
from tests.servers import Server, clean_environment, running
from wheelyard.access import Role

SHARDS = 4
KILLS = 51  # of each shard: 204 in all
PUBLISHERS = 3
SMALLEST_BYTES, LARGEST_BYTES = 1024, 3 * 1024 * 1024
LONGEST_ROUND_SECONDS = 0.35

LINK = re.compile(r'<a href="([^"#]+)#sha256=([0-9a-f]{64})"[^>]*>([^<]+)</a>')


@dataclass
class Ledger:
    """What was sent, what was answered with 201, and what was seen to be right afterwards."""

    sent: dict[str, Dist] = field(default_factory=dict)  # by SHA-256, oldest first
    answered: list[Dist] = field(default_factory=list)
    verified: set[str] = field(default_factory=set)
    interrupted: int = 0

    def unverified(self) -> list[Dist]:
        """Answered uploads that nobody has looked at yet."""
        return [dist for dist in self.answered if dist.sha256 not in self.verified]


@pytest.mark.crash
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "seed",
    [pytest.param(seed, marks=pytest.mark.xdist_group(f"crash{seed}")) for seed in range(SHARDS)],
)
def test_every_answered_upload_survives_every_kill(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  the moments have to be the same next time
    ledger = Ledger()
    with running(tmp_path / "data") as server:
        project, secret = _settle(server)
        server.kill()

        for number in range(KILLS):
            server.start()
            _verify(server, project, secret, ledger)
            _publish_until_killed(server, project, secret, ledger, chance, number)

        server.start()
        ledger.verified.clear()
        _verify(server, project, secret, ledger)
        assert _files_that_doctor_finds_sound(server) >= len(ledger.answered)
        assert server.stop() == 0
    # The kills hit what they were meant to hit, and something was left to lose.
    assert ledger.interrupted > KILLS
    assert len(ledger.answered) > KILLS // 2


def _settle(server: Server) -> tuple[int, str]:
    """Make a project and the token of a developer in it."""
    town = Installation(server.data, server.url)
    project = town.project()
    minted = town.token(town.join(town.user(), project, Role.DEVELOPER))
    town.close()
    return project.id, minted.secret


def _publish_until_killed(
    server: Server, project: int, secret: str, ledger: Ledger, chance: random.Random, number: int
) -> None:
    """Let people publish, and kill the server under them."""
    with ThreadPoolExecutor(PUBLISHERS + 1) as pool:
        streams = [
            _distinct(random.Random(chance.random()), number, publisher)  # noqa: S311  as above
            for publisher in range(PUBLISHERS)
        ]
        streams.append(_repeated(random.Random(chance.random()), number))  # noqa: S311  as above
        under_way = threading.Barrier(PUBLISHERS + 2, timeout=60)
        ends = [
            pool.submit(_publish_all, server.url, project, secret, stream, ledger, under_way)
            for stream in streams
        ]
        under_way.wait()
        time.sleep(chance.uniform(0.0, LONGEST_ROUND_SECONDS))
        server.kill()
        ledger.interrupted += sum(end.result() for end in ends)


def _publish_all(
    url: str,
    project: int,
    secret: str,
    stream: Iterator[Dist],
    ledger: Ledger,
    under_way: threading.Barrier,
) -> bool:
    """Publish one after another until the server is gone; say whether one was under way then."""
    dist = next(stream)
    with Actor(url, auth=("__token__", secret)) as publisher:
        under_way.wait()
        while True:
            ledger.sent[dist.sha256] = dist
            try:
                answer = publisher.publish(project, dist)
            except httpx.ConnectError:
                return False
            except httpx.TransportError:
                return True
            assert answer.status_code == 201, answer.text
            ledger.answered.append(dist)
            dist = next(stream)


def _distinct(chance: random.Random, number: int, publisher: int) -> Iterator[Dist]:
    """Wheels of all sizes, each of a version of its own."""
    count = 0
    while True:
        count += 1
        version = f"{number + 1}.{publisher}.{count}"
        yield wheel("distinct", version, files={"payload": _payload(chance)})


def _repeated(chance: random.Random, number: int) -> Iterator[Dist]:
    """Wheels of one file name, each with other bytes."""
    count = 0
    while True:
        count += 1
        payload = b"%d %d " % (number, count) + _payload(chance)
        yield wheel("repeated", "1.0", files={"payload": payload})


def _payload(chance: random.Random) -> bytes:
    size = SMALLEST_BYTES * (LARGEST_BYTES / SMALLEST_BYTES) ** chance.random()
    return chance.randbytes(int(size))


def _verify(server: Server, project: int, secret: str, ledger: Ledger) -> None:
    """Look at every answered upload and every listed file that was not looked at before."""
    with Actor(server.url, auth=("__token__", secret)) as reader:
        for dist in ledger.unverified():
            assert reader.download(project, dist).content == dist.content, dist.filename
            ledger.verified.add(dist.sha256)
        listed = {
            package: _listed(reader, project, package, ledger)
            for package in ("distinct", "repeated")
        }
    distinct = {dist.filename for dist in ledger.answered if dist.name == "distinct"}
    assert distinct <= listed["distinct"].keys()
    repeated = [sha256 for sha256, dist in ledger.sent.items() if dist.name == "repeated"]
    newest = [dist.sha256 for dist in ledger.answered if dist.name == "repeated"][-1:]
    if newest:
        assert len(listed["repeated"]) == 1
        # An upload that was cut off may have been saved, but none older than the last answered.
        assert listed["repeated"].popitem()[1] in repeated[repeated.index(newest[0]) :]


def _listed(reader: Actor, project: int, package: str, ledger: Ledger) -> dict[str, str]:
    """Return what a page lists, file name to digest, each downloaded once and compared."""
    answer = reader.simple(project, f"{package}/")
    assert answer.status_code in {200, 404}, answer.text
    files: dict[str, str] = {}
    for href, sha256, filename in LINK.findall(answer.text):
        assert href.startswith(f"{pypi(project)}/files/{sha256}/")
        assert filename not in files
        files[filename] = sha256
        if sha256 not in ledger.verified:
            assert reader.http.get(href).content == ledger.sent[sha256].content, filename
            ledger.verified.add(sha256)
    return files


def _files_that_doctor_finds_sound(server: Server) -> int:
    """Let ``wheelyard doctor`` read every file; how many it read, all without a problem."""
    done = subprocess.run(
        [sys.executable, "-m", "wheelyard", "doctor", "--full", "--data", str(server.data)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PROBLEM" not in done.stdout
    match = re.search(r"in the store: (\d+)\.", done.stdout)
    assert match, done.stdout
    return int(match[1])
