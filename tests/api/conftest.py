"""Scripts that speak to the REST API through the real python-gitlab."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from gitlab import Gitlab

from tests.actors import Installation
from tests.conftest import ROOT_TOKEN
from tests.servers import Server
from wheelyard.users import User

Connect = Callable[..., Gitlab]


@pytest.fixture
def admin(server: Server) -> Iterator[Gitlab]:
    """A script of the administrator."""
    with Gitlab(server.url, private_token=ROOT_TOKEN) as script:
        yield script


@pytest.fixture
def connect(server: Server, town: Installation) -> Iterator[Connect]:
    """Starts scripts of users, with tokens of the scopes that are named, or of scope ``api``."""
    with ExitStack() as scripts:

        def script_of(user: User, *scopes: str) -> Gitlab:
            secret = town.token(user, *scopes).secret
            return scripts.enter_context(Gitlab(server.url, private_token=secret))

        yield script_of
