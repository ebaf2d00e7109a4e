"""What an administrator or a maintainer may switch off or bound, as twine and pip show it."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from tests.actors import Installation, pypi
from tests.builders import wheel
from tests.clients.laptop import Laptop, with_login
from tests.servers import running
from wheelyard.access import RegistryAccess, Role
from wheelyard.projects import Project

pytestmark = pytest.mark.client

LIMIT = 50 * 1024 * 1024


def large_wheel(size: int) -> bytes:
    """A sound wheel of exactly so many bytes; the ZIP's own comment fills the last of them."""
    buffer = io.BytesIO(wheel("large", files={"large/data.bin": os.urandom(size - 60_000)}).content)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = b"."
    missing = size - len(buffer.getvalue())
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = b"." * (missing + 1)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("size", "code", "said"),
    [(LIMIT, 0, ""), (LIMIT + 1, 1, "400 Bad request - File is too large")],
    ids=["at the limit", "one byte over"],
)
def test_a_file_may_have_fifty_megabytes_and_twine_shows_why_no_more(
    laptop: Laptop, repository: str, secret: str, size: int, code: int, said: str
) -> None:
    file = laptop.work / "large-1.0-py3-none-any.whl"
    file.write_bytes(large_wheel(size))

    uploaded = laptop.twine_upload(
        "--verbose", "--repository-url", with_login(repository, secret), file
    )

    assert file.stat().st_size == size
    assert uploaded.code == code, uploaded
    assert said in uploaded.words


def test_a_project_may_have_a_limit_of_its_own(laptop: Laptop, town: Installation) -> None:
    project = town.project(max_file_bytes=1000)
    token = town.token(town.join(town.user(), project, Role.DEVELOPER))
    files = laptop.save(wheel(files={"data.bin": os.urandom(2000)}))

    uploaded = laptop.twine_upload(
        "--verbose",
        "--repository-url",
        with_login(f"{town.url}{pypi(project)}", token.secret),
        *files,
    )

    assert uploaded.code == 1
    assert "400 Bad request - File is too large" in uploaded.words, uploaded


def test_a_project_without_packages_neither_takes_nor_gives(
    laptop: Laptop, dist: tuple[Path, Path], town: Installation
) -> None:
    project = town.project(registry=RegistryAccess.DISABLED)
    token = town.token(town.join(town.user(), project, Role.OWNER))
    login = with_login(f"{town.url}{pypi(project)}", token.secret)

    uploaded = laptop.twine_upload("--repository-url", login, *dist)
    installed = laptop.pip_install("-vv", "--index-url", f"{login}/simple", "mypypipackage")

    assert "HTTPError: 403 Forbidden" in uploaded.words, uploaded
    assert "403 Client Error: Forbidden" in installed.words, installed


def test_an_instance_without_packages_has_no_registry_at_all(
    laptop: Laptop, dist: tuple[Path, Path], tmp_path: Path
) -> None:
    with running(tmp_path / "data", WHEELYARD_PACKAGES_ENABLED="false") as server:
        town = Installation(server.data, server.url)
        project = town.project()
        token = town.token(town.join(town.user(), project, Role.OWNER))
        login = with_login(f"{town.url}{pypi(project)}", token.secret)

        uploaded = laptop.twine_upload("--repository-url", login, *dist)
        installed = laptop.pip_install("-vv", "--index-url", f"{login}/simple", "mypypipackage")

        town.close()
    assert "HTTPError: 404 Not Found" in uploaded.words, uploaded
    assert "404 Client Error: Not Found" in installed.words, installed


def test_a_revoked_token_installs_no_more(
    laptop: Laptop, town: Installation, project: Project
) -> None:
    token = town.deploy_token(project, "write_package_registry")
    login = with_login(f"{town.url}{pypi(project)}", token.secret)
    laptop.twine_upload("--repository-url", login, *laptop.save(wheel()))
    before = laptop.pip_install("--index-url", f"{login}/simple", "demo")

    town.revoke(token)
    after = laptop.pip_install("-vv", "--no-input", "--index-url", f"{login}/simple", "demo")

    assert before.code == 0, before
    assert "401 Client Error: Unauthorized" in after.words, after
