"""Somebody who follows every link, and tries addresses that were not given to them."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from urllib.parse import quote, unquote, urljoin, urlsplit

import httpx

from tests.pages import markup
from tests.pages.secrets import PREFIX, Town
from tests.pages.visitor import Visitor

MAX_PAGES = 1500
STARTS = (
    "/",
    "/explore",
    "/explore/groups",
    f"/search?q={PREFIX}",
    f"/search/suggestions?q={PREFIX}",
    "/users/sign_in",
    "/-/user_settings",
    "/projects/new",
    "/groups/new",
    "/admin",
    "/nothing/here",
)
_HERE = "here.example.com"
OF_PROJECT = (
    "packages",
    "packages/delete",
    "settings/general",
    "settings/access_tokens",
    "settings/deploy_tokens",
    "settings/ci_cd",
    "project_members",
)
_MARKER = re.compile(rf"{PREFIX}[0-9]+[a-z]+")
OF_GROUP = (
    "packages",
    "group_members",
    "settings/general",
    "settings/access_tokens",
    "settings/deploy_tokens",
)


@dataclass(frozen=True)
class Seen:
    """One answer."""

    path: str
    answer: httpx.Response

    @property
    def is_page(self) -> bool:
        """Whether it is for people; simple pages are for programs, in HTML too."""
        kind: str = self.answer.headers.get("content-type", "")
        return kind.startswith("text/html") and not self.path.startswith("/api/")

    @cached_property
    def text(self) -> str:
        """What it says, without the address that was asked for and its own number."""
        said = self.answer.content.decode("utf-8", "replace")
        headers = self.answer.headers.items()
        said += "\n".join(f"{name}: {value}" for name, value in headers if name != "x-request-id")
        bare = self.path.partition("?")[0]
        spelled = {
            spelling
            for address in (self.path, bare)
            for once in (address, quote(address), quote(quote(address)), unquote(address))
            for spelling in (once, escape(once))
        }
        for spelling in sorted(spelled - {"/"}, key=len, reverse=True):
            said = said.replace(spelling, "")
        return said

    @cached_property
    def markers(self) -> frozenset[str]:
        """Which things it names."""
        return frozenset(_MARKER.findall(self.text))


def guesses(town: Town) -> Iterator[str]:
    """Addresses of everything in town, whether or not a link leads there."""
    for path in town.paths:
        yield f"/{path}"
        yield f"/{path.upper()}"
        yield f"/groups/{path}"
        yield from (f"/{path}/-/{page}" for page in OF_PROJECT)
        yield from (f"/groups/{path}/-/{page}" for page in OF_GROUP)
    public = [path for path, _, _ in town.releases]
    for path, release, file in town.releases:
        for project in {path, *public[:2]}:  # ids are the same everywhere: only the path differs
            base = f"/{project}/-/packages/{release}"
            yield from (f"{base}{tab}" for tab in ("", "/files", "/versions", "/downloads"))
            yield f"{base}/files/{file}"
            yield f"{base}/files/{file}/download"
            yield f"/{project}/-/packages/delete?releases[]={release}"
    for marker in town.markers:
        if marker.endswith(("project", "group", "package", "mail", "summary")):
            yield f"/search?q={marker[:-1]}"
            yield f"/search/suggestions?q={marker[:-1]}"
    for user in town.people.values():
        yield f"/{user.username}"
        yield f"/admin/users/{user.id}"
    for number in range(1, 20):
        yield f"/projects/new?namespace_id={number}"
        yield f"/groups/new?parent_id={number}"


def crawl(visitor: Visitor, starts: Iterable[str]) -> Iterator[Seen]:
    """Look at every page that links lead to, each once; raises when there is no end of them."""
    waiting, known = deque(starts), set(starts)
    while waiting:
        path = waiting.popleft()
        seen = Seen(path, visitor.http.get(path))
        yield seen
        for link in _links(seen):
            here = urlsplit(urljoin(f"http://{_HERE}{path}", link))
            if here.netloc != _HERE:
                continue
            target = (here.path or "/") + (f"?{here.query}" if here.query else "")
            if target not in known:
                known.add(target)
                waiting.append(target)
        assert len(known) < MAX_PAGES, "there is no end of links"


def _links(seen: Seen) -> Iterator[str]:
    if seen.answer.is_redirect:
        yield seen.answer.headers["location"]
    elif seen.is_page:
        yield from markup.read(seen.answer.text).links()
