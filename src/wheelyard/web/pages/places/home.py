"""The home of a project, a group or a user: whatever a path of names leads to."""

from wheelyard import packages
from wheelyard.access import Permission
from wheelyard.namespaces import Kind
from wheelyard.web.pages import navigation
from wheelyard.web.pages.packages import installing
from wheelyard.web.pages.places import group_home, user_home
from wheelyard.web.pages.view import Answer, Page, View

_LATEST = 8


def show(view: View) -> Answer:
    """``GET /{place}``."""
    namespace = view.namespace_or_none
    if namespace is None:
        return _show_project(view)
    return group_home.show(view) if namespace.kind is Kind.GROUP else user_home.show(view)


def _show_project(view: View) -> Answer:
    project = view.project
    has_packages = navigation.may_read_packages(view)
    latest = packages.latest_packages(view.conn, project.id, limit=_LATEST) if has_packages else []
    return Page(
        "project_home.html",
        {
            "project": project,
            "has_packages": has_packages,
            "are_on": navigation.are_on(view),
            "latest": latest,
            "may_edit": view.may(Permission.EDIT_PROJECT),
            "may_publish": view.may(Permission.PUBLISH),
            **installing.publishing(view),
        },
    )
