"""Parts of files: what uv and Poetry read metadata with, and pip goes on with a download."""

import re
from http import HTTPStatus
from io import BufferedRandom

from wheelyard.lint.findings import Findings, error, warning
from wheelyard.lint.reading import Answer, Reader

RANGES_UNTOLD = warning(
    "ranges-untold", "RFC 9110, 14.3", "Send Accept-Ranges: bytes; Poetry asks for no part without."
)
RANGE_IGNORED = warning(
    "range-ignored",
    "RFC 9110, 14.2",
    "Answer a range with 206 and these bytes: resolvers read whole wheels otherwise.",
)
RANGE_WRONG = error(
    "range-wrong",
    "RFC 9110, 15.3.7",
    "Answer 206 with exactly the bytes of its Content-Range, unencoded.",
)
RANGE_UNSATISFIABLE = warning(
    "range-unsatisfiable",
    "RFC 9110, 15.5.17",
    "Answer a range past the end with 416 and Content-Range: bytes */ and the size.",
)
IF_RANGE_IGNORED = error(
    "if-range-ignored",
    "RFC 9110, 13.1.5",
    "Send the whole file when If-Range names another state: pip would join parts of two files.",
)
IF_RANGE_UNHEARD = warning(
    "if-range-unheard",
    "RFC 9110, 13.1.5",
    "Answer 206 when If-Range names the current ETag, so that a broken download goes on.",
)

# Of a wheel's end, where its table of contents is.
_SUFFIX_BYTES = 1000
_CONTENT_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15}|\*)\Z")


def check_ranges(reader: Reader, url: str, file: BufferedRandom, whole: Answer) -> Findings:
    """Ask for parts of a file and compare them with the whole."""
    file.seek(0, 2)
    size = file.tell()
    if not size:
        return
    if "bytes" not in whole.words("accept-ranges"):
        told = whole.header("accept-ranges") or "absent"
        yield RANGES_UNTOLD(url, f"Accept-Ranges is {told}.")
    last = min(99, size - 1)
    middle = size // 2
    suffix = min(_SUFFIX_BYTES, size)
    for asked, start, stop in (
        (f"bytes=0-{last}", 0, last + 1),
        (f"bytes={middle}-{min(middle + 99, size - 1)}", middle, min(middle + 100, size)),
        (f"bytes={size - 1}-", size - 1, size),
        (f"bytes=-{suffix}", size - suffix, size),
    ):
        answer = reader.glance(url, {"Range": asked})
        yield from _compare(answer, url, asked, _read(file, start, stop), (start, stop, size))
    yield from _check_past_end(reader, url, size)
    yield from _check_if_range(reader, url, whole)


def _read(file: BufferedRandom, start: int, stop: int) -> bytes:
    file.seek(start)
    return file.read(stop - start)


def _compare(
    answer: Answer, url: str, asked: str, wanted: bytes, span: tuple[int, int, int]
) -> Findings:
    start, stop, size = span
    if answer.status != HTTPStatus.PARTIAL_CONTENT:
        yield RANGE_IGNORED(url, f"Range: {asked} is answered {answer.status}.")
        return
    told = answer.header("content-range")
    match = _CONTENT_RANGE.match(told)
    if not match or (int(match[1]), int(match[2])) != (start, stop - 1):
        yield RANGE_WRONG(url, f"Range: {asked} has Content-Range: {told or 'none'}.")
    elif match[3] not in ("*", str(size)):
        yield RANGE_WRONG(url, f"Range: {asked} says that the file has {match[3]} bytes.")
    elif answer.body != wanted:
        yield RANGE_WRONG(url, f"Range: {asked} brings other bytes than the file has there.")


def _check_past_end(reader: Reader, url: str, size: int) -> Findings:
    answer = reader.glance(url, {"Range": f"bytes={size + 10}-"})
    told = answer.header("content-range")
    if answer.status != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or told != f"bytes */{size}":
        said = f"{answer.status} and Content-Range: {told or 'none'}"
        yield RANGE_UNSATISFIABLE(url, f"A range past the end is answered {said}.")


def _check_if_range(reader: Reader, url: str, whole: Answer) -> Findings:
    other = reader.glance(url, {"Range": "bytes=0-0", "If-Range": '"something-else"'})
    if other.status == HTTPStatus.PARTIAL_CONTENT:
        yield IF_RANGE_IGNORED(url, "If-Range with another ETag is answered 206.")
    etag = whole.header("etag")
    if etag and not etag.startswith("W/"):
        same = reader.glance(url, {"Range": "bytes=0-0", "If-Range": etag})
        if same.status != HTTPStatus.PARTIAL_CONTENT and other.status == HTTPStatus.OK:
            yield IF_RANGE_UNHEARD(url, f"If-Range: {etag} is answered {same.status}.")
