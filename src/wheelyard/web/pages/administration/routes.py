"""The routes of this area; every one needs ADMINISTER."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from starlette.routing import Route

from wheelyard.access import Permission
from wheelyard.registry import Registry
from wheelyard.web.pages.administration import (
    accounts,
    effective,
    export,
    health,
    journal,
    overview,
    places,
    storage,
    switches,
)
from wheelyard.web.pages.view import Handler, View

_PAGES: tuple[tuple[str, Handler], ...] = (
    ("", overview.show),
    ("/projects", places.show_projects),
    ("/groups", places.show_groups),
    ("/packages", switches.show),
    ("/storage", storage.show),
    ("/settings", effective.show),
    ("/journal", journal.show),
    ("/health", health.show),
    ("/users", accounts.show_list),
    ("/users/new", accounts.show_new),
    ("/users/{user}", accounts.show),
)

_FORMS: tuple[tuple[str, Handler, Handler, Callable[[View], Any] | None], ...] = (
    ("/packages", switches.save, switches.show, None),
    ("/users/new", accounts.create, accounts.show_new, accounts.hash_new),
    ("/users/{user}", accounts.edit, accounts.show, accounts.hash_typed),
    ("/users/{user}/block", accounts.block, accounts.show, None),
    ("/users/{user}/unblock", accounts.unblock, accounts.show, None),
    ("/users/{user}/sessions/end", accounts.end_sessions, accounts.show, None),
    ("/users/{user}/tokens/{token}/revoke", accounts.revoke_token, accounts.show, None),
    ("/users/{user}/delete", accounts.delete, accounts.show, None),
)
"""Path, what the form does, the page that it stands on, and what is done before."""


class MakePage(Protocol):
    """Makes the route of a page; the table of all pages has it."""

    def __call__(
        self,
        method: str,
        path: str,
        handler: Handler,
        permission: Permission | None,
        *,
        form: Handler | None = None,
        prepare: Callable[[View], Any] | None = None,
    ) -> Route: ...


def administration_routes(page: MakePage, registry: Registry) -> Iterator[Route]:
    """Yield the routes below ``/admin``."""
    for path, handler in _PAGES:
        yield page("GET", f"/admin{path}", handler, Permission.ADMINISTER)
    for written in (export.CSV, export.JSON_LINES):
        endpoint = export.JournalExport(registry, written)
        yield Route(f"/admin/{written.filename}", endpoint, methods=["GET"])
    for path, handler, form, prepare in _FORMS:
        yield page(
            "POST", f"/admin{path}", handler, Permission.ADMINISTER, form=form, prepare=prepare
        )
