"""Behind a reverse proxy: whose word about the address is believed."""

import shutil
from pathlib import Path

import pytest

from tests.actors import Actor
from tests.servers import running


@pytest.mark.parametrize(
    ("trusted", "scheme"),
    [("127.0.0.1", "https"), ("127.0.0.1/8", "https"), ("10.0.0.0/8", "http"), ("", "http")],
)
def test_a_trusted_proxy_says_how_it_was_asked(
    tmp_path: Path, prepared: Path, trusted: str, scheme: str
) -> None:
    data = shutil.copytree(prepared, tmp_path / "data")
    forwarded = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}

    with (
        running(data, WHEELYARD_TRUSTED_PROXIES=trusted) as server,
        Actor(server.url, headers=forwarded) as caller,
    ):
        answer = caller.http.get("/api/v4/projects")

    assert answer.headers["link"].startswith(f"<{scheme}://127.0.0.1:")
