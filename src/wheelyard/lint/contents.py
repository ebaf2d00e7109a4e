"""What a page says of itself, and what every form of it says alike."""

import re
from collections.abc import Callable, Iterator

from wheelyard.lint.findings import Findings, error, note, warning
from wheelyard.lint.pages import Digests, Link, text_of
from wheelyard.lint.subjects import Form, Subject

API_VERSION_MISSING = warning(
    "api-version-missing",
    "PEP 629",
    'Say which version of the API it is: meta.api-version, or <meta name="pypi:repository-version">'
    "; without one it counts as 1.0.",
)
API_VERSION_UNKNOWN = error(
    "api-version-unknown",
    "PEP 629",
    "Serve major version 1, the only one that there is: clients refuse others.",
)
API_VERSION_OLD = note(
    "api-version-old",
    "PEP 700, PEP 740, PEP 792",
    "Serve version 1.4, and with it versions, sizes, times of upload and the status of projects.",
)
HTML_VERSION_BEYOND = note(
    "html-version-beyond", "PEP 833", "Leave HTML at 1.4, at which it is frozen."
)
DOCTYPE_MISSING = warning(
    "doctype-missing", "PEP 503", "Begin with <!DOCTYPE html>: older clients read no page without."
)
NAME_WRONG = error(
    "name-wrong", "PEP 691, Project Detail", "Let name be the normalised name of the package."
)
STATUS_MISPLACED = warning(
    "status-misplaced", "PEP 792", 'Put "project-status" at the top of the JSON, not into "meta".'
)
STATUS_UNKNOWN = warning(
    "status-unknown",
    "PEP 792",
    "Take one of active, archived, quarantined and deprecated: anything else counts as active.",
)
QUARANTINED_LISTS = error(
    "quarantined-lists", "PEP 792", "List no files of a quarantined project: they may do harm."
)
FORMS_DIFFER = error(
    "forms-differ",
    "PEP 691",
    "Make JSON and HTML of one and the same: what is installed must not depend on the form.",
)

STATUSES = ("active", "archived", "quarantined", "deprecated")
_VERSION = re.compile(r"(\d{1,9})\.(\d{1,9})\Z", re.ASCII)
_NEWEST = 4


def check_meta(subject: Subject) -> Findings:
    """Look at what a page says of itself."""
    for form in subject.forms:
        yield from _check_version(subject, form)
    html = subject.html
    if html and not html.page.text.lstrip("\ufeff \t\r\n")[:9].lower().startswith("<!doctype"):
        yield DOCTYPE_MISSING(subject.url, "The HTML does not begin with <!DOCTYPE html>.")


def _check_version(subject: Subject, form: Form) -> Findings:
    is_json = form is subject.json
    said, kind = _find_version(form, is_json=is_json), "JSON" if is_json else "HTML"
    if not said:
        yield API_VERSION_MISSING(subject.url, f"The {kind} does not say its version.")
        return
    version = _VERSION.match(said)
    if not version or version[1] != "1":
        yield API_VERSION_UNKNOWN(subject.url, f"The {kind} has the version {said[:40]!r}.")
    elif int(version[2]) < _NEWEST:
        yield API_VERSION_OLD(subject.url, f"The {kind} has the version {said}.")
    elif int(version[2]) > _NEWEST and not is_json:
        yield HTML_VERSION_BEYOND(subject.url, f"The HTML has the version {said}.")


def _find_version(form: Form, *, is_json: bool) -> str:
    if not is_json:
        return text_of(form.page.meta.get("pypi:repository-version"))
    meta = form.page.meta.get("meta")
    return text_of(meta.get("api-version")) if isinstance(meta, dict) else ""


def check_name(subject: Subject) -> Findings:
    """See whether the JSON of a package is of that package."""
    if subject.json:
        said = subject.json.page.meta.get("name")
        if said != subject.name:
            told = f"The JSON has the name {said!r} instead of {subject.name!r}."
            yield NAME_WRONG(subject.url, told)


def check_status(subject: Subject) -> Findings:
    """Look at the status of a project, in either form."""
    for form in subject.forms:
        status = _find_status(form, is_json=form is subject.json)
        if status is not None and status not in STATUSES:
            yield STATUS_UNKNOWN(subject.url, f"The status is {status!r}.")
        if status == "quarantined" and form.page.links:
            told = f"The project is quarantined, and has {len(form.page.links)} files."
            yield QUARANTINED_LISTS(subject.url, told)
    if subject.json:
        meta = subject.json.page.meta.get("meta")
        if isinstance(meta, dict) and "project-status" in meta:
            yield STATUS_MISPLACED(subject.url, 'The status is in "meta".')


def _find_status(form: Form, *, is_json: bool) -> object:
    """Return what is written as the status; None when nothing is."""
    if not is_json:
        return form.page.meta.get("pypi:project-status")
    status = form.page.meta.get("project-status")
    return status.get("status", "active") if isinstance(status, dict) else status


# Both forms --------------------------------------------------------------------------------------


def check_agreement(subject: Subject) -> Findings:
    """Compare the files of JSON and HTML, each with all that both can say."""
    yield from check_agreement_of_texts(subject, "files", lambda link: link.text)
    if not (subject.json and subject.html):
        return
    statuses = [_find_status(form, is_json=form is subject.json) for form in subject.forms]
    if (statuses[0] or "active") != (statuses[1] or "active"):
        told = f"The status is {statuses[0]!r} in JSON, and {statuses[1]!r} in HTML."
        yield FORMS_DIFFER(subject.url, told)
    html = {link.text: link for link in subject.html.page.links}
    for link in subject.json.page.links:
        if link.text in html and (different := list(_compare(link, html[link.text]))):
            told = f"{link.text} has another {' and '.join(different)} in HTML than in JSON."
            yield FORMS_DIFFER(subject.url, told)
            return


def _compare(json: Link, html: Link) -> Iterator[str]:
    if json.requires_python.strip() != html.requires_python.strip():
        yield "requires-python"
    if json.yanked != html.yanked:
        yield "yanked"
    if (json.metadata is None) != (html.metadata is None):
        yield "core-metadata"
    elif json.metadata and html.metadata and not _agree(json.metadata, html.metadata):
        yield "digest of its metadata"
    if html.digests and not _agree(json.digests, html.digests):
        yield "digest"
    if json.url.partition("?")[0] != html.url.partition("?")[0]:
        yield "address"


def _agree(json: Digests, html: Digests) -> bool:
    """Whether the one digest of HTML is among those of JSON."""
    return all(json.get(name, "").lower() == digest.lower() for name, digest in html.items())


def check_agreement_of_texts(subject: Subject, noun: str, key: Callable[[Link], str]) -> Findings:
    """Compare what JSON and HTML list, by a key of each link."""
    if not (subject.json and subject.html):
        return
    json, html = ({key(link) for link in form.page.links} for form in subject.forms)
    for only, one, other in ((json - html, "JSON", "HTML"), (html - json, "HTML", "JSON")):
        if only:
            first = min(only)
            told = f"{one} has {len(only)} {noun} that {other} has not, such as {first}."
            yield FORMS_DIFFER(subject.url, told)
