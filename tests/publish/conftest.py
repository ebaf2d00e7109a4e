"""What the tests of uploads share beside the live server."""

import pytest

from tests.actors import Installation, pypi
from wheelyard.access import Role
from wheelyard.projects import Project


@pytest.fixture
def secret(town: Installation, project: Project) -> str:
    """The token of a developer of the project, for requests that are written by hand."""
    return town.token(town.join(town.user(), project, Role.DEVELOPER)).secret


@pytest.fixture
def target(project: Project) -> bytes:
    """Where uploads to the project go, as it stands in a request."""
    return pypi(project).encode()
