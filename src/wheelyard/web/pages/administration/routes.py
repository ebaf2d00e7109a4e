"""The routes of this area; every one needs ADMINISTER."""

from collections.abc import Iterator

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
from wheelyard.web.pages.routing import Rows
from wheelyard.web.pages.view import Handler, Prepare

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

_FORMS: tuple[tuple[str, Handler, Handler], ...] = (
    ("/packages", switches.save, switches.show),
    ("/users/{user}/block", accounts.block, accounts.show),
    ("/users/{user}/unblock", accounts.unblock, accounts.show),
    ("/users/{user}/sessions/end", accounts.end_sessions, accounts.show),
    ("/users/{user}/tokens/{token}/revoke", accounts.revoke_token, accounts.show),
    ("/users/{user}/delete", accounts.delete, accounts.show),
)
"""Path, what the form does, and the page that it stands on."""

_FORMS_WITH_PASSWORD: tuple[tuple[str, Prepare, Handler], ...] = (
    ("/users/new", accounts.hash_new, accounts.show_new),
    ("/users/{user}", accounts.hash_typed, accounts.show),
)
"""Path, what is done before the form does anything, and the page that it stands on."""


def administration_routes(row: Rows, registry: Registry) -> Iterator[Route]:
    """Yield the routes below ``/admin``."""
    administer = Permission.ADMINISTER
    for path, handler in _PAGES:
        yield row.look(f"/admin{path}", handler, administer)
    for written in (export.CSV, export.JSON_LINES):
        endpoint = export.JournalExport(registry, written)
        yield Route(f"/admin/{written.filename}", endpoint, methods=["GET"])
    for path, handler, page in _FORMS:
        yield row.form(f"/admin{path}", handler, administer, on=page)
    for path, prepare, page in _FORMS_WITH_PASSWORD:
        yield row.form_with_password(f"/admin{path}", prepare, administer, on=page)
