"""``Expect: 100-continue``: a client that asks before it sends is told at once."""

import pytest

from tests.actors import Actor, Installation, pypi
from tests.builders import Dist, wheel
from tests.publish import wire
from tests.servers import Server
from wheelyard.access import Role
from wheelyard.projects import Project

DIST = wheel()
BODY = wire.form(
    [*wire.fields(DIST.fields()), wire.Part(b"content", DIST.content, DIST.filename.encode())]
)
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


def asking(target: bytes, secret: str, length: int = len(BODY)) -> bytes:
    """The head of an upload that waits for leave."""
    headers = {
        "Content-Type": wire.TYPE,
        "Content-Length": str(length).encode(),
        "Expect": b"100-continue",
    }
    return wire.head("POST", target, secret, headers)


def test_a_client_that_may_upload_is_told_to_go_on(
    server: Server, target: bytes, secret: str, developer: Actor, project: Project
) -> None:
    with wire.connect(server.url) as connection:
        connection.sendall(asking(target, secret))
        leave = connection.recv(len(GO_ON))
        connection.sendall(BODY)
        reply = wire.read_reply(connection)

    assert leave == GO_ON
    assert (reply.status, reply.body) == (201, b'{"message":"201 Created"}')
    assert developer.download(project, DIST).content == DIST.content


@pytest.mark.parametrize(
    ("role", "status", "body"),
    [
        (Role.REPORTER, 403, b'{"message": "403 Forbidden"}'),
        (None, 401, b'{"message": "401 Unauthorized"}'),
    ],
)
def test_a_client_that_may_not_is_refused_before_it_sends(
    town: Installation,
    server: Server,
    project: Project,
    role: Role | None,
    status: int,
    body: bytes,
) -> None:
    secret = "wrong" if role is None else town.token(town.join(town.user(), project, role)).secret
    with wire.connect(server.url, timeout=10) as connection:
        connection.sendall(asking(pypi(project).encode(), secret, 40_000_000))

        reply = wire.read_reply(connection)

    assert (reply.status, reply.body) == (status, body)


def test_a_client_that_does_not_wait_is_served_all_the_same(
    server: Server, target: bytes, secret: str
) -> None:
    with wire.connect(server.url) as connection:
        connection.sendall(asking(target, secret) + BODY)
        assert connection.recv(len(GO_ON)) == GO_ON

        reply = wire.read_reply(connection)

    assert reply.status == 201


def test_a_client_that_is_told_to_go_on_may_still_be_refused(
    server: Server, target: bytes, secret: str
) -> None:
    wrong: Dist = wheel(files={"a.py": b"other"})
    body = wire.form(
        [*wire.fields(DIST.fields()), wire.Part(b"content", wrong.content, DIST.filename.encode())]
    )
    with wire.connect(server.url) as connection:
        connection.sendall(asking(target, secret, len(body)))
        assert connection.recv(len(GO_ON)) == GO_ON
        connection.sendall(body)

        reply = wire.read_reply(connection)

    assert (reply.status, reply.body) == (
        400,
        b'{"message": "400 Bad request - sha256_digest does not match"}',
    )
