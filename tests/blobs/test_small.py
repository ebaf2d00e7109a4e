"""Small blobs are read once, and only what its digest says is served from memory."""

import hashlib

import pytest

from wheelyard.blobs import small
from wheelyard.blobs.disk import DiskStore
from wheelyard.blobs.small import SmallBlobs
from wheelyard.blobs.store import Missing, Sha256
from wheelyard.registry import Registry


@pytest.fixture
def store(registry: Registry) -> DiskStore:
    """A store of the library's."""
    store = registry.blobs
    assert isinstance(store, DiskStore)
    return store


def test_a_blob_is_found_after_it_was_fetched(store: DiskStore) -> None:
    blobs, sha256 = SmallBlobs(store.read), store.put(b"small").sha256

    assert blobs.find(sha256) is None
    assert blobs.fetch(sha256) == b"small"
    assert blobs.find(sha256) == b"small"


def test_what_is_damaged_is_neither_given_nor_kept(store: DiskStore) -> None:
    blobs, sha256 = SmallBlobs(store.read), store.put(b"sound").sha256
    store.path(sha256).write_bytes(b"other")

    with pytest.raises(Missing):
        blobs.fetch(sha256)
    assert blobs.find(sha256) is None

    store.path(sha256).write_bytes(b"sound")
    assert blobs.fetch(sha256) == b"sound"


def test_a_larger_blob_is_given_and_not_kept(store: DiskStore) -> None:
    content = bytes(small.MAX_BLOB_BYTES + 1)
    blobs, sha256 = SmallBlobs(store.read), store.put(content).sha256

    assert blobs.fetch(sha256) == content
    assert blobs.find(sha256) is None


def test_the_blobs_that_were_asked_for_last_are_kept() -> None:
    size = small.MAX_BLOB_BYTES
    contents = [bytes([number % 256, number // 256]) * (size // 2) for number in range(600)]
    by_digest = {Sha256(hashlib.sha256(content).hexdigest()): content for content in contents}
    blobs = SmallBlobs(by_digest.__getitem__)
    first, second, *others = by_digest

    for sha256 in (first, second, *others[: small.MAX_BYTES // size - 2]):
        blobs.fetch(sha256)
    assert blobs.find(first) is not None
    blobs.fetch(others[-1])

    assert blobs.find(first) == by_digest[first]
    assert blobs.find(second) is None
