"""The languages of the pages: translated sentences; numbers, sizes and times as people read them.

English is what stands in the code; every other language is one file, ``translations/xx.po``, read
when somebody first asks for it.
"""

import io
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from babel import Locale, dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from wheelyard.facts import Sentence

_TRANSLATIONS = Path(__file__).parent / "translations"

NAMES = {"en": "English", "de": "Deutsch"}
"""Every language, by its code, in its own words."""

DEFAULT = "en"

_WORDS = (Sentence("private"), Sentence("internal"), Sentence("public"))
"""Words of the core that stand inside its sentences; they are here for translators to find."""

_RANGE = re.compile(
    r"\s*([A-Za-z0-9-]{1,40})\s*(?:;\s*[qQ]=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?", re.ASCII
)
"""A language and its weight (RFC 9110, 12.4.2 and 12.5.4); what is none counts for nothing."""

_UNITS = ("KB", "MB", "GB", "TB", "PB")


@dataclass(frozen=True, slots=True)
class Language:
    """One language, in one reader's time zone."""

    code: str
    zone: tzinfo = UTC
    translations: NullTranslations = field(default_factory=NullTranslations, repr=False)

    def gettext(self, text: str) -> str:
        """Say a text of the code."""
        return self.translations.gettext(text)

    def ngettext(self, one: str, several: str, count: int) -> str:
        """Say a text of the code that depends on a number."""
        return self.translations.ngettext(one, several, count)

    def say(self, sentence: str) -> str:
        """Say a sentence of the core, whatever stands in it."""
        if isinstance(sentence, Sentence):
            said = self.gettext(sentence.template)
            parts = {name: self._part(part) for name, part in sentence.parts.items()}
            return said % parts if parts else said
        return self.gettext(sentence) if sentence else ""

    def _part(self, part: object) -> object:
        if isinstance(part, int):
            return self.number(part)
        # A path that somebody has named "public" is no word of ours.
        return self.say(part) if isinstance(part, Sentence | StrEnum) else part

    def number(self, value: int) -> str:
        """Write a whole number with its thousands apart."""
        return numbers.format_decimal(value, locale=self.code)

    def decimal(self, value: float) -> str:
        """Write a number with one digit behind the point."""
        return numbers.format_decimal(value, format="#,##0.0", locale=self.code)

    def size(self, count: int) -> str:
        """Write a number of bytes in the largest unit that leaves a whole one; 1 KB is 1,024."""
        if count < 1024:  # noqa: PLR2004  bytes in a KB
            return f"{self.number(count)} B"
        value = float(count)
        for unit in _UNITS:
            value /= 1024
            if value < 999.95 or unit == _UNITS[-1]:  # noqa: PLR2004  what would be written 1000
                break
        few = value < 99.95  # noqa: PLR2004  three digits say enough
        return f"{self.decimal(value) if few else self.number(round(value))} {unit}"

    def moment(self, at: datetime) -> str:
        """Write a date and a time in the reader's zone."""
        return dates.format_datetime(at, "medium", tzinfo=self.zone, locale=self.code)

    def day(self, day: date | datetime) -> str:
        """Write a date; a moment's is that of the reader's zone."""
        if isinstance(day, datetime):
            day = day.astimezone(self.zone).date()
        return dates.format_date(day, "medium", locale=self.code)

    def ago(self, at: datetime, now: datetime) -> str:
        """Write how long ago something was, or in how long it will be."""
        return dates.format_timedelta(at - now, add_direction=True, locale=self.code, threshold=0.9)


def speak(code: str, zone: str = "") -> Language:
    """Return a language in a time zone; English and UTC in the place of unknown ones."""
    known = code if code in NAMES else DEFAULT
    return Language(known, _zone(zone), _translations(known))


def choose(chosen: str, accepted: str) -> str:
    """Return the code of the language that was chosen, or else is accepted (RFC 9110, 12.5.4)."""
    if chosen in NAMES:
        return chosen
    ranges = [match.groups() for match in map(_RANGE.fullmatch, accepted.split(",")) if match]
    weighed = [(name, 1.0 if weight is None else float(weight)) for name, weight in ranges]
    wanted = sorted((pair for pair in weighed if pair[1]), key=lambda pair: -pair[1])
    found = Locale.negotiate([name for name, _ in wanted], NAMES, sep="-")
    return found.language if found else DEFAULT


@cache
def _translations(code: str) -> NullTranslations:
    path = _TRANSLATIONS / f"{code}.po"
    if not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source))
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def _known_zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _zone(name: str) -> tzinfo:
    # Only what is a zone's name is remembered: a cookie could hold anything.
    return (_known_zone(name) if name in zones() else None) or UTC


@cache
def zones() -> frozenset[str]:
    """Return the names of all time zones."""
    return frozenset(available_timezones())
