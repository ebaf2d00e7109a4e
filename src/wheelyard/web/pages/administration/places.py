"""All projects and all groups, with how much they hold."""

from collections.abc import Callable, Collection
from typing import Any

from wheelyard import census
from wheelyard.database import paging as database
from wheelyard.web.pages import paging
from wheelyard.web.pages.view import Answer, Page, View

_DEFAULT = "path-up"


def show_projects(view: View) -> Answer:
    """``GET /admin/projects``."""
    template = "administration/projects.html"
    return _show(view, template, census.list_projects, census.PROJECT_ORDERS)


def show_groups(view: View) -> Answer:
    """``GET /admin/groups``."""
    return _show(view, "administration/groups.html", census.list_groups, census.GROUP_ORDERS)


def _show(
    view: View, template: str, find: Callable[..., database.Page[Any]], orders: Collection[str]
) -> Answer:
    search, sort = view.params.peek_text("q").strip(), _read_sort(view, orders)
    window = paging.read_window(view)
    order, _, direction = sort.partition("-")
    found = find(view.conn, window, search=search, order_by=order, descending=direction == "down")
    pager = paging.make_pager(view, window, found.total, {"q": search, "sort": sort})
    values = {"found": found, "pager": pager, "filter_text": search, "sort": sort}
    return Page(template, values)


def _read_sort(view: View, orders: Collection[str]) -> str:
    """Return an order and a direction, such as "size-down"; nonsense is the usual one."""
    sort = view.params.peek_text("sort")
    order, _, direction = sort.partition("-")
    return sort if order in orders and direction in {"up", "down"} else _DEFAULT
