"""Of an index that does everything right there is nothing to report."""

import pytest

from tests.lint.conftest import Look
from tests.lint.indexes import PACKAGES, Index


@pytest.mark.parametrize("is_closed", [False, True], ids=["open", "closed"])
def test_a_sound_index(look: Look, is_closed: bool) -> None:  # noqa: FBT001  pytest's
    index = Index(is_closed=is_closed)

    with index.serving() as url:
        report = look(url, "secret" if is_closed else None)

    assert report.findings == ()
    assert report.packages == ("acme-tool",)
    assert report.files == len(PACKAGES)
    assert report.requests == len(index.asked)


def test_one_package_of_an_index(look: Look) -> None:
    index = Index()

    with index.serving() as url:
        report = look(f"{url}acme-tool")

    assert report.findings == ()
    assert report.packages == ("acme-tool",)
    assert [asked.path for asked in index.asked if asked.path == "/simple/"] == []
