"""The real clients ask for JSON and are sent it, compressed; and use what only JSON says."""

import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.actors import Actor, Installation, pypi
from tests.builders import wheel
from tests.clients.installers import CLIENTS, FORMS, Install
from tests.clients.laptop import Laptop, with_login
from tests.clients.logins import Login
from tests.wiretap import Wiretap
from wheelyard.database.schema import files
from wheelyard.projects import Project
from wheelyard.registry import utc_now

pytestmark = pytest.mark.client

JSON = "application/vnd.pypi.simple.v1+json"

_numbers = itertools.count(1)


@pytest.fixture
def wiretap(town: Installation) -> Iterator[Wiretap]:
    with Wiretap(town.url).listening() as wiretap:
        yield wiretap


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_asks_for_json_and_is_sent_it(
    laptop: Laptop,
    developer: Actor,
    project: Project,
    secret: str,
    wiretap: Wiretap,
    client: str,
) -> None:
    name = f"spoken{next(_numbers)}"
    for version in ("1.0", "1.1", "1.2"):
        developer.publish(project, wheel(name, version))
    index = f"{wiretap.url}{pypi(project)}/simple"
    install = Install(laptop, index, Login("__token__", secret), name)

    ran = FORMS[f"{client} address"](install)

    assert ran.code == 0, ran
    assert install.find_version() == "1.2", ran
    assert wiretap.pages(), wiretap.heard
    for page in wiretap.pages():
        assert JSON in page.accept
        assert page.media_type == JSON
        assert page.coding in {"gzip", "zstd"}


# Cool-downs: only what was uploaded before a moment ---------------------------------------------


@pytest.fixture
def aged(town: Installation, developer: Actor, project: Project) -> str:
    """A package of which version 1.0 came a month ago, and 2.0 just now."""
    name = f"aged{next(_numbers)}"
    for version in ("1.0", "2.0"):
        developer.publish(project, wheel(name, version))
    filename = f"{name}-1.0-py3-none-any.whl"
    with town.database.write() as conn:
        made = utc_now() - timedelta(days=30)
        conn.execute(update(files).where(files.c.filename == filename).values(created_at=made))
    return name


@pytest.mark.parametrize(("days", "version"), [(0, "2.0"), (7, "1.0")])
def test_uv_leaves_out_what_is_too_new(
    laptop: Laptop, repository: str, secret: str, aged: str, days: int, version: str
) -> None:
    index = with_login(f"{repository}/simple", secret)
    (laptop.work / "wanted.in").write_text(aged)
    command = ("pip", "compile", "wanted.in", "--no-header", "--default-index", index)

    ran = laptop.uv(*command, *("--exclude-newer", ago(days)))

    assert f"{aged}=={version}" in ran.output, ran


@pytest.mark.parametrize(("days", "version"), [(0, "2.0"), (7, "1.0")])
def test_pip_leaves_out_what_is_too_new(
    laptop: Laptop, repository: str, secret: str, aged: str, days: int, version: str
) -> None:
    index = with_login(f"{repository}/simple", secret)

    ran = laptop.pip_install("--index-url", index, "--uploaded-prior-to", ago(days), aged)

    assert f"Successfully installed {aged}-{version}" in ran.output, ran


def ago(days: int) -> str:
    """A moment some days ago; none is a moment ahead."""
    return f"{utc_now() + timedelta(hours=1) - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
