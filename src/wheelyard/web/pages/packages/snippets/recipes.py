"""What snippets are, and what they are made of: a place, a form of credential, a client's words."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from shlex import quote as quote_for_shell
from typing import Literal
from urllib.parse import quote

from wheelyard.web.pages.credentials import Credential

Gettext = Callable[[str], str]

TOKEN_USERNAME = "__token__"  # noqa: S105  a user name, of anybody who has a token

_UNSAFE_IN_NAME = re.compile(r"[^a-z0-9]+")

# Sections of .pypirc, or sources of a client, that mean something else.
_TAKEN = frozenset({"pypi", "testpypi", "distutils", "server-login", "global"})


@dataclass(frozen=True, slots=True)
class Place:
    """An index: its addresses, without login, and what readers will call it.

    ``publish_url`` is None where nothing can be published, such as in a group.
    """

    index_url: str
    publish_url: str | None
    name: str
    forwards: bool = False
    """Whether who is known is sent to another index for what is not here."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text to copy; into ``filename`` if that is not empty, else into a terminal."""

    client: str
    title: str
    language: Literal["sh", "toml", "ini", "text"]
    text: str
    filename: str = ""
    note: str = ""


def name_of(place: Place) -> str:
    """Return a name that every client takes, in its files, commands and variables."""
    name = _UNSAFE_IN_NAME.sub("-", place.name.lower()).strip("-")
    return f"wheelyard-{name}".strip("-") if name in _TAKEN or not name else name


@dataclass(frozen=True, slots=True)
class Recipe:
    """What snippets are made of."""

    _: Gettext
    credential: Credential
    url: str
    name: str
    package: str = ""
    wanted: str = ""
    forwards: bool = False

    @property
    def username(self) -> str:
        is_deploy = self.credential is Credential.DEPLOY
        return self._("<deploy token username>") if is_deploy else TOKEN_USERNAME

    @property
    def token(self) -> str:
        is_deploy = self.credential is Credential.DEPLOY
        return self._("<deploy token>") if is_deploy else self._("<your personal access token>")

    @property
    def is_written(self) -> bool:
        """Whether the login is written out, and not looked up or unnecessary."""
        return self.credential in {Credential.PERSONAL, Credential.DEPLOY}

    @property
    def has_login(self) -> bool:
        return self.is_written or self.credential is Credential.ENVIRONMENT

    @property
    def variables(self) -> tuple[str, str]:
        """Where what is shared with others finds user name and token."""
        return f"INDEX_{self.variable}_USERNAME", f"INDEX_{self.variable}_PASSWORD"

    @property
    def variable(self) -> str:
        """The name, as it is part of the names of variables."""
        return self.name.upper().replace("-", "_")

    @property
    def safe_wanted(self) -> str:
        return quote_for_shell(self.wanted)

    def login_url(self, username: str = "", token: str = "") -> str:
        """Put a login into the URL; a placeholder stays readable, any other name is encoded."""
        username, token = username or self.username, token or self.token
        shown = username if username.startswith(("<", "$", "{")) else quote(username, safe="")
        scheme, _, rest = self.url.partition("://")
        return f"{scheme}://{shown}:{token}@{rest}"

    def exports(self, username: str, token: str, **others: str) -> str:
        """Write variables for a login, and others before them."""
        values = {**others, username: self.username, token: self.token}
        return "".join(f"export {name}={quoted(value)}\n" for name, value in values.items())


def quoted(value: str) -> str:
    """Quote for a shell, placeholders and URLs always, so that they can be replaced in place."""
    return f'"{value}"'


def poetry_login(recipe: Recipe) -> str:
    """Write how Poetry is told a login, for installing and for publishing alike."""
    if recipe.credential is Credential.ENVIRONMENT:
        prefix = f"POETRY_HTTP_BASIC_{recipe.variable}"
        return recipe.exports(f"{prefix}_USERNAME", f"{prefix}_PASSWORD")
    if recipe.is_written:
        login = f"{quoted(recipe.username)} {quoted(recipe.token)}"
        return f"poetry config http-basic.{recipe.name} {login}\n"
    return ""
