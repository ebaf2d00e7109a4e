"""Which browser a User-Agent speaks of, in the few words by which its owner knows it.

Nearly all of them name several browsers, for compatibility with pages of long ago; the most
particular name comes first here (RFC 9110, section 10.1.5).
"""

import re
from collections.abc import Callable, Sequence

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def describe(user_agent: str, _: Callable[[str], str]) -> str:
    """Return "Firefox on Linux", or as much of that as is said."""
    browser = _first(user_agent, _BROWSERS)
    system = _first(user_agent, _SYSTEMS)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    program = re.split("[/ ]", user_agent, maxsplit=1)[0][:40]  # such as "curl"
    return browser or system or program or _("Unknown browser")


def _first(user_agent: str, names: Sequence[tuple[str, str]]) -> str:
    return next((name for mark, name in names if mark in user_agent), "")
