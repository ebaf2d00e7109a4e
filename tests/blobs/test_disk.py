"""Blobs in a folder: staged, adopted under their digest, never half there."""

import contextlib
import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelyard.blobs import staging
from wheelyard.blobs.disk import DiskStore
from wheelyard.blobs.store import Sha256

HELLO = b"hello"
HELLO_SHA256 = Sha256("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the store."""
    return tmp_path / "blobs"


@pytest.fixture
def store(folder: Path) -> DiskStore:
    """A store that is ready."""
    store = DiskStore(folder)
    store.prepare()
    return store


def left_in_staging(folder: Path) -> list[Path]:
    """What is in flight."""
    return list((folder / "staging").iterdir())


def test_an_adopted_blob_is_named_by_its_digest(store: DiskStore, folder: Path) -> None:
    with store.stage() as staged:
        staged.write(HELLO[:2])
        staged.write(HELLO[2:])
        digests = store.adopt(staged)

    assert digests.sha256 == HELLO_SHA256
    assert store.path(HELLO_SHA256) == folder / "2c" / HELLO_SHA256
    assert store.path(HELLO_SHA256).read_bytes() == HELLO
    assert left_in_staging(folder) == []


def test_all_digests_are_taken_in_one_pass(store: DiskStore) -> None:
    digests = store.put(HELLO)

    assert digests.sha256 == HELLO_SHA256
    assert digests.md5 == "5d41402abc4b2a76b9719d911017c592"
    assert digests.blake2_256 == hashlib.blake2b(HELLO, digest_size=32).hexdigest()
    assert digests.size == 5


@given(pieces=st.lists(st.binary(max_size=100), max_size=20))
def test_pieces_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    store = DiskStore(tmp_path_factory.getbasetemp() / "pieces")
    store.prepare()

    with store.stage() as staged:
        for piece in pieces:
            staged.write(piece)
        digests = store.adopt(staged)

    assert store.path(digests.sha256).read_bytes() == b"".join(pieces)
    assert digests.size == len(b"".join(pieces))


def test_what_is_not_adopted_is_gone(store: DiskStore, folder: Path) -> None:
    with store.stage() as staged:
        staged.write(HELLO)

    assert left_in_staging(folder) == []
    assert not store.path(HELLO_SHA256).exists()


def test_what_fails_is_gone(store: DiskStore, folder: Path) -> None:
    with contextlib.suppress(ZeroDivisionError), store.stage() as staged:
        staged.write(HELLO)
        raise ZeroDivisionError

    assert left_in_staging(folder) == []


def test_discarding_again_and_after_adoption_is_harmless(store: DiskStore) -> None:
    staged = store.stage()
    staged.write(HELLO)
    store.adopt(staged)

    staged.discard()
    staged.discard()

    assert store.path(HELLO_SHA256).read_bytes() == HELLO


def test_adopting_the_same_bytes_again_mends_a_damaged_blob(store: DiskStore) -> None:
    store.put(HELLO)
    store.path(HELLO_SHA256).write_bytes(b"damage")

    store.put(HELLO)

    assert store.path(HELLO_SHA256).read_bytes() == HELLO


def test_adopting_the_same_bytes_again_makes_the_blob_young(store: DiskStore) -> None:
    store.put(HELLO)
    os.utime(store.path(HELLO_SHA256), (0, 0))

    store.put(HELLO)

    assert time.time() - store.path(HELLO_SHA256).stat().st_mtime < 60


def test_deleting_what_is_absent_is_no_error(store: DiskStore) -> None:
    store.put(HELLO)

    store.delete(HELLO_SHA256)
    store.delete(HELLO_SHA256)

    assert not store.path(HELLO_SHA256).exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..",
        "../../etc/passwd",
        "a" * 63,
        "a" * 65,
        "A" * 64,
        "g" * 64,
        "a" * 64 + "\n",
        "../" + "a" * 61,
        "/" + "a" * 63,
        "\0" * 64,
        "٣" * 64,
    ],
)
def test_what_is_no_digest_has_no_path(store: DiskStore, text: str) -> None:
    with pytest.raises(ValueError, match="Not a SHA-256 digest"):
        store.path(Sha256(text))


def test_preparing_again_keeps_blobs_and_uploads_in_flight(store: DiskStore, folder: Path) -> None:
    store.put(HELLO)
    with store.stage() as staged:
        staged.write(HELLO)

        store.prepare()

        assert left_in_staging(folder) == [staged.path]
    assert store.path(HELLO_SHA256).read_bytes() == HELLO


def test_preparing_removes_what_a_killed_process_left(store: DiskStore, folder: Path) -> None:
    left = folder / "staging" / "tmpleft"
    left.write_bytes(HELLO)
    long_ago = time.time() - staging.STALE_SECONDS - 1
    os.utime(left, (long_ago, long_ago))

    store.prepare()

    assert left_in_staging(folder) == []


def test_processes_that_start_at_once_clear_away_the_same_things(
    store: DiskStore, folder: Path
) -> None:
    for number in range(1000):
        left = folder / "staging" / f"tmp{number}"
        left.touch()
        os.utime(left, (0, 0))

    with ThreadPoolExecutor(8) as pool:
        ends = [pool.submit(store.prepare) for _ in range(8)]

    assert [end.exception() for end in ends] == [None] * 8
    assert left_in_staging(folder) == []
