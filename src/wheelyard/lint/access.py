"""How strangers are met, and what is said of names that are not there."""

import secrets
from dataclasses import replace
from http import HTTPStatus

from wheelyard.lint.credentials import origin
from wheelyard.lint.findings import Finding, Findings, error, note, warning
from wheelyard.lint.pages import HTML_TYPES, JSON_TYPE
from wheelyard.lint.reading import Answer
from wheelyard.lint.subjects import ENCODINGS, PIP_ACCEPT, Subject

STRANGER_NOT_ASKED = error(
    "stranger-not-asked",
    "RFC 9110, 15.5.2",
    "Answer 401 to whoever brings no credentials: pip and uv look for some at no other status, and "
    "a page to sign in on is read as an index.",
)
CHALLENGE_MISSING = error(
    "challenge-missing",
    "RFC 9110, 11.6.1",
    "Send WWW-Authenticate: Basic with each 401; keyrings and prompts wait for it.",
)
FILES_OPEN = warning(
    "files-open",
    "RFC 9110, 15.5.2",
    "Ask for credentials where files are, as where their page is, or sign their addresses.",
)
TOKEN_UNHEARD = warning(
    "token-unheard",
    "RFC 9110, 11.6.2",
    "Check the token, and let the index answer 401 to a wrong one: taken for a stranger, whoever "
    "brings it misses what is there.",
)
ABSENT_FOUND = error(
    "absent-found",
    "PEP 503",
    "Answer 404 for a package that is not there: uv looks at no further index after a page.",
)
ABSENT_REFUSED = error(
    "absent-refused",
    "RFC 9110, 15.5.5",
    "Answer 404 for a package that is not there: at 401 and 403 uv gives up the whole search, and "
    "at 5xx every client repeats the request.",
)
ABSENT_FORWARDED = note(
    "absent-forwarded",
    "RFC 9110, 15.4",
    "Make sure that nobody can take one of your names there.",
)
ABSENT_ILL_TOLD = note(
    "absent-ill-told",
    "RFC 9457",
    "Say what is absent in JSON, which uv shows to people, or in plain text.",
)


def meet(subject: Subject) -> tuple[Subject, list[Finding]]:
    """Come as a stranger, and note whether one is refused, or sees something else."""
    reader, form = subject.reader, subject.best
    if reader.credentials is None:
        return subject, []
    answer = reader.glance(
        subject.url, {"Accept": form.accept, "Accept-Encoding": ENCODINGS}, anonymous=True
    )
    if answer.status == HTTPStatus.OK and not _is_led_away(answer, form.answer):
        differs = answer.body != form.answer.body[: len(answer.body)]
        return replace(subject, is_personal=differs), []
    closed = replace(subject, is_closed=True, is_personal=True)
    if _is_hidden(subject, answer):
        return closed, []
    return closed, list(judge_refusal(answer, subject.url))


def _is_hidden(subject: Subject, stranger: Answer) -> bool:
    """Whether a stranger is told that a package is not there, by an index that is open to all.

    That is no mistake: who may not see a package is not to learn that it exists, and must find the
    others without credentials.  Where the root asks for them, so does every page.
    """
    if subject.name is None or stranger.hops or stranger.status != HTTPStatus.NOT_FOUND:
        return False
    root = subject.reader.glance(subject.root, {"Accept": PIP_ACCEPT}, anonymous=True)
    return root.status == HTTPStatus.OK and not root.hops


def check_token(subject: Subject) -> Findings:
    """See whether credentials make a difference to a root that lists nothing."""
    if subject.reader.credentials and not subject.is_personal and not subject.links:
        told = (
            "What is read with the token does not differ from what a stranger reads: it may not "
            "have been accepted."
        )
        yield TOKEN_UNHEARD(subject.url, told)


def _is_led_away(stranger: Answer, known: Answer) -> bool:
    return len(stranger.hops) > len(known.hops) and stranger.url != known.url


def judge_refusal(answer: Answer, url: str) -> Findings:
    """See whether a stranger who is refused is asked to sign in, as clients do that."""
    if answer.hops:
        told = f"Without credentials it redirects to {answer.url}, which answers {answer.status}."
        yield STRANGER_NOT_ASKED(url, told)
    elif answer.status != HTTPStatus.UNAUTHORIZED:
        yield STRANGER_NOT_ASKED(url, f"Without credentials it answers {answer.status}.")
    elif "basic" not in answer.header("www-authenticate").lower():
        told = answer.header("www-authenticate") or "no WWW-Authenticate"
        yield CHALLENGE_MISSING(url, f"The answer 401 has {told}.")


def check_files_of_strangers(subject: Subject) -> Findings:
    """See whether a file of a closed page is closed as well.

    One elsewhere, or with a query, is taken to be reached by an address that is a secret.
    """
    if not subject.is_closed or not subject.links:
        return
    url = subject.links[0].url
    answer = subject.reader.glance(url, method="HEAD", anonymous=True)
    if "?" not in answer.url and origin(answer.url) == origin(subject.url):
        if answer.status == HTTPStatus.OK:
            yield FILES_OPEN(url, "The page asks for credentials, and the file does not.")
        elif answer.status == HTTPStatus.UNAUTHORIZED:
            yield from judge_refusal(answer, url)


def check_absent(subject: Subject) -> Findings:
    """Ask for a package that cannot be there."""
    url = f"{subject.root}wheelyard-lint-{secrets.token_hex(8)}/"
    reader = subject.reader
    answer = reader.glance(url, {"Accept": PIP_ACCEPT}, stay=True)
    if 300 <= answer.status < 400:  # noqa: PLR2004  redirects: what leads elsewhere
        where = answer.header("location")
        yield ABSENT_FORWARDED(url, f"Clients are sent to {where} for what is not here.")
        return
    if answer.status == HTTPStatus.OK and answer.type in (JSON_TYPE, *HTML_TYPES):
        yield ABSENT_FOUND(url, "There is a page of a package that does not exist.")
    elif answer.status not in (404, 410):
        yield ABSENT_REFUSED(url, f"For a package that is not there it answers {answer.status}.")
    elif answer.type not in ("application/json", "application/problem+json", "text/plain"):
        told = answer.type or "no type"
        yield ABSENT_ILL_TOLD(url, f"The answer {answer.status} has {told}.")
    if subject.is_closed:
        stranger = reader.glance(url, {"Accept": PIP_ACCEPT}, anonymous=True)
        yield from judge_refusal(stranger, url)
