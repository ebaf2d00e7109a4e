"""A group's Settings > Packages and registries: what it says for everything in it."""

from wheelyard import groups
from wheelyard.web.pages import inherited
from wheelyard.web.pages.inherited import Changes
from wheelyard.web.pages.view import Answer, Page, Redirect, View


def show(view: View) -> Answer:
    """``GET /groups/{group}/-/settings/packages_and_registries``."""
    return Page(
        "group_registry.html",
        {
            "group": view.group,
            "prefixes": "\n".join(view.group.reserved_prefixes),
            "max_prefixes_length": inherited.MAX_PREFIXES_LENGTH,
            **inherited.show(view, view.group),
        },
    )


def save_packages(view: View) -> Answer:
    """``POST …/packages``: duplicates, and the largest file."""
    changes = inherited.read_packages(view)
    view.params.check()
    return _edit(view, changes)


def save_forwarding(view: View) -> Answer:
    """``POST …/forwarding``: whether to forward, the lock, and reserved prefixes."""
    changes = inherited.read_forwarding(view)
    locked = view.params.flag("forwarding_locked")
    if locked is not None:
        changes["forwarding_locked"] = locked
    changes["reserved_prefixes"] = inherited.read_prefixes(view)
    view.params.check()
    return _edit(view, changes)


def _edit(view: View, changes: Changes) -> Answer:
    group = view.group
    new = inherited.require_allowed(view, group, changes)
    if new:
        groups.edit(view.conn, group, new, by=view.actor, at=view.at)
    return Redirect(
        f"/groups/{group.full_path}/-/settings/packages_and_registries",
        notice=view.language.gettext("The changes were saved."),
    )
