"""What goes wrong in a browser without anybody seeing it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError, WebSocket

_WITHOUT_NETWORK = frozenset({"about", "blob", "data"})
_GIVEN_UP = frozenset({"csp", "net::ERR_ABORTED"})
"""Not failures: what the policy forbids is in the console, and the page itself ended the other."""


class Kind(StrEnum):
    """Where a complaint comes from."""

    CONSOLE = "console"
    SCRIPT = "script"
    POLICY = "policy"
    """Content-Security-Policy, when it forbade something."""

    FAILED = "failed request"
    FOREIGN = "foreign request"


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that went wrong."""

    kind: Kind
    text: str
    page: str
    """The URL of the page that was open."""

    def __str__(self) -> str:
        return f"{self.kind}: {self.text} (on {self.page})"


class Watch:
    """Listens to every page of a context, and knows what was to be expected."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.complaints: list[Complaint] = []
        self._home = url
        self._documents: set[str] = set()
        self._expected: list[str] = []
        context.on("console", self._hear_console)
        context.on("weberror", self._hear_error)
        context.on("request", self._hear_request)
        context.on("requestfailed", self._hear_failure)
        context.on("page", lambda page: page.on("websocket", self._hear_socket))

    def expects(self, pattern: str) -> None:
        """Allow, and ask for, complaints in which a regular expression is found."""
        self._expected.append(pattern)

    def require_peace(self) -> None:
        """Raise AssertionError when there was a complaint too many, or an expected one too few."""
        wrong = [*self._list_unexpected(), *self._list_missing()]
        assert not wrong, "the browser complained:\n" + "\n".join(wrong)

    def _list_unexpected(self) -> Iterator[str]:
        for complaint in self.complaints:
            if not any(re.search(pattern, str(complaint)) for pattern in self._expected):
                yield str(complaint)

    def _list_missing(self) -> Iterator[str]:
        for pattern in self._expected:
            if not any(re.search(pattern, str(complaint)) for complaint in self.complaints):
                yield f"nothing of what was expected: {pattern}"

    def _hear_console(self, message: ConsoleMessage) -> None:
        if message.type != "error" or self._is_told_elsewhere(message):
            return
        kind = Kind.POLICY if "Content Security Policy" in message.text else Kind.CONSOLE
        self._note(kind, f"{message.text} {message.location['url']}", message.page)

    def _is_told_elsewhere(self, message: ConsoleMessage) -> bool:
        """Whether a request tells it, or the status of a page, which the test itself looks at.

        Where a page names no icon, Chromium asks for one of a fixed name, often too late to be
        heard.
        """
        if not message.text.startswith("Failed to load resource"):
            return False
        url = message.location["url"]
        return (
            "net::" in message.text or url in self._documents or url == f"{self._home}/favicon.ico"
        )

    def _hear_error(self, error: WebError) -> None:
        self._note(Kind.SCRIPT, str(error.error), error.page)

    def _hear_request(self, request: Request) -> None:
        if request.is_navigation_request():
            self._documents.add(request.url)
        if self._is_foreign(request.url):
            self._note(Kind.FOREIGN, request.url, None)

    def _hear_failure(self, request: Request) -> None:
        if request.failure not in _GIVEN_UP and not self._is_foreign(request.url):
            self._note(Kind.FAILED, f"{request.url} {request.failure}", None)

    def _hear_socket(self, socket: WebSocket) -> None:
        if self._is_foreign(socket.url.replace("ws", "http", 1)):
            self._note(Kind.FOREIGN, socket.url, None)

    def _is_foreign(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme not in _WITHOUT_NETWORK and parts[:2] != urlsplit(self._home)[:2]

    def _note(self, kind: Kind, text: str, page: Page | None) -> None:
        self.complaints.append(Complaint(kind, text.strip(), page.url if page else "no page"))
