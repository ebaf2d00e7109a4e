"""Bytes that change on the way: the upload is refused, or its file is whole."""

import random

from tests.actors import Actor
from tests.builders import wheel
from tests.publish import wire
from tests.servers import Server
from wheelyard.projects import Project

DIST = wheel()
BODY = wire.form(
    [*wire.fields(DIST.fields()), wire.Part(b"content", DIST.content, DIST.filename.encode())]
)
FILE_STARTS = BODY.index(DIST.content)


def damaged(chance: random.Random, places: range) -> bytes:
    """The body with three bits of some bytes flipped."""
    body = bytearray(BODY)
    for place in chance.sample(places, 3):
        body[place] ^= 1 << chance.randrange(8)
    return bytes(body)


def test_damage_to_the_framing_is_refused_or_does_no_harm(
    server: Server, developer: Actor, project: Project, target: bytes, secret: str
) -> None:
    chance = random.Random(11)  # noqa: S311  the same damage each time
    statuses = []

    for _ in range(200):
        body = damaged(chance, range(FILE_STARTS))
        reply = wire.exchange(server.url, wire.post(target, secret, body))
        statuses.append(reply.status)

    assert set(statuses) == {201, 400}
    assert developer.download(project, DIST).content == DIST.content
    assert developer.simple(project, "demo").text.count("<a ") == 1


def test_damage_to_the_file_is_refused(
    server: Server, developer: Actor, project: Project, target: bytes, secret: str
) -> None:
    chance = random.Random(12)  # noqa: S311  the same damage each time

    for _ in range(100):
        body = damaged(chance, range(FILE_STARTS, FILE_STARTS + len(DIST.content)))
        reply = wire.exchange(server.url, wire.post(target, secret, body))

        assert (reply.status, reply.body) == (
            400,
            b'{"message": "400 Bad request - sha256_digest does not match"}',
        )

    assert developer.simple(project, "demo").status_code == 404
