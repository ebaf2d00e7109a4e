"""Lists on pages: which part is asked for, and the links to the next and the previous one."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from wheelyard.database.paging import Window
from wheelyard.web.pages.view import View

PER_PAGE = 20
_MAX_PAGE = 10**6


@dataclass(frozen=True, slots=True)
class Pager:
    """Where a page stands in its list."""

    first: int
    last: int
    total: int
    previous: str
    following: str


def read_window(view: View, *, per_page: int = PER_PAGE) -> Window:
    """Return the rows that are asked for; nonsense is the first page."""
    return Window(offset=(_page(view) - 1) * per_page, limit=per_page)


def make_pager(
    view: View, window: Window, total: int, kept: Mapping[str, str], *, path: str = ""
) -> Pager:
    """Return where this page stands; ``kept`` are the parameters that its links repeat.

    ``path`` is the list's own address, where a form that was sent elsewhere may show it again.
    """
    path = path or view.here.partition("?")[0]
    number = window.offset // window.limit + 1
    return Pager(
        first=min(window.offset + 1, total),
        last=min(window.offset + window.limit, total),
        total=total,
        previous=_link(path, number - 1, kept) if number > 1 else "",
        following=_link(path, number + 1, kept) if window.offset + window.limit < total else "",
    )


def _page(view: View) -> int:
    text = view.params.peek_text("page")
    if not text.isascii() or not text.isdigit() or len(text) > len(str(_MAX_PAGE)):
        return 1
    return max(1, min(int(text), _MAX_PAGE))


def _link(path: str, number: int, kept: Mapping[str, str]) -> str:
    given = {name: value for name, value in kept.items() if value}
    return f"{path}?{urlencode({**given, 'page': number})}"
