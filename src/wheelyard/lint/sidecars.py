"""Metadata beside files, ``<file>.metadata`` (PEP 658): resolvers read it instead of the file."""

import hashlib
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from wheelyard.lint.caching import check_conditions, check_head, check_privacy
from wheelyard.lint.findings import Findings, error, note, warning
from wheelyard.lint.pages import Link
from wheelyard.lint.reading import Answer
from wheelyard.lint.subjects import Subject
from wheelyard.pypi import archives
from wheelyard.pypi.archives import InvalidArchive
from wheelyard.pypi.names import InvalidFilename, parse_filename

SIDECAR_MISSING = error(
    "sidecar-missing",
    "PEP 658",
    "Announce metadata only when it is there: pip stops when it is not.",
)
SIDECAR_ENCODED = error(
    "sidecar-encoded", "RFC 9110, 8.4", "Send metadata as it is to whoever asks for identity."
)
SIDECAR_DIGEST_WRONG = error(
    "sidecar-digest-wrong",
    "PEP 658",
    "Announce the digest of the metadata that is served: uv and Poetry compare them.",
)
SIDECAR_DIFFERS = error(
    "sidecar-differs",
    "PEP 658",
    "Serve the METADATA of the wheel byte for byte: pip stops when they differ.",
)
SIDECAR_UNANNOUNCED = warning(
    "sidecar-unannounced",
    "PEP 658",
    "Announce it as core-metadata; no client asks otherwise.",
)
ARCHIVE_UNSOUND = warning(
    "archive-unsound",
    "Binary and source distribution formats",
    "Build the file anew; installers may refuse it.",
)
ARCHIVE_UNREAD = note(
    "archive-unread",
    "PEP 427, PEP 625",
    "Nothing need be done: what is no wheel or sdist cannot be compared with its metadata.",
)


def check_sidecar(subject: Subject, link: Link, path: Path) -> Findings:
    """Compare what is beside a file with what is announced, and with what is inside of it."""
    url = _beside(link.url)
    reader = subject.reader
    answer = reader.glance(url) if link.metadata is None else reader.get(url)
    if answer.status != HTTPStatus.OK:
        if link.metadata is not None:
            yield SIDECAR_MISSING(url, f"It is announced, and answered {answer.status}.")
        yield from _check_archive(link, path, None)
        return
    if link.metadata is None:
        if answer.body.startswith(b"Metadata-Version:"):
            yield SIDECAR_UNANNOUNCED(url, "It is there, and the page does not announce it.")
        return
    if (encoding := answer.header("content-encoding")) not in ("", "identity"):
        yield SIDECAR_ENCODED(url, f"Asked for identity, it sends {encoding}.")
    yield from _compare_digest(link, answer, url)
    yield from _check_archive(link, path, answer)
    headers = {"Accept-Encoding": "identity"}
    yield from check_head(subject, answer, url, headers)
    yield from check_conditions(subject, answer, url, headers)
    yield from check_privacy(answer, url, is_personal=subject.is_closed)


def _beside(url: str) -> str:
    """Return where the metadata is: the name ends the path, before any query."""
    parts = urlsplit(url)
    return parts._replace(path=f"{parts.path}.metadata").geturl()


def _compare_digest(link: Link, answer: Answer, url: str) -> Findings:
    announced = (link.metadata or {}).get("sha256", "")
    found = hashlib.sha256(answer.body).hexdigest()
    if announced and announced.lower() != found:
        told = f"Its sha256 is {found}, and the page says {announced}."
        yield SIDECAR_DIGEST_WRONG(url, told)


def _check_archive(link: Link, path: Path, sidecar: Answer | None) -> Findings:
    try:
        inside = archives.inspect(path, parse_filename(link.text)).metadata.content
    except InvalidFilename as wrong:
        yield ARCHIVE_UNREAD(link.url, f"{wrong}.")
    except InvalidArchive as wrong:
        yield ARCHIVE_UNSOUND(link.url, f"{wrong}.")
    else:
        if sidecar is not None and sidecar.body != inside:
            told = f"It has {len(sidecar.body)} bytes that are not the {len(inside)} in the file."
            yield SIDECAR_DIFFERS(sidecar.url, told)
