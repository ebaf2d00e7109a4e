"""Compressing what is sent again and again: once for each change, while somebody waits.

Sources: RFC 9110, section 8.4.1 (gzip), RFC 8878 (zstd).
"""

import gzip
import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    import zstandard as zstd

GZIP, ZSTD, PLAIN = "gzip", "zstd", ""
"""As ``Content-Encoding`` names them; what is not compressed has none."""

_MIN_BYTES = 800
"""What is smaller goes in one packet with its headers in any case."""

_MAX_SHARE = 0.9
"""What stays larger than this is not worth the client's work."""

# A page of 10,000 files, of 4.6 MB, takes 100 and 20 ms.  Most of what is left of it then are
# digests, which no higher level makes smaller.
_GZIP_LEVEL, _ZSTD_LEVEL = 6, 3


def compress(body: bytes, coding: str) -> tuple[bytes, str]:
    """Return a body in a coding, and the coding; as it was and ``PLAIN`` where it does not pay."""
    if coding == PLAIN or len(body) < _MIN_BYTES:
        return body, PLAIN
    compressed = _zstd(body) if coding == ZSTD else gzip.compress(body, _GZIP_LEVEL, mtime=0)
    return (compressed, coding) if len(compressed) < len(body) * _MAX_SHARE else (body, PLAIN)


def _zstd(body: bytes) -> bytes:
    if sys.version_info >= (3, 14):
        return zstd.compress(body, _ZSTD_LEVEL)
    return zstd.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)
