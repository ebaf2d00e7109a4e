"""The stylesheet, the script and the icons: served from memory, each under the digest of its bytes.

Its address changes with it, so that browsers keep it for ever and an upgrade is seen at once.
"""

import hashlib
from functools import cache
from pathlib import Path

from starlette.types import Receive, Scope, Send

from wheelyard.facts import NotFound
from wheelyard.web.headers import answer, answer_not_modified, is_known

_FOLDER = Path(__file__).parent / "assets"

_TYPES = {
    ".css": b"text/css; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".svg": b"image/svg+xml",
}


@cache
def _read(name: str) -> tuple[bytes, str]:
    content = (_FOLDER / name).read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:16]


@cache
def _names() -> frozenset[str]:
    return frozenset(path.name for path in _FOLDER.iterdir() if path.suffix in _TYPES)


def url(name: str) -> str:
    """Return the address of an asset."""
    return f"/assets/{_read(name)[1]}/{name}"


class Asset:
    """``GET /assets/{digest}/{name}``."""

    permission = None  # the same for everybody

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the bytes; raises NotFound, also for the digest of another release."""
        del receive
        name, digest = scope["path_params"]["name"], scope["path_params"]["digest"]
        if name not in _names() or _read(name)[1] != digest:
            raise NotFound
        etag = f'"{digest}"'.encode()
        headers = [
            (b"content-type", _TYPES[Path(name).suffix]),
            (b"cache-control", b"public, max-age=31536000, immutable"),
            (b"etag", etag),
            (b"x-content-type-options", b"nosniff"),
        ]
        if is_known(scope, etag):
            await answer_not_modified(send, headers)
        else:
            await answer(send, 200, headers, _read(name)[0], head=scope["method"] == "HEAD")
