"""Where the document is."""

import hashlib
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

from wheelyard.web.headers import Headers, answer, answer_not_modified, is_known
from wheelyard.web.openapi.document import Document
from wheelyard.web.operations import Operation


class OpenApi:
    """``GET /api/v4/openapi.json``: the same for everybody, and known before anybody asks."""

    permission = None  # names nothing of the instance

    operation = Operation(
        name="get_openapi",
        tag="Version",
        summary="Get the description of this API: this document.",
        answer=dict[str, Any],
        also={304: "The client has it already, by its `ETag`."},
    )

    def __init__(self) -> None:
        self._body = b""
        self._headers: Headers = []

    def publish(self, document: Document) -> None:
        """Take the document, which is made when the last route is."""
        self._body = msgspec.json.encode(document)
        etag = b'"%s"' % hashlib.sha256(self._body).hexdigest()[:32].encode()
        self._headers = [
            (b"content-type", b"application/json"),
            (b"cache-control", b"max-age=0, must-revalidate, public"),
            (b"etag", etag),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the document."""
        del receive
        if is_known(scope, dict(self._headers)[b"etag"]):
            await answer_not_modified(send, self._headers)
            return
        head = scope["method"] == "HEAD"
        await answer(send, 200, self._headers, self._body, head=head)
