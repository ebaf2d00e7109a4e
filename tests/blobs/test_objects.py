"""Blobs in a bucket of a real S3 server: put when adopted, checked, read in parts, walked over."""

import hashlib
import secrets
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import httpx
import pytest

from tests import bucket
from tests.bucket import Bucket
from tests.servers import free_port
from wheelyard.blobs import objects, open_store
from wheelyard.blobs.objects import ObjectStore
from wheelyard.blobs.store import Missing, Sha256
from wheelyard.facts import Unavailable
from wheelyard.settings import Settings

HELLO = b"hello"
HELLO_SHA256 = Sha256("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where uploads wait."""
    return tmp_path / "blobs"


@pytest.fixture
def store(a_bucket: Bucket, folder: Path) -> ObjectStore:
    """A store that is ready."""
    store = ObjectStore(a_bucket.url, folder)
    store.prepare()
    return store


def read(store: ObjectStore, content: bytes, start: int, stop: int) -> bytes:
    """A part of a blob, as it is served."""
    sha256 = Sha256(hashlib.sha256(content).hexdigest())

    async def gather() -> bytes:
        async with store.stream(sha256, size=len(content), start=start, stop=stop) as pieces:
            return b"".join([piece async for piece in pieces])

    return anyio.run(gather)


def test_an_adopted_blob_is_an_object_named_by_its_digest(
    store: ObjectStore, a_bucket: Bucket, folder: Path
) -> None:
    with store.stage() as staged:
        staged.write(HELLO[:2])
        staged.write(HELLO[2:])
        digests = store.adopt(staged)

    assert digests.sha256 == HELLO_SHA256
    assert a_bucket.blob(HELLO_SHA256) == HELLO
    assert list((folder / "staging").iterdir()) == []


def test_what_is_not_adopted_is_nowhere(store: ObjectStore, a_bucket: Bucket, folder: Path) -> None:
    with store.stage() as staged:
        staged.write(HELLO)

    assert list((folder / "staging").iterdir()) == []
    assert a_bucket.names() == []


@pytest.mark.parametrize("size", [objects.PART_BYTES, objects.PART_BYTES * 2 + 5])
def test_large_blobs_come_whole(store: ObjectStore, a_bucket: Bucket, size: int) -> None:
    content = secrets.token_bytes(size)

    digests = store.put(content)

    assert digests.size == size
    assert a_bucket.blob(digests.sha256) == content
    assert read(store, content, 0, size) == content


def test_every_part_is_read_as_asked(store: ObjectStore) -> None:
    content = secrets.token_bytes(300_000)
    store.put(content)

    for start, stop in [(0, 300_000), (0, 1), (299_999, 300_000), (7, 200_001), (65_536, 131_072)]:
        assert read(store, content, start, stop) == content[start:stop]


def test_a_blob_is_read_in_all_ways(store: ObjectStore) -> None:
    store.put(HELLO)

    assert store.find_size(HELLO_SHA256) == 5
    assert store.read(HELLO_SHA256) == HELLO
    assert b"".join(store.pieces(HELLO_SHA256)) == HELLO
    with store.local_copy(HELLO_SHA256) as path:
        assert path.read_bytes() == HELLO
    assert not path.exists()


def test_what_is_absent_is_missed_in_all_ways(store: ObjectStore) -> None:
    assert store.find_size(HELLO_SHA256) is None
    with pytest.raises(Missing):
        store.read(HELLO_SHA256)
    with pytest.raises(Missing):
        list(store.pieces(HELLO_SHA256))
    with pytest.raises(Missing), store.local_copy(HELLO_SHA256):
        pass
    with pytest.raises(Missing):
        read(store, HELLO, 0, 5)
    with pytest.raises(Missing):
        anyio.run(store.require_whole, HELLO_SHA256, 5)


def test_a_blob_of_another_size_is_not_served(store: ObjectStore, a_bucket: Bucket) -> None:
    store.put(HELLO)
    a_bucket.damage(HELLO_SHA256, b"hell")

    with pytest.raises(Missing):
        read(store, HELLO, 0, 5)
    with pytest.raises(Missing):
        read(store, HELLO, 1, 3)
    with pytest.raises(Missing):
        anyio.run(store.require_whole, HELLO_SHA256, 5)


def test_adopting_the_same_bytes_again_mends_a_damaged_blob(
    store: ObjectStore, a_bucket: Bucket
) -> None:
    store.put(HELLO)
    a_bucket.damage(HELLO_SHA256, b"damage")

    store.put(HELLO)

    assert store.read(HELLO_SHA256) == HELLO


def test_deleting_what_is_absent_is_no_error(store: ObjectStore, a_bucket: Bucket) -> None:
    store.put(HELLO)

    store.delete(HELLO_SHA256)
    store.delete(HELLO_SHA256)

    assert a_bucket.names() == []


def test_a_walk_finds_every_blob_and_nothing_else(store: ObjectStore, a_bucket: Bucket) -> None:
    put = {store.put(str(number).encode()).sha256 for number in range(30)}
    a_bucket.write("notes.txt", b"no blob")

    found = list(store.all_blobs())

    assert {blob.sha256 for blob in found} == put
    assert [blob.sha256[:2] for blob in found] == sorted(blob.sha256[:2] for blob in found)
    assert {blob.size for blob in found} == {1, 2}
    assert all(datetime.now(UTC) - blob.used_at < timedelta(minutes=1) for blob in found)


def test_a_signed_address_gives_the_blob_to_anybody(store: ObjectStore) -> None:
    store.put(HELLO)

    url = anyio.run(store.find_signed_url, HELLO_SHA256, 60)
    answer = httpx.get(url or "")

    assert (answer.status_code, answer.content) == (200, HELLO)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment"
    assert bucket.SECRET_KEY not in str(url)


@pytest.mark.parametrize("text", ["", "..", "a" * 63, "A" * 64, "../" + "a" * 61])
def test_what_is_no_digest_is_no_object(store: ObjectStore, text: str) -> None:
    with pytest.raises(ValueError, match="Not a SHA-256 digest"):
        store.read(Sha256(text))
    with pytest.raises(ValueError, match="Not a SHA-256 digest"):
        store.find_path(Sha256(text))


def test_preparing_leaves_nothing_in_the_bucket(store: ObjectStore, a_bucket: Bucket) -> None:
    store.prepare()

    assert a_bucket.names() == []


# What the operator has to mend --------------------------------------------------------------------


def complaint(url: str, folder: Path) -> str:
    """What a start says of a store that it cannot use."""
    with pytest.raises(Unavailable) as raised:
        ObjectStore(url, folder).prepare()
    return str(raised.value)


def test_a_bucket_that_is_absent(a_bucket: Bucket, folder: Path) -> None:
    del a_bucket

    assert complaint("s3://no-such-bucket/wheels", folder) == (
        "The object store s3://no-such-bucket/wheels cannot be used: The object store answers with "
        "404 NoSuchBucket.  Make the bucket, or correct WHEELYARD_BLOBS_URL."
    )


def test_credentials_that_are_wrong(
    a_bucket: Bucket, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")

    said = complaint(a_bucket.url, folder)

    assert "403 SignatureDoesNotMatch.  Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY" in said
    assert "that they may read, write, list and delete there." in said
    assert "wrong" not in said


def test_a_store_that_nobody_serves(
    a_bucket: Bucket, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")

    said = complaint(a_bucket.url, folder)

    assert "The object store does not answer.  Check AWS_ACCESS_KEY_ID" in said
    assert said.endswith("AWS_ENDPOINT_URL, and the network.")


# Slow and dead stores -----------------------------------------------------------------------------


def test_a_dead_store_is_told_of_soon(store: ObjectStore, a_bucket: Bucket) -> None:
    store.put(HELLO)
    a_bucket.gate.is_dead = True
    begun = time.monotonic()

    with pytest.raises(Unavailable, match="The object store does not answer"):
        read(store, HELLO, 0, 5)
    with pytest.raises(Unavailable, match="The object store does not answer"):
        store.put(b"other")

    assert time.monotonic() - begun < objects.ANSWER_SECONDS


def test_a_store_that_hangs_is_not_waited_for_for_ever(
    store: ObjectStore, a_bucket: Bucket
) -> None:
    store.put(HELLO)
    a_bucket.gate.is_stalled = True
    begun = time.monotonic()

    with pytest.raises(Unavailable, match="The object store does not answer"):
        read(store, HELLO, 0, 5)

    assert time.monotonic() - begun < objects.ANSWER_SECONDS + 1


def test_the_settings_choose(a_bucket: Bucket, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, blobs_url=a_bucket.url)

    assert isinstance(open_store(settings), ObjectStore)
    assert settings.blobs_path == tmp_path / "blobs"
