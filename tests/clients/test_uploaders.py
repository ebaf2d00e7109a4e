"""twine, flit, Poetry, PDM, Hatch and uv each build a project, and publish wheel and sdist."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.actors import Actor, Installation
from tests.clients.laptop import Laptop
from tests.clients.logins import KINDS, Login
from tests.clients.uploaders import CLIENTS, FORMS, Upload
from tests.clients.workshop import NAME, Workshop
from wheelyard.access import Role
from wheelyard.projects import Project
from wheelyard.registry import utc_now

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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_publishes_with_every_other_kind_of_token(
    build: Builder,
    developer: Actor,
    town: Installation,
    project: Project,
    client: str,
    kind: str,
) -> None:
    upload = build(client, KINDS[kind](town, project))

    ran = FORMS[f"{client} environment"](upload)

    assert ran.code == 0, ran
    assert list_published(developer, project) == list_built(upload), ran


REFUSED = {
    "twine": ("HTTPError: {status} {reason} from", ""),
    "flit": ("HTTPError: {status} Client Error: {reason} for url", ""),
    "poetry": ("HTTP Error {status}: {reason} |", "{cause}"),
    "pdm": ("[PublishError]: Client error '{status} {reason}'", ""),
    "hatch": ("Error uploading to repository", "Client error '{status} {reason}'"),
    "uv": ("Server returned status code {status} {reason}. Server says:", "{cause}"),
}
"""What each says of an answer; two show the words of its body too."""

ANSWERS = {
    "nobody's": (401, "Unauthorized", "401 Unauthorized"),
    "expired": (401, "Unauthorized", "Token is expired."),
    "for reading": (403, "Forbidden", "insufficient_scope"),
    "a deploy token for reading": (403, "Forbidden", "403 Forbidden"),
    "a stranger's": (404, "Not Found", "404 Not Found"),
}


def make_bad_secret(town: Installation, project: Project, kind: str) -> str:
    """A token that opens nothing here for an upload."""
    owner = town.join(town.user(), project, Role.OWNER)
    yesterday = utc_now() - timedelta(days=1)
    secrets: dict[str, Callable[[], str]] = {
        "nobody's": lambda: "glpat-nobody-has-this-one",
        "expired": lambda: town.token(owner, expires_at=yesterday).secret,
        "for reading": lambda: town.token(owner, "read_api").secret,
        "a deploy token for reading": lambda: (
            town.deploy_token(project, "read_package_registry").secret
        ),
        "a stranger's": lambda: town.token(town.user()).secret,
    }
    return secrets[kind]()


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_says_why_it_may_not_publish(
    build: Builder,
    developer: Actor,
    town: Installation,
    project: Project,
    client: str,
    kind: str,
) -> None:
    upload = build(client, Login("__token__", make_bad_secret(town, project, kind)))
    status, reason, cause = ANSWERS[kind]

    ran = FORMS[f"{client} environment"](upload)

    assert ran.code != 0
    for words in REFUSED[client]:
        assert words.format(status=status, reason=reason, cause=cause) in ran.words, ran
    assert developer.simple(project, f"{NAME}/").status_code == 404
