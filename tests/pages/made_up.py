"""A language that nobody speaks: English between brackets, by which all that is not said is seen.

What is put into a sentence stands outside of its brackets: ``⟦by ⟧Ada⟦⟧``.
"""

import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import TracebackType
from typing import Self

import anyio.from_thread
import httpx
import pytest
from anyio.from_thread import BlockingPortal
from babel.messages.pofile import read_po, write_po
from starlette.types import ASGIApp

from tests.pages.markup import VOID
from wheelyard.web.pages import languages

CODE = "eo"
"""A language must have a locale; there is none for made-up ones, and no page speaks Esperanto."""

_PART = re.compile(r"(%\(\w+\)s)")

DATA = frozenset({"code", "pre", "time", "script", "datalist"})
"""Elements whose text is never ours: what is copied, and times, which Babel writes."""

_NOT_READ = frozenset({("aria-hidden", "true"), ("class", "readme"), ("lang", "en")})
"""Pictures of a first letter; what the author of a package has written; and what stays English."""

READ_ALOUD = frozenset({"title", "aria-label", "placeholder", "data-label", "data-copied"})


def bracket(text: str) -> str:
    """Say a text in the made-up language."""
    return "".join(piece if _PART.fullmatch(piece) else f"⟦{piece}⟧" for piece in _PART.split(text))


def speak_it(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Add the language: its file beside those that there are, and its name."""
    source = languages._TRANSLATIONS / "de.po"  # noqa: SLF001  where the files are
    catalog = read_po(io.BytesIO(source.read_bytes()))
    for message in catalog:
        if isinstance(message.id, str):
            message.string = bracket(message.id)
        else:
            message.string = tuple(map(bracket, message.id))
    with (folder / f"{CODE}.po").open("wb") as target:
        write_po(target, catalog)
    patch.setattr(languages, "_TRANSLATIONS", folder)
    patch.setitem(languages.NAMES, CODE, "⟦Made up⟧")


class InProcess(httpx.BaseTransport):
    """Asks an application in this process."""

    def __init__(self, app: ASGIApp) -> None:
        self._asgi = httpx.ASGITransport(app)
        self._starting = anyio.from_thread.start_blocking_portal()
        self._portal: BlockingPortal | None = None

    def __enter__(self) -> Self:
        self._portal = self._starting.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self._starting.__exit__(kind, error, trace)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert self._portal is not None

        async def ask() -> httpx.Response:
            answer = await self._asgi.handle_async_request(request)
            return httpx.Response(
                answer.status_code, headers=answer.headers, content=await answer.aread()
            )

        request.read()
        return self._portal.call(ask)


class _Unsaid(HTMLParser):
    """Gathers what a page says outside of the brackets, each with where it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._open: list[str] = []
        self._passed_over: list[bool] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "option" and self._open[-1:] == ["option"]:
            self.handle_endtag(tag)
        if tag not in DATA and not any(self._passed_over):
            for name, value in attrs:
                if name in READ_ALOUD:
                    self.found.append((f"{tag} {name}", re.sub("⟦[^⟧]*⟧", " ", value or "")))
        if tag not in VOID:
            self._open.append(tag)
            self._passed_over.append(tag in DATA or bool(_NOT_READ & set(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            last = len(self._open) - 1 - self._open[::-1].index(tag)
            del self._open[last:], self._passed_over[last:]

    def handle_data(self, data: str) -> None:
        if any(self._passed_over):
            return
        outside = ""
        for letter in data:
            self._depth += (letter == "⟦") - (letter == "⟧")
            outside += " " if self._depth or letter == "⟧" else letter
        self.found.append(("/".join(self._open[-3:]), outside))


_NO_WORDS = re.compile(r"~?(?:/[\w.-]+)+|sha256=[\w=-]+")
"""Paths and digests."""

_WORD = re.compile(r"[A-Za-z][\w.-]*\w")


def unsaid(page: str) -> Iterator[tuple[str, str]]:
    """Each word of a page that is not in the made-up language, behind where it stands."""
    reader = _Unsaid()
    reader.feed(page)
    reader.close()
    for where, text in reader.found:
        for word in _WORD.findall(_NO_WORDS.sub(" ", text)):
            yield where, word
