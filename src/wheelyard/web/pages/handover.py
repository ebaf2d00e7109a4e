"""A secret that has just been made, on its way to the page that shows it once.

The form that makes it leads to another page, so that who loads that page again sends no form again
and makes no second secret.  It travels in a cookie that no script reads, that ends with the browser
and that the page takes away as it shows it; nothing of it is stored here (OWASP, "Session
Management Cheat Sheet", on cookies).
"""

from dataclasses import dataclass, field

from wheelyard import namespaces
from wheelyard.web.headers import Headers
from wheelyard.web.pages import visits
from wheelyard.web.pages.view import Redirect, View


@dataclass(frozen=True, slots=True)
class Handed:
    """What a browser brings with it from the form."""

    id: int
    """Of the row that it opens: a token's, or a user's."""

    secret: str = field(repr=False)


def give(view: View, kind: str, handed: Handed, *, to: str) -> Redirect:
    """Lead to the page that shows it."""
    carried = visits.keep_once(view.visit, _name(kind), f"{handed.id} {handed.secret}")
    return Redirect(to, headers=[carried])


def take(view: View, kind: str) -> tuple[Handed | None, Headers]:
    """Return what the browser brings, if anything, and the header that takes it away from it."""
    brought = view.visit.passing(_name(kind))
    if not brought:
        return None, []
    number, _, secret = brought.partition(" ")
    taken = [visits.keep_passing(view.visit, _name(kind), "")]
    is_whole = namespaces.is_id(number) and bool(secret)
    return (Handed(int(number), secret) if is_whole else None), taken


def _name(kind: str) -> str:
    return f"new_{kind}"
