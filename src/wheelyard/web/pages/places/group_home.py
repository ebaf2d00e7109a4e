"""A group's page: its subgroups and projects, as far as they may be seen."""

from wheelyard import groups, packages, projects, roster
from wheelyard.access import Permission
from wheelyard.database.paging import Window
from wheelyard.namespaces import Namespace
from wheelyard.packages import ListedRelease
from wheelyard.web.pages import paging
from wheelyard.web.pages.packages import installing, listing
from wheelyard.web.pages.view import Answer, Page, Redirect, View

_MAX_SUBGROUPS = 100
_RECENT = 8


def show(view: View) -> Answer:
    """``GET /{group}``."""
    group = view.namespace_or_none
    assert group is not None  # noqa: S101  the caller has looked
    window = paging.read_window(view)
    search = view.params.peek_text("q").strip()
    found = projects.list_projects(
        view.conn,
        view.principal,
        projects.Filter(under=group, search=search),
        window,
        order_by="name",
        descending=False,
        at=view.at,
    )
    subgroups = groups.list_groups(
        view.conn,
        view.principal,
        groups.Filter(under=group, search=search),
        Window(limit=_MAX_SUBGROUPS),
        at=view.at,
    )
    recent = _recent(view, group)
    return Page(
        "group_home.html",
        {
            "group": group,
            "found": found,
            "subgroups": subgroups,
            "filter_text": search,
            "pager": paging.make_pager(view, window, found.total, {"q": search}),
            "members": _count_members(view),
            "recent": recent,
            "paths": projects.full_paths(
                view.conn, {listed.release.project_id for listed in recent}
            ),
            "may_create_project": view.may(Permission.CREATE_PROJECT_IN_GROUP),
            "may_create_subgroup": view.may(Permission.CREATE_SUBGROUP),
            **(installing.of_group(view) if view.packages_enabled else {}),
        },
    )


def _count_members(view: View) -> int | None:
    """Return how many have a role here; None where who looks is not to know."""
    if not view.may(Permission.READ_MEMBERS):
        return None
    return roster.count_everybody(view.conn, view.subject, at=view.at)


def _recent(view: View, group: Namespace) -> list[ListedRelease]:
    readable = listing.readable_projects(view, under=group)
    return packages.recent_releases(view.conn, readable, limit=_RECENT)


def go_home(view: View) -> Answer:
    """``GET /groups/{group}``: the address that the REST API tells."""
    return Redirect(f"/{view.group.full_path}")
