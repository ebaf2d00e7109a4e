"""What the pages give to copy works, run by the real clients as a reader would run it."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.actors import Actor, Installation, pypi
from tests.builders import wheel
from tests.clients.laptop import CLIENTS, Laptop, Ran
from tests.clients.workshop import Workshop, write_project
from wheelyard.access import Role
from wheelyard.projects import Project
from wheelyard.web.pages.credentials import Credential
from wheelyard.web.pages.packages import snippets
from wheelyard.web.pages.packages.snippets import Place, Snippet

pytestmark = pytest.mark.client

USERNAME, PASSWORD = "INDEX_MY_PROJECT_1_USERNAME", "INDEX_MY_PROJECT_1_PASSWORD"


# PDM builds with what it has itself, instead of asking an index.
ALONE = {"PDM_BUILD_ISOLATION": "0", "PDM_PYTHON": str(CLIENTS / "python")}


def say(text: str) -> str:
    """The language of the code."""
    return text


class Reader:
    """Somebody who has chosen a form of credential, and copies."""

    def __init__(
        self, laptop: Laptop, town: Installation, project: Project, credential: Credential
    ) -> None:
        url = f"{town.url}{pypi(project)}"
        self.place = Place(f"{url}/simple", url, "My.Project 1")
        self.laptop = laptop
        self.credential = credential
        self.username = "__token__"
        if credential is Credential.DEPLOY:
            scopes = ("read_package_registry", "write_package_registry")
            self.username, self.secret = "anything", town.deploy_token(project, *scopes).secret
        else:
            self.secret = town.token(town.join(town.user(), project, Role.DEVELOPER)).secret

    def filled(self, snippet: Snippet) -> str:
        """Put the real token where the placeholder says."""
        text = snippet.text.replace("<your personal access token>", self.secret)
        text = text.replace("<deploy token username>", self.username)
        return text.replace("<deploy token>", self.secret)

    def publishing(self, title: str) -> Snippet:
        return named(snippets.publish(self.place, self.credential, say), title)

    def installing(self, title: str) -> Snippet:
        given = snippets.install(self.place, self.credential, say, package="demo", version="1.0")
        return named(given, title)

    def write(self, snippet: Snippet, before: str = "") -> Path:
        """Write a file where it says that it belongs."""
        folder = self.laptop.home if snippet.filename.startswith("~/") else self.laptop.work
        path = folder / snippet.filename.removeprefix("~/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(before + self.filled(snippet))
        path.chmod(0o600)
        return path

    def type(self, text: str, *, cwd: Path | None = None, **environment: str) -> Ran:
        """Type lines into a shell, with the clients as they are at hand."""
        self.laptop.make_fresh_environment()
        python = self.laptop.python
        pip = f"{sys.executable} -m pip --python {python} install"
        lines = [line for line in text.splitlines() if not line.endswith((" build", " -m build"))]
        typed = "\n".join(lines).replace("uv pip install", f"uv pip install --python {python}")
        typed = "\n".join(
            line.replace("pip install", pip, 1) if line.startswith("pip ") else line
            for line in typed.splitlines()
        )
        command = ("bash", "-e", "-c", typed)
        path = self.laptop.environment["PATH"]
        at_hand = {"PATH": f"{path}:{CLIENTS}", "VIRTUAL_ENV": str(python.parents[1])}
        return self.laptop.run(*command, cwd=cwd, environment={**at_hand, **environment})

    def append(self, snippet: Snippet, folder: Path) -> None:
        """Write a snippet at the end of a project's file, as it says."""
        with (folder / snippet.filename).open("a") as file:
            file.write(f"\n{self.filled(snippet)}")

    @property
    def variables(self) -> dict[str, str]:
        """What the notes tell a reader to set."""
        login = {USERNAME: self.username, PASSWORD: self.secret}
        return login | {f"UV_{name}": value for name, value in login.items()}


def named(given: list[Snippet], title: str) -> Snippet:
    """The snippet of this title."""
    return next(snippet for snippet in given if snippet.title == title)


@pytest.fixture(params=[c for c in Credential if c is not Credential.NONE])
def reader(
    request: pytest.FixtureRequest,
    laptop: Laptop,
    town: Installation,
    project: Project,
    developer: Actor,
) -> Reader:
    """A reader with each form of credential, of a project that has one package."""
    assert developer.publish(project, wheel()).status_code == 201
    reader = Reader(laptop, town, project, request.param)
    if reader.credential is Credential.NETRC:
        reader.write(reader.installing("~/.netrc, for every client"))
    return reader


@pytest.mark.parametrize("title", ["pip", "uv, one command"])
def test_a_command_installs(reader: Reader, title: str) -> None:
    ran = reader.type(reader.filled(reader.installing(title)))

    assert ran.code == 0, ran
    assert "demo" in ran.output


def test_a_pip_conf_installs(reader: Reader) -> None:
    conf = reader.write(reader.installing("pip.conf"))
    variable = (
        {"PIP_INDEX_URL": reader.filled(reader.installing("pip")).split('"')[1]}
        if reader.credential is Credential.ENVIRONMENT
        else {}
    )

    ran = reader.type("pip install demo", cwd=None, PIP_CONFIG_FILE=str(conf), **variable)

    assert ran.code == 0, ran


def test_a_list_of_requirements_installs(reader: Reader) -> None:
    reader.write(reader.installing("requirements.txt"))

    by_pip = reader.type("pip install -r requirements.txt", cwd=None, **reader.variables)
    by_uv = reader.type("uv pip install -r requirements.txt", cwd=None, **reader.variables)

    assert by_pip.code == 0, by_pip
    assert by_uv.code == 0, by_uv


def test_a_project_of_uv_takes_a_package_in(reader: Reader) -> None:
    project = '[project]\nname = "app"\nversion = "0"\nrequires-python = ">=3.11"\n\n'
    reader.write(reader.installing("uv, for a project"), before=project)

    ran = reader.type(f"uv add --python {sys.executable} demo==1.0", cwd=None, **reader.variables)

    assert ran.code == 0, ran
    locked = (reader.laptop.work / "uv.lock").read_text()
    assert f'source = {{ registry = "{reader.place.index_url}" }}' in locked
    assert reader.secret not in locked


@pytest.mark.parametrize("title", ["twine", "uv"])
def test_what_was_built_is_published(reader: Reader, developer: Actor, title: str) -> None:
    reader.laptop.save(wheel("other"))
    if reader.credential is not Credential.ENVIRONMENT:
        reader.write(reader.publishing("~/.pypirc, for twine and Flit"))

    ran = reader.type(reader.filled(reader.publishing(title)))

    assert ran.code == 0, ran
    project = reader.place.index_url.split("/")[-4]
    assert developer.simple(project, "other/").status_code == 200


# What needs a project around it ------------------------------------------------------------------


def test_a_project_of_poetry_takes_a_package_in(reader: Reader) -> None:
    folder = write_project(reader.laptop.work / "app", "poetry", name="app")

    ran = reader.type(reader.filled(reader.installing("Poetry")), cwd=folder)

    assert ran.code == 0, ran
    locked = (folder / "poetry.lock").read_text()
    assert f'url = "{reader.place.index_url}"' in locked
    assert reader.secret not in locked + (folder / "pyproject.toml").read_text()


def test_a_project_of_pdm_takes_a_package_in(reader: Reader) -> None:
    folder = write_project(reader.laptop.work / "app", "uv", name="app")
    reader.append(reader.installing("PDM"), folder)

    ran = reader.type("pdm add --no-self demo==1.0", cwd=folder, **reader.variables)

    assert ran.code == 0, ran
    locked = (folder / "pdm.lock").read_text()
    assert "demo-1.0-py3-none-any.whl" in locked
    assert reader.secret not in locked + (folder / "pyproject.toml").read_text()


def test_an_environment_of_hatch_takes_a_package_in(reader: Reader) -> None:
    # Its backend is in uv itself, so that the project is installed without an index.
    folder = write_project(reader.laptop.work / "app", "uv", name="app", needing="demo==1.0")
    reader.append(reader.installing("Hatch"), folder)

    code = "import demo; print(demo.version)"
    ran = reader.type(f"hatch run python -c '{code}'", cwd=folder, **reader.variables)

    assert ran.code == 0, ran
    assert ran.output.endswith("1.0\n")


@pytest.mark.parametrize("title", ["Poetry", "PDM", "Hatch", "Flit"])
def test_a_project_is_published(
    reader: Reader, workshop: Workshop, developer: Actor, title: str
) -> None:
    folder = workshop.copy(title.lower(), reader.laptop)
    if title == "Poetry":
        shutil.rmtree(folder / "dist")  # it asks whether to build over it
    if reader.credential is not Credential.ENVIRONMENT:
        reader.write(reader.publishing("~/.pypirc, for twine and Flit"))

    ran = reader.type(reader.filled(reader.publishing(title)), cwd=folder, **ALONE)

    assert ran.code == 0, ran
    project = reader.place.index_url.split("/")[-4]
    assert developer.simple(project, "tiny/").status_code == 200
