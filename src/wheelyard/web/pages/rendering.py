"""From a template and values to the bytes of a page, and the headers that guard every page."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from wheelyard.web.headers import Headers
from wheelyard.web.pages import assets, languages, navigation
from wheelyard.web.pages.languages import Language
from wheelyard.web.pages.view import View

HTML = (b"content-type", b"text/html; charset=utf-8")

_POLICY = "; ".join(  # noqa: FLY002  one line for each rule
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

HEADERS: Headers = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    # What somebody may see is nobody else's, also after they have signed out.
    (b"cache-control", b"private, no-store"),
]
"""Of every page (OWASP, "HTTP Security Response Headers")."""


def render(view: View, template: str, values: Mapping[str, Any]) -> bytes:
    """Write a page for a view."""
    language = view.language
    tongue = _Tongue(language, view.at)
    page = _environment(language.code).get_template(template)
    return page.render(
        view=view,
        language=language,
        say=language.say,
        number=language.number,
        decimal=language.decimal,
        size=language.size,
        moment=tongue.moment,
        ago=tongue.ago,
        day=tongue.day,
        asset=assets.url,
        languages=languages.NAMES,
        sidebar=navigation.sidebar(view),
        above=navigation.above,
        **values,
    ).encode()


class _Tongue:
    """Times as elements: readable, with the exact UTC for those who hover or whose tools read."""

    def __init__(self, language: Language, now: datetime) -> None:
        self._language = language
        self._now = now

    def moment(self, at: datetime) -> Markup:
        """Show a date and a time."""
        return self._element(at, self._language.moment(at))

    def ago(self, at: datetime) -> Markup:
        """Show how long ago something was."""
        return self._element(at, self._language.ago(at, self._now))

    def day(self, at: datetime | date) -> Markup:
        """Show a date."""
        if isinstance(at, datetime):
            return self._element(at, self._language.day(at))
        return Markup('<time datetime="%s">%s</time>') % (at.isoformat(), self._language.day(at))

    def _element(self, at: datetime, text: str) -> Markup:
        exact = at.astimezone(UTC)
        return Markup('<time datetime="%s" title="%s">%s</time>') % (
            exact.strftime("%Y-%m-%dT%H:%M:%SZ"),
            exact.strftime("%Y-%m-%d %H:%M:%S UTC"),
            escape(text),
        )


@cache
def _environment(code: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("wheelyard.web.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    translations = languages.speak(code).translations
    # The extension adds this method where no type checker sees it.
    vars(environment)["install_gettext_translations"](translations, newstyle=True)
    return environment
