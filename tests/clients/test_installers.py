"""pip, uv, Poetry and PDM each install, however they are told the address and the login."""

import itertools
from datetime import timedelta

import pytest

from tests.actors import Actor, Installation, pypi
from tests.builders import wheel
from tests.clients.installers import CLIENTS, FORMS, Install
from tests.clients.laptop import Laptop
from tests.clients.logins import KINDS, Login
from wheelyard.access import Role, Visibility
from wheelyard.projects import Project
from wheelyard.registry import utc_now

pytestmark = pytest.mark.client

_numbers = itertools.count(1)


@pytest.fixture
def package(developer: Actor, project: Project) -> str:
    """A package that nobody else has, in the project."""
    name = f"thing{next(_numbers)}"
    assert developer.publish(project, wheel(name)).status_code == 201
    return name


@pytest.mark.parametrize("form", FORMS)
def test_a_client_installs_from_a_project(
    laptop: Laptop, repository: str, secret: str, package: str, form: str
) -> None:
    install = Install(laptop, f"{repository}/simple", Login("__token__", secret), package)

    ran = FORMS[form](install)

    assert ran.code == 0, ran
    assert install.find_version() == "1.0", ran


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_installs_with_every_other_kind_of_token(
    laptop: Laptop,
    town: Installation,
    project: Project,
    repository: str,
    package: str,
    client: str,
    kind: str,
) -> None:
    install = Install(laptop, f"{repository}/simple", KINDS[kind](town, project), package)

    ran = FORMS[f"{client} address"](install)

    assert ran.code == 0, ran
    assert install.find_version() == "1.0", ran


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_installs_from_a_public_project_without_a_login(
    laptop: Laptop, town: Installation, client: str
) -> None:
    project = town.project(visibility=Visibility.PUBLIC)
    with town.member(project, Role.DEVELOPER) as developer:
        developer.publish(project, wheel("open-thing"))
    install = Install(laptop, f"{town.url}{pypi(project)}/simple", None, "open-thing")

    ran = FORMS[f"{client} address"](install)

    assert ran.code == 0, ran
    assert install.find_version() == "1.0", ran


REFUSED = {
    "pip": "401 Error, Credentials not correct for {index}/{package}/",
    "uv": "An index URL ({index}) could not be queried due to a lack of valid authentication"
    " credentials (401 Unauthorized)",
    "poetry": "Source (acme): Authorization error accessing",
    "pdm": "401 Error, Credentials not correct for {index}/{package}/",
}

ABSENT = {
    "pip": "No matching distribution found for {package}",
    "uv": "{package} was not found in the package registry",
    "poetry": "app depends on {package} (*) which doesn't match any versions",
    "pdm": "Unable to find candidates for {package}",
}
"""What each says of a package, or a project, that is not there."""


@pytest.mark.parametrize("kind", ["nobody's", "expired"])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_says_that_its_login_is_wrong(
    laptop: Laptop,
    town: Installation,
    project: Project,
    repository: str,
    package: str,
    client: str,
    kind: str,
) -> None:
    owner = town.join(town.user(), project, Role.OWNER)
    expired = town.token(owner, expires_at=utc_now() - timedelta(days=1))
    secrets = {"nobody's": "glpat-nobody-has-this-one", "expired": expired.secret}
    login = Login("__token__", secrets[kind])
    install = Install(laptop, f"{repository}/simple", login, package)

    ran = FORMS[f"{client} address"](install)

    said = REFUSED[client].format(index=install.index, package=package)
    assert ran.code != 0
    assert said in ran.words, ran


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_of_a_stranger_finds_nothing(
    laptop: Laptop, town: Installation, repository: str, package: str, client: str
) -> None:
    stranger = Login("__token__", town.token(town.user()).secret)
    install = Install(laptop, f"{repository}/simple", stranger, package)

    ran = FORMS[f"{client} address"](install)

    assert ran.code != 0
    assert ABSENT[client].format(package=package) in ran.words, ran
