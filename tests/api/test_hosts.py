"""A Host header is written into links, and so it has to be a host."""

import pytest

from tests.actors import Actor
from tests.servers import Server

SOUND = (
    "registry.example.com",
    "registry.example.com:8080",
    "127.0.0.1:80",
    "[2001:db8::1]:443",
    "a_b.example.com",
    "localhost:",
)
WRONG = (
    'evil.example"><x',
    "evil.example>; rel=next",
    "evil.example/path",
    "user@evil.example",
    "evil.example:80:80",
    "evil.example:port",
    "evil example",
    "[2001:db8::1",
    "100%.example.com",
    "\u00e9.example.com",
)


@pytest.mark.parametrize("host", SOUND)
def test_a_host_stands_in_links(server: Server, host: str) -> None:
    with Actor(server.url, headers={"Host": host}) as caller:
        answer = caller.http.get("/api/v4/projects")

    assert answer.status_code == 200
    assert f"<http://{host}/api/v4/projects?" in answer.headers["link"]


@pytest.mark.parametrize("path", ["/api/v4/projects", "/explore"])
@pytest.mark.parametrize("host", WRONG)
def test_what_is_no_host_is_refused(server: Server, host: str, path: str) -> None:
    with Actor(server.url) as caller:
        answer = caller.http.get(path, headers=[(b"Host", host.encode("latin-1"))])

    assert answer.status_code == 400
    assert "The Host header names no host" in answer.text
    assert host not in answer.text + answer.headers.get("link", "")
