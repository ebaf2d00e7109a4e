"""However a body is cut into pieces on its way, the same upload comes out of it."""

import asyncio
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Scope

from tests.publish import wire
from tests.publish.wire import Part
from wheelyard.blobs.disk import DiskStore
from wheelyard.facts import Invalid
from wheelyard.web.errors import RequestTimeout
from wheelyard.web.uploads import Body, Receiver

SCOPE: Scope = {"type": "http", "headers": [(b"content-type", wire.TYPE)]}
CONTENT = b"\r\n--a-boundar\r\n--a-boundarY--\r\r\n\n--\0\xff--a-boundary--\r\n\r\n-" * 3
FILENAME = b"demo-1.0-py3-none-any.whl"
PARTS = [
    Part(b"name", b"demo"),
    Part(b"description", b"A story.\r\n\r\n--a-bound\r\nIt goes on."),
    Part(b"content", CONTENT, FILENAME),
    Part(b"version", b"1.0"),
    Part(b"requires_python", b">=3.6,<4"),
    Part(b"sha256_digest", b"ab" * 32),
    Part(b"md5_digest", b"cd" * 16),
]


@dataclass(frozen=True)
class Received:
    """What came out."""

    name: str
    version: str
    filename: str
    requires_python: str
    claimed_digests: dict[str, str]
    content: bytes


EXPECTED = Received(
    name="demo",
    version="1.0",
    filename=FILENAME.decode(),
    requires_python=">=3.6,<4",
    claimed_digests={"sha256": "ab" * 32, "md5": "cd" * 16},
    content=CONTENT,
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> DiskStore:
    """A store of its own."""
    store = DiskStore(tmp_path_factory.mktemp("blobs"))
    store.prepare()
    return store


async def receive(store: DiskStore, pieces: Iterable[bytes]) -> Received:
    """Let a receiver take a body in these pieces."""
    messages = _messages(list(pieces))

    async def next_message() -> Message:
        return next(messages)

    async with Receiver(store, max_bytes=0) as receiver:
        await receiver.receive(SCOPE, Body(SCOPE, next_message))
        upload = receiver.finish()
        return Received(
            upload.name,
            upload.version,
            upload.filename,
            upload.requires_python,
            dict(upload.claimed_digests),
            upload.staged.path.read_bytes(),
        )


def _messages(pieces: list[bytes]) -> Iterator[Message]:
    for piece in pieces:
        yield {"type": "http.request", "body": piece, "more_body": True}
    yield {"type": "http.request", "body": b"", "more_body": False}


def cut(body: bytes, places: Sequence[int]) -> list[bytes]:
    """Cut a body at these places; equal places make empty pieces."""
    bounds = [0, *sorted(places), len(body)]
    return [body[start:stop] for start, stop in itertools.pairwise(bounds)]


def test_every_size_of_piece_gives_the_same_upload(store: DiskStore) -> None:
    body = wire.form(PARTS)

    async def receive_all() -> list[Received]:
        return [
            await receive(store, cut(body, range(size, len(body), size)))
            for size in range(1, len(body) + 1)
        ]

    received = asyncio.run(receive_all())

    assert len(received) == len(body)
    assert set(map(repr, received)) == {repr(EXPECTED)}


def test_every_single_cut_gives_the_same_upload(store: DiskStore) -> None:
    body = b"A preamble.\r\n" + wire.form(PARTS) + b"An epilogue."

    async def receive_all() -> list[Received]:
        return [await receive(store, cut(body, [place])) for place in range(len(body) + 1)]

    assert set(map(repr, asyncio.run(receive_all()))) == {repr(EXPECTED)}


CONTENTS = st.lists(
    st.one_of(
        st.binary(max_size=60),
        st.sampled_from([b"\r", b"\n", b"\r\n", b"--", b"\r\n--", b"\r\n--a-bound", b"a-boundary"]),
    ),
    max_size=30,
).map(b"".join)


@given(data=st.data(), content=CONTENTS)
def test_any_cuts_of_any_content_give_the_same_upload(
    store: DiskStore, data: st.DataObject, content: bytes
) -> None:
    content = content.replace(b"--a-boundary", b"--another")
    parts = [Part(b"content", content, FILENAME) if p.name == b"content" else p for p in PARTS]
    body = wire.form(data.draw(st.permutations(parts)))
    places = data.draw(st.lists(st.integers(0, len(body)), max_size=40))

    received = asyncio.run(receive(store, cut(body, places)))

    assert received.content == content
    assert (received.name, received.version) == ("demo", "1.0")
    assert received.claimed_digests == EXPECTED.claimed_digests


@given(data=st.data())
def test_any_body_is_an_upload_or_a_refusal(store: DiskStore, data: st.DataObject) -> None:
    body = bytearray(wire.form(PARTS))
    for place in data.draw(st.lists(st.integers(0, len(body) - 1), max_size=5)):
        body[place] = data.draw(st.integers(0, 255))
    body = body[: data.draw(st.integers(0, len(body)))]
    places = data.draw(st.lists(st.integers(0, len(body)), max_size=10))

    outcomes = {_outcome(store, [bytes(body)]), _outcome(store, cut(bytes(body), places))}

    assert len(outcomes) == 1


def _outcome(store: DiskStore, pieces: list[bytes]) -> str:
    try:
        return repr(asyncio.run(receive(store, pieces)))
    except Invalid:
        # Which of two mistakes is met first depends on the pieces; that one is met does not.
        return "refused"


def test_a_file_larger_than_its_batches_is_whole(store: DiskStore) -> None:
    content = bytes(range(256)) * 4096
    body = wire.form([*PARTS[:2], Part(b"content", content, FILENAME), PARTS[3]])

    for size in (1000, 65_536, 262_144, 300_000, len(body)):
        received = asyncio.run(receive(store, cut(body, range(size, len(body), size))))

        assert received.content == content


def test_a_body_is_silent_for_so_long_only() -> None:
    async def read_all() -> None:
        pieces = iter([b"x" * 10_000_000])

        async def next_message() -> Message:
            for piece in pieces:
                return {"type": "http.request", "body": piece, "more_body": True}
            await asyncio.sleep(60)
            raise AssertionError("it waited")

        body = Body(SCOPE, next_message, max_silence_seconds=0.05)
        while await body.read():
            pass

    with pytest.raises(RequestTimeout):
        asyncio.run(read_all())


def test_a_body_comes_at_a_least_rate() -> None:
    async def read_all() -> int:
        async def next_message() -> Message:
            await asyncio.sleep(0.01)
            return {"type": "http.request", "body": b"x", "more_body": True}

        body = Body(SCOPE, next_message, grace_seconds=0.1)
        count = 0
        try:
            while await body.read():
                count += 1
        except RequestTimeout:
            return count
        return -1

    assert 1 <= asyncio.run(read_all()) <= 12
