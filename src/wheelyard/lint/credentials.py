"""Who the linter is for an index: from the command line, the URL, the environment or ``.netrc``."""

import base64
import netrc
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

TOKEN = "WHEELYARD_TOKEN"  # noqa: S105  the name of the variable, not a token
"""The environment variable that holds a token."""

# What twine, uv and the public index call whoever brings a token; most registries take any name.
_TOKEN_USER = "__token__"  # noqa: S105  a user name

_PORTS = {"http": 80, "https": 443}


class InvalidAddress(ValueError):  # noqa: N818  reads as the sentence that it is
    """Not the address of an index; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user name and a secret, for one scheme, host and port, and for no other."""

    origin: tuple[str, str, int | None]
    user: str
    secret: str = field(repr=False)

    @property
    def header(self) -> str:
        """The value of ``Authorization`` (RFC 7617)."""
        pair = f"{self.user}:{self.secret}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"

    def are_for(self, url: str) -> bool:
        """Whether they may be sent there: elsewhere they would be given away."""
        return origin(url) == self.origin


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port, which credentials must not leave.

    Raises InvalidAddress.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise InvalidAddress(f"{url} is no address: {wrong}") from wrong
    return parts.scheme, (parts.hostname or "").lower(), port or _PORTS.get(parts.scheme)


def separate(
    url: str, token: str | None, environment: Mapping[str, str]
) -> tuple[str, Credentials | None]:
    """Split an address into one that may be shown, and who to be there.

    A token that is given wins over the secret in the address, that over the environment, and that
    over ``.netrc``.  Raises InvalidAddress.
    """
    of = origin(url)
    if of[0] not in _PORTS or not of[1]:
        raise InvalidAddress("The address of an index begins with https:// or http:// and a host")
    parts = urlsplit(url)
    shown = urlunsplit(
        (parts.scheme, parts.netloc.rpartition("@")[2], f"{parts.path.rstrip('/')}/", "", "")
    )
    found = _given(parts, token, environment.get(TOKEN)) or _written_down(of[1], environment)
    return shown, Credentials(of, *found) if found else None


def _given(
    parts: SplitResult, token: str | None, from_environment: str | None
) -> tuple[str, str] | None:
    user, secret = unquote(parts.username or ""), unquote(parts.password or "")
    if user and not secret:  # a token alone, as pip takes it
        user, secret = _TOKEN_USER, user
    if token:
        return user or _TOKEN_USER, token
    if secret:
        return user, secret
    return (_TOKEN_USER, from_environment) if from_environment else None


def _written_down(host: str, environment: Mapping[str, str]) -> tuple[str, str] | None:
    """Look into the file that pip and uv look into.  Raises InvalidAddress for one that is none."""
    path = Path(environment.get("NETRC") or Path.home() / ".netrc")
    try:
        found = netrc.netrc(os.fspath(path)).authenticators(host)
    except FileNotFoundError:
        return None
    except (netrc.NetrcParseError, OSError) as wrong:
        raise InvalidAddress(f"{path} cannot be read: {wrong}") from wrong
    return (found[0], found[2]) if found and found[2] else None
