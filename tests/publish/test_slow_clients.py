"""A client that hardly sends holds nothing for ever, and nobody else waits for it.

The bounds are the server's own, some 20 and 30 seconds, so the clients here are slow together.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.actors import Actor
from tests.builders import wheel
from tests.publish import wire
from tests.servers import Server
from wheelyard import connections
from wheelyard.projects import Project

DIST = wheel()
BODY = wire.form(
    [*wire.fields(DIST.fields()), wire.Part(b"content", DIST.content, DIST.filename.encode())]
)
BOUND_SECONDS = 35.0
PROMPT_SECONDS = 2.0
CROWD = 50
IDLE = 1500
"""More than 1024, at which many a server and system stops."""

TOO_SLOW = (408, b'{"message": "408 Request Timeout - the upload came too slowly"}')

Ending = tuple[float, wire.Reply]


def trickle(url: str, at_once: bytes, slowly: bytes) -> Ending:
    """Send a byte a second until the server ends it; how long that took, and its answer."""
    began = time.monotonic()
    with wire.connect(url, timeout=1.0) as connection:
        connection.sendall(at_once)
        for byte in slowly:
            try:
                reply = wire.read_reply(connection)
                return time.monotonic() - began, reply
            except TimeoutError:
                pass
            try:
                connection.sendall(bytes([byte]))
            except ConnectionError:
                return time.monotonic() - began, wire.read_reply(connection)
            assert time.monotonic() - began < BOUND_SECONDS, "it is still held"
    raise AssertionError("everything was sent")


def a_byte_a_second(server: Server, target: bytes, secret: str) -> Ending:
    """An upload whose body comes a byte a second."""
    request = wire.post(target, secret, BODY)
    return trickle(server.url, request[: -len(BODY)], BODY)


def a_byte_a_second_after_half(server: Server, target: bytes, secret: str) -> Ending:
    """An upload that begins well."""
    request = wire.post(target, secret, BODY)
    return trickle(server.url, request[: -len(BODY) // 2], BODY)


def a_refused_byte_a_second(server: Server, target: bytes, secret: str) -> Ending:
    """An upload that is refused from the first byte on, and drained."""
    request = wire.post(target, f"{secret}-wrong", BODY)
    return trickle(server.url, request[: -len(BODY)], BODY)


def a_slow_head(server: Server, target: bytes, secret: str) -> Ending:
    """A request that does not get to its body."""
    head = wire.head("POST", target, secret)
    return trickle(server.url, head[:20], head[20:])


SLOW: dict[str, Callable[[Server, bytes, str], Ending]] = {
    "body": a_byte_a_second,
    "half": a_byte_a_second_after_half,
    "refused": a_refused_byte_a_second,
    "head": a_slow_head,
}


def test_slow_clients_are_ended_while_others_are_served(
    server: Server, developer: Actor, project: Project, target: bytes, secret: str
) -> None:
    with ThreadPoolExecutor(CROWD + len(SLOW)) as pool:
        endings = {name: pool.submit(slow, server, target, secret) for name, slow in SLOW.items()}
        crowd = [pool.submit(a_byte_a_second, server, target, secret) for _ in range(CROWD)]
        slowest = _be_served(developer, project, until=lambda: all(e.done() for e in crowd))

    assert slowest < PROMPT_SECONDS
    replies = {name: ending.result()[1] for name, ending in endings.items()}
    assert (replies["body"].status, replies["body"].body) == TOO_SLOW
    assert (replies["half"].status, replies["half"].body) == TOO_SLOW
    assert (replies["refused"].status, replies["refused"].body) == (
        401,
        b'{"message": "401 Unauthorized"}',
    )
    assert replies["head"].status in {0, 400, 408}
    assert {ending.result()[1].status for ending in crowd} == {408}
    assert developer.simple(project, "slow").status_code == 404


def _be_served(developer: Actor, project: Project, *, until: Callable[[], bool]) -> float:
    """Publish and read while the others are slow; the longest that one of it took."""
    slowest, number = 0.0, 0
    while not until():
        number += 1
        dist = wheel("prompt", f"1.{number}")
        began = time.monotonic()
        assert developer.publish(project, dist).status_code == 201
        assert dist.filename in developer.simple(project, "prompt").text
        assert developer.download(project, dist).content == dist.content
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(0.2)
    return slowest


def test_idle_connections_disturb_nobody(
    server: Server, developer: Actor, project: Project, secret: str
) -> None:
    connections.reserve_descriptors()  # for the other ends of them
    idle = [wire.connect(server.url) for _ in range(IDLE)]
    try:
        for connection in idle[: IDLE // 2]:
            connection.sendall(wire.head("GET", b"/-/liveness", secret))
            assert wire.read_reply(connection).status == 200
        began = time.monotonic()

        assert developer.publish(project, DIST).status_code == 201

        assert time.monotonic() - began < PROMPT_SECONDS
    finally:
        for connection in idle:
            connection.close()
