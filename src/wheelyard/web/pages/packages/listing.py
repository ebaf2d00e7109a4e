"""A project's Packages & Registries page: the list of releases, and deleting several at once."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from sqlalchemy import Select, false

from wheelyard import packages, policies, projects
from wheelyard.access import Permission, Role
from wheelyard.database import paging as paging_
from wheelyard.facts import Invalid, Sentence
from wheelyard.namespaces import Namespace, is_id
from wheelyard.packages import Filter, ListedRelease, Release, Within
from wheelyard.web.headers import Headers
from wheelyard.web.pages import paging, visits
from wheelyard.web.pages.packages import installing, protected
from wheelyard.web.pages.view import Answer, Page, Redirect, View

_ORDERS = {
    "published": "created_at",
    "name": "name",
    "version": "version",
    "downloads": "downloads",
}
_MAX_CHOSEN = 100
_KEPT = ("q", "sort", "page")
_NONE_CHOSEN = Sentence("Nothing was deleted: mark some releases in the list first.")
_ALL_GONE = Sentence("Nothing was deleted: none of the chosen releases is there any more.")


def show(view: View) -> Answer:
    """``GET /{project}/-/packages``."""
    listing = read(view, view.project.id)
    return Page(
        "packages.html",
        {
            **listing.values,
            "project": view.project,
            "may_delete": view.may(Permission.DELETE_PACKAGES),
            "may_edit": view.may(Permission.EDIT_PROJECT),
            "may_publish": view.may(Permission.PUBLISH),
            "upload_limit": upload_limit(view),
            **installing.publishing(view),
        },
        headers=listing.headers,
    )


def upload_limit(view: View) -> int:
    """Return how many bytes a file may have here; 0 is no limit."""
    return policies.of_project(view.conn, view.project, view.settings).max_file_bytes


@dataclass(frozen=True, slots=True)
class Listing:
    """The part of a list of releases that was asked for, as ``releases.html`` shows it."""

    found: paging_.Page[ListedRelease]
    values: dict[str, object]
    headers: Headers
    """Keep the order that was chosen for the next time."""


def read(view: View, within: Within) -> Listing:
    """Read the releases of a project, or of several, filtered, sorted and paged as was asked."""
    sort = view.params.peek_text("sort") or view.visit.preference("sort")
    order, _, direction = sort.partition("-")
    if order not in _ORDERS:
        order, direction = "published", "down"
    search = view.params.peek_text("q").strip()
    window = paging.read_window(view)
    wanted = Filter(search=search, order_by=_ORDERS[order], descending=direction != "up")
    found = packages.list_releases(view.conn, within, wanted, window)
    if found.total and not found.items:  # they were deleted meanwhile
        last = (found.total - 1) // window.limit * window.limit
        window = replace(window, offset=last)
        found = packages.list_releases(view.conn, within, wanted, window)
    sort = f"{order}-{'up' if direction == 'up' else 'down'}"
    values = {
        "found": found,
        "marks": protected.mark(view, [listed.release for listed in found.items]),
        "filter_text": search,
        "sort": sort,
        "pager": paging.make_pager(view, window, found.total, {"q": search, "sort": sort}),
    }
    return Listing(found, values, _remember(view, sort))


def _remember(view: View, sort: str) -> Headers:
    chosen = view.params.peek_text("sort")
    return [visits.keep_preference(view.visit, "sort", sort)] if chosen else []


def readable_projects(
    view: View, *, under: Namespace | None = None, least_role: Role = Role.NONE
) -> Select[tuple[int]]:
    """Select the projects whose packages may be shown: none while packages are switched off."""
    ids = projects.readable_ids(view.principal, at=view.at, under=under, least_role=least_role)
    return ids if view.packages_enabled else ids.where(false())


def ask_to_delete(view: View) -> Answer:
    """``GET /{project}/-/packages/delete``: what was chosen, and whether to go on."""
    if not view.params.texts("releases"):
        return Redirect(_back(view), notice=_NONE_CHOSEN)
    kept = {name: view.params.peek_text(name) for name in _KEPT if view.params.peek_text(name)}
    chosen = _chosen(view)
    protected.require_delete(view, *chosen)
    values = {"project": view.project, "chosen": chosen, "back": _back(view), "kept": kept}
    return Page("packages_delete.html", values)


def _back(view: View) -> str:
    """Return the list as it was filtered, sorted and paged."""
    kept = {name: view.params.peek_text(name) for name in _KEPT}
    query = urlencode({name: text for name, text in kept.items() if text})
    return f"/{view.project.full_path}/-/packages" + (f"?{query}" if query else "")


def delete(view: View) -> Answer:
    """``POST /{project}/-/packages/delete``."""
    if not view.params.texts("releases"):
        return Redirect(_back(view), notice=_NONE_CHOSEN)
    chosen = _chosen(view)
    if not chosen:
        return Redirect(_back(view), notice=_ALL_GONE)
    protected.require_delete(view, *chosen)
    for release in chosen:
        packages.delete_release(view.conn, release, by=view.actor, at=view.at)
    ngettext = view.language.ngettext
    said = ngettext(
        "%(count)s release was deleted.", "%(count)s releases were deleted.", len(chosen)
    )
    notice = said % {"count": view.language.number(len(chosen))}
    return Redirect(_back(view), notice=notice)


def _chosen(view: View) -> list[Release]:
    """Return the releases that the boxes name; what is gone meanwhile is left out."""
    words = dict.fromkeys(view.params.texts("releases"))
    if len(words) > _MAX_CHOSEN:
        raise Invalid(
            Sentence("At most %(number)s releases can be deleted at once", number=_MAX_CHOSEN)
        )
    ids = [int(word) for word in words if is_id(word)]
    return packages.find_releases(view.conn, view.project.id, ids)
