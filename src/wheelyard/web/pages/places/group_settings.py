"""Making a group, and its Settings > General."""

from contextlib import suppress

from wheelyard import groups, namespaces, users
from wheelyard.access import RULES, Permission, Visibility
from wheelyard.database.paging import Window
from wheelyard.facts import InvalidRecord, NotFound, Refused, Sentence
from wheelyard.groups import NewGroup
from wheelyard.namespaces import Namespace
from wheelyard.web.pages.confirmation import require_typed
from wheelyard.web.pages.view import Answer, Page, Redirect, View

_MAX_CHOICES = 200


# Making one --------------------------------------------------------------------------------------


def show_new(view: View) -> Answer:
    """``GET /groups/new``; ``?parent_id`` chooses the group that it is made in."""
    return Page(
        "group_new.html",
        {
            "parents": [("", view.language.gettext("No group: at the top")), *_parents(view)],
            "parent_id": view.params.peek_text("parent_id"),
            "max_description": groups.MAX_DESCRIPTION,
            "max_choices": _MAX_CHOICES,
        },
    )


def _parents(view: View) -> list[tuple[int, str]]:
    """Return where who looks may make a group, by id and path."""
    joined = groups.list_groups(
        view.conn,
        view.principal,
        groups.Filter(least_role=RULES[Permission.CREATE_SUBGROUP].role),
        Window(limit=_MAX_CHOICES),
        order_by="path",
        at=view.at,
    )
    choices = joined.items
    wanted = view.params.peek_text("parent_id")
    if namespaces.is_id(wanted) and int(wanted) not in {choice.id for choice in choices}:
        # An administrator's, or past the end of the list: a group's own page leads here with it.
        with suppress(Refused):
            chosen = groups.require_parent(view.conn, view.principal, int(wanted), at=view.at)
            choices = [*choices, chosen]
    return [(choice.id, choice.full_path) for choice in choices]


def create(view: View) -> Answer:
    """``POST /groups/new``; who makes a group owns it."""
    params = view.params
    name = params.line("name", required=True) or ""
    path = params.filled_line("path") or namespaces.path_of(name)
    description = params.text("description", max_length=groups.MAX_DESCRIPTION) or ""
    visibility = params.choice("visibility", Visibility) or Visibility.PRIVATE
    parent_id = params.number("parent_id")
    params.check()
    if not path:
        raise InvalidRecord(path=Sentence("is missing"))
    parent = None if parent_id is None else _parent(view, parent_id)
    new = NewGroup(name=name, path=path, description=description, visibility=visibility)
    owner = users.get(view.conn, view.user.id)
    group = groups.create(view.conn, new, parent, owner=owner, by=view.actor, at=view.at)
    made = view.language.gettext("The group %(name)s was created.") % {"name": group.name}
    return Redirect(f"/{group.full_path}", notice=made)


def _parent(view: View, parent_id: int) -> Namespace:
    """Return the group that another is made in.  Raises InvalidRecord and Forbidden."""
    try:
        return groups.require_parent(view.conn, view.principal, parent_id, at=view.at)
    except NotFound as fact:
        raise InvalidRecord(parent_id=Sentence("is not there any more")) from fact


# Settings > General ------------------------------------------------------------------------------


def show_general(view: View) -> Answer:
    """``GET /groups/{group}/-/settings/general``."""
    return Page(
        "group_settings.html",
        {
            "group": view.group,
            "extent": groups.measure(view.conn, view.group),
            "max_description": groups.MAX_DESCRIPTION,
        },
    )


def save_naming(view: View) -> Answer:
    """``POST …/general``: name, description and visibility."""
    params = view.params
    name = params.line("name", required=True) or ""
    description = params.text("description", max_length=groups.MAX_DESCRIPTION) or ""
    visibility = params.choice("visibility", Visibility) or view.group.visibility
    params.check()
    sent = {"name": name, "description": description, "visibility": visibility.value}
    return _edit(view, sent)


def rename_path(view: View) -> Answer:
    """``POST …/path``: another address, for everything in the group as well."""
    path = view.params.line("path", required=True) or ""
    view.params.check()
    return _edit(view, {"path": path})


def _edit(view: View, sent: dict[str, str]) -> Answer:
    group = view.group
    changes = {name: new for name, new in sent.items() if new != getattr(group, name)}
    if changes:
        group = groups.edit(view.conn, group, changes, by=view.actor, at=view.at)
    return Redirect(
        f"/groups/{group.full_path}/-/settings/general",
        notice=view.language.gettext("The changes were saved."),
    )


def delete(view: View) -> Answer:
    """``POST …/delete``: with every subgroup, project and package in it."""
    require_typed(view, view.group.full_path)
    groups.remove(view.conn, view.group, by=view.actor, at=view.at)
    above, _, _ = view.group.full_path.rpartition("/")
    gone = view.language.gettext("The group %(path)s was deleted.")
    return Redirect(f"/{above}", notice=gone % {"path": view.group.full_path})
