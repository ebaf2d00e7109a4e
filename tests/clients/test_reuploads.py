"""The same package and version again: each upload is kept, and installing serves the newest."""

import os
from dataclasses import replace

import pytest

from tests.actors import Actor, Installation, pypi
from tests.builders import Dist, wheel
from tests.clients import uploaders
from tests.clients.laptop import Laptop, with_login
from tests.clients.logins import Login
from tests.clients.uploaders import Upload
from tests.clients.workshop import Workshop
from wheelyard.access import Role
from wheelyard.projects import Project

pytestmark = pytest.mark.client


def greeter(greeting: str) -> Dist:
    """A wheel of mypypipackage 0.0.1 that greets with other words."""
    code = f"def SayHello():\n    print({greeting!r})\n".encode()
    return wheel("mypypipackage", "0.0.1", files={"mypypipackage/__init__.py": code})


def test_the_newest_upload_of_a_file_name_is_installed(
    laptop: Laptop, developer: Actor, project: Project, repository: str, secret: str
) -> None:
    first, second = greeter("first"), greeter("second")
    login = with_login(repository, secret)

    greetings = []
    for dist in (first, second):
        uploaded = laptop.twine_upload("--repository-url", login, *laptop.save(dist))
        installed = laptop.pip_install("--index-url", f"{login}/simple", "mypypipackage")
        assert (uploaded.code, installed.code) == (0, 0), (uploaded, installed)
        greetings.append(laptop.greet())

    assert greetings == ["first\n", "second\n"]
    assert developer.download(project, first).content == first.content


def test_a_rebuilt_package_is_uploaded_and_installed_again(
    laptop: Laptop, repository: str, secret: str
) -> None:
    laptop.write_pypirc(repository, "__token__", secret)

    greetings = []
    for greeting in ("Hello", "Hello again"):
        source = laptop.copy_source(greeting=greeting)
        laptop.run_python("setup.py", "bdist_wheel", cwd=source)
        laptop.twine_upload("--repository", "gitlab", *(source / "dist").iterdir())
        laptop.pip_install(
            "--index-url", with_login(f"{repository}/simple", secret), "mypypipackage"
        )
        greetings.append(laptop.greet())

    assert greetings == ["Hello\n", "Hello again\n"]


def test_twine_shows_the_reason_where_copies_are_refused(
    laptop: Laptop, town: Installation
) -> None:
    project = town.project(duplicates="refuse")
    token = town.token(town.join(town.user(), project, Role.DEVELOPER))
    login = with_login(f"{town.url}{pypi(project)}", token.secret)
    laptop.twine_upload("--repository-url", login, *laptop.save(greeter("first")))

    again = laptop.twine_upload(
        "--verbose", "--repository-url", login, laptop.save(greeter("x"))[0]
    )

    assert again.code == 1
    assert "Validation failed: File name has already been taken" in again.words, again


def test_a_repeated_upload_succeeds_where_identical_copies_are_taken(
    laptop: Laptop, town: Installation
) -> None:
    project = town.project(duplicates="identical")
    token = town.token(town.join(town.user(), project, Role.DEVELOPER))
    login = with_login(f"{town.url}{pypi(project)}", token.secret)
    files = laptop.save(greeter("first"))

    codes = [laptop.twine_upload("--repository-url", login, *files).code for _ in range(2)]
    laptop.save(greeter("other"))
    other = laptop.twine_upload("--repository-url", login, *files)

    assert codes == [0, 0]
    assert other.code == 1, other


# Clients that pass over what is there already ---------------------------------------------------


@pytest.fixture
def refusing(town: Installation) -> Project:
    """A project that refuses copies."""
    return town.project(duplicates="refuse")


@pytest.fixture
def author(town: Installation, refusing: Project) -> Login:
    """A developer's."""
    token = town.token(town.join(town.user(), refusing, Role.DEVELOPER))
    return Login("__token__", token.secret)


SKIPPING = {
    "poetry": "tiny-1.0-py3-none-any.whl File exists. Skipping",
    "pdm": "Skipping tiny-1.0-py3-none-any.whl because it appears to already exist",
}


@pytest.mark.parametrize("client", SKIPPING)
def test_a_client_skips_what_was_refused_as_a_copy(
    laptop: Laptop,
    workshop: Workshop,
    town: Installation,
    refusing: Project,
    author: Login,
    client: str,
) -> None:
    upload = Upload(laptop, workshop.copy(client, laptop), f"{town.url}{pypi(refusing)}", author)
    publish = uploaders.FORMS[f"{client} options"]

    first = publish(upload)
    plain = publish(upload)
    skipping = publish(replace(upload, more=("--skip-existing",)))

    assert (first.code, plain.code, skipping.code) == (0, 1, 0), (first, plain, skipping)
    assert SKIPPING[client] in skipping.words, skipping


def test_a_former_twine_skips_by_the_sentence_that_gitlab_has(
    laptop: Laptop, town: Installation, refusing: Project, author: Login
) -> None:
    address = with_login(f"{town.url}{pypi(refusing)}", author.secret)
    files = laptop.save(wheel())
    laptop.former_twine_upload("--repository-url", address, *files)

    again = laptop.former_twine_upload("--skip-existing", "--repository-url", address, *files)

    assert again.code == 0, again
    said = "Skipping demo-1.0-py3-none-any.whl because it appears to already exist"
    assert said in again.words, again


def test_twine_skips_nowhere_but_in_the_public_index(
    laptop: Laptop, town: Installation, refusing: Project, author: Login
) -> None:
    address = with_login(f"{town.url}{pypi(refusing)}", author.secret)

    ran = laptop.twine_upload("--skip-existing", "--repository-url", address, *laptop.save(wheel()))

    assert ran.code == 1
    assert "does not have support for the following features: --skip-existing" in ran.words, ran


def test_hatch_looks_first_and_publishes_what_is_not_there(
    laptop: Laptop, workshop: Workshop, town: Installation, refusing: Project, author: Login
) -> None:
    folder = workshop.copy("hatch", laptop)
    upload = Upload(laptop, folder, f"{town.url}{pypi(refusing)}", author)
    publish = uploaders.FORMS["hatch environment"]
    (folder / "dist" / "tiny-1.0.tar.gz").rename(folder / "later")

    publish(upload)
    (folder / "later").rename(folder / "dist" / "tiny-1.0.tar.gz")
    rest = publish(upload)
    again = publish(upload)

    assert (rest.code, again.code) == (0, 0)
    assert "dist/tiny-1.0-py3-none-any.whl ... already exists" in rest.words, rest
    assert "dist/tiny-1.0.tar.gz ... success" in rest.words
    assert again.words.count("already exists") == 2, again


def test_flit_builds_the_same_again_when_told_a_time(
    laptop: Laptop, workshop: Workshop, town: Installation
) -> None:
    project = town.project(duplicates="identical")
    token = town.token(town.join(town.user(), project, Role.DEVELOPER))
    folder = workshop.copy("flit", laptop)
    upload = Upload(laptop, folder, f"{town.url}{pypi(project)}", Login("__token__", token.secret))
    laptop.environment["SOURCE_DATE_EPOCH"] = "1700000000"
    publish = uploaders.FORMS["flit environment"]

    first = publish(upload)
    os.utime(folder / "tiny" / "__init__.py", (1_500_000_000, 1_500_000_000))
    again = publish(upload)

    assert (first.code, again.code) == (0, 0), again
