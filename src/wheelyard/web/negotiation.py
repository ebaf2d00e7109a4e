"""In which form a client gets a simple page: from what it accepts to one of nine variants.

Sources: RFC 9110, sections 12.4.2 (weights), 12.5.1 (Accept) and 12.5.3 (Accept-Encoding); PEP 691,
"Version + Format Selection".  Of what the client likes equally well it gets what it names before
what only a wildcard covers.  Of what it names it gets the richest, for who names JSON can read it;
and of what a wildcard covers the plainest: HTML, and not compressed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from urllib.parse import parse_qs

from starlette.types import Scope

from wheelyard.pypi import simple
from wheelyard.web.compression import GZIP, PLAIN, ZSTD


@dataclass(frozen=True, slots=True)
class _Offer:
    """One choice of a header, and under which names clients ask for it."""

    value: str
    names: tuple[str, ...]
    """In lower case, without parameters."""

    wildcards: tuple[str, ...]
    """What covers it besides, the most specific first."""


_ALL = "*/*"
_TYPES = (
    _Offer(
        simple.JSON_V1_TYPE,
        (simple.JSON_V1_TYPE, "application/vnd.pypi.simple.latest+json"),
        ("application/*", _ALL),
    ),
    _Offer(
        simple.HTML_V1_TYPE,
        (simple.HTML_V1_TYPE, "application/vnd.pypi.simple.latest+html"),
        ("application/*", _ALL),
    ),
    _Offer(simple.HTML_TYPE, ("text/html",), ("text/*", _ALL)),
)
"""The richest first.  ``latest`` is answered with the version that it is now."""

_CODINGS = (
    _Offer(ZSTD, ("zstd",), ("*",)),
    _Offer(GZIP, ("gzip", "x-gzip"), ("*",)),
    _Offer(PLAIN, ("identity",), ("*",)),
)
"""The densest first."""

SHORT_NAMES = {"json": simple.JSON_V1_TYPE, "html": "text/html"}
"""What ``?format=`` may name beside media types."""

ACCEPTED = f"{simple.JSON_V1_TYPE}, {simple.HTML_V1_TYPE} and text/html"
"""What there is, for people."""


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """One form of every page.  Each is there once, and equal to itself alone, which is quick."""

    media_type: str
    coding: str
    """As ``Content-Encoding`` names it; empty for none."""

    @property
    def is_json(self) -> bool:
        """Whether it is JSON, and not HTML."""
        return self.media_type == simple.JSON_V1_TYPE


_VARIANTS = {
    (media_type.value, coding.value): Variant(media_type.value, coding.value)
    for media_type, coding in product(_TYPES, _CODINGS)
}
VARIANTS = tuple(_VARIANTS.values())
"""All that there are."""

_MOST_REMEMBERED = 500
"""The longest headers that are remembered, in bytes; those of real clients have up to 200."""


def find_variant(scope: Scope) -> Variant | None:
    """Return which form a request gets; None when there is none that it accepts.

    ``?format=`` counts before the header: it is for people, who do not write headers.
    """
    accept = accept_encoding = None
    for key, value in scope["headers"]:
        # A field that is there twice is one list (RFC 9110, 5.3).
        if key == b"accept":
            accept = value if accept is None else accept + b"," + value
        elif key == b"accept-encoding":
            accept_encoding = value if accept_encoding is None else accept_encoding + b"," + value
    if scope["query_string"]:
        accept = _format_in(scope["query_string"]) or accept
    if len(accept or b"") + len(accept_encoding or b"") > _MOST_REMEMBERED:
        return _choose_variant.__wrapped__(accept, accept_encoding)
    return _choose_variant(accept, accept_encoding)


def _format_in(query: bytes) -> bytes | None:
    """Return what ``?format=`` names, as an Accept header does."""
    for name in parse_qs(query.decode("latin-1")).get("format", [])[-1:]:
        # A "+" in a query is a space, and PEP 691 shows types there with a "+" that nobody encoded.
        wanted = name.replace(" ", "+").lower()
        return SHORT_NAMES.get(wanted, wanted).encode("utf-8", "replace")
    return None


@lru_cache(maxsize=1000)  # a dozen clients send a dozen headers; parsing takes some 10 µs
def _choose_variant(accept: bytes | None, accept_encoding: bytes | None) -> Variant | None:
    media_type = _choose(_TYPES, accept) if accept and accept.strip() else simple.HTML_TYPE
    if media_type is None:
        return None
    # Who refuses every coding, and the plain form too, gets that: it is what anybody can read.
    return _VARIANTS[media_type, _choose(_CODINGS, accept_encoding or b"") or PLAIN]


def _choose(offers: Sequence[_Offer], header: bytes) -> str | None:
    """Return the value of the offer that a header likes best; None when it refuses them all."""
    weights = dict(sorted(_weights(header.decode("latin-1").lower()), key=lambda pair: pair[1]))
    best: tuple[tuple[float, bool, int], str | None] = (0.0, False, 0), None
    for place, offer in enumerate(offers):
        weight, is_named = _weigh(offer, weights)
        rank = weight, is_named, (-place if is_named else place)
        if weight > 0 and (best[1] is None or rank > best[0]):
            best = rank, offer.value
    return best[1]


def _weigh(offer: _Offer, weights: dict[str, float]) -> tuple[float, bool]:
    """Return the weight of an offer by what is most specific, and whether that is its name."""
    named = [weights[name] for name in offer.names if name in weights]
    if named:
        return max(named), True
    covering: Iterable[float] = (weights[name] for name in offer.wildcards if name in weights)
    return next(iter(covering), 0.0), False


# RFC 9110, 12.4.2; more digits than three harm nobody.
_WEIGHT = re.compile(r"(?:0(?:\.[0-9]*)?|1(?:\.0*)?)\Z")


def _weights(header: str) -> Iterator[tuple[str, float]]:
    """Yield what a list names, with its weights; passed over is what is malformed.

    And what has a parameter that nothing here has.  Commas in quoted parameters are not looked out
    for, as only such a parameter could hold them.
    """
    for element in header.split(","):
        name, *parameters = (part.strip() for part in element.split(";"))
        weight = 1.0
        for parameter in parameters:
            key, _, value = (part.strip() for part in parameter.partition("="))
            if key == "q":
                weight = float(value) if _WEIGHT.match(value) else -1.0
                break  # what follows was an extension, which nobody defined
            if (key, value.strip('"')) != ("charset", "utf-8") and key:
                weight = -1.0
        if name and weight >= 0:
            yield name, weight
