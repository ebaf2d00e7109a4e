"""What the tests of uploads share beside the live server."""

import pytest

from tests.actors import pypi
from wheelyard.projects import Project


@pytest.fixture
def target(project: Project) -> bytes:
    """Where uploads to the project go, as it stands in a request."""
    return pypi(project).encode()
