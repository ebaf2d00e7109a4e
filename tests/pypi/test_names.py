"""Names, versions and file names: which are one, and which are none."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from packaging.version import InvalidVersion, Version

from wheelyard.pypi.names import (
    FileType,
    InvalidFilename,
    filename_key,
    is_name,
    normalize_name,
    normalize_version,
    parse_filename,
)

ALPHANUMERIC = string.ascii_letters + string.digits
NAMES = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,20}[A-Za-z0-9])?", fullmatch=True)

# PEP 440, appendix B, as a grammar to draw from.
NUMBERS = st.integers(0, 30).map(str)
RELEASES = st.lists(NUMBERS, min_size=1, max_size=4).map(".".join)
SEPARATORS = st.sampled_from(["", ".", "-", "_"])


def _suffix(*words: str) -> st.SearchStrategy[str]:
    some = st.tuples(SEPARATORS, st.sampled_from(words), SEPARATORS, NUMBERS).map("".join)
    return st.one_of(st.just(""), some)


VERSIONS = st.tuples(
    st.sampled_from(["", "v"]),
    st.sampled_from(["", "0!", "1!"]),
    RELEASES,
    _suffix("a", "b", "rc", "alpha", "beta", "c", "pre", "preview", "RC"),
    _suffix("post", "rev", "r", "POST"),
    _suffix("dev", "Dev"),
    st.sampled_from(["", "+local", "+ubuntu.1", "+ubuntu-1", "+1", "+01"]),
).map("".join)


# Names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        # The examples of PEP 503 and of the PyPA specification "Names and normalization".
        ("friendly-bard", "friendly-bard"),
        ("Friendly-Bard", "friendly-bard"),
        ("FRIENDLY-BARD", "friendly-bard"),
        ("friendly.bard", "friendly-bard"),
        ("friendly_bard", "friendly-bard"),
        ("friendly--bard", "friendly-bard"),
        ("FrIeNdLy-._.-bArD", "friendly-bard"),
        ("a", "a"),
        ("2", "2"),
    ],
)
def test_names_are_normalised(written: str, normal: str) -> None:
    assert normalize_name(written) == normal


@given(NAMES)
def test_normalising_again_changes_nothing(name: str) -> None:
    assert normalize_name(normalize_name(name)) == normalize_name(name)


@given(NAMES)
def test_a_normal_name_is_a_name(name: str) -> None:
    assert is_name(name)
    assert is_name(normalize_name(name))


@given(NAMES, st.data())
def test_case_and_separators_do_not_matter(name: str, data: st.DataObject) -> None:
    other = "".join(
        data.draw(st.sampled_from(["-", "_", ".", "--", "._."]))
        if character in "-_."
        else data.draw(st.sampled_from([character.lower(), character.upper()]))
        for character in name
    )

    assert normalize_name(other) == normalize_name(name)


@given(st.text(max_size=50))
def test_any_text_can_be_looked_up(text: str) -> None:
    assert normalize_name(normalize_name(text)) == normalize_name(text)


@pytest.mark.parametrize("name", ["a", "A", "7", "a-b", "a.b_c-d", "a--b", "a" * 255])
def test_these_are_names(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "-a",
        "a-",
        ".a",
        "a.",
        "_a",
        "a_",
        "a b",
        "a/b",
        "../a",
        "a\\b",
        "a\n",
        "a\0",
        "é",
        "\uff41",  # FULLWIDTH LATIN SMALL LETTER A
        "٣",
        "\u212a",  # KELVIN SIGN, which matches k where case is ignored
        "a+b",
        "a@b",
        "a" * 256,
    ],
)
def test_these_are_no_names(text: str) -> None:
    assert not is_name(text)


# Versions ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("1.0", "1"),
        ("1.0.0", "1"),
        ("0", "0"),
        ("0.0.0", "0"),
        ("1.10", "1.10"),
        ("10.0", "10"),
        ("v1.2", "1.2"),
        ("1.2-rc.1", "1.2rc1"),
        ("1.2.alpha", "1.2a0"),
        ("1.0a1", "1a1"),
        ("1.2-1", "1.2.post1"),
        ("1.2.dev", "1.2.dev0"),
        ("1!2.0", "1!2"),
        ("1.0+Ubuntu-1", "1+ubuntu.1"),
        (" 1.0 ", "1"),
        ("2024.01.02", "2024.1.2"),
    ],
)
def test_versions_are_normalised(written: str, normal: str) -> None:
    assert normalize_version(written) == normal


@given(VERSIONS, VERSIONS)
def test_versions_are_equal_text_exactly_when_they_are_equal(one: str, other: str) -> None:
    assert (normalize_version(one) == normalize_version(other)) == (Version(one) == Version(other))


@given(VERSIONS)
def test_a_normal_version_is_equal_to_what_it_was_made_of(version: str) -> None:
    assert Version(normalize_version(version)) == Version(version)


@given(VERSIONS, st.integers(0, 3))
def test_trailing_zeros_do_not_matter(version: str, zeros: int) -> None:
    release = Version(version)
    padded = str(release).replace(release.base_version, release.base_version + ".0" * zeros, 1)

    assert normalize_version(padded) == normalize_version(version)


@given(VERSIONS)
def test_normalising_a_version_again_changes_nothing(version: str) -> None:
    assert normalize_version(normalize_version(version)) == normalize_version(version)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one",
        "1.0.",
        "1..0",
        "1.0-",
        "1.0+",
        "1.0+a+b",
        "1.0 0",
        "../1.0",
        "1.0/2",
        "1.0\0",
        "\u0661.\u0660",
        "1.0+\u212a",  # KELVIN SIGN
        "1.0.po\u017ft1",  # LATIN SMALL LETTER LONG S
        "9" * 256,
    ],
)
def test_these_are_no_versions(text: str) -> None:
    with pytest.raises(InvalidVersion):
        normalize_version(text)


@given(st.text(max_size=30))
def test_any_text_is_a_version_or_none(text: str) -> None:
    try:
        normal = normalize_version(text)
    except InvalidVersion:
        return
    assert normal.isascii()
    assert normalize_version(normal) == normal


# File names --------------------------------------------------------------------------------------

TAGS = st.sampled_from(
    ["py3-none-any", "py2.py3-none-any", "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64"]
)


@given(NAMES, VERSIONS, TAGS, st.sampled_from(["", "1-", "2build-"]))
def test_a_wheels_file_name_says_what_it_was_made_of(
    name: str, version: str, tag: str, build: str
) -> None:
    # PEP 427, "Escaping and Unicode", as the specification now has it.
    distribution = normalize_name(name).replace("-", "_")
    text = f"{distribution}-{Version(version)}-{build}{tag}.whl"

    filename = parse_filename(text)

    assert filename.text == text
    assert filename.filetype is FileType.WHEEL
    assert filename.name == normalize_name(name)
    assert filename.version == normalize_version(version)


@given(NAMES, VERSIONS, st.sampled_from([".tar.gz", ".zip"]))
def test_an_sdists_file_name_says_what_it_was_made_of(
    name: str, version: str, extension: str
) -> None:
    # PEP 625.
    distribution = normalize_name(name).replace("-", "_")
    text = f"{distribution}-{Version(version)}{extension}"

    filename = parse_filename(text)

    assert filename.text == text
    assert filename.filetype is FileType.SDIST
    assert filename.name == normalize_name(name)
    assert filename.version == normalize_version(version)


@pytest.mark.parametrize(
    ("text", "name", "version"),
    [
        # As older build tools wrote them.
        ("my-package-1.0.tar.gz", "my-package", "1"),
        ("My.Package-1.0.tar.gz", "my-package", "1"),
        ("my.package-1.0-py3-none-any.whl", "my-package", "1"),
        ("My_Package-1.0-py3-none-any.whl", "my-package", "1"),
        ("_private-1.0.tar.gz", "-private", "1"),
        ("demo-1!2.0+local.1.tar.gz", "demo", "1!2+local.1"),
    ],
)
def test_older_spellings_are_read(text: str, name: str, version: str) -> None:
    filename = parse_filename(text)

    assert (filename.name, filename.version) == (name, version)


# Which are one ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("foo_bar-1.0.tar.gz", "Foo.Bar-1.0.tar.gz"),
        ("foo_bar-1.0.tar.gz", "foo-bar-1.0.0.tar.gz"),
        ("foo_bar-1.0rc1.zip", "foo_bar-1.0.RC.1.zip"),
        ("foo_bar-1.0-py3-none-any.whl", "Foo.Bar-1.0.0-PY3-none-any.whl"),
        ("demo-1.0-py2.py3-none-any.whl", "demo-1.0-py3.py2-none-any.whl"),
        ("demo-1.0-py3-none-any.whl", "demo-1.0-py3.py3-none-any.whl"),
        ("demo-1.0-1-py3-none-any.whl", "demo-1.0-01-py3-none-any.whl"),
        (
            "demo-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
            "demo-1.0-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
        ),
    ],
)
def test_two_spellings_are_one_file(one: str, other: str) -> None:
    assert parse_filename(one).key == parse_filename(other).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("demo-1.0.tar.gz", "demo-1.1.tar.gz"),
        ("demo-1.0.tar.gz", "demo-1.0.zip"),
        ("demo-1.0.tar.gz", "demo2-1.0.tar.gz"),
        ("demo-1.0-py3-none-any.whl", "demo-1.0-py2.py3-none-any.whl"),
        ("demo-1.0-py3-none-any.whl", "demo-1.0-1-py3-none-any.whl"),
        ("demo-1.0-1-py3-none-any.whl", "demo-1.0-1a-py3-none-any.whl"),
        ("demo-1.0-cp311-abi3-any.whl", "demo-1.0-cp311-cp311-any.whl"),
    ],
)
def test_two_names_are_two_files(one: str, other: str) -> None:
    assert parse_filename(one).key != parse_filename(other).key


@given(NAMES, VERSIONS, TAGS, st.sampled_from(["", "1-", "2build-"]))
def test_a_key_is_a_file_name_and_its_own_key(
    name: str, version: str, tag: str, build: str
) -> None:
    distribution = normalize_name(name).replace("-", "_")
    filename = parse_filename(f"{distribution}-{Version(version)}-{build}{tag}.whl")

    assert filename_key(filename.key.replace(filename.name, distribution, 1)) == filename.key


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        ".whl",
        ".tar.gz",
        "demo",
        "demo.whl",
        "demo-1.0.whl",
        "demo-1.0-py3.whl",
        "demo-1.0-py3-none.whl",
        "demo-1.0-x-py3-none-any.whl",  # a build tag begins with a digit
        "demo-one-py3-none-any.whl",
        "demo.tar.gz",
        "demo-.tar.gz",
        "-1.0.tar.gz",
        "demo-one.tar.gz",
        "demo-1.0.tar",
        "demo-1.0.tgz",
        "demo-1.0.tar.gz.asc",
        "demo-1.0.exe",
        "../demo-1.0.tar.gz",
        "/demo-1.0.tar.gz",
        "a/demo-1.0.tar.gz",
        "a\\demo-1.0.tar.gz",
        "demo-1.0.tar.gz\n",
        "demo-1.0.tar.gz\0",
        "demo\0-1.0.tar.gz",
        "demo 1.0.tar.gz",
        " demo-1.0.tar.gz",
        "démo-1.0.tar.gz",
        "demo-1.0.tar.gz?",
        "demo-1.0.tar.gz#a",
        "demo%2f-1.0.tar.gz",
        '"demo-1.0.tar.gz',
        "<demo>-1.0.tar.gz",
        f"demo-1.{'0' * 255}.tar.gz",
    ],
)
def test_these_are_no_file_names(text: str) -> None:
    with pytest.raises(InvalidFilename):
        parse_filename(text)


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.sampled_from([".whl", ".tar.gz", ""]))
def test_any_text_is_a_file_name_or_none(text: str, extension: str) -> None:
    try:
        filename = parse_filename(text + extension)
    except InvalidFilename:
        return
    assert not set(filename.text) & set("/\\\0\r\n\"'<>&%?# ")
    assert filename.text not in {".", ".."}


@given(NAMES, st.sampled_from([ALPHANUMERIC]), st.data())
def test_a_wheel_is_never_read_as_another_packages(
    name: str, characters: str, data: st.DataObject
) -> None:
    other = data.draw(st.text(characters, min_size=1, max_size=10))
    assume(normalize_name(other) != normalize_name(name))

    one = parse_filename(f"{normalize_name(name).replace('-', '_')}-1.0-py3-none-any.whl")

    assert one.name != normalize_name(other)
