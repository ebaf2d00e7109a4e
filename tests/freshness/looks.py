"""What is looked at, and what is seen."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from tests.freshness.lines import Reply

Seen = int | str
"""A status, or of a page that is there, in short what it says."""

JSON = "application/vnd.pypi.simple.v1+json"


@dataclass(frozen=True)
class Look:
    """A request, and what is seen by it before a change and after it."""

    path: str
    headers: Mapping[str, str]
    see: Callable[[Reply], Seen]
    before: Seen
    after: Seen
    method: str = "GET"
    body: bytes | None = field(default=None, repr=False)


def status(reply: Reply) -> Seen:
    """The status alone."""
    return reply.status


def versions(reply: Reply) -> Seen:
    """The files of a page: their versions, whether they are yanked, and where the page stands."""
    return _read(reply, lambda file: file["filename"].split("-")[1])


def digests(reply: Reply) -> Seen:
    """The files of a page: how their digests begin."""
    return _read(reply, lambda file: file["hashes"]["sha256"][:8])


def _read(reply: Reply, say: Callable[[Mapping[str, Any]], str]) -> Seen:
    if reply.status != 200:
        return reply.status
    page = json.loads(reply.body) if JSON in reply.headers["content-type"] else _html(reply.text)
    words = [say(file) + (" yanked" if file.get("yanked") else "") for file in page["files"]]
    state = page.get("project-status", {}).get("status", "active")
    return ", ".join([*words, *([state] if state != "active" else [])])


_ANCHOR = re.compile(r'<a href="[^"]*#sha256=([0-9a-f]{64})"([^>]*)>([^<]*)</a>')
_STATUS = re.compile(r'name="pypi:project-status" content="([a-z]+)"')


def _html(text: str) -> dict[str, Any]:
    """A page in HTML as if it had been sent as JSON."""
    files = [
        {
            "filename": unescape(name),
            "hashes": {"sha256": digest},
            "yanked": "data-yanked" in attributes,
        }
        for digest, attributes, name in _ANCHOR.findall(text)
    ]
    found = _STATUS.search(text)
    return {"files": files, "project-status": {"status": found[1]} if found else {}}


def listing(name: str) -> Callable[[Reply], Seen]:
    """Whether an index lists a package."""

    def see(reply: Reply) -> Seen:
        if reply.status != 200:
            return reply.status
        return "listed" if f'/{name}/"' in reply.text or f'"{name}"' in reply.text else "missing"

    return see


def title(reply: Reply) -> Seen:
    """What an index is called."""
    found = re.search("<title>([^<]*)</title>", reply.text)
    return found[1] if found else reply.status


def reason(reply: Reply) -> Seen:
    """The status, and which of the reasons is told that share one."""
    for words in ("already been taken", "too large", "exceeds"):
        if words in reply.text:
            return words
    return reply.status
