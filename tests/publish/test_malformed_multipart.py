"""Bodies that break off, lie about themselves or are garbage.

Each ends in a 4xx or a closed connection, never in a 500, and leaves neither a file nor bytes.
"""

import itertools
import random
from collections.abc import Iterator

import httpx
import pytest

from tests.actors import Actor
from tests.builders import wheel
from tests.publish import wire
from tests.servers import Server
from wheelyard.projects import Project

DIST = wheel()
BODY = wire.form(
    [*wire.fields(DIST.fields()), wire.Part(b"content", DIST.content, DIST.filename.encode())]
)
REFUSED = {0, *range(400, 500)}


@pytest.fixture(autouse=True)
def unharmed(server: Server, developer: Actor, project: Project) -> Iterator[None]:
    """Whatever was sent, nothing came of it, and the server goes on."""
    yield
    assert httpx.get(f"{server.url}/-/readiness").status_code == 200
    assert developer.simple(project, "demo").status_code == 404
    assert list((server.data / "blobs" / "staging").iterdir()) == []
    assert developer.publish(project, DIST).status_code == 201


def cuts() -> list[int]:
    """Where to break off: around every line of the framing, and everywhere between now and then."""
    lines = list(itertools.accumulate(len(line) + 2 for line in BODY.split(b"\r\n")))
    around = {line + shift for line in lines for shift in (-3, -2, -1, 0, 1)}
    file_starts = BODY.index(DIST.content)
    within = range(file_starts, file_starts + len(DIST.content), 97)
    # The line break after the last boundary may be missing.
    return sorted(cut for cut in {0, *around, *within} if 0 <= cut < len(BODY) - 2)


def test_a_body_that_ends_early_by_its_own_account(
    server: Server, target: bytes, secret: str
) -> None:
    for cut in cuts():
        reply = wire.exchange(server.url, wire.post(target, secret, BODY[:cut]))

        assert reply.status == 400, (cut, reply)


def test_a_body_shorter_than_its_content_length(server: Server, target: bytes, secret: str) -> None:
    for cut in cuts()[::3]:
        request = wire.post(target, secret, BODY[:cut], length=len(BODY))

        reply = wire.exchange(server.url, request, half_close=True)

        assert reply.status in REFUSED, (cut, reply)


def test_a_client_that_hangs_up_in_the_middle(server: Server, target: bytes, secret: str) -> None:
    for cut in cuts()[::3]:
        with wire.connect(server.url) as connection:
            connection.sendall(wire.post(target, secret, BODY[:cut], length=len(BODY)))


def test_a_body_longer_than_its_content_length(server: Server, target: bytes, secret: str) -> None:
    for cut in cuts()[::3]:
        reply = wire.exchange(server.url, wire.post(target, secret, BODY, length=cut))

        assert reply.status == 400, (cut, reply)


@pytest.mark.parametrize(
    "length", [b"-1", b"abc", b"1e3", b"99999999999999999999999999", b"0x10", b"+5", b"5, 6"]
)
def test_a_content_length_that_is_no_number(
    server: Server, target: bytes, secret: str, length: bytes
) -> None:
    headers = {"Content-Type": wire.TYPE, "Content-Length": length}

    reply = wire.exchange(
        server.url, wire.head("POST", target, secret, headers) + BODY, half_close=True
    )

    assert reply.status in REFUSED, reply


def chunked(body: bytes, size: int) -> bytes:
    """Write a body in HTTP's own chunks (RFC 9112, section 7.1)."""
    pieces = (body[start : start + size] for start in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


CHUNKED = {"Content-Type": wire.TYPE, "Transfer-Encoding": b"chunked"}


def test_chunks_that_break_off(server: Server, target: bytes, secret: str) -> None:
    whole = chunked(BODY, 100)

    for cut in range(0, len(whole) - 1, 61):
        request = wire.head("POST", target, secret, CHUNKED) + whole[:cut]
        reply = wire.exchange(server.url, request, half_close=True)

        assert reply.status in REFUSED, (cut, reply)


def test_chunks_that_end_before_the_form(server: Server, target: bytes, secret: str) -> None:
    request = wire.head("POST", target, secret, CHUNKED) + chunked(BODY[:-40], 100)

    reply = wire.exchange(server.url, request)

    assert reply.status == 400


@pytest.mark.parametrize(
    "garbage",
    [
        b"zz\r\nhello\r\n0\r\n\r\n",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"ffffffffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhello, how are you\r\n0\r\n\r\n",
        b"\r\n\r\n\r\n",
    ],
)
def test_chunks_that_are_none(server: Server, target: bytes, secret: str, garbage: bytes) -> None:
    request = wire.head("POST", target, secret, CHUNKED) + garbage

    reply = wire.exchange(server.url, request, half_close=True)

    assert reply.status in REFUSED, reply


@pytest.mark.parametrize(
    "body",
    [
        b"\0" * 100_000,
        b"--" * 50_000,
        b"\r\n" * 50_000,
        b"--a-boundary" * 10_000,
        b"--a-boundary\r\n" * 10_000,
        b"--a-boundary\r\n\r\n" * 10_000,
        b"--a-boundary\r\n" + b"X: y\r\n" * 10_000,
        b"--a-boundary\r\nContent-Disposition: form-data\r\n\r\nx\r\n--a-boundary--",
        b"--a-boundary\r\nContent-Disposition: attachment; name=x\r\n\r\nx\r\n--a-boundary--",
        b"--a-boundary\r\nno colon\r\n\r\nx\r\n--a-boundary--",
        b"--a-boundary\nContent-Disposition: form-data; name=x\n\nx\n--a-boundary--",
        b"--a-boundary\r\nContent-Disposition: \xff\xfe; name=\xff\r\n\r\nx\r\n--a-boundary--",
        (
            b"--a-boundary\r\nContent-Disposition: form-data; name=x\r\nContent-Length: 5\r\n\r\n"
            b"x\r\n--a-boundary--"
        ),
        b"--another-boundary--\r\n",
        random.Random(7).randbytes(100_000),  # noqa: S311  the same garbage each time
    ],
)
def test_garbage(server: Server, target: bytes, secret: str, body: bytes) -> None:
    reply = wire.exchange(server.url, wire.post(target, secret, body))

    assert reply.status == 400, reply


@pytest.mark.parametrize(
    "content_type",
    [
        b"multipart/form-data; boundary=" + b"x" * 5000,
        b"multipart/form-data; boundary=another",
        b'multipart/form-data; boundary="a-boundary',
        b"multipart/form-data; boundary=a-boundary; boundary=another",
    ],
)
def test_a_boundary_that_is_not_the_bodys(
    server: Server, target: bytes, secret: str, content_type: bytes
) -> None:
    headers = {"Content-Type": content_type, "Content-Length": str(len(BODY)).encode()}

    reply = wire.exchange(server.url, wire.head("POST", target, secret, headers) + BODY)

    assert reply.status == 400, reply
