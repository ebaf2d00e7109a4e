"""From a handler's answer to what is sent, and the headers that guard every page."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.types import Scope, Send

from wheelyard.web import headers
from wheelyard.web.headers import Headers
from wheelyard.web.pages import assets, languages, navigation, visits
from wheelyard.web.pages.languages import Language
from wheelyard.web.pages.view import Answer, Redirect, View
from wheelyard.web.pages.visits import Visit

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


Made = tuple[int, Headers, bytes]
"""An answer as it is sent: its status, its own headers, its body."""

# They turn the direction of what follows (UAX 9), and so can make a text look like another one.
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")

NOTICE = "notice"
"""The cookie that carries one sentence over a redirect."""

AS_IT_IS = "/?#[]@!$&'()*+,;=:%"
"""In an address: what has a meaning there, or is an escape already (RFC 3986, 2.2)."""


def finish(view: View, answer: Answer) -> Made:
    """Write what a handler has answered; its transaction has ended."""
    if isinstance(answer, Redirect):
        location = quote(answer.to, safe=AS_IT_IS).encode()
        sent: Headers = [(b"location", location), *answer.headers]
        if answer.notice:
            said = view.language.say(answer.notice)
            sent.append(visits.keep_passing(view.visit, NOTICE, said))
        return HTTPStatus.SEE_OTHER, sent, b""
    further = answer.later() if answer.later else {}
    body = render(view, answer.template, {**answer.values, **further})
    sent = [HTML, *answer.headers]
    if view.notice:
        sent.append(visits.keep_passing(view.visit, NOTICE, ""))
    return answer.status, sent, body


async def send_made(scope: Scope, send: Send, visit: Visit, made: Made) -> None:
    """Send an answer with the headers that guard every page."""
    status, sent, body = made
    given = visits.keep_secret(visit, visit.secret) if visit.is_new else []
    # A handler that gives the browser another secret comes last, and wins.
    sent = [*HEADERS, *given, *sent]
    await headers.answer(send, status, sent, body, head=scope["method"] == "HEAD")


def render(view: View, template: str, values: Mapping[str, Any]) -> bytes:
    """Write a page for a view, without characters that turn the direction of what follows."""
    language = view.language
    tongue = _Tongue(language, view.at)
    page = _environment(language.code).get_template(template)
    written = page.render(
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
    )
    return _TURNING.sub("", written).encode()


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
