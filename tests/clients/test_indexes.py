"""pip, uv, Poetry and PDM each install from the index of a group and from that of the instance."""

import itertools
from dataclasses import dataclass

import pytest

from tests.actors import Installation, pypi
from tests.builders import wheel
from tests.clients.installers import CLIENTS, FORMS, Install
from tests.clients.laptop import Laptop
from tests.clients.logins import Login
from wheelyard.access import Role, Visibility
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project

pytestmark = pytest.mark.client

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Company:
    """A group with an application in one project, and what it depends on in another."""

    group: Namespace
    project: Project
    application: str
    library: str
    library_project: Project


def found(town: Installation, visibility: Visibility) -> Company:
    """A new company, with names that nobody else has."""
    number = next(_numbers)
    application, library = f"app{number}", f"lib{number}"
    group = town.group(visibility=visibility)
    team = town.group(parent=group, visibility=visibility)
    project = town.project(within=team, visibility=visibility)
    other = town.project(within=group, visibility=visibility)
    about = f"Metadata-Version: 2.1\nName: {application}\nVersion: 1.0\nRequires-Dist: {library}\n"
    with town.holding(town.token(town.join(town.user(), group, Role.DEVELOPER))) as developer:
        developer.publish(project, wheel(application, described=about.encode()))
        developer.publish(other, wheel(library))
    return Company(group, project, application, library, other)


def index_of(town: Installation, company: Company, place: str) -> str:
    """The address of the index of the company's group, or of everything."""
    return f"{town.url}{pypi(company.group if place == 'group' else None)}/simple"


def make_login(town: Installation, company: Company) -> Login:
    """A reporter's of the company."""
    user = town.join(town.user(), company.group, Role.REPORTER)
    return Login("__token__", town.token(user, "read_api").secret)


@pytest.mark.parametrize("place", ["group", "instance"])
@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.PUBLIC])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_installs_an_application_and_what_it_depends_on_elsewhere(
    laptop: Laptop, town: Installation, client: str, visibility: Visibility, place: str
) -> None:
    company = found(town, visibility)
    login = None if visibility is Visibility.PUBLIC else make_login(town, company)
    install = Install(laptop, index_of(town, company, place), login, company.application)

    ran = FORMS[f"{client} address"](install)

    assert ran.code == 0, ran
    assert install.find_version() == "1.0", ran
    assert install.find_version(company.library) == "1.0", ran


@pytest.mark.parametrize("place", ["group", "instance"])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_of_a_stranger_finds_nothing(
    laptop: Laptop, town: Installation, client: str, place: str
) -> None:
    company = found(town, Visibility.PRIVATE)
    stranger = Login("__token__", town.token(town.user()).secret)
    install = Install(laptop, index_of(town, company, place), stranger, company.application)

    ran = FORMS[f"{client} address"](install)

    assert ran.code != 0
    assert install.find_version() != "1.0", ran


@pytest.mark.parametrize("place", ["group", "instance"])
@pytest.mark.parametrize("client", ["pip", "uv"])
@pytest.mark.parametrize("kind", ["deploy token", "access token", "job token"])
def test_a_client_installs_with_every_other_kind_of_token(
    laptop: Laptop, town: Installation, client: str, place: str, kind: str
) -> None:
    company = found(town, Visibility.PRIVATE)
    worker = town.join(town.user(), company.group, Role.DEVELOPER)
    town.admit(company.library_project, company.group)
    logins = {
        "deploy token": lambda: Login(
            "ci", town.deploy_token(company.group, "read_package_registry").secret
        ),
        "access token": lambda: Login(
            "bot", town.access_token(company.group, Role.REPORTER, "read_api").secret
        ),
        "job token": lambda: Login(
            "gitlab-ci-token", town.job_token(worker, company.project).secret
        ),
    }
    install = Install(laptop, index_of(town, company, place), logins[kind](), company.application)

    ran = FORMS[f"{client} address"](install)

    assert ran.code == 0, ran
    assert install.find_version(company.library) == "1.0", ran
