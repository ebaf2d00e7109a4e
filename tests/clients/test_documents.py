"""``docs/clients.md`` and README work as they stand: files are written and commands typed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.actors import Installation, Source, pypi
from tests.builders import wheel
from tests.clients.laptop import CLIENTS, ROOT, Laptop, Ran
from tests.clients.logins import group_of
from tests.clients.workshop import Workshop
from wheelyard.access import Role
from wheelyard.projects import Project

pytestmark = pytest.mark.client


_HEADING = re.compile(r"^#+ (.*)$")
_FILE = re.compile(r"^`([^`]+)`:$")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines in a fence; those of a file follow a line with its name."""

    section: str
    client: str
    filename: str
    language: str
    text: str


def read_blocks(page: Path) -> Iterator[Block]:
    """Read a page; a section is of the second level, a client of the third."""
    section = client = filename = ""
    language, lines = "", list[str]()
    for line in page.read_text().splitlines():
        if language and line == "```":
            yield Block(section, client, filename, language, "\n".join(lines) + "\n")
            language, filename, lines = "", "", []
        elif language:
            lines.append(line)
        elif line.startswith("```"):
            language = line.removeprefix("```")
        elif named := _FILE.match(line):
            filename = named[1]
        elif heading := _HEADING.match(line):
            section, client = (section, heading[1]) if line.startswith("### ") else (heading[1], "")


BLOCKS = list(read_blocks(ROOT / "docs" / "clients.md"))
INSTALLING = sorted({block.client for block in BLOCKS if block.section == "Installing"})
PUBLISHING = sorted({block.client for block in BLOCKS if block.section == "Publishing"})


# Something that is not itself installed, so that no client asks an index for a backend.
APPLICATION = """\
[project]
name = "app"
version = "1.0"
requires-python = ">=3.11"

[tool.pdm]
distribution = false

"""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who follows the page, for one place and with one token."""

    laptop: Laptop
    town: Installation
    place: Source
    secret: str
    package: str = ""

    def follow(self, section: str, client: str, folder: Path) -> Ran:
        """Write the files of a client's section, and type its commands in a project's folder."""
        blocks = [one for one in BLOCKS if (one.section, one.client) == (section, client)]
        for block in blocks:
            if block.filename:
                self._write(block, folder)
        typed = "".join(self.fill(block.text) for block in blocks if block.language == "sh")
        return self.type(typed, folder)

    def fill(self, text: str) -> str:
        """Put the real address, token and package in their places."""
        host = self.town.url.removeprefix("http://")
        text = text.replace("/api/v4/projects/<project id>/packages/pypi", pypi(self.place))
        text = text.replace("<token>", self.secret).replace("<package>", self.package)
        return text.replace("https://", "http://").replace("packages.example.com", host)

    def _write(self, block: Block, folder: Path) -> None:
        home = block.filename.removeprefix("~/")
        path = folder / home if home == block.filename else self.laptop.home / home
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text() + "\n" if path.exists() else ""
        path.write_text(before + self.fill(block.text))

    def type(self, lines: str, folder: Path) -> Ran:
        self.laptop.make_fresh_environment()
        python = self.laptop.python
        # Into the fresh environment, which has no pip.
        lines = lines.replace("pip install", f"python -m pip --python {python} install")
        environment = {
            "PATH": f"{self.laptop.environment['PATH']}:{CLIENTS}",
            "VIRTUAL_ENV": str(python.parents[1]),
            "UV_PROJECT_ENVIRONMENT": str(python.parents[1]),
            "PIP_CONFIG_FILE": str(self.laptop.home / ".config" / "pip" / "pip.conf"),
        }
        return self.laptop.run("bash", "-e", "-c", lines, cwd=folder, environment=environment)


@pytest.fixture
def employed(town: Installation, project: Project) -> str:
    """The token of a developer of the project's whole group."""
    return town.token(town.join(town.user(), group_of(town, project), Role.DEVELOPER)).secret


@pytest.mark.parametrize("kind", ["project", "group", "instance"])
@pytest.mark.parametrize("client", INSTALLING)
def test_installing_works_as_the_page_tells(
    laptop: Laptop, town: Installation, project: Project, employed: str, client: str, kind: str
) -> None:
    places: dict[str, Source] = {"project": project, "group": group_of(town, project)}
    package = f"told{project.id}"
    newcomer = Newcomer(laptop, town, places.get(kind), employed, package)
    (laptop.work / "pyproject.toml").write_text(APPLICATION)
    with town.holding(employed) as developer:
        developer.publish(project, wheel(package))

    ran = newcomer.follow("Installing", client, laptop.work)

    assert ran.code == 0, ran
    imported = laptop.run(laptop.python, "-c", f"import {package}; print({package}.version)")
    assert imported.output == "1.0\n", ran


@pytest.mark.parametrize("client", PUBLISHING)
def test_publishing_works_as_the_page_tells(
    laptop: Laptop,
    workshop: Workshop,
    town: Installation,
    project: Project,
    employed: str,
    client: str,
) -> None:
    folder = workshop.copy(client.lower(), laptop)
    newcomer = Newcomer(laptop, town, project, employed)

    ran = newcomer.follow("Publishing", client, folder)

    assert ran.code == 0, ran
    with town.holding(employed) as developer:
        page = developer.simple(project, "tiny/").text
    assert "tiny-1.0-py3-none-any.whl" in page
    assert "tiny-1.0.tar.gz" in page


def test_the_page_tells_of_every_client() -> None:
    assert INSTALLING == ["PDM", "Poetry", "pip", "uv"]
    assert PUBLISHING == ["Hatch", "PDM", "Poetry", "flit", "twine", "uv"]


def test_a_netrc_opens_an_index_as_the_page_tells(
    laptop: Laptop, town: Installation, project: Project, employed: str
) -> None:
    (block,) = [block for block in BLOCKS if block.section == "Logins"]
    netrc = laptop.home / ".netrc"
    text = block.text.replace("packages.example.com", "127.0.0.1").replace("<token>", employed)
    netrc.write_text(text)
    netrc.chmod(0o600)
    with town.holding(employed) as developer:
        developer.publish(project, wheel())

    ran = laptop.pip_install("--index-url", f"{town.url}{pypi(project)}/simple", "demo")

    assert ran.code == 0, ran


def test_publishing_and_installing_work_as_the_readme_tells(
    laptop: Laptop, workshop: Workshop, town: Installation, project: Project, employed: str
) -> None:
    blocks = {
        block.language: block.text
        for block in read_blocks(ROOT / "README.md")
        if block.section == "Publishing and installing"
    }
    newcomer = Newcomer(laptop, town, project, employed, "tiny")
    folder = workshop.copy("uv", laptop)
    install, publish = newcomer.fill(blocks["sh"]).splitlines()
    (laptop.home / ".pypirc").write_text(newcomer.fill(blocks["ini"]))
    laptop.write_netrc("__token__", employed)

    by_twine = newcomer.type("twine upload --repository gitlab dist/*", folder)
    by_uv = newcomer.type(publish, folder)
    by_pip = newcomer.type(install, folder)

    assert by_twine.code == 0, by_twine
    assert by_uv.code == 0, by_uv
    assert by_pip.code == 0, by_pip
    assert "Successfully installed tiny-1.0" in by_pip.words
