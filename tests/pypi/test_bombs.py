"""Archives that unpack to far more than they are: refused, in little memory and time."""

import gzip
import io
import tarfile
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.pypi.containers import (
    ABOUT,
    SDIST_NAME,
    WHEEL_NAME,
    entry,
    long_directory,
    lying_zip,
    overlapping_bomb,
    padded,
    raw_header,
    record,
    sdist_with,
    tarred,
    wheel_members,
    wheel_with,
    zipped,
)
from wheelyard.pypi import archives
from wheelyard.pypi.archives import InvalidArchive, inspect
from wheelyard.pypi.names import parse_filename

MIB = 1024 * 1024
MAX_MEMORY_BYTES = 64 * MIB
"""Four times the largest member that is read whole."""

MAX_SECONDS = 10.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the archive lies."""
    return tmp_path / "staged"


@contextmanager
def bounded(max_bytes: int = MAX_MEMORY_BYTES) -> Iterator[None]:
    """Hold that what happens inside takes little memory and time."""
    tracemalloc.start()
    began = time.process_time()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
        assert peak < max_bytes
        assert time.process_time() - began < MAX_SECONDS
    finally:
        tracemalloc.stop()


def refusal(path: Path, filename: str, content: bytes) -> str:
    """Inspect what must be refused, within bounds; the reason."""
    path.write_bytes(content)
    with bounded(), pytest.raises(InvalidArchive) as caught:
        inspect(path, parse_filename(filename))
    return str(caught.value)


BOMB = "The archive unpacks to more than 100 times its size, as a zip bomb does"


# ZIP ---------------------------------------------------------------------------------------------


def test_a_zip_bomb_is_refused(path: Path) -> None:
    content = wheel_with("demo/bomb", b"\0" * (80 * MIB))
    assert len(content) < MIB

    assert refusal(path, WHEEL_NAME, content) == BOMB


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_compression_that_cannot_be_unpacked_in_steps_is_refused(path: Path, method: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("demo/bomb", b"\0" * (200 * MIB), method)

    assert refusal(path, WHEEL_NAME, buffer.getvalue()) == (
        "The archive has an unusual compression, 'demo/bomb'"
    )


def test_a_bomb_of_overlapping_members_is_refused(path: Path) -> None:
    content = overlapping_bomb(copies=1000, size=MIB)

    assert refusal(path, WHEEL_NAME, content) in {
        BOMB,
        "The file is damaged or not an archive of its type",
    }


def test_metadata_that_is_a_bomb_is_refused(path: Path) -> None:
    content = zipped(wheel_members(METADATA=ABOUT + b"\n" * (60 * MIB)).items())

    assert refusal(path, WHEEL_NAME, content) == (
        "demo-1.0.dist-info/METADATA is larger than 16777216 bytes"
    )


def test_a_record_that_is_a_bomb_is_refused(path: Path) -> None:
    content = zipped(wheel_members(RECORD=record("a") * (6 * MIB)).items())

    assert refusal(path, WHEEL_NAME, content) == (
        "demo-1.0.dist-info/RECORD is larger than 16777216 bytes"
    )


def test_metadata_that_lies_about_its_size_is_refused(path: Path) -> None:
    members = wheel_members(METADATA=ABOUT + b"\n" * (60 * MIB))
    content = lying_zip(members, "demo-1.0.dist-info/METADATA", claimed=len(ABOUT))

    assert refusal(path, WHEEL_NAME, content) == (
        "The file is damaged or not an archive of its type"
    )


def test_a_member_that_lies_about_its_size_is_refused(path: Path) -> None:
    members = wheel_members()
    members["demo-1.0.dist-info/RECORD"] += record("demo/bomb")
    members["demo/bomb"] = b"\0" * (200 * MIB)
    content = lying_zip(members, "demo/bomb", claimed=100)

    assert refusal(path, WHEEL_NAME, content) == (
        "The file is damaged or not an archive of its type"
    )


def test_a_record_of_many_names_takes_little_memory(path: Path) -> None:
    names = b"".join(b"demo/%d\n" % number for number in range(1_000_000))
    content = zipped(wheel_members(RECORD=names).items())

    assert refusal(path, WHEEL_NAME, content) == "RECORD lists 'demo/0', which is not in the wheel"


def test_a_record_that_repeats_itself_takes_little_memory(path: Path) -> None:
    members = wheel_members()
    members["demo-1.0.dist-info/RECORD"] += record("demo/__init__.py") * 200_000
    path.write_bytes(zipped(members.items()))

    with bounded():
        inspect(path, parse_filename(WHEEL_NAME))


@pytest.mark.parametrize(
    ("members", "claimed", "is_zip64"),
    [(50_001, 50_001, True), (50_001, 1, True), (50_001, 1, False), (300_000, 1, False)],
)
def test_too_many_members_of_a_wheel_are_refused_before_they_are_read(
    path: Path, members: int, claimed: int, *, is_zip64: bool
) -> None:
    path.write_bytes(long_directory(members, claimed=claimed, is_zip64=is_zip64))

    with bounded(32 * MIB), pytest.raises(InvalidArchive) as caught:
        inspect(path, parse_filename(WHEEL_NAME))

    assert str(caught.value) == "The archive has more than 50000 members"


@pytest.mark.parametrize("is_zip64", [False, True])
def test_a_long_table_of_contents_is_refused_before_it_is_read(
    path: Path, *, is_zip64: bool
) -> None:
    path.write_bytes(long_directory(570_000, claimed=1, is_zip64=is_zip64))

    with bounded(MIB), pytest.raises(InvalidArchive) as caught:
        inspect(path, parse_filename(WHEEL_NAME))

    assert str(caught.value) == (
        "The table of contents of the archive has more than 16777216 bytes"
    )


def test_the_longest_table_of_contents_takes_bounded_memory(path: Path) -> None:
    path.write_bytes(long_directory(50_000, name_length=289, claimed=1))

    with bounded(80 * MIB), pytest.raises(InvalidArchive) as caught:
        inspect(path, parse_filename(WHEEL_NAME))

    assert str(caught.value) == "The file is damaged or not an archive of its type"


def test_a_second_table_of_contents_behind_a_displaced_record_is_refused(path: Path) -> None:
    content = long_directory(10, is_zip64=True)
    place = len(content) - 42 - 56
    displaced = content[:place] + content[place : place + 56] * 2 + content[place + 56 :]

    assert refusal(path, WHEEL_NAME, displaced) == (
        "The file is damaged or not an archive of its type"
    )


def test_the_most_members_of_a_wheel_are_taken(path: Path) -> None:
    members = wheel_members()
    names = [f"demo/{number}" for number in range(archives.MAX_MEMBERS - len(members))]
    members["demo-1.0.dist-info/RECORD"] += record(*names)
    path.write_bytes(zipped([*members.items(), *((name, b"") for name in names)]))
    began = time.process_time()

    inspect(path, parse_filename(WHEEL_NAME))

    assert time.process_time() - began < MAX_SECONDS


def test_metadata_of_very_many_fields_takes_time_in_proportion(path: Path) -> None:
    fields = b"".join(b"F%d:\n" % number for number in range(120_000))
    path.write_bytes(zipped(wheel_members(METADATA=ABOUT.rstrip(b"\n") + b"\n" + fields).items()))

    with bounded(192 * MIB):
        inspect(path, parse_filename(WHEEL_NAME))


def test_metadata_of_millions_of_headers_is_bounded(path: Path) -> None:
    content = zipped(wheel_members(METADATA=b"Name: demo\nVersion: 1.0\n" + b"a:\n" * MIB).items())
    path.write_bytes(content)
    began = time.process_time()

    inspect(path, parse_filename(WHEEL_NAME))

    assert time.process_time() - began < MAX_SECONDS


# TAR ---------------------------------------------------------------------------------------------


def test_a_tar_bomb_is_refused(path: Path) -> None:
    content = sdist_with((entry("demo-1.0/bomb"), b"\0" * (100 * MIB)))
    assert len(content) < MIB

    assert refusal(path, SDIST_NAME, content) == BOMB


def test_a_bomb_behind_the_end_of_the_archive_is_refused(path: Path) -> None:
    unpacked = tarred([(entry("demo-1.0/PKG-INFO"), ABOUT)])

    assert refusal(path, SDIST_NAME, gzip.compress(unpacked + b"\0" * (100 * MIB))) == BOMB


def test_pkg_info_that_is_a_bomb_is_refused(path: Path) -> None:
    content = gzip.compress(tarred([(entry("demo-1.0/PKG-INFO"), ABOUT + b"\n" * (60 * MIB))]))

    assert refusal(path, SDIST_NAME, content) == "PKG-INFO is larger than 16777216 bytes"


def test_the_largest_pkg_info_is_taken(path: Path) -> None:
    about = ABOUT.ljust(archives.MAX_METADATA_BYTES, b"\n")
    path.write_bytes(gzip.compress(tarred([(entry("demo-1.0/PKG-INFO"), about)])))

    assert inspect(path, parse_filename(SDIST_NAME)).metadata.content == about


@pytest.mark.parametrize("kind", [b"x", b"g", b"L", b"K"])
def test_a_huge_extended_header_is_refused(path: Path, kind: bytes) -> None:
    size = 50 * MIB
    content = raw_header(b"pax", kind, size) + b"x" * size

    assert refusal(path, SDIST_NAME, gzip.compress(content)) == (
        "The archive has an oversized header"
    )


def test_extended_headers_without_end_are_refused(path: Path) -> None:
    text = b"11 a=bcdefg"[:10] + b"\n"
    header = raw_header(b"pax", b"x", len(text)) + padded(text)

    reason = refusal(path, SDIST_NAME, gzip.compress(header * 50_000))

    assert reason in {
        "The archive has an oversized header",
        "The file is damaged or not an archive of its type",
    }


def test_global_headers_without_end_are_refused(path: Path) -> None:
    unpacked = b""
    for number in range(30):
        text = b"".join(b"15 k%09d=\n" % (number * 1000 + index) for index in range(1000))
        unpacked += raw_header(b"pax", b"g", len(text)) + padded(text)
        member = tarred([(entry(f"demo-1.0/{number}"), b"")])
        unpacked += member[:512]

    assert refusal(path, SDIST_NAME, gzip.compress(unpacked)) == (
        "The archive has too many global headers"
    )


def test_a_sparse_map_without_end_is_refused(path: Path) -> None:
    """GNU's sparse files, 1.0: a list of numbers in front of the content, read whole by tarfile."""
    keywords = b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n"
    sparse = b"9999999\n" + (b"0" * 511 + b"\n") * 4096
    content = raw_header(b"pax", b"x", len(keywords)) + padded(keywords)
    content += raw_header(b"demo-1.0/bomb", b"0", len(sparse)) + padded(sparse)

    assert refusal(path, SDIST_NAME, gzip.compress(content)) == (
        "The archive has an oversized header"
    )


def test_too_many_members_of_an_sdist_are_refused(path: Path) -> None:
    content = gzip.compress(raw_header(b"demo-1.0/x", b"0", 0) * 50_001, 1)
    path.write_bytes(content)
    began = time.process_time()

    with pytest.raises(InvalidArchive) as caught:
        inspect(path, parse_filename(SDIST_NAME))

    assert str(caught.value) == "The archive has more than 50000 members"
    assert time.process_time() - began < MAX_SECONDS


def test_many_members_take_little_memory(path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for number in range(5_000):
            archive.addfile(entry(f"demo-1.0/{number}"))
            archive.members.clear()  # type: ignore[attr-defined]  # not in the stubs
    path.write_bytes(gzip.compress(buffer.getvalue(), 1))

    with bounded(5 * MIB), pytest.raises(InvalidArchive, match="An sdist has one PKG-INFO"):
        inspect(path, parse_filename(SDIST_NAME))
