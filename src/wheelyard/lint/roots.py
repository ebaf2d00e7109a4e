"""The root of an index: the list of its packages."""

from collections import Counter

from wheelyard.lint.contents import check_agreement_of_texts, check_meta
from wheelyard.lint.findings import Findings, gather, warning
from wheelyard.lint.pages import Link, last_part
from wheelyard.lint.subjects import Form, Subject
from wheelyard.pypi.names import NormalizedName, is_name, normalize_name

ROOT_NAME_INVALID = warning(
    "root-name-invalid", "Core metadata, Name", "List packages alone, each by its name."
)
ROOT_LINK_UNNORMALIZED = warning(
    "root-link-unnormalized",
    "PEP 503, Normalized Names",
    "Let each link lead to the normalised name; the text may be the name as it is written.",
)
ROOT_LINK_UNSLASHED = warning(
    "root-link-unslashed", "PEP 503", "End each link with a slash; without one there is a redirect."
)
ROOT_NAME_TWICE = warning(
    "root-name-twice",
    "PEP 503, Normalized Names",
    "List a package once, however its name is spelled.",
)


def list_names(subject: Subject) -> list[NormalizedName]:
    """Return the packages that a root lists, in its order, each once."""
    names = (normalize_name(_name(link)) for link in subject.links)
    return list(dict.fromkeys(name for name in names if is_name(name)))


def _name(link: Link) -> str:
    return link.text if is_name(link.text) else last_part(link.url)


def check_root(subject: Subject) -> Findings:
    """Look at the list of packages, in either form."""
    yield from check_meta(subject)
    for form in subject.forms:
        links = form.page.links
        broken = (link.text for link in links if not is_name(_name(link)))
        yield from gather(ROOT_NAME_INVALID, subject.url, broken, "it is no name of a package.")
        counted = Counter(normalize_name(_name(link)) for link in links)
        twice = (name for name, count in counted.items() if count > 1)
        yield from gather(ROOT_NAME_TWICE, subject.url, twice, "it is listed more than once.")
    if subject.html:
        yield from _check_links(subject, subject.html)
    yield from check_agreement_of_texts(subject, "packages", lambda link: normalize_name(link.text))


def _check_links(subject: Subject, form: Form) -> Findings:
    links = form.page.links
    paths = [(link.href, link.url.partition("?")[0]) for link in links]
    broken = (href for href, path in paths if last_part(path) != normalize_name(last_part(path)))
    told = "the link does not lead to the normalised name."
    yield from gather(ROOT_LINK_UNNORMALIZED, subject.url, broken, told)
    unslashed = (href for href, path in paths if not path.endswith("/"))
    yield from gather(ROOT_LINK_UNSLASHED, subject.url, unslashed, "the link ends in no slash.")
