"""What the cases are put to: an address, and an administrator's token.

Over HTTP alone, and by GitLab's own routes, so that it may be a GitLab.
"""

import itertools
import os
import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.contract.cases import Product

URL_VARIABLE = "WHEELYARD_CONTRACT_URL"
TOKEN_VARIABLE = "WHEELYARD_CONTRACT_TOKEN"
CREATED = (200, 201)


@dataclass(frozen=True)
class Target:
    """A running instance."""

    url: str
    token: str = field(repr=False)
    expired_token: str | None = field(default=None, repr=False)
    """A personal access token of a user that has expired: no request can make one."""

    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60.0), repr=False)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _run: str = field(default_factory=lambda: secrets.token_hex(4))

    def unique(self, stem: str) -> str:
        """A name that nothing else has, in this run and any other."""
        return f"{stem}-{self._run}-{next(self._numbers)}"

    def admin(self, method: str, path: str, /, **params: Any) -> Any:
        """Make a call as the administrator that has to succeed, and return what is answered."""
        answer = self.http.request(
            method,
            f"{self.url}/api/v4{path}",
            headers={"PRIVATE-TOKEN": self.token},
            json=params or None,
        )
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def product(self) -> Product:
        """Which product it is."""
        return "wheelyard" if "wheelyard_version" in self.admin("GET", "/version") else "gitlab"


def elsewhere() -> Target | None:
    """The instance that the environment names; None: the tests start one of ours."""
    url = os.environ.get(URL_VARIABLE, "").rstrip("/")
    return Target(url, os.environ[TOKEN_VARIABLE]) if url else None
