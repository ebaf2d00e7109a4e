"""Every way in which the documentation hands a token to twine and to pip."""

from pathlib import Path

import pytest

from tests.actors import Actor, Installation, pypi
from tests.clients.laptop import Laptop, with_login
from wheelyard.access import Role, Visibility
from wheelyard.projects import Project

pytestmark = pytest.mark.client

INSTALLED = "Successfully installed mypypipackage-0.0.1"


@pytest.fixture
def published(laptop: Laptop, dist: tuple[Path, Path], repository: str, secret: str) -> str:
    """The address for installs from a project that has the package."""
    wheel, _ = dist
    laptop.twine_upload("--repository-url", with_login(repository, secret), wheel)
    return f"{repository}/simple"


# twine -------------------------------------------------------------------------------------------


def test_twine_takes_a_deploy_token_from_pypirc(
    laptop: Laptop,
    dist: tuple[Path, Path],
    town: Installation,
    developer: Actor,
    project: Project,
    repository: str,
) -> None:
    token = town.deploy_token(project, "read_package_registry", "write_package_registry")
    laptop.write_pypirc(repository, str(token.token.username), token.secret)

    uploaded = laptop.twine_upload("--repository", "gitlab", *dist)

    page = developer.simple(project, "mypypipackage").text
    assert token.token.username == f"gitlab+deploy-token-{token.token.id}"
    assert uploaded.code == 0, uploaded
    assert all(file.name in page for file in dist)


def test_twine_takes_a_token_from_its_environment(
    laptop: Laptop, dist: tuple[Path, Path], repository: str, secret: str
) -> None:
    uploaded = laptop.twine_upload(
        "--repository-url", repository, *dist, TWINE_USERNAME="__token__", TWINE_PASSWORD=secret
    )

    assert uploaded.code == 0, uploaded


def test_twine_takes_a_token_from_the_address(
    laptop: Laptop, dist: tuple[Path, Path], repository: str, secret: str
) -> None:
    uploaded = laptop.twine_upload("--repository-url", with_login(repository, secret), *dist)

    assert uploaded.code == 0, uploaded
    assert secret not in uploaded.output


def test_twine_takes_an_address_with_a_slash_at_its_end(
    laptop: Laptop, dist: tuple[Path, Path], repository: str, secret: str
) -> None:
    laptop.write_pypirc(f"{repository}/", "__token__", secret)

    uploaded = laptop.twine_upload("--repository", "gitlab", *dist)

    assert uploaded.code == 0, uploaded


@pytest.mark.parametrize("kind", ["read_package_registry", "read_api", "unknown"])
def test_twine_is_told_when_a_token_may_not_upload(
    laptop: Laptop,
    dist: tuple[Path, Path],
    town: Installation,
    project: Project,
    repository: str,
    kind: str,
) -> None:
    secrets = {
        "read_package_registry": town.deploy_token(project, "read_package_registry").secret,
        "read_api": town.token(town.join(town.user(), project, Role.OWNER), "read_api").secret,
        "unknown": "glpat-nobody-has-this-one",
    }
    said = {
        "read_package_registry": "HTTPError: 403 Forbidden",
        "read_api": '"error": "insufficient_scope"',
        "unknown": "HTTPError: 401 Unauthorized",
    }

    uploaded = laptop.twine_upload(
        "--verbose",
        "--repository-url",
        repository,
        *dist,
        TWINE_USERNAME="__token__",
        TWINE_PASSWORD=secrets[kind],
    )

    assert uploaded.code == 1, uploaded
    assert said[kind] in uploaded.words


# pip ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["api", "read_api"])
def test_pip_takes_a_personal_access_token_from_the_address(
    laptop: Laptop, town: Installation, project: Project, published: str, scope: str
) -> None:
    token = town.token(town.join(town.user(), project, Role.REPORTER), scope)

    installed = laptop.pip_install(
        "--index-url", with_login(published, token.secret), "--no-deps", "mypypipackage"
    )

    assert INSTALLED in installed.output, installed


@pytest.mark.parametrize("scope", ["read_package_registry", "write_package_registry"])
def test_pip_takes_a_deploy_token_from_the_address(
    laptop: Laptop, town: Installation, project: Project, published: str, scope: str
) -> None:
    token = town.deploy_token(project, scope)
    login = with_login(published, token.secret, str(token.token.username))

    installed = laptop.pip_install("--index-url", login, "--no-deps", "mypypipackage")

    assert INSTALLED in installed.output, installed


def test_pip_takes_a_token_from_netrc(laptop: Laptop, published: str, secret: str) -> None:
    laptop.write_netrc("__token__", secret)

    installed = laptop.pip_install("--index-url", published, "--no-deps", "mypypipackage")

    assert INSTALLED in installed.output, installed


def test_pip_takes_the_address_from_its_environment(
    laptop: Laptop, published: str, secret: str
) -> None:
    installed = laptop.pip_install("mypypipackage", PIP_INDEX_URL=with_login(published, secret))

    assert INSTALLED in installed.output, installed


def test_pip_asks_for_a_login_when_it_has_none(laptop: Laptop, published: str, secret: str) -> None:
    installed = laptop.pip_install(
        "--index-url", published, "mypypipackage", typing=f"__token__\n{secret}\nn\n"
    )

    assert "User for 127.0.0.1" in installed.output
    assert INSTALLED in installed.output, installed


@pytest.mark.parametrize("login", ["none", "wrong"])
def test_pip_fails_clearly_when_it_may_not_ask(laptop: Laptop, published: str, login: str) -> None:
    index = with_login(published, "glpat-wrong") if login == "wrong" else published

    installed = laptop.pip_install("-vv", "--no-input", "--index-url", index, "mypypipackage")

    assert installed.code == 1
    assert "401 Client Error: Unauthorized" in installed.words, installed
    assert "No matching distribution found for mypypipackage" in installed.output


def test_a_public_project_needs_no_token(
    laptop: Laptop, dist: tuple[Path, Path], town: Installation
) -> None:
    project = town.project(visibility=Visibility.PUBLIC)
    token = town.deploy_token(project, "write_package_registry")
    repository = f"{town.url}{pypi(project)}"
    laptop.twine_upload("--repository-url", with_login(repository, token.secret), *dist)

    installed = laptop.pip_install("--index-url", f"{repository}/simple", "mypypipackage")

    assert INSTALLED in installed.output, installed
