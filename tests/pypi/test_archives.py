"""Which archives are taken as the distribution that their file name claims."""

import gzip
import struct
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders import Dist, metadata, sdist, wheel
from tests.pypi.containers import (
    ABOUT,
    SDIST_NAME,
    WHEEL_NAME,
    ZIP_SDIST_NAME,
    entry,
    padded,
    raw_header,
    record,
    sdist_with,
    tarred,
    wheel_members,
    wheel_with,
    zipped,
)
from wheelyard.pypi.archives import Distribution, InvalidArchive, inspect
from wheelyard.pypi.names import parse_filename

DAMAGED = "The file is damaged or not an archive of its type"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the archive lies; its name there says nothing."""
    return tmp_path / "staged"


def look(path: Path, filename: str, content: bytes) -> Distribution:
    """Inspect these bytes as the file of this name."""
    path.write_bytes(content)
    return inspect(path, parse_filename(filename))


def refusal(path: Path, filename: str, content: bytes) -> str:
    """Inspect what must be refused; the reason."""
    with pytest.raises(InvalidArchive) as caught:
        look(path, filename, content)
    return str(caught.value)


# Sound ones --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "dist", [wheel(), sdist(), wheel("my-package", "1.0+local.1"), sdist("my-package", "1.0rc1")]
)
def test_a_sound_file_is_taken_with_its_metadata(path: Path, dist: Dist) -> None:
    distribution = look(path, dist.filename, dist.content)

    assert distribution.filename.text == dist.filename
    assert distribution.metadata.name == dist.name
    assert distribution.metadata.content == dist.metadata


def test_a_zip_sdist_is_taken(path: Path) -> None:
    content = zipped([("demo-1.0/PKG-INFO", ABOUT), ("demo-1.0/setup.py", b"")])

    assert look(path, ZIP_SDIST_NAME, content).metadata.content == ABOUT


def test_a_pkg_info_deeper_down_does_not_count(path: Path) -> None:
    content = sdist_with((entry("demo-1.0/demo.egg-info/PKG-INFO"), b"Name: other\n"))

    assert look(path, SDIST_NAME, content).metadata.name == "demo"


@pytest.mark.parametrize("version", ["1.0", "1.2", "2.4", "2.6", "3.0", "99"])
def test_any_metadata_version_is_taken(path: Path, version: str) -> None:
    about = ABOUT.replace(b"Metadata-Version: 2.1", b"Metadata-Version: " + version.encode())
    dist = wheel(described=about)

    assert look(path, dist.filename, dist.content).metadata.metadata_version == version


def test_unknown_fields_and_bytes_that_are_no_utf8_are_kept(path: Path) -> None:
    about = ABOUT.replace(b"\n\n", b"\nColour: green\nAuthor: Jos\xe9\n\n") + b"\xff\xfe"
    dist = wheel(described=about)

    assert look(path, dist.filename, dist.content).metadata.content == about


def test_links_inside_of_an_sdist_are_taken(path: Path) -> None:
    content = sdist_with(
        (entry("demo-1.0/README", tarfile.SYMTYPE, "setup.py"), b""),
        (entry("demo-1.0/COPY", tarfile.LNKTYPE, "demo-1.0/setup.py"), b""),
        (entry("demo-1.0/docs", tarfile.DIRTYPE), b""),
        (entry("demo-1.0/docs/up", tarfile.SYMTYPE, "../setup.py"), b""),
    )

    assert look(path, SDIST_NAME, content).metadata.name == "demo"


def test_a_comment_for_all_members_is_taken(path: Path) -> None:
    """As ``git archive`` writes it: a global pax header that names the commit."""
    comment = b"52 comment=%s\n" % (b"0" * 40)
    content = padded_header(b"g", comment) + tarred([(entry("demo-1.0/PKG-INFO"), ABOUT)])

    assert look(path, SDIST_NAME, gzip.compress(content)).metadata.name == "demo"


def test_folders_and_signatures_need_not_be_recorded(path: Path) -> None:
    signed = {**wheel_members(), "demo/": b"", "demo-1.0.dist-info/RECORD.jws": b"{}"}

    assert look(path, WHEEL_NAME, zipped(signed.items())).metadata.name == "demo"


# Damaged ones ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dist", [wheel(), sdist(), replace(sdist(), filename=ZIP_SDIST_NAME)])
@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"hello", b"PK\3\4", b"PK\5\6", b"\x1f\x8b", b"\x1f\x8b\x08", b"x" * 9999],
)
def test_what_is_no_archive_is_refused(path: Path, dist: Dist, content: bytes) -> None:
    assert refusal(path, dist.filename, content) == DAMAGED


@pytest.mark.parametrize("dist", [wheel(), sdist()])
def test_a_file_cut_anywhere_is_refused(path: Path, dist: Dist) -> None:
    for length in range(len(dist.content)):
        assert refusal(path, dist.filename, dist.content[:length]), length


def test_a_zip_sdist_cut_anywhere_is_refused(path: Path) -> None:
    content = zipped([("demo-1.0/PKG-INFO", ABOUT), ("demo-1.0/setup.py", b"")])

    for length in range(len(content)):
        assert refusal(path, ZIP_SDIST_NAME, content[:length]), length


@pytest.mark.parametrize("dist", [wheel(), sdist()])
def test_a_file_with_a_flipped_byte_is_taken_or_refused(path: Path, dist: Dist) -> None:
    for place in range(len(dist.content)):
        damaged = bytearray(dist.content)
        damaged[place] ^= 0x55
        path.write_bytes(damaged)
        try:
            inspect(path, parse_filename(dist.filename))
        except InvalidArchive:
            continue  # any other exception is an answer of 500


def test_a_wrong_checksum_of_an_sdist_is_refused(path: Path) -> None:
    content = bytearray(sdist().content)
    content[-8] ^= 1

    assert refusal(path, SDIST_NAME, bytes(content)) == DAMAGED


def test_a_wrong_length_of_an_sdist_is_refused(path: Path) -> None:
    content = bytearray(sdist().content)
    content[-4] ^= 1

    assert refusal(path, SDIST_NAME, bytes(content)) == DAMAGED


def test_something_after_the_archive_is_refused(path: Path) -> None:
    dist = sdist()

    assert refusal(path, dist.filename, dist.content + b"something") == DAMAGED
    unpacked = gzip.decompress(dist.content)
    hidden = gzip.compress(unpacked + padded(b"something"))
    assert refusal(path, dist.filename, hidden) == "The archive has something after its end"


def test_something_where_a_header_should_be_is_refused(path: Path) -> None:
    unpacked = tarred([(entry("demo-1.0/PKG-INFO"), ABOUT)])
    members = unpacked.rstrip(b"\0")
    garbled = padded(members) + padded(b"not a header") + unpacked

    assert refusal(path, SDIST_NAME, gzip.compress(garbled)) == (
        "The archive has something after its end"
    )


def test_a_wrong_checksum_in_a_wheel_is_refused(path: Path) -> None:
    content = bytearray(zipped(wheel_members().items()))
    content[content.index(b"PK\1\2") + 16] ^= 1  # of the first member, which nobody else looks at

    assert refusal(path, WHEEL_NAME, bytes(content)) == DAMAGED


def test_a_member_shorter_than_its_entry_says_is_refused(path: Path) -> None:
    content = bytearray(zipped(wheel_members().items()))
    content[content.index(b"PK\1\2") + 24] += 1  # of the first member, which is empty

    assert refusal(path, WHEEL_NAME, bytes(content)) == DAMAGED


@pytest.mark.parametrize(
    ("before", "behind"),
    [(b"something", b""), (b"", b"something"), (b"", b"\0" * 22), (wheel().content, b"")],
)
def test_a_wheel_is_the_whole_file(path: Path, before: bytes, behind: bytes) -> None:
    dist = wheel()

    assert refusal(path, dist.filename, before + dist.content + behind) == DAMAGED


def test_two_archives_in_one_are_refused(path: Path) -> None:
    dist = sdist()

    assert refusal(path, dist.filename, dist.content * 2) == (
        "The archive has something after its end"
    )


def test_an_encrypted_member_is_refused(path: Path) -> None:
    content = bytearray(zipped(wheel_members().items()))
    for signature, flags_at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = content.index(signature)
        content[place + flags_at] |= 1

    assert refusal(path, WHEEL_NAME, bytes(content)) == (
        "The archive has an encrypted member, 'demo/__init__.py'"
    )


def test_an_unknown_compression_is_refused(path: Path) -> None:
    content = bytearray(zipped(wheel_members().items()))
    for signature, method_at in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        place = content.index(signature)
        content[place + method_at : place + method_at + 2] = struct.pack("<H", 99)

    assert refusal(path, WHEEL_NAME, bytes(content)) == (
        "The archive has an unusual compression, 'demo/__init__.py'"
    )


def test_a_member_with_two_names_is_refused(path: Path) -> None:
    """The table says one name, the member's own header another; readers differ in whom to trust."""
    content = zipped(wheel_members().items()).replace(b"demo/__init__.py", b"evil/__init__.py", 1)

    assert refusal(path, WHEEL_NAME, content) == DAMAGED


# Hostile members ---------------------------------------------------------------------------------

UNSAFE = [
    "../evil.py",
    "demo/../../evil.py",
    "demo/..",
    "..",
    "/etc/cron.d/evil",
    "//evil",
    "..\\evil.py",
    "demo\\evil.py",
    "C:/evil.py",
    "C:evil.py",
    "demo/evil\n.py",
    "demo/evil\r.py",
    "demo/\x1b[31mevil.py",
    "demo/evil\x7f.py",
]


@pytest.mark.parametrize("name", UNSAFE)
def test_a_wheel_with_an_unsafe_name_is_refused(path: Path, name: str) -> None:
    assert refusal(path, WHEEL_NAME, wheel_with(name)) == (
        f"The archive has a member with an unsafe name, {name!r}"
    )


@pytest.mark.parametrize("name", UNSAFE)
def test_an_sdist_with_an_unsafe_name_is_refused(path: Path, name: str) -> None:
    assert refusal(path, SDIST_NAME, sdist_with((entry(name), b""))) == (
        f"The archive has a member with an unsafe name, {name!r}"
    )


def test_a_link_in_a_wheel_is_refused(path: Path) -> None:
    content = wheel_with("demo/passwd", b"/etc/passwd", mode=0o120777)

    assert refusal(path, WHEEL_NAME, content) == "The archive has a link, 'demo/passwd'"


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (tarfile.SYMTYPE, "/etc/passwd"),
        (tarfile.SYMTYPE, "../../etc/passwd"),
        (tarfile.SYMTYPE, "../.."),
        (tarfile.LNKTYPE, "/etc/passwd"),
        (tarfile.LNKTYPE, "../../etc/passwd"),
        (tarfile.CHRTYPE, ""),
        (tarfile.BLKTYPE, ""),
        (tarfile.FIFOTYPE, ""),
    ],
)
def test_a_member_that_leaves_its_folder_or_is_no_file_is_refused(
    path: Path, kind: bytes, target: str
) -> None:
    content = sdist_with((entry("demo-1.0/evil", kind, target), b""))

    assert refusal(path, SDIST_NAME, content) == (
        "The archive has a member that leaves its folder or is no file, 'demo-1.0/evil'"
    )


def test_a_member_of_a_wheel_given_twice_is_refused(path: Path) -> None:
    members = list(wheel_members().items())
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zipped([*members, ("demo/__init__.py", b"evil()")])

    assert refusal(path, WHEEL_NAME, content) == (
        "The archive has two members named 'demo/__init__.py'"
    )


def test_metadata_of_an_sdist_given_twice_is_refused(path: Path) -> None:
    content = sdist_with((entry("demo-1.0/PKG-INFO"), metadata("evil", "1.0")))

    assert refusal(path, SDIST_NAME, content) == (
        "An sdist has one PKG-INFO in its top folder; this one does not"
    )


# What a wheel has --------------------------------------------------------------------------------


@pytest.mark.parametrize("absent", ["METADATA", "WHEEL", "RECORD"])
def test_a_wheel_without_one_of_its_files_is_refused(path: Path, absent: str) -> None:
    names = {"METADATA", "WHEEL", "RECORD"} - {absent}
    listed = record("demo/__init__.py", *(f"demo-1.0.dist-info/{name}" for name in names))
    members = wheel_members(**{"RECORD": listed, absent: None})

    assert refusal(path, WHEEL_NAME, zipped(members.items())) == (
        f"The archive has no demo-1.0.dist-info/{absent}"
    )


def test_a_wheel_without_a_dist_info_folder_is_refused(path: Path) -> None:
    assert refusal(path, WHEEL_NAME, zipped([("demo/__init__.py", b"")])) == (
        "A wheel has exactly one .dist-info folder; this one does not"
    )


def test_a_wheel_with_two_dist_info_folders_is_refused(path: Path) -> None:
    members = {**wheel_members(), "other-1.0.dist-info/METADATA": metadata("other", "1.0")}

    assert refusal(path, WHEEL_NAME, zipped(members.items())) == (
        "A wheel has exactly one .dist-info folder; this one does not"
    )


def test_a_file_that_record_does_not_list_is_refused(path: Path) -> None:
    members = {**wheel_members(), "demo/unlisted.py": b""}

    assert refusal(path, WHEEL_NAME, zipped(members.items())) == (
        "RECORD does not list 'demo/unlisted.py', which is in the wheel"
    )


def test_a_file_that_only_record_lists_is_refused(path: Path) -> None:
    members = wheel_members()
    members["demo-1.0.dist-info/RECORD"] += record("demo/missing.py")

    assert refusal(path, WHEEL_NAME, zipped(members.items())) == (
        "RECORD lists 'demo/missing.py', which is not in the wheel"
    )


@pytest.mark.parametrize(
    "text", [b"\xff\xfe,,\n", b"x" * 200_000 + b",,\n", b'"' + b"x\n" * 100_000]
)
def test_a_record_that_is_none_is_refused(path: Path, text: bytes) -> None:
    content = zipped(wheel_members(RECORD=text).items())

    assert refusal(path, WHEEL_NAME, content) == "RECORD is not readable"


# What an sdist has -------------------------------------------------------------------------------


def test_an_sdist_without_metadata_is_refused(path: Path) -> None:
    content = gzip.compress(tarred([(entry("demo-1.0/setup.py"), b"")]))

    assert refusal(path, SDIST_NAME, content) == (
        "An sdist has one PKG-INFO in its top folder; this one does not"
    )


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_metadata_of_an_sdist_that_is_a_link_is_refused(path: Path, kind: bytes) -> None:
    link = "INFO" if kind == tarfile.SYMTYPE else "demo-1.0/INFO"
    content = gzip.compress(
        tarred([(entry("demo-1.0/INFO"), ABOUT), (entry("demo-1.0/PKG-INFO", kind, link), b"")])
    )

    assert refusal(path, SDIST_NAME, content) == (
        "An sdist has one PKG-INFO in its top folder; this one does not"
    )


def test_an_archive_of_nothing_is_refused(path: Path) -> None:
    assert refusal(path, SDIST_NAME, gzip.compress(tarred([]))) == (
        "An sdist has one PKG-INFO in its top folder; this one does not"
    )
    assert refusal(path, WHEEL_NAME, zipped([])) == (
        "A wheel has exactly one .dist-info folder; this one does not"
    )


# Agreement ---------------------------------------------------------------------------------------


def test_another_name_in_the_metadata_is_refused(path: Path) -> None:
    dist = wheel(described=metadata("other", "1.0"))

    assert refusal(path, dist.filename, dist.content) == (
        "The metadata of the file names 'other', its file name 'demo'"
    )


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("1.1", "The metadata of the file has version '1.1', its file name '1'"),
        ("one", "The metadata of the file has an invalid version"),
        ("1.0 " * 100, "The metadata of the file has an invalid version"),
    ],
)
def test_another_version_in_the_metadata_is_refused(path: Path, version: str, reason: str) -> None:
    dist = wheel(described=metadata("demo", version))

    assert refusal(path, dist.filename, dist.content) == reason


def padded_header(kind: bytes, content: bytes) -> bytes:
    """An extended header of a tar archive."""
    return raw_header(b"pax", kind, len(content)) + padded(content)


def test_the_makers_of_containers_make_sound_ones(path: Path) -> None:
    """Each refusal above is for its own reason, for the rest of the archive is sound."""
    for filename, content in (
        (WHEEL_NAME, zipped(wheel_members().items())),
        (WHEEL_NAME, wheel_with("demo/other.py")),
        (SDIST_NAME, sdist_with()),
    ):
        assert look(path, filename, content).metadata.content == ABOUT
