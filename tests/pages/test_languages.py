"""The pages in the language of their reader: the translations, the choice, numbers and times."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

import wheelyard
from tests.actors import Installation
from tests.builders import wheel
from tests.pages.visitor import Visitor, notes, visiting, wrong
from wheelyard.access import Role, Visibility
from wheelyard.facts import Sentence
from wheelyard.users import User
from wheelyard.web.pages import languages

SRC = Path(wheelyard.__file__).parent
TRANSLATIONS = SRC / "web" / "pages" / "translations"
TRANSLATED = sorted(set(languages.NAMES) - {languages.DEFAULT})

_PART = re.compile(r"%\((\w+)\)s")
_TAG = re.compile(r"</?(?:strong|em|code|b|a)>")

GERMANS = "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7"


# The translations ---------------------------------------------------------------------------------


@cache
def gathered() -> frozenset[str | tuple[str, ...]]:
    """Every sentence in the code and the templates, as ``make words`` gathers them."""
    with (TRANSLATIONS / "babel.cfg").open() as config:
        methods, options = parse_mapping_cfg(config)  # type: ignore[no-untyped-call]  # as it is
    keywords = {
        **dict.fromkeys(("_", "gettext", "Sentence")),
        **dict.fromkeys(("ngettext", "_n"), (1, 2)),
    }
    found = extract_from_dir(SRC, methods, options, keywords=keywords)
    return frozenset(message for _, _, message, _, _ in found)


def read(code: str) -> Catalog:
    """A file of translations."""
    with (TRANSLATIONS / f"{code}.po").open("rb") as source:
        return read_po(source)


def messages(code: str) -> Iterator[Message]:
    """What is in it, without its head."""
    return (message for message in read(code) if message.id)


def said(message: Message) -> tuple[str, ...]:
    """The translations of a message: several where it has a plural."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def sources(message: Message) -> tuple[str, ...]:
    """Its English."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_sentence_is_in_the_file_and_no_other(code: str) -> None:
    found = {message.id for message in messages(code)}

    assert sorted(map(str, gathered() - found)) == []
    assert sorted(map(str, found - gathered())) == []
    assert not read(code).obsolete


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_sentence_is_translated(code: str) -> None:
    assert [m.id for m in messages(code) if not all(said(m))] == []
    assert [m.id for m in messages(code) if m.fuzzy] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_sentence_with_a_plural_has_one_in_every_language(code: str) -> None:
    forms = read(code).num_plurals

    assert [m.id for m in messages(code) if m.pluralizable and len(said(m)) != forms] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_has_the_parts_of_its_sentence(code: str) -> None:
    different = [
        message.id
        for message in messages(code)
        for pattern in (_PART, _TAG)
        for text in said(message)
        if sorted(pattern.findall(text)) != sorted(pattern.findall(sources(message)[-1]))
    ]

    assert different == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_ends_as_its_sentence_does(code: str) -> None:
    """What stands beside it, such as another sentence, goes on from there."""
    different = [
        message.id
        for message in messages(code)
        for source, text in zip(sources(message), said(message), strict=True)
        if (source[-1] in ".:?…") != (text[-1] in ".:?…") or text != text.strip()
    ]

    assert different == []


def test_german_quotes_as_germans_do() -> None:
    english = [text for m in messages("de") for text in said(m) if "\u201d" in text or '"' in text]

    assert english == []


# The choice ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT", "de"),
        ("DE-at", "de"),
        (GERMANS, "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("en;q=0.5,de", "de"),
        ("en;q=0.5, de ; q=0.9", "de"),
        ("fr-CH, fr;q=0.9, de;q=0.7, *;q=0.5", "de"),
        ("zh-Hant-TW;q=1.000,de;q=0.001", "de"),
        ("*", "en"),
        ("fr,*;q=0.5", "en"),
        ("de;q=0", "en"),
        ("de;q=0.000,en;q=0.1", "en"),
        ("de;q=nan", "en"),
        ("de;q=2", "en"),
        ("de;q=-1", "en"),
        ("deutsch", "en"),
        ("xx-klingon", "en"),
        ("../../etc/passwd", "en"),
        ("de\x00", "en"),
    ],
)
def test_the_language_that_a_browser_accepts(accepted: str, code: str) -> None:
    assert languages.choose("", accepted) == code


@pytest.mark.parametrize(
    ("chosen", "code"), [("de", "de"), ("en", "en"), ("fr", "de"), ("../de", "de"), ("DE", "de")]
)
def test_what_was_chosen_counts_before_what_is_accepted(chosen: str, code: str) -> None:
    assert languages.choose(chosen, "de") == code


@pytest.mark.parametrize(
    "piece", ["x", "x,", "de-", ";q=", "de;q=0.1,", ",", " ", "-", "q=1;", "é,"]
)
def test_nonsense_of_ten_thousand_characters_is_read_in_a_moment(piece: str) -> None:
    accepted = (piece * 10_000)[:10_000]
    begun = time.perf_counter()

    assert languages.choose("", accepted) in languages.NAMES
    assert time.perf_counter() - begun < 0.25


# Numbers, sizes and times -------------------------------------------------------------------------

NOW = datetime(2031, 3, 30, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "number", "decimal"), [("en", "1,234,567", "1,234.5"), ("de", "1.234.567", "1.234,5")]
)
def test_numbers(code: str, number: str, decimal: str) -> None:
    language = languages.speak(code)

    assert language.number(1_234_567) == number
    assert language.decimal(1234.54) == decimal
    assert language.number(-5) == "-5"


@pytest.mark.parametrize(
    ("count", "english", "german"),
    [
        (0, "0 B", "0 B"),
        (1023, "1,023 B", "1.023 B"),
        (1024, "1.0 KB", "1,0 KB"),
        (1536, "1.5 KB", "1,5 KB"),
        (102_348, "99.9 KB", "99,9 KB"),
        (102_400, "100 KB", "100 KB"),
        (1024 * 1023 + 1000, "1.0 MB", "1,0 MB"),
        (52_428_800, "50.0 MB", "50,0 MB"),
        (5 * 1024**4, "5.0 TB", "5,0 TB"),
        (3000 * 1024**5, "3,000 PB", "3.000 PB"),
    ],
)
def test_sizes(count: int, english: str, german: str) -> None:
    assert languages.speak("en").size(count) == english
    assert languages.speak("de").size(count) == german


@pytest.mark.parametrize(
    ("ago", "english", "german"),
    [
        (timedelta(seconds=5), "5 seconds ago", "vor 5 Sekunden"),
        (timedelta(hours=1), "1 hour ago", "vor 1 Stunde"),
        (timedelta(days=3), "3 days ago", "vor 3 Tagen"),
        (timedelta(days=800), "2 years ago", "vor 2 Jahren"),
        (-timedelta(days=7), "in 1 week", "in 1 Woche"),
    ],
)
def test_how_long_ago(ago: timedelta, english: str, german: str) -> None:
    assert languages.speak("en").ago(NOW - ago, NOW) == english
    assert languages.speak("de").ago(NOW - ago, NOW) == german


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("", "30.03.2031, 12:00:00"),
        ("Europe/Berlin", "30.03.2031, 14:00:00"),
        ("America/Los_Angeles", "30.03.2031, 05:00:00"),
        ("Asia/Kathmandu", "30.03.2031, 17:45:00"),
        ("Nowhere/Atlantis", "30.03.2031, 12:00:00"),
        ("../../../etc/passwd", "30.03.2031, 12:00:00"),
        ("Europe/Berlin\x00", "30.03.2031, 12:00:00"),
        ("x" * 10_000, "30.03.2031, 12:00:00"),
    ],
)
def test_moments_are_those_of_the_readers_zone(zone: str, moment: str) -> None:
    assert languages.speak("de", zone).moment(NOW) == moment


def test_the_day_of_a_moment_is_that_of_the_readers_zone() -> None:
    late = datetime(2031, 12, 31, 23, 30, tzinfo=UTC)

    assert languages.speak("de", "Europe/Berlin").day(late) == "01.01.2032"
    assert languages.speak("en", "Europe/Berlin").day(late) == "Jan 1, 2032"
    assert languages.speak("en").day(late.date()) == "Dec 31, 2031"
    assert languages.speak("de", "Europe/Berlin").zone == ZoneInfo("Europe/Berlin")


def test_an_unknown_language_is_english() -> None:
    assert languages.speak("tlh").code == "en"


# Sentences of the core ----------------------------------------------------------------------------


def test_the_parts_of_a_sentence_are_said_too() -> None:
    sentence = Sentence(
        "%(level)s is not allowed since the parent group has a %(parent)s visibility",
        level=Visibility.PUBLIC,
        parent=Visibility.PRIVATE,
    )

    assert sentence == ("public is not allowed since the parent group has a private visibility")
    assert languages.speak("de").say(sentence) == (
        "„öffentlich“ ist nicht zulässig, da die übergeordnete Gruppe die Sichtbarkeit „privat“ hat"
    )


def test_a_name_that_is_a_word_of_ours_stays_a_name() -> None:
    reserved = Sentence("%(path)s is a reserved name", path="public")

    assert languages.speak("de").say(reserved) == "public ist ein reservierter Name"


def test_a_number_in_a_sentence_is_written_as_readers_do() -> None:
    limit = Sentence("must be from 0 to %(number)s", number=1_000_000)

    assert str(limit) == "must be from 0 to 1000000"
    assert languages.speak("de").say(limit) == "muss zwischen 0 und 1.000.000 liegen"


def test_nothing_is_said_of_nothing() -> None:
    assert languages.speak("de").say("") == ""


# Over HTTP ----------------------------------------------------------------------------------------


def speaks(answer: httpx.Response) -> str:
    """The language of a page, which its root element and its words agree on."""
    found = re.search(r'<html lang="(\w+)"', answer.text)
    assert found is not None
    words = {"en": "Language", "de": "Sprache"}
    others = set(words) - {found[1]}
    assert f"<label>{words[found[1]]} <select" in answer.text
    assert not any(f"<label>{words[other]} <select" in answer.text for other in others)
    return found[1]


def look(visitor: Visitor, path: str, accepted: str) -> httpx.Response:
    """A page for a browser that accepts some languages."""
    return visitor.http.get(path, headers={"accept-language": accepted})


def test_pages_speak_what_the_browser_accepts(town: Installation) -> None:
    with visiting(town) as visitor:
        assert speaks(visitor.get("/explore")) == "en"
        assert speaks(look(visitor, "/explore", GERMANS)) == "de"
        assert speaks(look(visitor, "/explore", "fr")) == "en"
        assert speaks(look(visitor, "/explore", "de;q=0.5,en;q=0.9")) == "en"


def test_the_choice_in_the_footer_counts_before_what_the_browser_accepts(
    town: Installation,
) -> None:
    with visiting(town) as visitor:
        visitor.get("/explore")
        visitor.post("/-/preferences", {"language": "de", "return_to": "/explore"})

        assert speaks(look(visitor, "/explore", "en")) == "de"

        visitor.post("/-/preferences", {"language": "en", "return_to": "/explore"})

        assert speaks(look(visitor, "/explore", GERMANS)) == "en"


@pytest.mark.parametrize("cookie", ["fr", "xx", "../../etc/passwd", "de de", "%00", "d" * 3000])
def test_a_cookie_that_names_no_language_is_passed_over(town: Installation, cookie: str) -> None:
    with visiting(town) as visitor:
        visitor.http.cookies.set("wheelyard_language", "de")
        assert speaks(look(visitor, "/explore", "en")) == "de"

        visitor.http.cookies.set("wheelyard_language", cookie)
        assert speaks(look(visitor, "/explore", GERMANS)) == "de"
        assert speaks(look(visitor, "/explore", "en")) == "en"


def test_pages_of_refusals_are_translated(town: Installation, visitor: Visitor) -> None:
    with visiting(town) as nobody:
        missing = look(nobody, "/nothing/is/here", "de")
    refused = look(visitor, "/admin", "de")

    assert (missing.status_code, speaks(missing)) == (404, "de")
    assert "Diese Seite gibt es nicht" in missing.text
    assert (refused.status_code, speaks(refused)) == (403, "de")
    assert "Dies ist nicht erlaubt" in refused.text


def test_a_form_that_was_made_for_another_browser_is_refused_in_german(visitor: Visitor) -> None:
    answer = visitor.http.post(
        "/projects/new", data={"form_token": "0" * 64}, headers={"accept-language": "de"}
    )

    assert answer.status_code == 403
    assert "Das Formular ist abgelaufen" in answer.text


def test_what_is_wrong_with_a_form_is_said_in_german(
    town: Installation, visitor: Visitor, user: User
) -> None:
    group = town.group()
    town.join(user, group, Role.OWNER)
    within = {"namespace_id": str(group.id)}
    visitor.http.headers["accept-language"] = "de"
    visitor.get("/projects/new")
    empty = visitor.post("/projects/new", within)
    bad = visitor.post("/projects/new", {"name": "x", "path": "a b", **within})

    assert notes(empty) == [
        "Es wurde nichts geändert. Bitte unten die markierten Angaben berichtigen."
    ]
    assert "Name fehlt" in wrong(empty)
    assert wrong(bad) == [
        (
            "Pfad darf nur Buchstaben, Ziffern, „_“, „-“ und „.“ enthalten, nicht mit „-“ "
            "beginnen und nicht auf „.“, „.git“ oder „.atom“ enden"
        )
    ]


def test_what_was_done_is_said_in_german(town: Installation, visitor: Visitor, user: User) -> None:
    group = town.group()
    town.join(user, group, Role.OWNER)
    visitor.http.headers["accept-language"] = "de"
    visitor.get("/projects/new")
    sent = {"name": "Neu", "path": "neu", "namespace_id": str(group.id)}

    assert notes(visitor.follow(visitor.post("/projects/new", sent))) == [
        "Das Projekt Neu wurde erstellt."
    ]


def test_what_is_wrong_with_a_file_is_said_in_german(
    town: Installation, visitor: Visitor, user: User
) -> None:
    project = town.project()
    town.join(user, project, Role.DEVELOPER)
    visitor.get(f"/{project.full_path}/-/packages")

    def send(name: str, content: bytes) -> str:
        message: str = visitor.http.post(
            f"/{project.full_path}/-/packages/upload",
            data={"form_token": visitor.form_token},
            files={"content": (name, content)},
            headers={"accept": "application/json", "accept-language": "de"},
        ).json()["message"]
        return message

    assert send("notes.txt", b"x") == (
        "Der Dateiname ist ungültig: Nur Wheels (.whl) und sdists (.tar.gz, .zip) werden angenommen"
    )
    assert send("aurora-1.0.tar.gz", b"x") == "Die Datei ist beschädigt oder kein Archiv ihres Typs"
    dist = wheel("aurora", "1.0")
    assert send(dist.filename, dist.content) == "veröffentlicht"
