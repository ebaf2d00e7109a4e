"""Every range under every condition, and what RFC 9110 says is to be answered.

Section 13.2.2 gives the order of the conditions, section 14.2 what becomes of a range.
"""

from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from itertools import product

import httpx

from tests.actors import Actor
from tests.builders import metadata, wheel

DIST = wheel("judged", described=metadata("judged", "1.0", extra="License: x\n" * 40))

STALE = '"other"'

CONDITIONS = [
    ({}, None),
    # What the client has.
    ({"If-None-Match": "ETAG"}, 304),
    ({"If-None-Match": "W/ETAG"}, 304),
    ({"If-None-Match": f"{STALE}, ETAG"}, 304),
    ({"If-None-Match": "*"}, 304),
    ({"If-None-Match": STALE}, None),
    ({"If-None-Match": ""}, None),
    ({"If-Modified-Since": "DATE"}, 304),
    ({"If-Modified-Since": "LATER"}, 304),
    ({"If-Modified-Since": "EARLIER"}, None),
    ({"If-Modified-Since": "yesterday"}, None),
    ({"If-Modified-Since": "EARLIER", "If-None-Match": "ETAG"}, 304),
    ({"If-Modified-Since": "DATE", "If-None-Match": STALE}, None),
    # What it must be.
    ({"If-Match": "ETAG"}, None),
    ({"If-Match": f"{STALE},ETAG"}, None),
    ({"If-Match": "*"}, None),
    ({"If-Match": "W/ETAG"}, 412),
    ({"If-Match": STALE}, 412),
    ({"If-Match": STALE, "If-None-Match": "ETAG"}, 412),
    ({"If-Match": "ETAG", "If-None-Match": "ETAG"}, 304),
    ({"If-Unmodified-Since": "DATE"}, None),
    ({"If-Unmodified-Since": "EARLIER"}, 412),
    ({"If-Unmodified-Since": "EARLIER", "If-Match": "ETAG"}, None),
    ({"If-Unmodified-Since": "tomorrow"}, None),
]
"""What is sent, and what is answered because of it; None: what would be answered without it."""

RANGES: list[tuple[dict[str, str], slice | int | None]] = [
    ({}, None),
    ({"Range": "bytes=0-99"}, slice(0, 100)),
    ({"Range": "bytes=100-"}, slice(100, None)),
    ({"Range": "bytes=-50"}, slice(-50, None)),
    ({"Range": "bytes=-999999"}, slice(0, None)),
    ({"Range": "bytes=7-999999"}, slice(7, None)),
    ({"Range": "bytes=0-9", "If-Range": "ETAG"}, slice(0, 10)),
    ({"Range": "bytes=0-9", "If-Range": "DATE"}, slice(0, 10)),
    ({"Range": "bytes=0-9", "If-Range": "W/ETAG"}, None),
    ({"Range": "bytes=0-9", "If-Range": STALE}, None),
    ({"Range": "bytes=0-9", "If-Range": "LATER"}, None),
    ({"Range": "bytes=999999-", "If-Range": STALE}, None),
    ({"If-Range": STALE}, None),
    ({"Range": "bytes=999999-"}, 416),
    ({"Range": "bytes=-0"}, 416),
    ({"Range": "bytes=5-2"}, None),
    ({"Range": "bytes=0-1,5-6"}, None),
    ({"Range": "bytes=0-1, -5"}, None),
    ({"Range": "bytes=x-"}, None),
    ({"Range": "lines=0-1"}, None),
    ({"Range": "bytes"}, None),
]
"""What is sent, and which part is answered; None is the whole, a number the refusal's status."""


@dataclass(frozen=True)
class Thing:
    """Something that is served, as it is without any condition."""

    reader: Actor
    path: str
    whole: httpx.Response

    def ask(self, method: str, sent: dict[str, str]) -> httpx.Response:
        """Ask for it, with words for what it is put into the headers."""
        words = {"ETAG": self.whole.headers["etag"]}
        if "last-modified" in self.whole.headers:
            date = parsedate_to_datetime(self.whole.headers["last-modified"])
            for word, days in (("DATE", 0), ("EARLIER", -1), ("LATER", 1)):
                words[word] = format_datetime(date + timedelta(days=days), usegmt=True)
        headers = {
            name: next((value.replace(word, words[word]) for word in words if word in value), value)
            for name, value in sent.items()
        }
        return self.reader.http.request(method, self.path, headers=headers)


CHANGING = {"date", "x-request-id"}


def told(answer: httpx.Response) -> dict[str, str]:
    """The headers that say something of the thing itself."""
    return {name: value for name, value in answer.headers.items() if name not in CHANGING}


def judge(thing: Thing, method: str) -> None:
    """Ask for it in every way, and look at each answer."""
    has_ranges = thing.whole.headers.get("accept-ranges") == "bytes"
    for (condition, status), (wanted, part) in product(CONDITIONS, RANGES):
        sent = {**condition, **wanted}
        if not has_ranges and not set(condition) <= {"If-None-Match"}:
            continue  # a page has no date, and nobody asks it to be a certain one
        answer = thing.ask(method, sent)

        by_range = has_ranges and method == "GET" and part is not None
        if method == "HEAD":
            assert answer.content == b""
        if status is not None:
            assert answer.status_code == status, sent
        elif by_range and part == 416:
            assert_refused(thing, answer)
        elif by_range and isinstance(part, slice):
            assert_part(thing, answer, part)
        else:
            assert answer.status_code == 200, sent
            assert told(answer) == told(thing.whole), sent
            assert answer.content == (thing.whole.content if method == "GET" else b""), sent
        if answer.status_code == 304:
            assert answer.content == b""
            assert answer.headers["etag"] == thing.whole.headers["etag"]
            assert answer.headers["cache-control"] == thing.whole.headers["cache-control"]


def assert_refused(thing: Thing, answer: httpx.Response) -> None:
    assert answer.status_code == 416
    assert answer.content == b""
    assert answer.headers["content-range"] == f"bytes */{len(thing.whole.content)}"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["accept-ranges"] == "bytes"


def assert_part(thing: Thing, answer: httpx.Response, part: slice) -> None:
    size = len(thing.whole.content)
    start, stop, _ = part.indices(size)
    assert answer.status_code == 206
    assert answer.content == thing.whole.content[start:stop]
    assert told(answer) == {
        **told(thing.whole),
        "content-length": str(stop - start),
        "content-range": f"bytes {start}-{stop - 1}/{size}",
    }
