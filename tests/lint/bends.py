"""Ways to bend a sound index: each breaks one thing."""

from collections.abc import Callable
from typing import Any

from tests.lint.indexes import Asked, Bend, Document, Reply

Edit = Callable[[Document], Any]


def file(**changes: object) -> Edit:
    """The first file of the JSON with other fields; ``...`` takes one away."""

    def edit(page: Document) -> Document:
        entry = page["files"][0]
        for name, value in changes.items():
            key = name.replace("_", "-")
            if value is ...:
                del entry[key]
            else:
                entry[key] = value
        return page

    return edit


def page(**changes: object) -> Edit:
    """The JSON of the page with other keys; ``...`` takes one away."""

    def edit(page: Document) -> Document:
        for name, value in changes.items():
            key = name.replace("_", "-")
            if value is ...:
                del page[key]
            else:
                page[key] = value
        return page

    return edit


def text(old: str, new: str) -> Callable[[str], str]:
    """The HTML with one text in the place of another, which must be there, at its first place."""

    def edit(page: str) -> str:
        assert old in page
        return page.replace(old, new, 1)

    return edit


def both(*edits: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """One edit after the other."""

    def edit(page: Any) -> Any:
        for one in edits:
            page = one(page)
        return page

    return edit


def headers(when: Callable[[Asked], bool], **changes: str | None) -> Bend:
    """Other headers on some answers that are no refusals."""

    def bend(asked: Asked, reply: Reply) -> Reply:
        return reply.having(**changes) if when(asked) and reply.status < 400 else reply

    return bend


def instead(when: Callable[[Asked], bool], reply: Reply) -> Bend:
    """Another answer to some questions."""
    return lambda asked, usual: reply if when(asked) else usual


def as_if(when: Callable[[Asked], bool], **changes: str) -> Callable[[Asked], Asked | None]:
    """The question that some questions are taken for."""

    def mistake(asked: Asked) -> Asked | None:
        if not when(asked):
            return None
        renamed = {name.replace("_", "-"): value for name, value in changes.items()}
        return Asked(asked.method, asked.path, {**asked.headers, **renamed}, asked.raw_path)

    return mistake


# Questions ---------------------------------------------------------------------------------------


def to_page(asked: Asked) -> bool:
    return asked.path == "/simple/acme-tool/"


def to_pages(asked: Asked) -> bool:
    return asked.path.startswith("/simple/")


def to_file(asked: Asked) -> bool:
    return asked.path.startswith("/files/") and not asked.path.endswith(".metadata")


def to_sidecar(asked: Asked) -> bool:
    return asked.path.endswith(".metadata")


def to_absent(asked: Asked) -> bool:
    return "wheelyard-lint-" in asked.path


def for_json(asked: Asked) -> bool:
    return to_pages(asked) and asked.is_for_json


def for_html(asked: Asked) -> bool:
    return to_pages(asked) and not asked.is_for_json
