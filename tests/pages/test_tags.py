"""The tags of a wheel's file name are told in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.tags import sys_tags

from wheelyard.pypi.names import parse_filename
from wheelyard.web.pages.packages.tags import explain


def say(text: str) -> str:
    """The language of the code."""
    return text


def told(tags: str) -> list[str]:
    """The sentences on these tags."""
    return [sentence for _, sentence in explain(f"demo-1.0-{tags}.whl", say)]


@pytest.mark.parametrize(
    ("tags", "sentences"),
    [
        ("py3-none-any", ["Python 3, any", "no compiled code", "any operating system"]),
        (
            "py2.py3-none-any",
            ["Python 2, any", "Python 3, any", "no compiled code", "any operating system"],
        ),
        (
            "py38-none-any",
            ["Python 3.8 or newer, any", "no compiled code", "any operating system"],
        ),
        (
            "cp312-cp312-win_amd64",
            ["CPython 3.12", "compiled for CPython 3.12", "Windows, 64 bit (x86-64)"],
        ),
        (
            "cp39-abi3-macosx_11_0_universal2",
            [
                "CPython 3.9 or newer",
                "stable ABI: one file for this and every newer version of CPython",
                "macOS 11 or newer, Apple silicon or Intel",
            ],
        ),
        (
            "cp313-cp313t-musllinux_1_2_aarch64",
            [
                "CPython 3.13",
                "compiled for CPython 3.13 without the global lock",
                "Linux with musl 1.2 or newer, such as Alpine, ARM64",
            ],
        ),
        (
            "pp310-pypy310_pp73-macosx_10_15_x86_64",
            ["PyPy 3.10", "compiled for PyPy 3.10", "macOS 10.15 or newer, Intel"],
        ),
        (
            "py3-none-linux_x86_64",
            [
                "Python 3, any",
                "does not depend on the binary interface",
                "Linux like the one that it was built on, x86-64",
            ],
        ),
        (
            "cp313-cp313-ios_13_0_arm64_iphoneos",
            ["CPython 3.13", "compiled for CPython 3.13", "iOS 13.0 or newer, devices, arm64"],
        ),
        (
            "cp313-cp313-android_21_arm64_v8a",
            [
                "CPython 3.13",
                "compiled for CPython 3.13",
                "Android with API level 21 or newer, ARM64",
            ],
        ),
        ("cp27-cp27mu-win32", ["CPython 2.7", "compiled for CPython 2.7", "Windows, 32 bit (x86)"]),
        ("new9-abi99-amiga_68k", ["new9", "abi99", "amiga_68k"]),
    ],
)
def test_tags_are_explained(tags: str, sentences: list[str]) -> None:
    assert told(tags) == sentences


def test_each_part_stands_with_its_sentence_and_parts_that_mean_the_same_together() -> None:
    name = "demo-1.0-2a-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"

    assert explain(name, say) == [
        ("2a", "Build 2a: of equal files, installers take the highest build"),
        ("cp312", "CPython 3.12"),
        ("cp312", "compiled for CPython 3.12"),
        (
            "manylinux_2_17_x86_64.manylinux2014_x86_64",
            "Linux with glibc 2.17 or newer, x86-64",
        ),
    ]


def test_a_parsed_name_is_taken_as_well() -> None:
    assert explain(parse_filename("demo-1.0-py3-none-any.whl"), say)[0] == ("py3", "Python 3, any")


@pytest.mark.parametrize("name", ["demo-1.0.tar.gz", "demo.whl", "", "a-b-c-d-e-f-g.whl"])
def test_what_is_no_wheel_has_no_tags(name: str) -> None:
    assert explain(name, say) == []


def test_the_sentences_are_translated_before_they_are_filled() -> None:
    words = {"%(name)s %(version)s": "%(name)s in Version %(version)s"}

    told = explain("demo-1.0-cp312-cp312-any.whl", lambda text: words.get(text, text))

    assert told[0] == ("cp312", "CPython in Version 3.12")


def test_every_tag_of_this_machine_is_known() -> None:
    unknown = {
        part
        for tag in sys_tags()
        for part, sentence in explain(f"demo-1.0-{tag}.whl", say)
        if part == sentence
    }

    assert unknown == set()


@given(st.text(alphabet="cpyn0123abi_.-manylinuxwosx", max_size=40))
def test_any_tags_are_told(tags: str) -> None:
    assert all(part and sentence for part, sentence in explain(f"demo-1.0-{tags}.whl", say))
