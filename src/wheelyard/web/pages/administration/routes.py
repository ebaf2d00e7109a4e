"""The routes of this area; every one needs ADMINISTER."""

from collections.abc import Iterator

from starlette.routing import Route

from wheelyard.access import Permission
from wheelyard.registry import Registry
from wheelyard.web.pages.administration import (
    export,
    health,
    journal,
    overview,
    packages,
    places,
    settings,
    storage,
    users,
)
from wheelyard.web.pages.routing import Rows
from wheelyard.web.pages.view import Handler, Prepare

_PAGES: tuple[tuple[str, Handler], ...] = (
    ("", overview.show),
    ("/projects", places.show_projects),
    ("/groups", places.show_groups),
    ("/packages", packages.show),
    ("/storage", storage.show),
    ("/settings", settings.show),
    ("/journal", journal.show),
    ("/health", health.show),
    ("/users", users.show_list),
    ("/users/new", users.show_new),
    ("/users/{user}", users.show),
)

_FORMS: tuple[tuple[str, Handler, Handler], ...] = (
    ("/packages", packages.save, packages.show),
    ("/packages/forwarding", packages.save_forwarding, packages.show),
    ("/users/{user}/block", users.block, users.show),
    ("/users/{user}/unblock", users.unblock, users.show),
    ("/users/{user}/sessions/end", users.end_sessions, users.show),
    ("/users/{user}/tokens/{token}/revoke", users.revoke_token, users.show),
    ("/users/{user}/delete", users.delete, users.show),
)
"""Path, what the form does, and the page that it stands on."""

_FORMS_WITH_PASSWORD: tuple[tuple[str, Prepare, Handler], ...] = (
    ("/users/new", users.hash_new, users.show_new),
    ("/users/{user}", users.hash_typed, users.show),
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
