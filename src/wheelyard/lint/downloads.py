"""Files: whether their addresses serve them, and as they were announced."""

import hashlib
import tempfile
from http import HTTPStatus
from io import BufferedRandom
from pathlib import Path

from wheelyard.lint.caching import check_conditions, check_head, check_privacy, find_age
from wheelyard.lint.credentials import origin
from wheelyard.lint.findings import Finding, Findings, error, note, warning
from wheelyard.lint.pages import Link
from wheelyard.lint.ranges import check_ranges
from wheelyard.lint.reading import Answer
from wheelyard.lint.sidecars import check_sidecar
from wheelyard.lint.subjects import Subject

FILE_MISSING = error(
    "file-missing", "PEP 503", "Serve each file that is listed, or list it no more."
)
DIGEST_WRONG = error(
    "digest-wrong",
    "PEP 503",
    "Serve the bytes whose digest is listed: no client installs others.",
)
SIZE_WRONG = error("size-wrong", "PEP 700", "List the size that the file has, in bytes.")
FILE_ENCODED = error(
    "file-encoded",
    "RFC 9110, 8.4",
    "Send files as they are: their digests and ranges are of these bytes.",
)
LENGTH_MISSING = warning(
    "length-missing",
    "RFC 9110, 8.6",
    "Send a Content-Length: uv and Poetry learn from it how much to ask for.",
)
ETAG_WEAK = warning(
    "etag-weak",
    "RFC 9110, 13.1.5",
    "Send a strong ETag with each file, such as its digest: pip goes on with a download by it.",
)
FILE_AGE_SHORT = note(
    "file-age-short",
    "RFC 9111, 5.2.2.1; RFC 8246",
    "Send Cache-Control: max-age=31536000, immutable with files, which never change.",
)

DAY = 24 * 3600
_ANY_ENCODING = {"Accept-Encoding": "gzip, deflate, br, zstd"}
_HASHES = ("sha256", "sha512", "sha384", "sha224", "sha1", "md5")


def check_file(subject: Subject, link: Link, *, closely: bool) -> Findings:
    """Download a file and compare it with what the page says of it.

    ``closely`` looks at ranges and caching as well, which take a dozen requests.
    """
    with (
        tempfile.TemporaryDirectory(prefix="wheelyard-lint-") as folder,
        Path(folder, "file").open("w+b") as file,
    ):
        answer = subject.reader.download(link.url, file)
        file.flush()
        if answer.status != HTTPStatus.OK:
            yield FILE_MISSING(link.url, f"It is answered {answer.status}.")
            return
        problems = list(_compare(link, answer, file))
        yield from problems
        if not problems:  # whatever is in other bytes is no wonder
            yield from check_sidecar(subject, link, Path(file.name))
        if closely:
            yield from _check_headers(subject, link, answer)
            yield from check_ranges(subject.reader, link.url, file, answer)


def _compare(link: Link, answer: Answer, file: BufferedRandom) -> Findings:
    if encoding := _find_encoding(answer):
        yield FILE_ENCODED(link.url, f"Asked for identity, it sends {encoding}.")
        return
    size = file.tell()
    said = link.fields.get("size")
    if isinstance(said, int) and said != size:
        yield SIZE_WRONG(link.url, f"It has {size} bytes, and the page says {said}.")
    if problem := _compare_digest(link, file):
        yield problem


def _find_encoding(answer: Answer) -> str:
    encoding = answer.header("content-encoding").lower()
    return "" if encoding == "identity" else encoding


def _compare_digest(link: Link, file: BufferedRandom) -> Finding | None:
    name = next((name for name in _HASHES if link.digests.get(name)), None)
    if name is None:
        return None
    file.seek(0)
    found = hashlib.file_digest(file, name).hexdigest()
    if found == link.digests[name].lower():
        return None
    return DIGEST_WRONG(link.url, f"Its {name} is {found}, and the page says {link.digests[name]}.")


def _check_headers(subject: Subject, link: Link, answer: Answer) -> Findings:
    url, reader = link.url, subject.reader
    if not answer.header("content-length"):
        yield LENGTH_MISSING(url, "The answer has no Content-Length.")
    if answer.header("etag").startswith("W/"):
        yield ETAG_WEAK(url, f"The ETag {answer.header('etag')} is weak.")
    headers = {"Accept-Encoding": "identity"}
    yield from check_head(subject, answer, url, headers)
    yield from check_conditions(subject, answer, url, headers)
    squeezed = reader.glance(url, _ANY_ENCODING, method="HEAD")
    if encoding := _find_encoding(squeezed):
        yield FILE_ENCODED(url, f"To whoever takes encodings it sends {encoding}.")
    age = find_age(answer)
    if (age is None or age < DAY) and "immutable" not in answer.header("cache-control"):
        yield FILE_AGE_SHORT(url, f"Cache-Control is {answer.header('cache-control') or 'absent'}.")
    if origin(answer.url) == origin(subject.url):  # elsewhere the address is the secret
        yield from check_privacy(answer, url, is_personal=subject.is_closed)
