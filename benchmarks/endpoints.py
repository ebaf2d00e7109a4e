"""Where a load goes, and one plain request there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection

TIMEOUT_SECONDS = 60.0


class Broken(Exception):  # noqa: N818  reads as the fact that it is
    """A server does not do what is to be measured; its figures would mean nothing."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A URL of one server on this machine, and the headers to send to it."""

    server: str
    """Its name in the report."""

    port: int
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"

    def connect(self) -> HTTPConnection:
        """Return a connection that opens when it is first used, and again when it was closed."""
        return HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """By names in lower case."""

    body: bytes


def ask(
    endpoint: Endpoint,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Make one request."""
    connection = endpoint.connect()
    try:
        connection.request(method, endpoint.path, body, {**endpoint.headers, **(headers or {})})
        response = connection.getresponse()
        answered = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, answered, response.read())
    finally:
        connection.close()
