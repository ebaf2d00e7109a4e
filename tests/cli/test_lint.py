"""``lint`` looks at an index that it is given, and needs no data folder."""

import json

import pytest

from tests.cli.terminal import Terminal
from tests.lint.bends import file, instead, page, to_page
from tests.lint.indexes import Index, Reply

ANOTHER_NAME = "acme_tool\x1b[2J-1.0.egg"


@pytest.fixture(autouse=True)
def _no_netrc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETRC", "/dev/null")


def test_a_sound_index(terminal: Terminal) -> None:
    with Index().serving() as url:
        ran = terminal.run_bare("lint", url)

    assert ran.out.startswith("Nothing to report.  Looked at: 1 package, 3 files, ")
    assert ran.err.splitlines() == [
        f"Looking at {url}",
        "Package 1 of 1: acme-tool",
        "  acme_tool-1.1+local.1-py3-none-any.whl",
        "  acme_tool-1.0-py3-none-any.whl",
        "  acme_tool-1.0.tar.gz",
    ]
    assert ran.code == 0
    assert not terminal.data.exists()


@pytest.mark.parametrize(("words", "code"), [([], 0), (["--strict"], 1)], ids=["", "strict"])
def test_warnings_fail_when_they_are_told_to(
    terminal: Terminal, words: list[str], code: int
) -> None:
    with Index(edit_json=file(size=...)).serving() as url:
        ran = terminal.run_bare("lint", url, *words)

    assert ran.out.splitlines()[:4] == [
        "warning: size-missing  (PEP 700)",
        "  Give each file its size, in bytes.",
        "  - acme_tool-1.0-py3-none-any.whl: it has no size.",
        f"    {url}acme-tool/",
    ]
    assert "\n0 errors, 1 warning, 0 notes.  Looked at: " in ran.out
    assert ran.code == code


def test_errors_fail(terminal: Terminal) -> None:
    with Index(edit_json=page(name="other")).serving() as url:
        ran = terminal.run_bare("lint", url)

    assert ran.out.startswith("error: name-wrong")
    assert ran.code == 1


def test_json_for_programs(terminal: Terminal) -> None:
    with Index(edit_json=file(size=...)).serving() as url:
        ran = terminal.run_bare("lint", "--format", "json", f"{url}acme-tool")

    report = json.loads(ran.out)
    assert report.pop("requests") > 50
    assert report == {
        "url": f"{url}acme-tool/",
        "counts": {"error": 0, "warning": 1, "note": 0},
        "packages": ["acme-tool"],
        "files": 3,
        "findings": [
            {
                "rule": "size-missing",
                "severity": "warning",
                "url": f"{url}acme-tool/",
                "sentence": "acme_tool-1.0-py3-none-any.whl: it has no size.",
                "remedy": "Give each file its size, in bytes.",
                "source": "PEP 700",
            }
        ],
    }


def test_a_token_in_the_environment(terminal: Terminal) -> None:
    with Index(is_closed=True).serving() as url:
        ran = terminal.run_bare("lint", url, WHEELYARD_TOKEN="secret")

    assert ran.out.startswith("Nothing to report.")
    assert "secret" not in ran.out + ran.err
    assert ran.code == 0


def test_no_token_where_one_is_needed(terminal: Terminal) -> None:
    with Index(is_closed=True).serving() as url:
        ran = terminal.run_bare("lint", url)
        wrong = terminal.run_bare("lint", url, "--token", "wrong")

    assert ran.err.splitlines()[-1] == (
        f"wheelyard: {url} asks for credentials: give a --token (401)"
    )
    assert wrong.err.splitlines()[-1] == f"wheelyard: {url} refuses these credentials (401)"
    assert (ran.out, ran.code, wrong.code) == ("", 2, 2)


def test_what_an_index_writes_does_nothing_to_a_terminal(terminal: Terminal) -> None:
    with Index(edit_json=file(filename=ANOTHER_NAME)).serving() as url:
        ran = terminal.run_bare("lint", url)

    assert "\x1b" not in ran.out
    assert "acme_tool?[2J-1.0.egg" in ran.out


def test_an_index_that_says_nothing_for_too_long(terminal: Terminal) -> None:
    with Index(bend=instead(to_page, Reply(200, {"content-length": "9"}))).serving() as url:
        ran = terminal.run_bare("lint", "--timeout", "0.2", f"{url}acme-tool/")

    assert "cannot be read: " in ran.err
    assert ran.code == 2


@pytest.mark.parametrize("words", [[], ["--sample", "0", "https://x"], ["nowhere"]])
def test_what_cannot_be_looked_at(terminal: Terminal, words: list[str]) -> None:
    ran = terminal.run_bare("lint", *words)

    assert "Traceback" not in ran.err
    assert ran.code == 2
