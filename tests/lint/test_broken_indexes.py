"""Each rule is broken by an index of its own, and nothing else is reported of that."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.builders import metadata, wheel, zipped
from tests.lint.bends import (
    as_if,
    both,
    file,
    for_html,
    for_json,
    headers,
    instead,
    page,
    text,
    to_absent,
    to_file,
    to_page,
    to_pages,
    to_sidecar,
)
from tests.lint.conftest import Look
from tests.lint.indexes import BASIC, HTML, JSON, PACKAGES, Asked, Document, Index, Reply
from tests.lint.rules import all_rules

WHEEL, SDIST, LOCAL = PACKAGES
LATEST = "application/vnd.pypi.simple.latest+json"
NOTHING = "application/x-nothing-like-it"
GONE = Reply(404, {"content-type": "application/json"}, b"{}")
FIRST_LINK = f'<a href="/files/{WHEEL.filename}'
TAG = "&gt;=3.8"


@dataclass(frozen=True)
class Case:
    """An index, and the rules that it breaks."""

    index: Index
    broken: tuple[str, ...]


def case(*broken: str, **bent: Any) -> Case:
    return Case(Index(**bent), broken)


def accepting(*accepts: str) -> Callable[[Asked], bool]:
    return lambda asked: to_pages(asked) and asked.header("accept") in accepts


def sends(name: str) -> Callable[[Asked], bool]:
    return lambda asked: to_file(asked) and bool(asked.header(name))


def unencoded(asked: Asked) -> bool:
    return to_page(asked) and asked.header("accept-encoding") == "identity"


def knows_other(asked: Asked) -> bool:
    return asked.header("if-none-match") == '"something-else"'


def takes_br(asked: Asked) -> bool:
    return "br" in asked.header("accept-encoding")


def wants_zstd(asked: Asked) -> bool:
    return to_page(asked) and asked.header("accept-encoding") == "zstd"


def with_head(asked: Asked) -> bool:
    return to_page(asked) and asked.method == "HEAD"


def a_stranger(asked: Asked) -> bool:
    return asked.header("authorization") != BASIC


def named(dist_filename: str) -> Callable[[Asked], bool]:
    return lambda asked: asked.path == f"/files/{dist_filename}"


def grown(_: Asked, reply: Reply) -> Reply:
    """Files whose ranges begin one byte too late."""
    if reply.status != 206:
        return reply
    return Reply(206, reply.headers, reply.body[1:] + b"!")


def fields_without_digest(entry: str) -> str:
    return entry.replace(f"#sha256={WHEEL.sha256}", "")


def plus_in_json(document: Document) -> Document:
    entries = [{**entry, "url": entry["url"].replace("%2B", "+")} for entry in document["files"]]
    return {**document, "files": entries}


def unannounced(html: str) -> str:
    digest = f'"sha256={hashlib.sha256(WHEEL.metadata).hexdigest()}"'
    for name in ("core-metadata", "dist-info-metadata"):
        html = html.replace(f" data-{name}={digest}", "", 1)
    return html


def changed(asked: Asked, reply: Reply) -> Reply:
    """Files with other bytes of the same length."""
    if not to_file(asked) or reply.status not in (200, 206):
        return reply
    return replace(reply, body=bytes(len(reply.body)))


def weak(asked: Asked, reply: Reply) -> Reply:
    """Files with weak ETags, which are good for a 304."""
    if not to_file(asked) or reply.status >= 400:
        return reply
    if asked.header("if-none-match").startswith("W/"):
        return Reply(304)
    return reply.having(etag=f"W/{reply.headers['etag']}")


def whole(asked: Asked, reply: Reply) -> Reply:
    """Files that come whole, whatever part is asked for."""
    if reply.status != 206 or asked.header("if-range") or not to_file(asked):
        return reply
    content = next(dist.content for dist in PACKAGES if asked.path.endswith(dist.filename))
    return Reply(200, reply.headers, content)


def one_byte(asked: Asked, reply: Reply) -> Reply:
    """A part, whatever If-Range says."""
    if not asked.header("if-range"):
        return reply
    return Reply(206, {**reply.headers, "content-range": "bytes 0-0/9"}, b"P")


def deaf(asked: Asked, reply: Reply) -> Reply:
    """The whole, whatever If-Range says."""
    return Reply(200, reply.headers, b"PK") if asked.header("if-range") else reply


def other_metadata(asked: Asked, reply: Reply) -> Reply:
    return replace(reply, body=b"Name: x\n") if to_sidecar(asked) and reply.body else reply


def relative(document: Document) -> Document:
    """Links to beside the page."""
    entries = [
        {**entry, "url": entry["url"].removeprefix("/files/")} for entry in document["files"]
    ]
    return {**document, "files": entries}


def relative_html(html: str) -> str:
    return html.replace('"/files/', '"')


RELATIVE = Index(edit_json=relative, edit_html=relative_html)


def unredirected(asked: Asked, reply: Reply) -> Reply:
    """The page without a slash too, and no redirect; and files beside it."""
    if asked.path == "/simple/acme-tool":
        return RELATIVE.answer(replace(asked, path="/simple/acme-tool/"))
    if asked.path.startswith("/simple/acme-tool/acme_tool"):
        return RELATIVE.answer(replace(asked, path=f"/files/{asked.path.rpartition('/')[2]}"))
    return reply


def padded(asked: Asked, reply: Reply) -> Reply:
    """The page with a space more for whoever takes no encoding."""
    if not to_page(asked) or asked.header("accept-encoding") != "identity" or not reply.body:
        return reply
    return replace(reply, body=reply.body + b" ")


def one_etag(asked: Asked, reply: Reply) -> Reply:
    """One ETag for both forms of the page."""
    if not to_page(asked) or reply.status >= 400:
        return reply
    known = asked.header("if-none-match") == '"one"'
    return Reply(304) if known else reply.having(etag='"one"')


def one_etag_in_any_encoding(asked: Asked, reply: Reply) -> Reply:
    """One ETag for every encoding of a form of the page."""
    if not to_page(asked) or reply.status >= 400:
        return reply
    etag = '"json"' if asked.is_for_json else '"html"'
    return Reply(304) if asked.header("if-none-match") == etag else reply.having(etag=etag)


def no_news(_: Asked, reply: Reply) -> Reply:
    return Reply(200, reply.headers) if reply.status == 304 else reply


def no_end(_: Asked, reply: Reply) -> Reply:
    return Reply(200) if reply.status == 416 else reply


HOLLOW = type(WHEEL)(
    WHEEL.filename, zipped({"empty.txt": b""}), "acme-tool", "1.0", "bdist_wheel", WHEEL.metadata
)
LIAR = type(WHEEL)(
    WHEEL.filename, WHEEL.content, "acme-tool", "1.0", "bdist_wheel", metadata("acme-tool", "9")
)
EGG = type(WHEEL)("acme_tool-1.0.egg", b"PK", "acme-tool", "1.0", "bdist_egg", WHEEL.metadata)
FOREIGN = wheel("acme-other", "1.0")

CASES = [
    # Forms and their types
    case("page-refused", bend=instead(for_html, Reply(500))),
    case("type-missing", bend=headers(for_html, content_type=None)),
    case("type-wrong", bend=headers(for_json, content_type="application/json")),
    case(
        "type-latest",
        bend=headers(
            accepting(LATEST),
            content_type=LATEST,
        ),
    ),
    case("page-garbled", edit_json=lambda _: b"[]"),
    case("json-missing", bend=instead(accepting(JSON), Reply(406))),
    case("html-missing", bend=instead(for_html, Reply(406))),
    case("default-not-html", mistake=as_if(accepting("", "*/*"), accept=JSON)),
    case("quality-ignored", mistake=as_if(accepting(f"{JSON};q=0.1, text/html"), accept=JSON)),
    case(
        "latest-ignored",
        mistake=as_if(accepting(LATEST), accept=HTML),
    ),
    case("negotiation-refused", bend=instead(accepting("*/*"), Reply(406))),
    case(
        "unacceptable-served",
        mistake=as_if(accepting(NOTHING), accept=HTML),
    ),
    case("vary-missing", bend=headers(to_pages, vary="Accept-Encoding")),
    case("encoding-unasked", bend=headers(unencoded, content_encoding="br")),
    case("encoding-differs", bend=padded),
    case("encoding-differs", bend=headers(wants_zstd, content_encoding="identity")),
    case("encoding-unasked", bend=headers(wants_zstd, content_encoding="br")),
    case("etag-shared", bend=one_etag_in_any_encoding),
    # Who comes
    case("stranger-not-asked", is_closed=True, bend=instead(a_stranger, Reply(403))),
    case("challenge-missing", is_closed=True, bend=instead(a_stranger, Reply(401))),
    case(
        "files-open",
        is_closed=True,
        bend=lambda asked, reply: Reply(200) if a_stranger(asked) and to_file(asked) else reply,
    ),
    case("absent-found", bend=instead(to_absent, Reply(200, {"content-type": HTML}))),
    case("absent-refused", bend=instead(to_absent, Reply(403))),
    case("absent-ill-told", bend=instead(to_absent, Reply(404, {"content-type": HTML}, b"no"))),
    # What a page says of itself
    case("api-version-missing", edit_json=page(meta={})),
    case("api-version-unknown", edit_json=page(meta={"api-version": "2.0"})),
    case("api-version-old", edit_html=text('content="1.4"', 'content="1.0"')),
    case("html-version-beyond", edit_html=text('content="1.4"', 'content="1.5"')),
    case("doctype-missing", edit_html=text("<!DOCTYPE html>", "")),
    case("name-wrong", edit_json=page(name="Acme_Tool")),
    case("status-misplaced", edit_json=page(meta={"api-version": "1.4", "project-status": {}})),
    case("status-unknown", "forms-differ", edit_json=page(project_status={"status": "lost"})),
    case(
        "quarantined-lists",
        edit_json=page(project_status={"status": "quarantined"}),
        edit_html=text("</head>", '<meta name="pypi:project-status" content="quarantined"></head>'),
    ),
    case("forms-differ", edit_html=text(FIRST_LINK, f'<b href="/files/{WHEEL.filename}')),
    # What it says of its files
    case("filename-invalid", "archive-unread", dists=(*PACKAGES, EGG)),
    case("filename-foreign", dists=(*PACKAGES, FOREIGN)),
    case(
        "filename-twice",
        edit_json=lambda page: {**page, "files": [*page["files"], page["files"][0]]},
    ),
    case("link-broken", "forms-differ", edit_json=file(url="")),
    case(
        "link-named-otherwise",
        "file-missing",
        edit_json=file(url="/files/other"),
        edit_html=text(FIRST_LINK, '<a href="/files/other'),
    ),
    case("plus-unencoded", edit_html=text("%2B", "+"), edit_json=plus_in_json),
    case("digests-missing", "digest-missing", "forms-differ", edit_json=file(hashes=...)),
    case("digest-missing", edit_html=fields_without_digest),
    case("digest-malformed", edit_html=text(f"#sha256={WHEEL.sha256}", f"#sha256-{WHEEL.sha256}")),
    case("size-missing", edit_json=file(size=...)),
    case("upload-time-missing", edit_json=file(upload_time=...)),
    case("upload-time-malformed", edit_json=file(upload_time="2031-01-02 03:04:05")),
    case("versions-missing", edit_json=page(versions=...)),
    case("versions-incomplete", edit_json=page(versions=["1.0"])),
    case(
        "requires-python-invalid",
        edit_json=both(file(requires_python="3.8+")),
        edit_html=text(f'"{TAG}"', '"3.8+"'),
    ),
    case("requires-python-unescaped", edit_html=text(TAG, ">=3.8")),
    case("yanked-malformed", "forms-differ", edit_json=file(yanked=["no"])),
    case(
        "metadata-unannounced",
        "sidecar-unannounced",
        edit_json=file(core_metadata=False),
        edit_html=unannounced,
    ),
    case("metadata-malformed", edit_json=file(core_metadata="yes")),
    case("metadata-unhashed", edit_json=file(core_metadata=True)),
    case("metadata-old-name", edit_html=lambda page: page.replace("data-core-metadata", "data-x")),
    case("provenance-malformed", edit_json=file(provenance="/here")),
    # The root
    case(
        "root-name-invalid",
        edit_list=text("</body>", '<a href="/">..</a></body>'),
        edit_root=lambda root: {**root, "projects": [*root["projects"], {"name": ".."}]},
    ),
    case("root-link-unnormalized", edit_list=text("/simple/acme-tool/", "/simple/Acme_Tool/")),
    case("root-link-unslashed", edit_list=text("/simple/acme-tool/", "/simple/acme-tool")),
    case(
        "root-name-twice",
        edit_root=lambda root: {**root, "projects": [*root["projects"], {"name": "Acme.Tool"}]},
    ),
    case(
        "nothing-listed",
        edit_root=lambda root: {**root, "projects": []},
        edit_list=lambda _: '<!DOCTYPE html><meta name="pypi:repository-version" content="1.4">',
    ),
    # Caches
    case("validator-missing", bend=headers(to_page, etag=None)),
    case(
        "repeated",
        bend=no_news,
    ),
    case(
        "stale",
        bend=instead(knows_other, Reply(304)),
    ),
    case("etag-shared", bend=one_etag),
    case("page-age-long", bend=headers(to_page, cache_control="max-age=3600")),
    case("age-untold", bend=headers(to_page, cache_control=None)),
    case(
        "cached-for-all", is_closed=True, bend=headers(to_page, cache_control="public, max-age=0")
    ),
    case("cache-not-private", is_closed=True, bend=headers(to_page, cache_control="max-age=0")),
    case("head-refused", bend=instead(with_head, Reply(405))),
    case("head-differs", bend=headers(with_head, content_type="text/plain")),
    # Spellings
    case("spelling-absent", bend=instead(lambda asked: "ACME" in asked.path, GONE)),
    case("unslashed-misleads", edit_json=relative, edit_html=relative_html, bend=unredirected),
    case("unslashed-absent", bend=instead(lambda asked: asked.path == "/simple/acme-tool", GONE)),
    # Files
    case("file-missing", bend=instead(named(WHEEL.filename), GONE)),
    case("digest-wrong", bend=changed),
    case("size-wrong", edit_json=file(size=3)),
    case("length-missing", bend=headers(to_file, content_length="absent")),
    case("etag-weak", bend=weak),
    case("file-age-short", bend=headers(to_file, cache_control="public, max-age=60")),
    case(
        "file-encoded",
        bend=headers(takes_br, content_encoding="br"),
    ),
    case("ranges-untold", bend=headers(to_file, accept_ranges=None)),
    case("range-wrong", bend=grown),
    case("range-ignored", bend=whole),
    case("if-range-ignored", bend=one_byte),
    case("if-range-unheard", bend=deaf),
    case(
        "range-unsatisfiable",
        bend=no_end,
    ),
    # Metadata beside files
    case("sidecar-missing", bend=instead(to_sidecar, GONE)),
    case("sidecar-encoded", bend=headers(to_sidecar, content_encoding="br")),
    case("sidecar-digest-wrong", "sidecar-differs", bend=other_metadata),
    case("sidecar-differs", dists=(LIAR,)),
    case("archive-unsound", dists=(HOLLOW,)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.broken[0])
def test_what_is_broken_is_reported_and_nothing_else(look: Look, case: Case) -> None:
    with case.index.serving() as url:
        report = look(url, "secret" if case.index.is_closed else None)

    assert {finding.rule.name for finding in report.findings} == set(case.broken)


# What takes more than one host, or less than a page, stands in test_ways.py.
ELSEWHERE = {
    "absent-forwarded",
    "link-elsewhere",
    "link-insecure",
    "plain-http",
    "redirect-elsewhere",
    "redirect-insecure",
    "root-missing",
    "token-unheard",
    "unreadable",
}


def test_every_rule_is_broken_by_an_index() -> None:
    broken = {name for case in CASES for name in case.broken}

    assert broken & ELSEWHERE == set()
    assert broken | ELSEWHERE == set(all_rules())
