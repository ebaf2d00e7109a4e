"""Somebody who looks at pages and sends forms, as a browser does without any script."""

import html
import re
from types import TracebackType
from typing import Any, Self

import httpx

from tests.actors import PASSWORD, Installation
from wheelyard import sessions
from wheelyard.registry import utc_now
from wheelyard.users import User

_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')
_NOTES = re.compile(
    r'<div class="note (?:good|bad)" role="(?:status|alert)">.*?<p>(.*?)</p>', re.DOTALL
)
_WRONG = re.compile(r'<p class="wrong"[^>]*>(.*?)</p>', re.DOTALL)
_TAGS = re.compile(r"<[^>]+>")


class Visitor:
    """One browser, with cookies of its own."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=60.0)
        self.form_token = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.http.close()

    def get(self, path: str, **params: str) -> httpx.Response:
        """Look at a page, and remember the token of its forms."""
        return self._remember(self.http.get(path, params=params or None))

    def post(self, path: str, fields: dict[str, Any] | None = None) -> httpx.Response:
        """Send a form of the page that was looked at last."""
        sent = {"form_token": self.form_token, **(fields or {})}
        return self._remember(self.http.post(path, data=sent))

    def follow(self, answer: httpx.Response) -> httpx.Response:
        """Go where a form leads after it has done what it should."""
        assert answer.status_code == 303, (answer.status_code, wrong(answer), notes(answer))
        return self.get(answer.headers["location"])

    def sign_in(self, username: str, password: str = PASSWORD) -> httpx.Response:
        """Sign in by the form."""
        self.get("/users/sign_in")
        sent = {"login": username, "password": password, "return_to": "/-/user_settings/profile"}
        answer = self.post("/users/sign_in", sent)
        if answer.status_code == 303:
            self.follow(answer)
        return answer

    def set_cookie(self, name: str, value: str) -> None:
        """Hold a cookie as if the server had set it, so that it can set it anew."""
        self.http.cookies.set(name, value, domain=self.http.base_url.host)

    def _remember(self, answer: httpx.Response) -> httpx.Response:
        if found := _TOKEN.search(answer.text):
            self.form_token = found[1]
        return answer


def visiting(town: Installation, user: User | None = None) -> Visitor:
    """A browser in which a user has signed in, without the time that a password takes."""
    visitor = Visitor(town.url)
    if user is not None:
        with town.database.write() as conn:
            begun = sessions.begin(
                conn, user, address="127.0.0.1", user_agent="Tests/1", at=utc_now()
            )
        visitor.set_cookie("wheelyard_session", begun.secret)
        visitor.get("/-/user_settings/profile")
    return visitor


def notes(answer: httpx.Response) -> list[str]:
    """What a page says at its top: what was done, or why it was not."""
    return [text_of(note) for note in _NOTES.findall(answer.text)]


def wrong(answer: httpx.Response) -> list[str]:
    """What a page says beside the fields that are to be mended."""
    return [text_of(problem) for problem in _WRONG.findall(answer.text)]


def text_of(markup: str) -> str:
    """The words of some HTML."""
    return " ".join(html.unescape(_TAGS.sub(" ", markup)).split())


def copied(page: str, name: str) -> str:
    """What a copy button of a page copies."""
    return html.unescape(re.findall(rf'<code id="{name}">(.*?)</code>', page, re.DOTALL)[0])


def rows(answer: httpx.Response) -> list[list[str]]:
    """The words in each cell of the first table of a page."""
    body = answer.text.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [text_of(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]
