"""All projects and all groups, with how much they hold."""

from collections.abc import Collection

from wheelyard import census
from wheelyard.web.pages import paging
from wheelyard.web.pages.view import Answer, Page, View

_DEFAULT = "path-up"


def show_projects(view: View) -> Answer:
    """``GET /admin/projects``."""
    search, sort = view.params.peek_text("q").strip(), _read_sort(view, census.PROJECT_ORDERS)
    window = paging.read_window(view)
    order, _, direction = sort.partition("-")
    found = census.list_projects(
        view.conn, window, search=search, order_by=order, descending=direction == "down"
    )
    values = {
        "found": found,
        "pager": paging.make_pager(view, window, found.total, {"q": search, "sort": sort}),
    }
    return Page("administration/projects.html", {**values, "filter_text": search, "sort": sort})


def show_groups(view: View) -> Answer:
    """``GET /admin/groups``."""
    search, sort = view.params.peek_text("q").strip(), _read_sort(view, census.GROUP_ORDERS)
    window = paging.read_window(view)
    order, _, direction = sort.partition("-")
    found = census.list_groups(
        view.conn, window, search=search, order_by=order, descending=direction == "down"
    )
    values = {
        "found": found,
        "pager": paging.make_pager(view, window, found.total, {"q": search, "sort": sort}),
    }
    return Page("administration/groups.html", {**values, "filter_text": search, "sort": sort})


def _read_sort(view: View, orders: Collection[str]) -> str:
    """Return an order and a direction, such as "size-down"; nonsense is the usual one."""
    sort = view.params.peek_text("sort")
    order, _, direction = sort.partition("-")
    return sort if order in orders and direction in {"up", "down"} else _DEFAULT
