"""Resolvers read the metadata beside files, and download none of those that they pass over."""

from collections.abc import Iterator

import pytest

from tests.actors import Actor, Installation, pypi
from tests.builders import metadata, wheel
from tests.clients.laptop import Laptop, with_login
from tests.wiretap import Wiretap
from wheelyard.projects import Project

pytestmark = pytest.mark.client


def needing(name: str, version: str, *wanted: str) -> bytes:
    """Metadata that requires these."""
    return metadata(name, version, extra="".join(f"Requires-Dist: {each}\n" for each in wanted))


APP = wheel("app", described=needing("app", "1.0", "lib", "base<2"))
LIBS = [
    wheel("lib", f"{major}.0", described=needing("lib", f"{major}.0", f"base=={major}.0"))
    for major in (1, 2, 3)
]
BASES = [wheel("base", f"{major}.0") for major in (1, 2, 3)]


@pytest.fixture
def wiretap(town: Installation, developer: Actor, project: Project) -> Iterator[Wiretap]:
    """Before a registry with an app, of which only the oldest of three libraries is fit."""
    for dist in (APP, *LIBS, *BASES):
        assert developer.publish(project, dist).status_code == 201
    with Wiretap(town.url).listening() as wiretap:
        yield wiretap


@pytest.fixture
def index(wiretap: Wiretap, project: Project, secret: str) -> str:
    """The project's index, by the proxy."""
    return with_login(f"{wiretap.url}{pypi(project)}/simple", secret)


LIBS_READ = [f"{dist.filename}.metadata" for dist in LIBS]


def test_uv_resolves_without_one_file(laptop: Laptop, wiretap: Wiretap, index: str) -> None:
    (laptop.work / "wanted.in").write_text("app\n")

    ran = laptop.uv("pip", "compile", "--default-index", index, "wanted.in")

    assert ran.code == 0, ran
    assert {"app==1.0", "lib==1.0", "base==1.0"} <= set(ran.output.split())
    assert set(LIBS_READ) <= set(wiretap.named(".metadata"))
    assert wiretap.named(".whl") == []


def test_pip_downloads_only_what_it_installs(laptop: Laptop, wiretap: Wiretap, index: str) -> None:
    ran = laptop.pip_install("--index-url", index, "app")

    assert ran.code == 0, ran
    assert "Successfully installed app-1.0 base-1.0 lib-1.0" in ran.output
    assert set(LIBS_READ) <= set(wiretap.named(".metadata"))
    assert wiretap.named(".whl") == sorted([APP.filename, BASES[0].filename, LIBS[0].filename])


def test_poetry_locks_without_one_file(laptop: Laptop, wiretap: Wiretap, index: str) -> None:
    (laptop.work / "pyproject.toml").write_text(
        "[project]\n"
        'name = "mine"\nversion = "1.0"\nrequires-python = ">=3.11,<4"\ndependencies = ["app"]\n'
        "[[tool.poetry.source]]\n"
        f'name = "acme"\nurl = "{index}/"\npriority = "primary"\n'
        "[tool.poetry]\npackage-mode = false\n"
    )

    ran = laptop.poetry("lock")

    assert ran.code == 0, ran
    assert set(LIBS_READ) <= set(wiretap.named(".metadata"))
    assert wiretap.named(".whl") == []
