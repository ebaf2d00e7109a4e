"""A laptop for each test, and the two files of MyPyPiPackage, built once."""

from pathlib import Path

import pytest

from tests.actors import Installation, pypi
from tests.clients.laptop import Laptop
from tests.clients.workshop import Workshop
from wheelyard.access import Role
from wheelyard.projects import Project


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    """A person's computer."""
    return Laptop(tmp_path)


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel and the sdist of MyPyPiPackage, made by ``python setup.py`` as GitLab tells."""
    builder = Laptop(tmp_path_factory.mktemp("builder"))
    folder = builder.copy_source()
    ran = builder.run_python("setup.py", "sdist", "bdist_wheel", cwd=folder)
    assert ran.code == 0, ran
    wheel, sdist = sorted((folder / "dist").iterdir())
    return wheel, sdist


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Where the tiny project is built, once by each client."""
    return Workshop(Laptop(tmp_path_factory.mktemp("workshop")))


@pytest.fixture
def repository(town: Installation, project: Project) -> str:
    """The address for uploads; ``/simple`` behind it is the one for installs."""
    return f"{town.url}{pypi(project)}"


@pytest.fixture
def secret(town: Installation, project: Project) -> str:
    """The personal access token of a developer of the project, of scope ``api``."""
    return town.token(town.join(town.user(), project, Role.DEVELOPER)).secret
