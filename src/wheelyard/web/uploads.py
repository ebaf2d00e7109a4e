"""Receiving an upload: from a multipart stream to form fields and a staged blob.

Theory of operation:

- The body is parsed as it comes and never held whole.  Bytes of the file gather to a quarter of a
  MiB, then go to a worker thread that hashes and writes them; the event loop only passes them on,
  so memory stays flat and others are served meanwhile.
- Fields may come before or after the file.  Only those that matter here are kept; a long
  description costs no memory.
- A body has to come at a least rate, counted from its start with a period of grace, and is never
  silent for long, so that a client that sends a byte a second, or nothing more, cannot hold a
  connection for ever.
- A refusal reads the rest of the body and throws it away before it is answered.  An HTTP/1 client
  sends its body whole before it looks at the answer; if the server hung up on it, the person would
  see a broken pipe instead of the reason.
"""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Self

from anyio.to_thread import run_sync
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from starlette.types import Receive, Scope

from wheelyard.blobs.store import BlobStore, StagedBlob
from wheelyard.facts import FileTooLarge, Invalid, InvalidParameters, Sentence
from wheelyard.publishing import Upload
from wheelyard.web import headers
from wheelyard.web.errors import ClientGone, RequestTimeout

GRACE_SECONDS = 20.0
MIN_BYTES_PER_SECOND = 4096
"""A file of 50 MiB has more than three hours at this rate."""

MAX_SILENCE_SECONDS = 60.0
"""Between two pieces of a body, however fast it came before."""

MAX_DRAINED_BYTES = 5 * 1024**3
"""Of a refused body, read and thrown away; past this the connection is closed instead."""

MAX_PARTS = 5000
"""Each dependency, classifier and extra of a package is one part of its form."""

MAX_FIELD_BYTES = 16 * 1024
"""Of a field that is kept."""

MAX_FIELDS_BYTES = 32 * 1024 * 1024
"""Of all that is not the file: fields, thrown away or not, headers of parts, preamble, epilogue."""

MAX_WHOLE_BYTES = 1024 * 1024
"""Of a REST call or a form without a file."""

_BATCH_BYTES = 256 * 1024

FIELDS_OF_CLIENTS = frozenset(
    {
        "name",
        "version",
        "requires_python",
        "md5_digest",
        "sha256_digest",
        "blake2_256_digest",
    }
)
"""What upload clients send that matters here."""

_CONTENT = "content"
_INVALID = Sentence("is invalid")
_MISSING = Sentence("is missing")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}\Z", re.ASCII)


class Body:
    """The body of a request, at a least rate.  Raises RequestTimeout and ClientGone."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        *,
        grace_seconds: float = GRACE_SECONDS,
        max_silence_seconds: float = MAX_SILENCE_SECONDS,
    ) -> None:
        self._receive = receive
        self._clock = asyncio.get_running_loop().time
        self._graced = self._clock() + grace_seconds
        self._max_silence_seconds = max_silence_seconds
        self._received = 0
        self._ended = False
        # Such a client has sent nothing yet, and takes an early answer for one.
        self._waits = (headers.find(scope, b"expect") or b"").lower() == b"100-continue"

    async def read(self) -> bytes:
        """Return the next bytes; empty at the end."""
        self._waits = False
        while not self._ended:
            latest = self._graced + self._received / MIN_BYTES_PER_SECOND
            try:
                async with asyncio.timeout_at(
                    min(latest, self._clock() + self._max_silence_seconds)
                ):
                    message = await self._receive()
            except TimeoutError as error:
                raise RequestTimeout from error
            if message["type"] == "http.disconnect":
                raise ClientGone
            self._ended = not message.get("more_body", False)
            chunk: bytes = message.get("body", b"")
            self._received += len(chunk)
            if chunk:
                return chunk
        return b""

    async def drain(self) -> None:
        """Read the rest and throw it away, so that the client comes to read the answer."""
        if self._waits:
            return
        limit = self._received + MAX_DRAINED_BYTES
        try:
            while await self.read() and self._received < limit:
                pass
        except (RequestTimeout, ClientGone):
            return


async def read_whole(scope: Scope, receive: Receive) -> bytes:
    """Return a small body; raises Invalid for a large one, and what Body raises."""
    body = Body(scope, receive)
    gathered = bytearray()
    while chunk := await body.read():
        gathered += chunk
        if len(gathered) > MAX_WHOLE_BYTES:
            await body.drain()
            said = Sentence("The body has more than %(number)s bytes", number=MAX_WHOLE_BYTES)
            raise Invalid(said)
    return bytes(gathered)


@dataclass(slots=True)
class Form:
    """What has come so far."""

    fields: dict[str, bytes] = field(default_factory=dict)
    filename: str | None = None
    problems: list[tuple[str, Sentence]] = field(default_factory=list)


class Receiver:
    """Takes one upload; at the end of its ``async with`` it discards what was not adopted."""

    def __init__(
        self, blobs: BlobStore, *, max_bytes: int, kept: frozenset[str] = FIELDS_OF_CLIENTS
    ) -> None:
        self._blobs = blobs
        self._max_bytes = max_bytes
        self._kept = kept
        self._form = Form()
        self._staged: StagedBlob | None = None
        self._batch = bytearray()
        self._file_bytes = 0
        self._other_bytes = 0
        self._segment: MultipartSegment | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._staged is not None:
            await run_sync(self._staged.discard)

    async def receive(self, scope: Scope, body: Body) -> None:
        """Read the body to its end.  Raises Invalid, FileTooLarge, Unavailable and Body's."""
        parser = _parser(scope)
        try:
            while chunk := await body.read():
                self._other_bytes += len(chunk)
                for event in parser.parse(chunk):
                    self._take(event)
                if self._other_bytes > MAX_FIELDS_BYTES:
                    raise Invalid(
                        Sentence(
                            "The form has more than %(number)s bytes beside its file",
                            number=MAX_FIELDS_BYTES,
                        )
                    )
                if len(self._batch) >= _BATCH_BYTES:
                    await run_sync(self._write_batch)
            parser.close()
        except MultipartError as error:
            raise _malformed(error) from error

    def finish(self) -> Upload:
        """Write what is left and return the upload; blocks.  Raises InvalidParameters."""
        form = self._form
        text = {name: self._text(name, value) for name, value in form.fields.items()}
        has_content = form.filename is not None or (_CONTENT, _INVALID) in form.problems
        needed = [] if has_content else [_CONTENT]
        needed += [name for name in ("name", "version") if not text.get(name, "").strip()]
        sha256 = text.get("sha256_digest", "")
        if sha256 and not _SHA256.match(sha256):
            form.problems.append(("sha256_digest", _INVALID))
        if needed or form.problems:
            raise InvalidParameters([*((name, _MISSING) for name in needed), *form.problems])
        return Upload(
            name=text["name"],
            version=text["version"],
            filename=form.filename or "",
            staged=self._write_batch(),
            requires_python=text.get("requires_python", ""),
            claimed_digests={
                algorithm: claimed
                for algorithm in ("sha256", "md5", "blake2_256")
                if (claimed := text.get(f"{algorithm}_digest"))
            },
        )

    def finish_alone(self) -> Upload:
        """Write what is left and return a file that came without name and version; blocks.

        Raises InvalidParameters.
        """
        if not self._form.filename:
            raise InvalidParameters([(_CONTENT, _MISSING)])
        return Upload(
            name="",
            version="",
            filename=self._form.filename,
            staged=self._write_batch(),
            is_file_alone=True,
        )

    def field(self, name: str) -> str:
        """Return a field that was kept; empty when it did not come."""
        return self._form.fields.get(name, b"").decode(errors="replace")

    def _take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event is None:
            self._segment = None
        elif self._segment is not None and self._segment.name == _CONTENT:
            self._take_file(event)
        else:
            self._take_field(event)

    def _begin(self, segment: MultipartSegment) -> None:
        self._segment = segment
        if segment.name == _CONTENT:
            if segment.filename is None or self._form.filename is not None:
                self._form.problems.append((_CONTENT, _INVALID))
            else:
                self._form.filename = segment.filename
        elif segment.name in self._form.fields:
            raise InvalidParameters([(segment.name, Sentence("is given twice"))])
        elif segment.name in self._kept:
            self._form.fields[segment.name] = b""

    def _take_file(self, chunk: bytes | bytearray) -> None:
        self._other_bytes -= len(chunk)
        self._file_bytes += len(chunk)
        if self._max_bytes and self._file_bytes > self._max_bytes:
            raise FileTooLarge(self._max_bytes)
        if not self._form.problems:
            self._batch += chunk

    def _take_field(self, chunk: bytes | bytearray) -> None:
        name = self._segment.name if self._segment else ""
        if name in self._kept:
            self._form.fields[name] += bytes(chunk)
            if len(self._form.fields[name]) > MAX_FIELD_BYTES:
                raise InvalidParameters([(name, Sentence("is too long"))])

    def _write_batch(self) -> StagedBlob:
        if self._staged is None:
            self._staged = self._blobs.stage()
        batch, self._batch = self._batch, bytearray()
        self._staged.write(bytes(batch))
        return self._staged

    def _text(self, name: str, value: bytes) -> str:
        try:
            text = value.decode()
        except UnicodeDecodeError:
            self._form.problems.append((name, _INVALID))
            return value.decode(errors="replace")
        if not text.strip().isprintable():
            self._form.problems.append((name, _INVALID))
        # White space around a name is refused with the name, as on GitLab.
        return text if name == "name" else text.strip()


def _parser(scope: Scope) -> PushMultipartParser:
    content_type = headers.find(scope, b"content-type") or b""
    kind, options = parse_options_header(content_type.decode("latin-1"))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise Invalid(Sentence("An upload is sent as multipart/form-data with a boundary"))
    try:
        # Not strict: that refuses the line break after the last boundary, which most clients send,
        # when it happens to come in a piece of its own.
        return PushMultipartParser(
            options["boundary"], max_header_size=8192, max_segment_count=MAX_PARTS
        )
    except MultipartError as error:
        raise _malformed(error) from error


def _malformed(error: MultipartError) -> Invalid:
    # Behind its sentence the parser may put what it failed on, as Python writes it.
    return Invalid(Sentence("The multipart body is malformed: %(reason)s", reason=error.args[0]))
