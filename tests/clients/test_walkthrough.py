"""GitLab's page "GitLab PyPi Repository", told as what a person does, word for word."""

import hashlib
import sysconfig
from pathlib import Path

import pytest

from tests.actors import Actor, Installation
from tests.clients.laptop import Laptop, with_login
from wheelyard.access import Role
from wheelyard.projects import Project

pytestmark = pytest.mark.client


@pytest.mark.parametrize(
    "build",
    [["setup.py", "sdist", "bdist_wheel"], ["-m", "build", "--no-isolation"]],
    ids=["setup.py", "build"],
)
def test_a_first_package_goes_from_its_source_to_its_greeting(
    laptop: Laptop, repository: str, secret: str, build: list[str]
) -> None:
    laptop.write_pypirc(repository, "__token__", secret)
    source = laptop.copy_source()

    built = laptop.run_python(*build, cwd=source)
    files = sorted(path.name for path in (source / "dist").iterdir())
    uploaded = laptop.twine_upload("--repository", "gitlab", *_globbed(source), cwd=source)
    installed = laptop.pip_install(
        "--index-url", with_login(f"{repository}/simple", secret), "--no-deps", "mypypipackage"
    )

    assert built.code == 0, built
    assert files == ["mypypipackage-0.0.1-py3-none-any.whl", "mypypipackage-0.0.1.tar.gz"]
    assert uploaded.code == 0, uploaded
    assert "Uploading mypypipackage-0.0.1-py3-none-any.whl" in uploaded.output
    assert "Uploading mypypipackage-0.0.1.tar.gz" in uploaded.output
    assert uploaded.output.count("100%") >= 2
    assert installed.code == 0, installed
    assert "Successfully installed mypypipackage-0.0.1" in installed.output
    assert laptop.greet() == "Hello from MyPyPiPackage\n"


def _globbed(source: Path) -> list[Path]:
    """``dist/*``, as a shell hands it on."""
    return sorted((source / "dist").iterdir())


def test_pip_shows_the_token_masked_and_the_address_of_the_file(
    laptop: Laptop, dist: tuple[Path, Path], repository: str, secret: str
) -> None:
    wheel, _ = dist
    laptop.write_pypirc(repository, "__token__", secret)
    laptop.twine_upload("--repository", "gitlab", wheel)

    installed = laptop.pip_install(
        "-vv",
        "--index-url",
        with_login(f"{repository}/simple", secret),
        "--no-deps",
        "mypypipackage",
    )

    masked = f"{repository}/simple".replace("://", "://__token__:****@")
    sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert f"Looking in indexes: {masked}\n" in installed.output
    assert f"{repository}/files/{sha256}/mypypipackage-0.0.1-py3-none-any.whl" in installed.words
    assert "Successfully installed mypypipackage-0.0.1" in installed.output
    assert secret not in installed.output


def test_both_files_stand_among_the_projects_packages(
    laptop: Laptop,
    dist: tuple[Path, Path],
    town: Installation,
    project: Project,
    repository: str,
    secret: str,
) -> None:
    laptop.write_pypirc(repository, "__token__", secret)
    laptop.twine_upload("--repository", "gitlab", *dist)

    with town.caller(project, Role.REPORTER) as reporter:
        packages = reporter.api("GET", f"/projects/{project.id}/packages").json()
        files = reporter.api(
            "GET", f"/projects/{project.id}/packages/{packages[0]['id']}/package_files"
        ).json()

    assert [(package["name"], package["version"]) for package in packages] == [
        ("mypypipackage", "0.0.1")
    ]
    assert [file["file_name"] for file in files] == [
        "mypypipackage-0.0.1-py3-none-any.whl",
        "mypypipackage-0.0.1.tar.gz",
    ]


@pytest.mark.parametrize("which", [0, 1], ids=["wheel", "sdist"])
def test_one_file_may_be_uploaded_alone(
    laptop: Laptop,
    dist: tuple[Path, Path],
    developer: Actor,
    project: Project,
    repository: str,
    secret: str,
    which: int,
) -> None:
    laptop.write_pypirc(repository, "__token__", secret)

    uploaded = laptop.twine_upload("--repository", "gitlab", dist[which])

    page = developer.simple(project, "mypypipackage").text
    assert uploaded.code == 0, uploaded
    assert dist[which].name in page
    assert dist[1 - which].name not in page


def test_the_sdist_is_built_and_installed(
    laptop: Laptop, dist: tuple[Path, Path], repository: str, secret: str
) -> None:
    laptop.write_pypirc(repository, "__token__", secret)
    laptop.twine_upload("--repository", "gitlab", *dist)

    installed = laptop.pip_install(
        "--index-url",
        with_login(f"{repository}/simple", secret),
        "--no-binary=:all:",
        "--no-build-isolation",
        "mypypipackage",
        PYTHONPATH=sysconfig.get_path("purelib"),
    )

    assert installed.code == 0, installed
    assert "mypypipackage-0.0.1.tar.gz" in installed.output
    assert "Successfully installed mypypipackage-0.0.1" in installed.output
    assert laptop.greet() == "Hello from MyPyPiPackage\n"
