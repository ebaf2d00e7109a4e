"""Addresses that an administrator gives: this registry's own, and that of another index."""

from urllib.parse import SplitResult, urlsplit

_PORTS = {"http": 80, "https": 443}


def is_base(text: str) -> bool:
    """Whether an address is a scheme, a host and perhaps a port, and nothing else."""
    parts = _split(text)
    if parts is None:
        return False
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = f":{parts.port}" if parts.port is not None else ""
    return f"{parts.scheme}://{host}{port}" == text.lower()


def is_index(text: str) -> bool:
    """Whether a package's name can follow an address, and nothing in it has to be kept secret.

    A path is welcome; a user or a password would be handed to every client, and what stands in a
    query or a fragment would come after the name.
    """
    parts = _split(text)
    if parts is None or not text.isascii() or not text.isprintable():
        return False
    return "@" not in parts.netloc and not set(text) & set(' ?#"<>\\^`{|}')


def is_same_server(one: str, other: str) -> bool:
    """Whether two addresses lead to one server; ``http`` and ``https`` of a host are one."""
    first, second = _split(one), _split(other)
    return first is not None and second is not None and _server(first) == _server(second)


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for one that is none
    except ValueError:  # and for a bracket that is not closed
        return None
    host = parts.hostname or ""
    return parts if parts.scheme in _PORTS and host and " " not in host else None


def _server(parts: SplitResult) -> tuple[str, int | None]:
    port = None if parts.port == _PORTS[parts.scheme] else parts.port
    return (parts.hostname or "").rstrip("."), port
