"""What real clients make of what is yanked, archived and quarantined."""

import itertools

import pytest

from tests.actors import Actor, Installation
from tests.builders import wheel
from tests.clients.installers import FORMS, Install
from tests.clients.laptop import Laptop
from tests.clients.logins import Login
from wheelyard.projects import Project
from wheelyard.pypi.status import PackageStatus

pytestmark = pytest.mark.client

CLIENTS = ("pip", "uv")

_numbers = itertools.count(1)


@pytest.fixture
def package(town: Installation, developer: Actor, project: Project) -> str:
    """A package of two versions, of which the newer is yanked."""
    name = f"withdrawn{next(_numbers)}"
    for version in ("1.0", "2.0"):
        assert developer.publish(project, wheel(name, version)).status_code == 201
    town.yank(project, wheel(name, "2.0"), "it leaks what it reads")
    return name


@pytest.mark.parametrize("client", CLIENTS)
def test_a_yanked_release_is_passed_over(
    laptop: Laptop, repository: str, secret: str, package: str, client: str
) -> None:
    install = Install(laptop, f"{repository}/simple", Login("__token__", secret), package)

    ran = FORMS[f"{client} address"](install)

    assert (ran.code, install.find_version()) == (0, "1.0"), ran


@pytest.mark.parametrize("client", CLIENTS)
def test_a_yanked_release_is_installed_when_it_is_pinned_and_the_reason_is_shown(
    laptop: Laptop, repository: str, secret: str, package: str, client: str
) -> None:
    login, pinned = Login("__token__", secret), f"{package}==2.0"
    install = Install(laptop, f"{repository}/simple", login, pinned)

    ran = FORMS[f"{client} address"](install)

    assert (ran.code, install.find_version(package)) == (0, "2.0"), ran
    assert "it leaks what it reads" in ran.words


@pytest.mark.parametrize("client", CLIENTS)
def test_nothing_of_a_quarantined_package_is_installed(
    town: Installation,
    project: Project,
    laptop: Laptop,
    repository: str,
    secret: str,
    package: str,
    client: str,
) -> None:
    town.declare(project, package, PackageStatus.QUARANTINED, "a worm")
    login = Login("__token__", secret)
    install = Install(laptop, f"{repository}/simple", login, f"{package}==1.0")

    ran = FORMS[f"{client} address"](install)

    assert ran.code != 0, ran
    assert install.find_version(package) not in {"1.0", "2.0"}


def test_twine_shows_why_an_archived_package_takes_no_uploads(
    town: Installation,
    project: Project,
    laptop: Laptop,
    repository: str,
    secret: str,
    package: str,
) -> None:
    town.declare(project, package, PackageStatus.ARCHIVED, "use another")
    newer = wheel(package, "3.0")
    path = laptop.work / newer.filename
    path.write_bytes(newer.content)

    ran = laptop.twine_upload(
        "--verbose",
        path,
        TWINE_REPOSITORY_URL=repository,
        TWINE_USERNAME="__token__",
        TWINE_PASSWORD=secret,
    )

    assert ran.code != 0, ran
    said = f"The package {package} is archived and takes no uploads: use another"
    assert said in ran.words
