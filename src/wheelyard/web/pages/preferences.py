"""What a browser's user prefers; kept in the browser, for those who have not signed in too."""

from wheelyard.web.headers import Headers
from wheelyard.web.pages import languages, visits
from wheelyard.web.pages.view import Answer, Redirect, View

_CHOICES = {
    "language": languages.NAMES.keys(),
    "theme": visits.THEMES,
    "credential": ("personal", "deploy", "netrc", "environment"),
}


def keep(view: View) -> Answer:
    """``POST /-/preferences``: remember what was sent; what is no choice is not."""
    kept: Headers = []
    for name, choices in _CHOICES.items():
        chosen = view.params.peek_text(name)
        if chosen in choices:
            kept.append(visits.keep_preference(view.visit, name, chosen))
    destination = visits.safe_destination(view.params.peek_text("return_to", max_length=2000))
    return Redirect(destination, headers=kept)
