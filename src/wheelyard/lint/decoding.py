"""Undoing what was done to a body on its way, and never more than can be borne.

Sources: RFC 9110, section 8.4.1 (gzip, deflate), RFC 8878 (zstd).
"""

import io
import sys
import zlib
from collections.abc import Iterable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    import zstandard as zstd

_WINDOWS = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}

# RFC 8878, section 3.1.1.1.2: what every decoder should bear, and need not exceed.
_ZSTD_WINDOW_LOG = 23


class Undecodable(ValueError):  # noqa: N818  reads as the fact that it is
    """A body that is not encoded as it says; the text says why."""


def decode(pieces: Iterable[bytes], encoding: str, limit: int) -> tuple[bytes, bool]:
    """Return what a body begins with, and whether that is the whole.

    At most ``limit`` bytes are made, however few they are made of.  An encoding that is not known
    is left as it is.  Raises Undecodable.
    """
    encoding = encoding.strip().lower()
    try:
        if encoding == "zstd":
            return _cut(_decode_zstd(_join(pieces, limit)[0], limit + 1), limit)
        if encoding in _WINDOWS:
            return _join(_inflate(pieces, _WINDOWS[encoding], limit + 1), limit)
    except (zlib.error, zstd.ZstdError) as wrong:
        raise Undecodable(f"It is no {encoding}: {wrong}") from wrong
    return _join(pieces, limit)


def _inflate(pieces: Iterable[bytes], window: int, most: int) -> Iterable[bytes]:
    decoder = zlib.decompressobj(window)
    for piece in pieces:
        yield decoder.decompress(piece, most)


def _decode_zstd(body: bytes, most: int) -> bytes:
    if not body:  # as of HEAD
        return b""
    if sys.version_info >= (3, 14):
        options = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
        return zstd.ZstdDecompressor(options=options).decompress(body, most)
    decoder = zstd.ZstdDecompressor(max_window_size=1 << _ZSTD_WINDOW_LOG)
    with decoder.stream_reader(io.BytesIO(body)) as reader:
        return reader.read(most)


def _join(pieces: Iterable[bytes], limit: int) -> tuple[bytes, bool]:
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > limit:
            break
    return _cut(bytes(body), limit)


def _cut(body: bytes, limit: int) -> tuple[bytes, bool]:
    return body[:limit], len(body) <= limit
