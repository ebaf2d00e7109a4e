"""What a browser's user prefers; kept in the browser, for those who have not signed in too."""

from wheelyard.facts import InvalidRecord, Sentence
from wheelyard.web.headers import Headers
from wheelyard.web.pages import credentials, languages, visits
from wheelyard.web.pages.credentials import Credential
from wheelyard.web.pages.view import Answer, Page, Redirect, View

_CHOICES = {
    "language": languages.NAMES.keys(),
    "theme": visits.THEMES,
    "credential": [form.value for form in Credential],
}


def keep(view: View) -> Answer:
    """``POST /-/preferences``: remember what was sent; what is no choice is not."""
    destination = visits.safe_destination(view.params.peek_text("return_to", max_length=2000))
    return Redirect(destination, headers=_kept(view))


def _kept(view: View) -> Headers:
    return [
        visits.keep_preference(view.visit, name, chosen)
        for name, choices in _CHOICES.items()
        if (chosen := view.params.peek_text(name)) in choices
    ]


def show(view: View) -> Answer:
    """``GET /-/user_settings/preferences``."""
    return Page(
        "user_preferences.html",
        {
            "zones": sorted(languages.zones()),
            "zone": view.visit.preference("fixed_zone"),
            "browser_zone": view.visit.preference("zone") or "UTC",
            "credential": view.visit.preference("credential"),
            "credential_forms": credentials.choices(view.language, is_open=False),
        },
    )


def save(view: View) -> Answer:
    """``POST /-/user_settings/preferences``; an empty time zone is the browser's again."""
    zone = _read_zone(view)
    kept = [*_kept(view), visits.keep_preference(view.visit, "fixed_zone", zone)]
    language = languages.speak(view.params.peek_text("language") or view.language.code)
    return Redirect(
        "/-/user_settings/preferences",
        notice=language.gettext("The preferences were saved in this browser."),
        headers=kept,
    )


def _read_zone(view: View) -> str:
    typed = view.params.peek_text("zone").strip().lower().replace(" ", "_")
    if not typed:
        return ""
    for zone in languages.zones():
        if zone.lower() == typed:
            return zone
    raise InvalidRecord(zone=Sentence("is not known: choose one of the list"))
