"""A plugin for a run of the tests beside it: notes which requests of python-gitlab succeeded.

They go, as lines of method and path, into the file that the variable of the name NOTED names.
Nothing else in these tests speaks through requests.
"""

import os
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

NOTED = "WHEELYARD_TESTS_NOTED"

_found: set[str] = set()


def pytest_configure() -> None:
    """Listen to every session."""
    usual = requests.Session.send

    def send(
        session: requests.Session, request: requests.PreparedRequest, **how: Any
    ) -> requests.Response:
        answer = usual(session, request, **how)
        if answer.status_code < HTTPStatus.BAD_REQUEST:
            _found.add(f"{request.method} {urlsplit(str(request.url)).path}")
        return answer

    requests.Session.send = send  # type: ignore[method-assign, assignment]  # stands between


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down what was noted."""
    del session
    Path(os.environ[NOTED]).write_text("\n".join(sorted(_found)))
