"""What is inside an archive is shown as it is, whatever was packed."""

import gzip
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import Dist, sdist, wheel
from tests.pypi.containers import ABOUT, WHEEL_NAME, ZIP_SDIST_NAME, entry, sdist_with, zipped
from wheelyard.pypi import contents
from wheelyard.pypi.contents import (
    MAX_MEMBERS,
    MAX_REMEMBERED,
    MAX_TEXT_BYTES,
    BuildSystem,
    Contents,
    Member,
    RecordRow,
    Unreadable,
    look_inside,
    read_text,
)
from wheelyard.pypi.names import Filename, parse_filename

ENTRY_POINTS = b"""\
[console_scripts]
Demo = demo:main
demo-gui = demo.gui:main [extra]

[demo.plugins]
a : b = c
"""


def save(folder: Path, dist: Dist) -> tuple[Path, Filename]:
    """Where a file lies, and its name."""
    return dist.save(folder), parse_filename(dist.filename)


def look(folder: Path, filename: str, content: bytes) -> Contents:
    """Look into these bytes as the file of this name."""
    path = folder / filename
    path.write_bytes(content)
    return look_inside(path, parse_filename(filename))


def test_a_wheel_shows_its_members_and_what_they_say(tmp_path: Path) -> None:
    dist = wheel(
        files={
            "demo/sub/b.py": b"b = 1\n",
            "demo-1.0.dist-info/entry_points.txt": ENTRY_POINTS,
            "demo-1.0.data/scripts/run": b"#!python\n",
        },
    )

    inside = look_inside(*save(tmp_path, dist))

    assert [(member.name, member.size, member.is_about) for member in inside.members][:3] == [
        ("demo-1.0.data/scripts/run", 9, True),
        ("demo-1.0.dist-info/METADATA", len(dist.metadata), True),
        ("demo-1.0.dist-info/RECORD", inside.members[2].size, True),
    ]
    assert Member("demo/sub/b.py", 6, is_about=False) in inside.members
    assert inside.unpacked_bytes == sum(member.size for member in inside.members)
    assert inside.metadata == dist.metadata.decode()
    assert inside.wheel == {
        "Wheel-Version": ("1.0",),
        "Generator": ("tests",),
        "Root-Is-Purelib": ("true",),
        "Tag": ("py3-none-any",),
    }
    assert inside.entry_points == {
        "console_scripts": (("Demo", "demo:main"), ("demo-gui", "demo.gui:main [extra]")),
        "demo.plugins": (("a : b", "c"),),
    }
    assert inside.modules == ("demo",)
    assert inside.build_system is None
    assert not inside.is_cut
    assert inside.record[0].path == "demo/__init__.py"
    assert inside.record[0].algorithm == "sha256"
    assert inside.record[-1] == RecordRow("demo-1.0.dist-info/RECORD", "", "", None)


def test_an_sdist_shows_its_members_and_what_builds_it(tmp_path: Path) -> None:
    dist = sdist(
        files={
            "demo-1.0/pyproject.toml": b'[build-system]\nrequires = ["hatchling>=1", "x"]\n'
            b'build-backend = "hatchling.build"\n',
            "demo-1.0/src/demo.egg-info/entry_points.txt": ENTRY_POINTS,
        }
    )

    inside = look_inside(*save(tmp_path, dist))

    assert [member.name for member in inside.members] == [
        "demo-1.0/PKG-INFO",
        "demo-1.0/demo/__init__.py",
        "demo-1.0/pyproject.toml",
        "demo-1.0/setup.py",
        "demo-1.0/src/demo.egg-info/entry_points.txt",
    ]
    assert inside.metadata == dist.metadata.decode()
    assert inside.build_system == BuildSystem(("hatchling>=1", "x"), "hatchling.build")
    assert list(inside.entry_points) == ["console_scripts", "demo.plugins"]
    assert (inside.wheel, inside.modules, inside.record) == ({}, (), ())


def test_a_zip_sdist_is_looked_into_as_well(tmp_path: Path) -> None:
    content = zipped([("demo-1.0/PKG-INFO", ABOUT), ("demo-1.0/sub/", b""), ("demo-1.0/a", b"")])

    inside = look(tmp_path, ZIP_SDIST_NAME, content)

    assert [member.name for member in inside.members] == ["demo-1.0/PKG-INFO", "demo-1.0/a"]
    assert inside.metadata == ABOUT.decode()


@pytest.mark.parametrize(
    ("files", "modules"),
    [
        ({"one.py": b"", "two/__init__.py": b"", "two/three.py": b""}, ("demo", "one", "two")),
        ({"fast.cpython-312-x86_64-linux-gnu.so": b"", "slow.pyd": b""}, ("demo", "fast", "slow")),
        ({"demo-1.0.data/purelib/p.py": b"", "demo-1.0.data/scripts/s.py": b""}, ("demo", "p")),
        ({"space/name/a.py": b"", "data/read.me": b"", "no-module/a.py": b""}, ("demo", "space")),
        ({"demo-1.0.dist-info/top_level.txt": b"told\n\nsaid\n"}, ("said", "told")),
    ],
)
def test_modules_are_what_an_import_finds(
    tmp_path: Path, files: Mapping[str, bytes], modules: tuple[str, ...]
) -> None:
    assert look_inside(*save(tmp_path, wheel(files=files))).modules == modules


@pytest.mark.parametrize(
    "files",
    [
        {"demo-1.0.dist-info/entry_points.txt": b"no group\n"},
        {"demo-1.0.dist-info/entry_points.txt": b"[a]\n[a]\nx=%(y)s\nx=z\n"},
        {"demo-1.0.dist-info/entry_points.txt": b"\xff\xfe[\0"},
        {"demo-1.0.dist-info/top_level.txt": b"\xff\n"},
        {"demo-1.0.dist-info/sub/RECORD": b"\0"},
    ],
)
def test_odd_files_about_a_wheel_do_not_matter(tmp_path: Path, files: Mapping[str, bytes]) -> None:
    assert look_inside(*save(tmp_path, wheel(files=files))).metadata.startswith("Metadata-Version")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[build-system",
        b"build-system = 1",
        b"[build-system]\nrequires = 1",
        b"\xff",
        b"a=" + b"[" * 5000,
    ],
)
def test_an_odd_pyproject_does_not_matter(tmp_path: Path, text: bytes) -> None:
    dist = sdist(files={"demo-1.0/pyproject.toml": text})

    built_by = look_inside(*save(tmp_path, dist)).build_system

    assert built_by in (None, BuildSystem((), ""))


def test_links_and_folders_of_an_sdist_are_no_files(tmp_path: Path) -> None:
    content = sdist_with(
        (entry("demo-1.0/link", b"2", "setup.py"), b""), (entry("demo-1.0/sub", b"5"), b"")
    )

    inside = look(tmp_path, "demo-1.0.tar.gz", content)

    assert [member.name for member in inside.members] == ["demo-1.0/PKG-INFO", "demo-1.0/setup.py"]
    path, filename = tmp_path / "demo-1.0.tar.gz", parse_filename("demo-1.0.tar.gz")
    assert read_text(path, filename, "demo-1.0/link") is None


# Texts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [wheel, sdist])
@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        ("Größe\n".encode(), "Größe\n"),
        (b"a" * MAX_TEXT_BYTES + b"b", "a" * MAX_TEXT_BYTES),
        (b"a" + "\U0001f600".encode() * 20_000, "a" + "\U0001f600" * (MAX_TEXT_BYTES // 4 - 1)),
        (b"binary\0", None),
        ("Größe\n".encode("latin-1"), None),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"ends within \xf0\x9f\x98", "ends within "),
    ],
)
def test_a_member_is_shown_if_it_is_text(
    tmp_path: Path, make: Callable[..., Dist], content: bytes, text: str | None
) -> None:
    name = "demo-1.0/member"
    path, filename = save(tmp_path, make(files={name: content}))

    assert read_text(path, filename, name) == text


@pytest.mark.parametrize("name", ["", "nothing", "demo-1.0", "../../etc/passwd", "/etc/passwd"])
@pytest.mark.parametrize("make", [wheel, sdist])
def test_what_is_not_in_it_has_no_text(
    tmp_path: Path, make: Callable[..., Dist], name: str
) -> None:
    path, filename = save(tmp_path, make())

    assert read_text(path, filename, name) is None


# Damage and bounds -------------------------------------------------------------------------------


@pytest.mark.parametrize("dist", [wheel(), sdist()], ids=["wheel", "sdist"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.95])
def test_a_damaged_archive_is_unreadable(tmp_path: Path, dist: Dist, share: float) -> None:
    path = tmp_path / dist.filename
    path.write_bytes(dist.content[: int(len(dist.content) * share)])

    with pytest.raises(Unreadable, match="cannot be read"):
        look_inside(path, parse_filename(dist.filename))
    with pytest.raises(Unreadable, match="cannot be read"):
        read_text(path, parse_filename(dist.filename), "nothing")


def test_a_file_that_is_gone_is_an_error_of_the_machine(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        look_inside(tmp_path / "gone", parse_filename(WHEEL_NAME))


@given(st.binary(max_size=200), st.sampled_from([WHEEL_NAME, ZIP_SDIST_NAME, "demo-1.0.tar.gz"]))
def test_any_bytes_are_shown_or_unreadable(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    packed = gzip.compress(content) if name.endswith(".gz") else content
    try:
        inside = look(tmp_path_factory.mktemp("any"), name, packed)
    except Unreadable:
        return
    assert inside.members == ()


def test_many_members_take_little_time_and_all_are_shown(tmp_path: Path) -> None:
    dist = wheel(files={f"demo/m{number}.py": b"" for number in range(MAX_MEMBERS - 10)})
    path, filename = save(tmp_path, dist)
    began = time.process_time()

    inside = look_inside(path, filename)

    assert time.process_time() - began < 5
    assert len(inside.members) == len(inside.record) == MAX_MEMBERS - 6
    assert inside.weight <= MAX_REMEMBERED


def test_of_a_long_sdist_the_beginning_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "MAX_UNPACKED_BYTES", 100_000)
    dist = sdist(files={f"demo-1.0/{number}": b"x" * 30_000 for number in range(10)})

    inside = look_inside(*save(tmp_path, dist))

    assert inside.is_cut
    assert len(inside.members) == 6


def test_what_was_looked_into_is_remembered_until_the_file_changes(tmp_path: Path) -> None:
    path, filename = save(tmp_path, wheel())
    first = look_inside(path, filename)

    again = look_inside(path, filename)
    path.write_bytes(wheel(files={"more.py": b""}).content)
    os.utime(path, ns=(1, 1))
    changed = look_inside(path, filename)

    assert again is first
    assert len(changed.members) == len(first.members) + 1


def test_the_oldest_are_forgotten_when_there_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "MAX_REMEMBERED", 20)
    monkeypatch.setattr(contents, "_memory", contents._Memory())  # noqa: SLF001  an empty one
    dists = [save(tmp_path, wheel(version=f"{number}.0")) for number in range(4)]

    first = [look_inside(*dist) for dist in dists]
    last_again = look_inside(*dists[-1])
    first_again = look_inside(*dists[0])

    assert last_again is first[-1]
    assert first_again == first[0]
    assert first_again is not first[0]
