"""In which forms a page comes, and whether the one comes that was asked for (PEP 691)."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from wheelyard.lint.caching import ETAG_SHARED
from wheelyard.lint.findings import Finding, Findings, Rule, error, note, warning
from wheelyard.lint.pages import HTML_TYPES, JSON_TYPE, Garbled, Page, read_html, read_json
from wheelyard.lint.reading import Answer, Reader
from wheelyard.lint.subjects import ENCODINGS, PIP_ACCEPT, Form, Subject

_TYPES = "PEP 691, Content-Types"
_NEGOTIATION = "PEP 691, Version + Format Selection"

PAGE_REFUSED = error(
    "page-refused",
    "PEP 503",
    "Answer 200 for what is listed, or list it no more; clients say that there is no such package.",
)
TYPE_MISSING = error(
    "type-missing", _TYPES, "Send a Content-Type: uv fails without one, and pip skips the page."
)
TYPE_WRONG = error(
    "type-wrong",
    _TYPES,
    f"Send {JSON_TYPE}, application/vnd.pypi.simple.v1+html or text/html: pip skips other types.",
)
TYPE_LATEST = error(
    "type-latest",
    _NEGOTIATION,
    "Answer what asks for the latest version with the type of that version, v1.",
)
PAGE_GARBLED = error(
    "page-garbled", "PEP 503, PEP 691", "Send HTML of links, or a JSON object with a list of files."
)
JSON_MISSING = warning(
    "json-missing",
    "PEP 691",
    "Serve JSON beside HTML: only JSON has versions, sizes and times of upload.",
)
HTML_MISSING = error(
    "html-missing", "PEP 503", "Serve HTML too: older clients and Hatch read nothing else."
)
DEFAULT_NOT_HTML = warning(
    "default-not-html",
    _NEGOTIATION,
    "Send HTML to whoever names no type, as older clients do that know nothing else.",
)
QUALITY_IGNORED = warning(
    "quality-ignored",
    "RFC 9110, 12.5.1",
    "Weigh the types by their q, which says what the client would rather have.",
)
LATEST_IGNORED = warning(
    "latest-ignored", _NEGOTIATION, "Take …latest+json for the newest version that there is."
)
NEGOTIATION_REFUSED = error(
    "negotiation-refused", _NEGOTIATION, "Answer what this client asks for with 200."
)
UNACCEPTABLE_SERVED = note(
    "unacceptable-served",
    _NEGOTIATION,
    "Answer 406 when nothing that there is was asked for, so that a client does not misread it.",
)
VARY_MISSING = warning(
    "vary-missing",
    "RFC 9110, 12.5.5",
    "Name in Vary every header that the answer depends on, lest a cache confuse the answers.",
)
ENCODING_UNASKED = error(
    "encoding-unasked", "RFC 9110, 12.5.3", "Encode a body only as the client says it can decode."
)
ENCODING_DIFFERS = error(
    "encoding-differs", "RFC 9110, 8.4", "Make every encoding of the same bytes, at every change."
)

_LATEST = "application/vnd.pypi.simple.latest+json"


def read_forms(reader: Reader, url: str) -> tuple[Form | None, Form | None, list[Finding]]:
    """Read a page as JSON and as HTML, and say what is wrong with what came."""
    found: list[Finding] = []
    json = _read(reader, url, JSON_TYPE, read_json, found)
    html = _read(reader, url, "text/html", read_html, found)
    return json, html, found


def _read(
    reader: Reader,
    url: str,
    accept: str,
    read: Callable[[bytes, str], Page],
    found: list[Finding],
) -> Form | None:
    answer = reader.get(url, {"Accept": accept, "Accept-Encoding": ENCODINGS})
    is_json = accept == JSON_TYPE
    if problem := _judge_type(answer, url, is_json=is_json):
        found.append(problem)
        if problem.rule is not TYPE_LATEST:
            return None
    try:
        return Form(accept, answer, read(answer.body, answer.url))
    except Garbled as garbled:
        found.append(PAGE_GARBLED(url, f"{garbled}."))
        return None


def _judge_type(answer: Answer, url: str, *, is_json: bool) -> Finding | None:
    missing, wanted = (JSON_MISSING, (JSON_TYPE,)) if is_json else (HTML_MISSING, HTML_TYPES)
    form = "JSON" if is_json else "HTML"
    if answer.status != HTTPStatus.OK:
        rule = missing if answer.status in (406, 415) else PAGE_REFUSED
        return rule(url, f"Asked for {form}, it answers {answer.status}.")
    if encoding := _find_unasked(answer):
        return ENCODING_UNASKED(url, f"Asked for {ENCODINGS}, it sends {encoding}.")
    if not answer.type:
        return TYPE_MISSING(url, f"Asked for {form}, it answers without a Content-Type.")
    if answer.type in wanted:
        return None
    if answer.type in (JSON_TYPE, *HTML_TYPES):
        return missing(url, f"Asked for {form}, it answers with {answer.type}.")
    rule = TYPE_LATEST if answer.type == _LATEST else TYPE_WRONG
    return rule(url, f"Asked for {form}, it answers with {answer.type}.")


def _find_unasked(answer: Answer) -> str:
    encoding = answer.header("content-encoding").lower()
    return "" if encoding in ("", "identity", "gzip", "deflate") else encoding


@dataclass(frozen=True, slots=True)
class _Question:
    """What a client sends, and the form that it has to be answered with."""

    accept: str
    is_json: bool
    rule: Rule


_QUESTIONS = (
    _Question("", is_json=False, rule=DEFAULT_NOT_HTML),
    _Question("*/*", is_json=False, rule=DEFAULT_NOT_HTML),
    _Question("text/html,application/xhtml+xml,*/*;q=0.8", is_json=False, rule=QUALITY_IGNORED),
    _Question(PIP_ACCEPT, is_json=True, rule=QUALITY_IGNORED),
    _Question(
        f"{JSON_TYPE}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01",
        is_json=True,
        rule=QUALITY_IGNORED,
    ),
    _Question(f"{JSON_TYPE}, */*;q=0.1", is_json=True, rule=QUALITY_IGNORED),
    _Question(f"{JSON_TYPE};q=0.1, text/html", is_json=False, rule=QUALITY_IGNORED),
    _Question(f"{JSON_TYPE};q=0, text/html;q=0.1", is_json=False, rule=QUALITY_IGNORED),
    _Question(_LATEST, is_json=True, rule=LATEST_IGNORED),
    _Question("application/vnd.pypi.simple.v1+html", is_json=False, rule=QUALITY_IGNORED),
)


def check_negotiation(subject: Subject) -> Findings:
    """Send what each client sends, and see whether it is answered with what it would rather have.

    Where there is one form only, everybody has to be content with it.
    """
    for question in _QUESTIONS:
        if subject.json if question.is_json else subject.html:
            yield from _ask(subject, question)
    if subject.json and subject.html:
        nothing = subject.reader.glance(subject.url, {"Accept": "application/x-nothing-like-it"})
        if nothing.status == HTTPStatus.OK:
            told = f"Asked for application/x-nothing-like-it, it answers 200 with {nothing.type}."
            yield UNACCEPTABLE_SERVED(subject.url, told)


def _ask(subject: Subject, question: _Question) -> Findings:
    headers = {"Accept": question.accept} if question.accept else {}
    answer = subject.reader.glance(subject.url, headers)
    asked = f"Accept: {question.accept}" if question.accept else "no Accept"
    if answer.status != HTTPStatus.OK:
        rule = LATEST_IGNORED if question.rule is LATEST_IGNORED else NEGOTIATION_REFUSED
        yield rule(subject.url, f"To {asked} it answers {answer.status}.")
    elif answer.type == _LATEST:
        yield TYPE_LATEST(subject.url, f"To {asked} it answers with {answer.type}.")
    elif answer.type not in ((JSON_TYPE,) if question.is_json else HTML_TYPES):
        yield question.rule(subject.url, f"To {asked} it answers with {answer.type or 'no type'}.")


def check_vary(subject: Subject) -> Findings:
    """See whether caches are told what the answer depends on."""
    for form in subject.forms:
        wanted = set()
        if subject.json and subject.html:
            wanted.add("accept")
        if form.answer.header("content-encoding"):
            wanted.add("accept-encoding")
        named = form.answer.words("vary")
        if "*" not in named and (missing := sorted(wanted - named)):
            told = f"The answer to Accept: {form.accept} does not name {' and '.join(missing)}."
            yield VARY_MISSING(subject.url, told)


def check_encodings(subject: Subject) -> Findings:
    """See whether the body comes as it was asked for, and is the same in each encoding."""
    for form in subject.forms:
        plain = subject.reader.get(subject.url, {"Accept": form.accept})
        if plain.header("content-encoding").lower() not in ("", "identity"):
            told = f"Asked for identity, it sends {plain.header('content-encoding')}."
            yield ENCODING_UNASKED(subject.url, told)
            continue
        yield from _compare(subject, form, form.answer, plain)
        headers = {"Accept": form.accept, "Accept-Encoding": "zstd"}
        squeezed = subject.reader.get(subject.url, headers)
        if (encoding := squeezed.header("content-encoding").lower()) in ("", "identity", "zstd"):
            yield from _compare(subject, form, squeezed, plain)
        else:
            yield ENCODING_UNASKED(subject.url, f"Asked for zstd, it sends {encoding}.")


def _compare(subject: Subject, form: Form, answer: Answer, plain: Answer) -> Findings:
    """Compare a body that may be encoded with the plain one."""
    if {answer.status, plain.status} != {HTTPStatus.OK}:
        return
    encoding = answer.header("content-encoding").lower()
    if answer.body != plain.body:
        # Somebody may have published meanwhile, or sign each link anew.
        again = subject.reader.get(subject.url, {"Accept": form.accept})
        if again.body == plain.body:
            told = f"The body of Accept: {form.accept} differs in {encoding or 'no encoding'}."
            yield ENCODING_DIFFERS(subject.url, told)
    etag = answer.header("etag")
    if encoding not in ("", "identity") and etag == plain.header("etag") and etag.startswith('"'):
        told = f"The {encoding} of Accept: {form.accept} has the strong ETag of identity."
        yield ETAG_SHARED(subject.url, told)
