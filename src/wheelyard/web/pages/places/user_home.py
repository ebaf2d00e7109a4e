"""A user's page: who it is, and their projects as far as they may be seen."""

from wheelyard import projects, users
from wheelyard.web.pages import paging
from wheelyard.web.pages.view import Answer, Page, View


def show(view: View) -> Answer:
    """``GET /{username}``."""
    namespace = view.namespace_or_none
    assert namespace is not None  # noqa: S101  the caller has looked
    assert namespace.user_id is not None  # noqa: S101  it is a user's
    window = paging.read_window(view)
    found = projects.list_projects(
        view.conn,
        view.principal,
        projects.Filter(under=namespace),
        window,
        order_by="name",
        descending=False,
        at=view.at,
    )
    return Page(
        "user_home.html",
        {
            "owner": users.get(view.conn, namespace.user_id),
            "found": found,
            "pager": paging.make_pager(view, window, found.total, {}),
        },
    )
