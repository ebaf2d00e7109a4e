"""A group's Packages & Registries page: the releases of all its projects and subgroups.

As far as they may be read: a release in a project that is hidden from who looks is not counted.
"""

from wheelyard import projects
from wheelyard.facts import NotFound
from wheelyard.web.pages.packages import listing
from wheelyard.web.pages.view import Answer, Page, View


def show(view: View) -> Answer:
    """``GET /groups/{group}/-/packages``."""
    if not view.packages_enabled:
        raise NotFound
    readable = listing.readable_projects(view, under=view.group)
    shown = listing.read(view, readable)
    ids = {listed.release.project_id for listed in shown.found.items}
    return Page(
        "group_packages.html",
        {
            **shown.values,
            "group": view.group,
            "paths": projects.full_paths(view.conn, ids),
        },
        headers=shown.headers,
    )
