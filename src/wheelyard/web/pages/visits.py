"""A browser's visit: its cookies, and the token that proves a form to be ours.

Every browser has a secret in one cookie.  Once somebody has signed in, it is the secret of their
session; before that it is drawn by chance and known to nobody else.  Signing in and out always
draws another, so that a secret which an attacker has planted is worth nothing.  The token in each
form is made of the secret, and a form without the right one, or one that a page of another origin
has sent, is refused (OWASP, "Cross-Site Request Forgery Prevention").
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.requests import cookie_parser
from starlette.types import Scope

from wheelyard import sessions
from wheelyard.facts import Forbidden, Sentence
from wheelyard.sessions import LONGEST, Session
from wheelyard.web import headers
from wheelyard.web.headers import Headers
from wheelyard.web.principal import session_cookie

_PREFERENCE_DAYS = 365
_MAX_SECRET = 64

THEMES = ("system", "light", "dark")


@dataclass(frozen=True, slots=True)
class Visit:
    """What a request's cookies and headers say of its browser."""

    secret: str = field(repr=False)
    is_new: bool
    """Whether the browser has not been given its secret yet."""

    is_secure: bool
    """Whether it came by HTTPS."""

    cookies: Mapping[str, str] = field(repr=False)

    @property
    def form_token(self) -> str:
        """What proves that a form was made for this browser."""
        return hmac.new(self.secret.encode(), b"form", hashlib.sha256).hexdigest()

    def preference(self, name: str) -> str:
        """Return what the browser's user prefers; empty when nothing was chosen."""
        return self.cookies.get(f"wheelyard_{name}", "")

    def passing(self, name: str) -> str:
        """Return the text that ``keep_passing`` or ``keep_once`` gave the browser for this page."""
        try:
            return bytes.fromhex(self.preference(name)).decode()
        except ValueError:  # anything can stand in a cookie
            return ""

    @property
    def zone(self) -> str:
        """The time zone that was chosen, or else the one that the browser has told."""
        return self.preference("fixed_zone") or self.preference("zone")

    @property
    def theme(self) -> str:
        """The colours that were chosen."""
        chosen = self.preference("theme")
        return chosen if chosen in THEMES else THEMES[0]


def read(scope: Scope) -> Visit:
    """Read a request's cookies, and draw a secret for a browser that has none."""
    raw = headers.find_text(scope, b"cookie") or ""
    cookies = cookie_parser(raw)
    is_secure = scope["scheme"] == "https"
    secret = cookies.get(session_cookie(is_secure=is_secure), "")
    is_new = not secret or len(secret) > _MAX_SECRET or not secret.isascii()
    if is_new:
        secret = sessions.draw_secret()
    return Visit(secret=secret, is_new=is_new, is_secure=is_secure, cookies=cookies)


def require_own_origin(scope: Scope) -> None:
    """Raise Forbidden for what a page of another origin makes a browser send.

    Browsers say so in ``Sec-Fetch-Site`` (W3C Fetch Metadata), older ones in ``Origin``.
    """
    site = headers.find_text(scope, b"sec-fetch-site")
    if site is not None:
        is_ours = site in ("same-origin", "none")
    else:
        origin = headers.find_text(scope, b"origin")
        host = headers.find_text(scope, b"host") or ""
        is_ours = origin is None or origin.lower().partition("://")[2] == host.lower()
    if not is_ours:
        raise _refused()


def require_form_token(visit: Visit, sent: str) -> None:
    """Raise Forbidden for a form that was not made for this browser."""
    if visit.is_new or not hmac.compare_digest(visit.form_token.encode(), sent.encode()):
        raise _refused()


def _refused() -> Forbidden:
    return Forbidden(
        Sentence("The form has expired or was sent by another site; load the page again")
    )


def keep_secret(visit: Visit, secret: str, *, session: Session | None = None) -> Headers:
    """Return the header that gives a browser its secret; only a session's outlives the browser."""
    age = f"; Max-Age={int(LONGEST.total_seconds())}" if session else ""
    name = session_cookie(is_secure=visit.is_secure)
    return [_cookie(visit, name, secret, f"; HttpOnly{age}")]


def keep_preference(visit: Visit, name: str, value: str) -> tuple[bytes, bytes]:
    """Return the header that remembers a preference; an empty one is forgotten."""
    age = _PREFERENCE_DAYS * 24 * 60 * 60 if value else 0
    return _cookie(visit, f"wheelyard_{name}", value, f"; Max-Age={age}")


def keep_passing(visit: Visit, name: str, text: str) -> tuple[bytes, bytes]:
    """Return the header that carries a text to the next page; an empty one has arrived."""
    # In hexadecimal digits, for few characters may stand in a cookie (RFC 6265, 4.1.1).
    value, age = text.encode().hex(), 60 if text else 0
    return _cookie(visit, f"wheelyard_{name}", value, f"; HttpOnly; Max-Age={age}")


def keep_once(visit: Visit, name: str, text: str) -> tuple[bytes, bytes]:
    """Return the header that carries a secret to the next page; no browser writes it to a disk."""
    return _cookie(visit, f"wheelyard_{name}", text.encode().hex(), "; HttpOnly")


def _cookie(visit: Visit, name: str, value: str, more: str) -> tuple[bytes, bytes]:
    secure = "; Secure" if visit.is_secure else ""
    return b"set-cookie", f"{name}={value}; Path=/; SameSite=Lax{secure}{more}".encode()


def safe_destination(wanted: str) -> str:
    """Return a path of ours to go on to, and the start page for anything else."""
    if (
        not wanted.startswith("/")
        or wanted.startswith(("//", "/\\"))
        or any(character <= " " or character in {"\\", "\x7f"} for character in wanted)
    ):
        return "/"
    parts = urlsplit(wanted)
    return "/" if parts.scheme or parts.netloc else wanted
