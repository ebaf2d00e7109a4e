"""Whom the linter is, and where."""

from pathlib import Path

import pytest

from wheelyard.lint.credentials import InvalidAddress, separate

INDEX = "https://packages.example.com/simple/"


@pytest.fixture
def netrc(tmp_path: Path) -> str:
    """A ``.netrc`` with one machine."""
    path = tmp_path / "netrc"
    path.write_text("machine packages.example.com login ada password from-netrc\n")
    return str(path)


@pytest.mark.parametrize(
    ("url", "token", "variable", "who"),
    [
        ("https://ada:from-url@packages.example.com/simple", "given", "set", ("ada", "given")),
        ("https://packages.example.com/simple/", "given", "set", ("__token__", "given")),
        ("https://ada:from%2Furl@packages.example.com/simple", "", "set", ("ada", "from/url")),
        ("https://from-url@packages.example.com/simple", "", "set", ("__token__", "from-url")),
        ("https://packages.example.com/simple?x#y", "", "set", ("__token__", "set")),
        ("https://packages.example.com/simple", "", "", ("ada", "from-netrc")),
    ],
)
def test_the_nearest_credentials_win(
    netrc: str, url: str, token: str, variable: str, who: tuple[str, str]
) -> None:
    shown, found = separate(url, token or None, {"NETRC": netrc, "WHEELYARD_TOKEN": variable})

    assert shown == INDEX
    assert found is not None
    assert (found.user, found.secret) == who


def test_nobody(tmp_path: Path) -> None:
    assert separate(INDEX, None, {"NETRC": str(tmp_path / "none")}) == (INDEX, None)


@pytest.mark.parametrize(
    ("url", "are_for"),
    [
        ("https://packages.example.com/other", True),
        ("https://PACKAGES.example.com:443/", True),
        ("http://packages.example.com/simple/", False),
        ("https://packages.example.com:8443/simple/", False),
        ("https://files.example.com/simple/", False),
    ],
)
def test_credentials_are_for_one_scheme_host_and_port(url: str, are_for: bool) -> None:  # noqa: FBT001  pytest's
    _, found = separate(INDEX, "secret", {})

    assert found is not None
    assert found.are_for(url) is are_for
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    "url", ["packages.example.com", "ftp://x/", "https:///x", "http://x:99999/"]
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(InvalidAddress):
        separate(url, None, {})


def test_a_netrc_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "netrc"
    path.write_text("gibberish")

    with pytest.raises(InvalidAddress, match="netrc cannot be read"):
        separate(INDEX, None, {"NETRC": str(path)})
