"""What caches are told, and whether nothing is sent again that is known already."""

import re
from http import HTTPStatus

from wheelyard.lint.findings import Findings, error, note, warning
from wheelyard.lint.reading import Answer
from wheelyard.lint.subjects import ENCODINGS, Form, Subject

VALIDATOR_MISSING = warning(
    "validator-missing",
    "RFC 9110, 8.8",
    "Send an ETag, so that clients need not read again what they have.",
)
REPEATED = warning(
    "repeated", "RFC 9110, 13.1.2", "Answer 304 to an If-None-Match that names the current ETag."
)
STALE = error(
    "stale", "RFC 9110, 13.1.2", "Answer 304 to nobody who has something else, or nothing."
)
ETAG_SHARED = warning(
    "etag-shared",
    "RFC 9110, 8.8.3.3",
    "Give each form and each encoding an ETag of its own, or weak ones (W/).",
)
PAGE_AGE_LONG = warning(
    "page-age-long",
    "RFC 9111, 5.2.2.1",
    "Let pages be asked for again within ten minutes: pip from 26.2 and uv see no new upload "
    "before their age is over.",
)
AGE_UNTOLD = note(
    "age-untold",
    "RFC 9111, 4.2.2",
    "Send a Cache-Control; without one each client guesses how long it may keep the answer.",
)
CACHED_FOR_ALL = error(
    "cached-for-all",
    "RFC 9111, 5.2.2.9",
    "Send Cache-Control: private with what not everybody may see, and neither public nor s-maxage.",
)
CACHE_NOT_PRIVATE = warning(
    "cache-not-private",
    "RFC 9111, 5.2.2.7",
    "Send Cache-Control: private with what not everybody may see.",
)
HEAD_REFUSED = warning(
    "head-refused", "RFC 9110, 9.3.2", "Answer HEAD as GET; uv and pip ask for files with it."
)
HEAD_DIFFERS = warning(
    "head-differs", "RFC 9110, 9.3.2", "Send with HEAD the headers that GET has."
)

MAX_PAGE_AGE = 600
"""Seconds; what uv's documentation advises indexes to send."""

_AGE = re.compile(r"(?:^|[, ])max-age=\"?(\d{1,15})")


def find_age(answer: Answer) -> int | None:
    """Return how many seconds a client may keep an answer without asking; None when untold."""
    directives = answer.header("cache-control").lower()
    if "no-store" in directives or "no-cache" in directives:
        return 0
    age = _AGE.search(directives)
    return int(age[1]) if age else None


def check_pages(subject: Subject) -> Findings:
    """Look at the headers of each form, and ask again for what is known."""
    for form in subject.forms:
        yield from _check_age(subject, form)
        yield from check_privacy(form.answer, subject.url, is_personal=subject.is_personal)
        headers = {"Accept": form.accept, "Accept-Encoding": ENCODINGS}
        yield from check_conditions(subject, form.answer, subject.url, headers)
        yield from check_head(subject, form.answer, subject.url, headers)
    yield from _check_etags(subject)


def _check_age(subject: Subject, form: Form) -> Findings:
    age = find_age(form.answer)
    if age is None and not form.answer.header("expires"):
        yield AGE_UNTOLD(subject.url, f"The answer to Accept: {form.accept} tells no age.")
    elif age is not None and age > MAX_PAGE_AGE:
        yield PAGE_AGE_LONG(subject.url, f"The page may be kept for {age} seconds.")


def check_privacy(answer: Answer, url: str, *, is_personal: bool) -> Findings:
    """See whether shared caches keep what not everybody may see."""
    if not is_personal:
        return
    directives = answer.header("cache-control").lower()
    if "no-store" in directives:
        return
    if "s-maxage" in directives or re.search(r"(^|[, ])public\b", directives):
        yield CACHED_FOR_ALL(url, f"It is not for everybody, and has Cache-Control: {directives}.")
    elif "private" not in directives:
        told = f"Cache-Control: {directives}" if directives else "no Cache-Control"
        yield CACHE_NOT_PRIVATE(url, f"It is not for everybody, and has {told}.")


def check_conditions(
    subject: Subject, answer: Answer, url: str, headers: dict[str, str]
) -> Findings:
    """Ask again for what is known, and for what is not."""
    etag = answer.header("etag")
    if not etag:
        if not answer.header("last-modified"):
            yield VALIDATOR_MISSING(url, "The answer has neither an ETag nor a Last-Modified.")
        return
    again = subject.reader.glance(url, {**headers, "If-None-Match": etag})
    if again.status != HTTPStatus.NOT_MODIFIED:
        yield REPEATED(url, f"To If-None-Match: {etag} it answers {again.status}.")
    other = subject.reader.glance(url, {**headers, "If-None-Match": '"something-else"'})
    if other.status != HTTPStatus.OK:
        told = f'To If-None-Match: "something-else" it answers {other.status}.'
        yield STALE(url, told)


def check_head(subject: Subject, answer: Answer, url: str, headers: dict[str, str]) -> Findings:
    """Ask with HEAD for what GET has brought."""
    head = subject.reader.glance(url, headers, method="HEAD")
    if head.status != HTTPStatus.OK:
        yield HEAD_REFUSED(url, f"HEAD is answered {head.status}.")
        return
    for name in ("content-type", "content-length", "content-encoding", "etag", "last-modified"):
        with_get, with_head = answer.header(name), head.header(name)
        # A server need not count what it does not send (RFC 9110, 8.6).
        if with_get != with_head and not (name == "content-length" and not with_head):
            told = f"{name} is {with_head or 'absent'} with HEAD, and {with_get or 'absent'} with"
            yield HEAD_DIFFERS(url, f"{told} GET.")


def _check_etags(subject: Subject) -> Findings:
    if not (subject.json and subject.html):
        return
    etag = subject.json.answer.header("etag")
    if etag and not etag.startswith("W/") and etag == subject.html.answer.header("etag"):
        yield ETAG_SHARED(subject.url, f"JSON and HTML have the same strong ETag {etag}.")
