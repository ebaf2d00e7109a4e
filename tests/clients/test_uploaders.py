"""twine, flit, Poetry, PDM, Hatch and uv each build a project, and publish wheel and sdist."""

import hashlib
import re
from collections.abc import Callable

import pytest

from tests.actors import Actor, Installation
from tests.clients.laptop import Laptop
from tests.clients.uploaders import CLIENTS, FORMS, Login, Upload
from tests.clients.workshop import NAME, Workshop
from wheelyard.projects import Project

pytestmark = pytest.mark.client

Builder = Callable[[str, Login], Upload]

LINK = re.compile(r'files/([0-9a-f]{64})/([^"#]+)')


@pytest.fixture
def build(laptop: Laptop, workshop: Workshop, repository: str) -> Builder:
    """Builds the tiny project with a client, to be published into the project."""
    return lambda client, login: Upload(laptop, workshop.copy(client, laptop), repository, login)


def list_published(reader: Actor, project: Project) -> dict[str, str]:
    """The files of the tiny package that the project has, by name, and their SHA-256."""
    page = reader.simple(project, f"{NAME}/").text
    return {filename: sha256 for sha256, filename in LINK.findall(page)}


def list_built(upload: Upload) -> dict[str, str]:
    """The same, of what was built."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in upload.files}


@pytest.mark.parametrize("form", FORMS)
def test_a_client_publishes_what_it_has_built(
    build: Builder, developer: Actor, project: Project, secret: str, form: str
) -> None:
    upload = build(form.split(maxsplit=1)[0], Login("__token__", secret))

    ran = FORMS[form](upload)

    assert ran.code == 0, ran
    assert list_published(developer, project) == list_built(upload), ran
    assert set(list_built(upload)) == {"tiny-1.0-py3-none-any.whl", "tiny-1.0.tar.gz"}


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_publishes_with_a_deploy_token(
    build: Builder, developer: Actor, town: Installation, project: Project, client: str
) -> None:
    token = town.deploy_token(project, "write_package_registry")
    upload = build(client, Login(str(token.token.username), token.secret))

    ran = FORMS[f"{client} environment"](upload)

    assert ran.code == 0, ran
    assert list_published(developer, project) == list_built(upload), ran
