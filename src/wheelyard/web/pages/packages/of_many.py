"""The releases of many projects: of a group with its subgroups, and of the whole registry.

As far as they may be read: a release in a project that is hidden from who looks is not counted.
"""

from wheelyard import projects
from wheelyard.facts import NotFound
from wheelyard.web.pages.packages import installing, listing
from wheelyard.web.pages.view import Answer, Page, View


def show_group(view: View) -> Answer:
    """``GET /groups/{group}/-/packages``."""
    values = {"group": view.group, **installing.of_group(view)}
    return _show(view, "group_packages.html", values)


def show_everything(view: View) -> Answer:
    """``GET /explore/packages``."""
    return _show(view, "explore_packages.html", installing.of_everything(view))


def _show(view: View, template: str, values: dict[str, object]) -> Page:
    if not view.packages_enabled:
        raise NotFound
    shown = listing.read(view, listing.readable_projects(view, under=view.namespace_or_none))
    ids = {listed.release.project_id for listed in shown.found.items}
    paths = projects.full_paths(view.conn, ids)
    return Page(template, {**shown.values, **values, "paths": paths}, headers=shown.headers)
