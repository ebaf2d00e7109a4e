"""What is not about one place: the start page, exploring, searching."""

from wheelyard import groups, packages, projects
from wheelyard.access import Role
from wheelyard.database.paging import Window
from wheelyard.web.pages import paging
from wheelyard.web.pages.packages import listing
from wheelyard.web.pages.view import Answer, Page, Redirect, View

_SHOWN = 10
_SUGGESTED = 5
_MIN_SEARCH = 2


def show_start(view: View) -> Answer:
    """``GET /``: one's own dashboard."""
    if view.session is None:
        return Redirect("/users/sign_in")
    own = projects.list_projects(
        view.conn,
        view.principal,
        projects.Filter(least_role=Role.GUEST, archived=False),
        Window(limit=_SHOWN),
        order_by="last_published_at",
        at=view.at,
    )
    joined = groups.list_groups(
        view.conn,
        view.principal,
        groups.Filter(least_role=Role.GUEST),
        Window(limit=_SHOWN),
        at=view.at,
    )
    recent = packages.recent_releases(
        view.conn,
        listing.readable_projects(view, least_role=Role.GUEST),
        limit=_SHOWN,
    )
    return Page(
        "dashboard.html",
        {
            "projects": own,
            "groups": joined,
            "recent": recent,
            "paths": projects.full_paths(
                view.conn, {listed.release.project_id for listed in recent}
            ),
        },
    )


def explore_projects(view: View) -> Answer:
    """``GET /explore``: every project that may be seen."""
    window = paging.read_window(view)
    search = view.params.peek_text("q").strip()
    found = projects.list_projects(
        view.conn,
        view.principal,
        projects.Filter(search=search),
        window,
        order_by="last_published_at",
        at=view.at,
    )
    pager = paging.make_pager(view, window, found.total, {"q": search})
    return Page("explore_projects.html", {"found": found, "pager": pager, "filter_text": search})


def explore_groups(view: View) -> Answer:
    """``GET /explore/groups``."""
    window = paging.read_window(view)
    search = view.params.peek_text("q").strip()
    found = groups.list_groups(
        view.conn, view.principal, groups.Filter(search=search), window, at=view.at
    )
    pager = paging.make_pager(view, window, found.total, {"q": search})
    return Page("explore_groups.html", {"found": found, "pager": pager, "filter_text": search})


def search(view: View) -> Answer:
    """``GET /search``: projects, groups and packages by a part of their names."""
    return Page("search.html", _find(view, limit=50))


def suggest(view: View) -> Answer:
    """``GET /search/suggestions``: the first of them, as one types."""
    return Page("suggestions.html", _find(view, limit=_SUGGESTED))


def _find(view: View, *, limit: int) -> dict[str, object]:
    text = view.params.peek_text("q").strip()
    if len(text) < _MIN_SEARCH:
        return {"search_text": text, "is_short": True, "projects": [], "groups": [], "packages": []}
    window = Window(limit=limit)
    found_projects = projects.list_projects(
        view.conn,
        view.principal,
        projects.Filter(search=text),
        window,
        order_by="name",
        descending=False,
        at=view.at,
    )
    found_groups = groups.list_groups(
        view.conn, view.principal, groups.Filter(search=text), window, at=view.at
    )
    readable = listing.readable_projects(view)
    found_packages = packages.search_packages(view.conn, readable, text, limit=limit)
    return {
        "search_text": text,
        "is_short": False,
        "limit": limit,
        "more_projects": found_projects.total - len(found_projects.items),
        "more_groups": found_groups.total - len(found_groups.items),
        "projects": found_projects.items,
        "groups": found_groups.items,
        "packages": found_packages,
    }
