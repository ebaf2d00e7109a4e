"""Ways to an index: other hosts, redirects, encryption, and answers without end.

Names of example.com are reached through a proxy, which is the index itself.
"""

import itertools
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer

import pytest

from tests import loopback
from tests.lint import certificates
from tests.lint.bends import instead, to_absent, to_page, to_pages, to_sidecar
from tests.lint.conftest import Look
from tests.lint.indexes import Asked, Document, Index, Reply
from wheelyard.lint import NoIndex, Report
from wheelyard.lint.reading import Reader, Unreadable
from wheelyard.web.compression import compress

OTHER = "http://other.example.com"
_MEBIBYTE = 1024 * 1024


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Index], str]]:
    """Serve an index; other hosts than this one are reached through it too."""
    with ExitStack() as stack:

        def serve(index: Index) -> str:
            url = stack.enter_context(index.serving())
            monkeypatch.setenv("http_proxy", url.removesuffix("/simple/"))
            monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
            return url

        yield serve


def names(report: Report) -> set[str]:
    return {finding.rule.name for finding in report.findings}


def at(host: str) -> Callable[[Asked], bool]:
    return lambda asked: asked.header("host") == host


def credentials(index: Index, host: str) -> set[str]:
    """Whatever credentials were sent to a host; it was asked for something."""
    sent = [asked.header("authorization") for asked in index.asked if at(host)(asked)]
    assert sent != []
    return set(sent)


def elsewhere(document: Document) -> Document:
    entries = [{**entry, "url": f"{OTHER}{entry['url']}"} for entry in document["files"]]
    return {**document, "files": entries}


def elsewhere_html(html: str) -> str:
    return html.replace('href="/files', f'href="{OTHER}/files')


def test_plain_http_to_another_machine(look: Look, world: Callable[[Index], str]) -> None:
    world(Index())

    assert names(look("http://packages.example.com/simple/")) == {"plain-http"}


def test_pages_that_redirect_to_another_host(look: Look, world: Callable[[Index], str]) -> None:
    index = Index()
    here = world(index).removeprefix("http://").removesuffix("/simple/")
    index.bend = lambda asked, reply: (
        Reply(302, {"location": f"{OTHER}{asked.path}"})
        if at(here)(asked) and to_page(asked)
        else reply
    )

    report = look(f"http://{here}/simple/", "secret")

    assert names(report) == {"redirect-elsewhere"}
    assert credentials(index, "other.example.com") == {""}
    assert len(credentials(index, here)) == 2


def test_files_on_another_host_are_fetched_without_credentials(
    look: Look, world: Callable[[Index], str]
) -> None:
    index = Index(edit_json=elsewhere, edit_html=elsewhere_html)
    url = world(index)

    report = look(url, "secret")

    assert names(report) == {"link-elsewhere"}
    assert credentials(index, "other.example.com") == {""}


def test_what_is_absent_is_looked_for_elsewhere(look: Look, world: Callable[[Index], str]) -> None:
    location = {"location": f"{OTHER}/simple/"}
    index = Index(bend=instead(to_absent, Reply(302, location)))

    assert names(look(world(index))) == {"absent-forwarded"}
    assert [asked for asked in index.asked if at("other.example.com")(asked)] == []


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a server with a certificate needs, which is trusted here."""
    path, context = certificates.make(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return context


def test_an_index_behind_https(look: Look, certified: ssl.SSLContext) -> None:
    with Index().serving(certified) as url:
        assert names(look(url)) == set()


def test_links_out_of_https(
    look: Look, world: Callable[[Index], str], certified: ssl.SSLContext
) -> None:
    index = Index(edit_json=elsewhere, edit_html=elsewhere_html)
    world(index)

    with index.serving(certified) as url:
        report = look(url)

    assert names(report) == {"link-insecure", "link-elsewhere"}


def test_redirects_out_of_https(
    look: Look, world: Callable[[Index], str], certified: ssl.SSLContext
) -> None:
    index = Index()
    plain = world(Index()).removesuffix("/simple/")
    index.bend = lambda asked, reply: (
        Reply(302, {"location": f"{plain}{asked.path}"}) if to_page(asked) else reply
    )

    with index.serving(certified) as url:
        report = look(url, "secret")

    assert names(report) == {"redirect-insecure"}


def test_a_server_that_nobody_certifies(look: Look, tmp_path: Path) -> None:
    _, context = certificates.make(tmp_path)

    with Index().serving(context) as url, pytest.raises(NoIndex, match=r"(?i)certificate"):
        look(url)


def test_an_index_without_a_root(look: Look) -> None:
    index = Index(bend=instead(lambda asked: asked.path == "/simple/", Reply(404)))

    with index.serving() as url:
        assert names(look(url, None, "Acme_Tool")) == {"root-missing"}
        with pytest.raises(NoIndex, match="answers 404"):
            look(url)


def test_redirects_without_end(look: Look) -> None:
    numbers = itertools.count()
    index = Index(
        bend=lambda asked, reply: (
            Reply(302, {"location": f"?{next(numbers)}"}) if to_sidecar(asked) else reply
        )
    )

    with index.serving() as url:
        report = look(url)

    assert names(report) == {"unreadable"}
    assert report.findings[0].sentence == "It redirects more than 10 times."


def test_a_redirect_to_no_address(look: Look) -> None:
    nowhere = Reply(302, {"location": "http://other.example.com:99999/"})
    index = Index(bend=instead(to_absent, nowhere))

    with index.serving() as url:
        assert names(look(url)) == {"unreadable"}


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_page_that_unpacks_to_more_than_can_be_read(look: Look, coding: str) -> None:
    bomb, _ = compress(bytes(129 * _MEBIBYTE), coding)
    reply = Reply(200, {"content-type": "text/html", "content-encoding": coding}, bomb)
    index = Index(bend=instead(lambda asked: to_page(asked) and not asked.is_for_json, reply))

    with index.serving() as url:
        report = look(url)

    assert len(bomb) < _MEBIBYTE
    assert names(report) == {"unreadable"}
    assert report.findings[0].sentence == "The page has more than 134217728 bytes."


@pytest.mark.parametrize("coding", ["gzip", "deflate", "zstd"])
def test_a_body_that_is_not_encoded_as_it_says(look: Look, coding: str) -> None:
    reply = Reply(200, {"content-type": "text/html", "content-encoding": coding}, b"plain")
    index = Index(bend=instead(to_pages, reply))

    with index.serving() as url, pytest.raises(NoIndex, match="cannot be read"):
        look(url)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"<![x[", b"[" * 200_000, b'{"files": 1}', b""])
def test_a_page_of_anything(look: Look, body: bytes) -> None:
    index = Index()
    index.bend = lambda asked, reply: (
        Reply(200, {**reply.headers, "content-encoding": "identity"}, body)
        if to_page(asked) and reply.status == 200
        else reply
    )

    with index.serving() as url:
        report = look(url)

    assert "page-garbled" in names(report)


def test_no_answer_at_all(look: Look) -> None:
    with Index().serving() as url:
        pass

    with pytest.raises(NoIndex, match="cannot be read"):
        look(url)


def test_no_session_is_kept_in_which_a_stranger_would_be_known(look: Look) -> None:
    index = Index(is_closed=True, bend=lambda _, reply: reply.having(set_cookie="who=me; Path=/"))
    with index.serving() as url:
        look(url.replace("://", "://__token__:secret@"))

    assert {asked.header("cookie") for asked in index.asked} == {""}


@pytest.mark.parametrize("status", [403, 404])
def test_a_closed_index_that_does_not_ask_for_credentials(look: Look, status: int) -> None:
    index = Index(is_closed=True, bend=instead(a_stranger, Reply(status)))
    with index.serving() as url:
        report = look(url, "secret")

    assert "stranger-not-asked" in names(report)


def a_stranger(asked: Asked) -> bool:
    return not asked.header("authorization")


def test_a_token_that_makes_no_difference_to_a_root_that_lists_nothing(look: Look) -> None:
    index = Index(
        edit_root=lambda root: {**root, "projects": []},
        edit_list=lambda _: '<!DOCTYPE html><meta name="pypi:repository-version" content="1.4">',
    )
    with index.serving() as url:
        known, stranger = look(url, "wrong"), look(url)

    assert names(known) == {"nothing-listed", "token-unheard"}
    assert names(stranger) == {"nothing-listed"}


@pytest.mark.parametrize(
    ("begins", "goes_on"),
    [
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    ],
    ids=["interim answers", "headers", "body"],
)
def test_an_answer_that_never_ends(begins: bytes, goes_on: bytes) -> None:
    class Dripping(BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):  # hung up on
                self.request.recv(65536)
                self.request.sendall(begins)
                for _ in range(1000):
                    self.request.sendall(goes_on)
                    time.sleep(0.01)

    server = ThreadingTCPServer(("127.0.0.1", 0), Dripping)
    with loopback.answering(server):
        began = time.monotonic()
        with (
            Reader.opened(None, timeout=0.05, agent="test") as reader,
            pytest.raises(Unreadable, match=r"takes more than 0\.5 s"),
        ):
            reader.get(f"http://127.0.0.1:{server.server_address[1]}/")
        took = time.monotonic() - began
    assert took < 5
